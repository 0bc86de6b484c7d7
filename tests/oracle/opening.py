"""Rules C1 to C4: a conversation from nothing."""

from __future__ import annotations

from .assignment import give
from .attributes import update
from .config import Configuration
from .conversation import Conversation
from .refusals import kind_of
from .step import Step
from .wire import Event, parse_time


def new_row(event: Event, configuration: Configuration) -> Conversation:
    """The row of a conversation that is being started, before its first change."""
    data, kind = event.data, kind_of(event)
    # contract.md#settings-of-a-conversation: it keeps those that it was started with.
    settings = configuration.settings(data["workstream_id"], kind)
    # `units` of `conversation.started` replace the workstream's, its `profiles` add to them
    profiles = dict.fromkeys([*settings.profiles, *data.get("profiles", [])])
    return Conversation(
        conversation_id=event.subject,
        channel=data["channel"],
        kind=kind,
        workstream_id=data["workstream_id"],
        settings=settings,
        customer_id=data.get("customer_id"),
        inbound=data.get("direction", "inbound") == "inbound",
        units=data.get("units", settings.units),
        profiles=list(profiles),
        priority=data.get("priority", 0),
        attributes=update({}, data.get("attributes", {})),
    )


def start(step: Step, event: Event) -> None:
    """ "Where several apply: `C4` before `C3` before `C2`."""
    row, data = step.conversation, event.data
    row.started_at = step.at
    queue = data.get("queue_id", row.settings.default_queue_id)
    scheduled_for = parse_time(data.get("scheduled_for"))
    if scheduled_for is not None and scheduled_for > step.now:
        # C4: `scheduled_for` after now; remembers whom it is promised to
        row.scheduled_for = scheduled_for
        row.promised_to = data.get("representative_id")
        step.change("C4", "scheduled", queue=queue)
    elif not row.inbound:
        # C3: active / in_conversation, rep holds (forced)
        give(step, "C3", data["representative_id"], forced=True, queue=queue)
    elif "handled_by" in data:
        # C2: active / with_bot; handler: id null after `C2`
        step.change("C2", "with_bot", queue=queue, party={"kind": "bot", "id": None})
    else:
        step.change("C1", "open", queue=queue)

"""contract.md#codes: the first that applies, in this order.

Pure: says why an input is refused or ignored, or None where it may go on to a rule.
"""

from __future__ import annotations

from .attributes import are_attributes, are_same, update
from .config import Configuration
from .conversation import Conversation
from .members import fault
from .rules import cost_after
from .transitions import is_written_up, rule_of
from .vocabulary import (
    ACTIVE_STAGES,
    FACTS_AND_REPORTS,
    KIND_OF_CHANNEL,
    KINDS_OF_TRANSFER,
    KINDS_OF_TYPE,
    REPORTS,
    VO,
)
from .wire import Event, parse_time

GATE = "/omnistate/gate"

# (the status allows it, but they are not the one who may): the stages in which somebody may.
STAGES_OF_ACTION = {
    "representative.end": ("in_conversation", "waiting"),
    "representative.close_session": ("in_conversation", "wrap_up", "resolved"),
    "representative.extend_wrap_up": ("wrap_up",),
    "representative.release": ("awaiting_acceptance", "in_conversation"),
    "representative.resume": ("waiting", "with_external"),
    "representative.resolve_record": ("in_conversation",),
}


def is_ignored(code: str, type_: str) -> bool:
    """contract.md#codes: what is ignored; the rest is rejected."""
    if code in ("wrong_channel", "superseded"):
        return type_ in FACTS_AND_REPORTS
    return code in ("duplicate", "stale", "no_effect", "engine_decides")


def first_refusal(
    row: Conversation | None,
    event: Event,
    configuration: Configuration,
    *,
    is_repeat: bool,
    now: int,
) -> str | None:
    """The codes that are said at once, also of an input that would wait."""
    if fault(event.type, event.data) is not None or _is_unfit(event, configuration):
        return "invalid_data"
    if is_repeat:
        return "duplicate"
    if event.type == "conversation.started":
        # `conversation.started` with the same id is ignored (`duplicate`), in any status
        if row is not None:
            return "duplicate"
        known = configuration.has_workstream(event.data["workstream_id"])
        return None if known else "unknown_workstream"
    if event.type == "router.schedule" and (parse_time(event.data["scheduled_for"]) or 0) <= now:
        # after the clock, else `invalid_data`, looked at right after `duplicate`
        return "invalid_data"
    return None


def _is_unfit(event: Event, configuration: Configuration) -> bool:
    """contract.md#codes: `invalid_data`, too, where the channel does not fit the workstream.

    And where its profiles and the conversation's own are more than 64.
    """
    if event.type != "conversation.started":
        return False
    workstream_id, channel = event.data["workstream_id"], event.data["channel"]
    if not configuration.has_workstream(workstream_id):
        return False
    if not configuration.fits(workstream_id, channel):
        return True
    shared = configuration.settings(workstream_id, KIND_OF_CHANNEL[channel]).profiles
    return len({*shared, *event.data.get("profiles", ())}) > 64


def refusal(row: Conversation, event: Event) -> str | None:
    """The codes from `stale` on, of an input to a conversation that is there."""
    type_, data = event.type, event.data
    is_fact, is_report = type_ in FACTS_AND_REPORTS, type_ in REPORTS
    if row.stage == "closed" and not is_written_up(row, event):
        return "stale" if is_fact else "closed"
    if is_report and not row.settings.upstream:
        return "engine_decides"
    if is_report and row.report_time is not None and event.time < row.report_time:
        return "superseded"
    if data.get("expected_sequence", row.sequence) != row.sequence:
        return "superseded"
    if row.stage == "closed":
        return None
    if type_ == "representative.pick" and row.kind == VO:
        return "push_only"
    if row.kind not in KINDS_OF_TYPE[type_] or (
        type_ == "representative.transfer" and row.kind not in KINDS_OF_TRANSFER[data["to"]["kind"]]
    ):
        return "wrong_channel"
    if type_ == "router.assign" and not row.settings.push:
        return "pick_only"
    if type_ == "router.assign" and not _is_reserved(row, event):
        return "not_reserved"
    reopens = row.settings.reopen_from_wrap_up
    if type_ == "customer.messaged" and row.stage == "wrap_up" and not reopens:
        return "stale"
    return _refusal_in_stage(row, event)


def _is_reserved(row: Conversation, event: Event) -> bool:
    """A reserved `router.assign` is taken only for what the conversation costs now.

    Where the workstream assigns through the gate it comes from there, with a reservation.
    """
    reservation = event.data.get("reservation")
    if reservation is None:
        return not row.settings.assign_through_gate
    units, profiles = reservation.get("units") or 0, reservation.get("profiles") or []
    if (units, set(profiles)) != (row.units, set(row.profiles)):
        return False
    return event.source == GATE or not row.settings.assign_through_gate


def _refusal_in_stage(row: Conversation, event: Event) -> str | None:
    type_ = event.type
    if has_no_effect(row, event):
        return "no_effect"
    if rule_of(row, event) is not None:
        return "invalid_data" if _makes_too_much(row, event) else None
    if type_ in FACTS_AND_REPORTS:
        # no_effect: any fact without a rule
        return "no_effect"
    if type_ in ("representative.accept", "representative.reject", "router.withdraw"):
        # accept or reject without an offer to them, in any status; nothing to withdraw
        return "not_offered"
    return "not_assigned" if row.stage in _stages_of(event) else "invalid_status"


def _makes_too_much(row: Conversation, event: Event) -> bool:
    """What an update would make of the conversation is looked at last of all."""
    if event.type != "conversation.updated":
        return False
    _, profiles = cost_after(row.units, row.profiles, row.settings.profiles, event.data)
    attributes = update(row.attributes, event.data.get("attributes", {}))
    return len(profiles) > 64 or not are_attributes(attributes)


def _stages_of(event: Event) -> tuple[str, ...]:
    """The stages in which somebody may do this action."""
    if event.type == "representative.transfer":
        if event.data["to"]["kind"] == "queue":
            return ("awaiting_acceptance", "in_conversation")
        return ("in_conversation",)
    return STAGES_OF_ACTION.get(event.type, ())


def has_no_effect(row: Conversation, event: Event) -> bool:
    """The list of contract.md#no-effect, in its order; its first item is asked for last."""
    type_, data, stage = event.type, event.data, row.stage
    who = data.get("representative_id")
    is_primary = who is not None and who == row.representative_id
    is_last = who is not None and who == row.last_representative_id
    if is_written_up(row, event):
        # `W7` goes before whatever else a `close_session` could be
        return False
    # accept by the primary in in_conversation
    if type_ == "representative.accept" and stage == "in_conversation" and is_primary:
        return True
    # end in wrap_up by the primary
    if type_ == "representative.end" and stage == "wrap_up" and is_primary:
        return True
    # close_session or release by the representative who left last, in open or waiting
    if type_ in ("representative.close_session", "representative.release") and is_last:
        return True
    # `router.assign`, `supervisor.assign` or `supervisor.transfer`, in active, of whoever has an
    # offer or is primary
    is_assignment = type_ in ("router.assign", "supervisor.assign", "supervisor.transfer")
    if is_assignment and stage in ACTIVE_STAGES and (is_primary or who in row.offered_ids):
        return True
    # `router.move` or `supervisor.assign` to the queue it is in, in open
    is_move = type_ in ("router.move", "supervisor.assign") and "queue_id" in data
    if is_move and stage == "open" and data["queue_id"] == row.queue_id:
        return True
    # `representative.transfer` to whoever has the offer; a transfer to oneself
    is_transfer = type_ == "representative.transfer" and data["to"]["kind"] == "representative"
    if is_transfer and data["to"]["id"] in (*row.offered_ids, who):
        return True
    # resolve_record in resolved
    if type_ == "representative.resolve_record" and stage == "resolved":
        return True
    # `consult.started` of someone who consults or is primary
    if type_ == "consult.started":
        return who in row.consultants or is_primary
    # `consult.ended` of someone who does not consult
    if type_ == "consult.ended":
        return who not in row.consultants
    return _repeats(row, event)


def _repeats(row: Conversation, event: Event) -> bool:
    """What says a thing that is so already, or that something later has overtaken."""
    type_, data = event.type, event.data
    who = data.get("representative_id")
    # a second `...disconnected` while its window runs (it restarts nothing)
    if type_ == "representative.disconnected":
        return who in row.representative_windows
    if type_ == "customer.disconnected":
        # one whose `time` is before that of the last `reconnected` (it was overtaken)
        overtaken = row.reconnected_time is not None and event.time < row.reconnected_time
        return row.customer_window is not None or overtaken
    # a second hold, an unhold without a hold
    if type_ == "representative.hold":
        return row.on_hold_since is not None
    if type_ == "representative.unhold":
        return row.on_hold_since is None
    # nothing left to extend by
    if type_ == "representative.extend_wrap_up":
        is_primary = row.stage == "wrap_up" and who == row.representative_id
        return is_primary and row.extension >= 3_600_000
    # the same bot
    if type_ == "bot.take":
        return row.stage == "with_bot" and (row.party or {}).get("id") == data["bot_id"]
    if type_ == "conversation.updated":
        # that changes something (else `no_effect`)
        after = cost_after(row.units, row.profiles, row.settings.profiles, data)
        attributes = update(row.attributes, data.get("attributes", {}))
        is_same = are_same(attributes, row.attributes)
        is_same = is_same and (after[0], {*after[1]}) == (row.units, {*row.profiles})
        return is_same and data.get("priority", row.priority) == row.priority
    return False


def kind_of(event: Event) -> str:
    """The kind of a conversation that is being started."""
    return KIND_OF_CHANNEL[event.data["channel"]]

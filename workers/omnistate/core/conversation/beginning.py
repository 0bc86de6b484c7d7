"""A conversation's beginning: whether it can begin so, what its row is then, and by which rule."""

from typing import Final

from omnistate_schemas.input_data import PROFILES_MAX
from omnistate_schemas.times import parse_time_ms

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.rules import RULES
from omnistate.core.conversation.transitions import CELLS
from omnistate.core.directory import Directory
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

_BEGINNINGS: Final = {
    rule.when: rule for rule in RULES if rule.id in CELLS["nothing"]["conversation.started"]
}


def check_start(input_: Input, directory: Directory) -> str | None:
    """What is wrong with a start that only the configuration shows; None where nothing is."""
    started = input_.started
    workstream = directory.workstreams.get(started.workstream_id)
    if workstream is None:
        return None
    settings = workstream[2]
    if not settings.takes(started.channel):
        return (
            f"channel: {started.channel} does not fit workstream {started.workstream_id}, "
            f"which takes {settings.channel}"
        )
    if started.profiles and settings.profiles:
        cost = len({*started.profiles, *settings.profiles})
        if cost > PROFILES_MAX:
            return f"profiles: {cost} with those of the workstream; {PROFILES_MAX} are the most"
    return None


def begin(
    input_: Input, key: bytes, settings: WorkstreamSettings, now_ms: int
) -> tuple[Conversation, Rule, int | None]:
    """The row as it begins, which of C1 to C4 applies, and when it becomes open (C4, epoch ms).

    `key` is that of the interned settings. Where several apply, C4 before C3 before C2.
    """
    started, conversation = input_.started, _make(input_, key, settings)
    scheduled_ms = None
    if started.scheduled_for is not None:
        scheduled_ms = parse_time_ms(started.scheduled_for)
    if scheduled_ms is not None and scheduled_ms > now_ms:
        rule = _BEGINNINGS["scheduled"]
        if started.representative_id is not None:
            conversation.rest.promised_to = started.representative_id
    elif conversation.outbound:
        rule = _BEGINNINGS["outbound"]
    else:
        rule = _BEGINNINGS["bot" if started.handled_by else "always"]
    return conversation, rule, scheduled_ms


def _make(input_: Input, key: bytes, settings: WorkstreamSettings) -> Conversation:
    started = input_.started
    origin = f"{input_.partition}-{input_.offset}"
    conversation = Conversation(key, started.channel, started.workstream_id, origin)
    conversation.queue_id = started.queue_id or settings.default_queue_id
    conversation.customer_id = started.customer_id
    conversation.outbound = started.direction == "outbound"
    conversation.units = started.units
    if started.profiles:
        conversation.profiles = list(dict.fromkeys(started.profiles))
    if started.priority:
        conversation.rest.priority = started.priority
    if started.attributes:
        given = {name: it for name, it in started.attributes.items() if it is not None}
        conversation.rest.attributes = given
    conversation.fingerprints = input_.fingerprint
    return conversation

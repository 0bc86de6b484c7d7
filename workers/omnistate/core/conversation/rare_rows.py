"""The rare parts of a row: extras, and inputs that wait, as values that MessagePack takes.

Only their layout; `row` puts them where they belong.
"""

from omnistate_schemas.vocabulary import Reason, SilentSide

from omnistate.core.conversation.parties import Extras, Waiting
from omnistate.core.details import Attributes, Details
from omnistate.core.input import Input

# When it came and is ripe; topic, partition, offset, type, conversation, id, source, fingerprint,
# time and size; trigger, representative, actor, queue and target; declined and direct, reason,
# details, trace. An action never waits, so what only actions say is not kept.
WaitingRow = tuple[
    int,
    int,
    tuple[str, int, int, str, str, str, str, bytes],
    int,
    int,
    str,
    str | None,
    str | None,
    str | None,
    str | None,
    bool,
    bool,
    Reason | None,
    Details | None,
    str | None,
    str | None,
]
# In the order of `Extras`.
ExtrasRow = tuple[
    int,
    Attributes,
    str | None,
    str | None,
    str | None,
    int | None,
    int | None,
    int | None,
    int,
    int,
    SilentSide | None,
    int,
    int,
    int,
    list[WaitingRow],
]


def write_extras(extras: Extras) -> ExtrasRow:
    """What is kept of extras."""
    return (
        extras.priority,
        extras.attributes,
        extras.disposition,
        extras.merged_into,
        extras.promised_to,
        extras.reconnected_ms,
        extras.reported_ms,
        extras.on_hold_since_ms,
        extras.on_hold_ms,
        extras.extended_ms,
        extras.silent,
        extras.silent_since_ms,
        extras.silence_rules_fired,
        extras.reminder_count,
        write_waiting(extras.waiting),
    )


def read_extras(row: ExtrasRow) -> Extras:
    """Extras from what is kept of them."""
    extras = Extras()
    (
        extras.priority,
        extras.attributes,
        extras.disposition,
        extras.merged_into,
        extras.promised_to,
        extras.reconnected_ms,
        extras.reported_ms,
        extras.on_hold_since_ms,
        extras.on_hold_ms,
        extras.extended_ms,
        extras.silent,
        extras.silent_since_ms,
        extras.silence_rules_fired,
        extras.reminder_count,
        waiting,
    ) = row
    extras.waiting = read_waiting(waiting)
    return extras


def write_waiting(waiting: list[Waiting]) -> list[WaitingRow]:
    """What is kept of inputs that wait."""
    return [_write(each) for each in waiting]


def read_waiting(rows: list[WaitingRow]) -> list[Waiting]:
    """Inputs that wait, from what is kept of them."""
    return [_read(row) for row in rows]


def _write(waiting: Waiting) -> WaitingRow:
    it = waiting.input
    return (
        waiting.came_ms,
        waiting.ripe_ms,
        (
            it.topic,
            it.partition,
            it.offset,
            it.type,
            it.conversation_id,
            it.id,
            it.source,
            it.fingerprint,
        ),
        it.time_ms,
        it.size,
        it.trigger,
        it.representative_id,
        it.actor_id,
        it.queue_id,
        it.target_id,
        it.declined,
        it.direct,
        it.reason,
        it.details,
        it.traceparent,
        it.tracestate,
    )


def _read(row: WaitingRow) -> Waiting:
    came_ms, ripe_ms, head, *_ = row
    it = Input(*head)
    (
        _,
        _,
        _,
        it.time_ms,
        it.size,
        it.trigger,
        it.representative_id,
        it.actor_id,
        it.queue_id,
        it.target_id,
        it.declined,
        it.direct,
        it.reason,
        it.details,
        it.traceparent,
        it.tracestate,
    ) = row
    return Waiting(it, came_ms, ripe_ms)

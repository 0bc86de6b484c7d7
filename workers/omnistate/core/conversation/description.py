"""What is published of a conversation: its change, or that an input was recorded.

It reads the row and words what it says; nothing is decided or changed here.
"""

from typing import Final

from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import INTERNAL_STATUSES, STATE_OF_STATUS

from omnistate.core.causes import position_of
from omnistate.core.conversation.clocks import Before
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.stages import MEANINGS
from omnistate.core.details import Attributes
from omnistate.core.facts import Cause, Handler, NextTimer, Recorded, StateChange
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_STATE_CHANGE: Final = StateChange
_NEXT_TIMER: Final = NextTimer
_HANDLER: Final = Handler
_STATES: Final = STATE_OF_STATUS
_INTERNAL: Final = INTERNAL_STATUSES
# Never changed: what is empty is left out.
_NO_ATTRIBUTES: Final[Attributes] = {}
_NOBODY: Final[list[str]] = []


def describe_change(
    conversation: Conversation,
    subject: str,
    settings: WorkstreamSettings,
    rule: Rule,
    before: Before,
    cause: Cause,
    input_: Input | None,
    held_ms: int,
) -> StateChange:
    """A change of the conversation by `rule`; `held_ms` is how long the caller was on hold."""
    former_status, former_detail, _ = MEANINGS[before.stage]
    status, detail, reason = MEANINGS[conversation.stage]
    assert status is not None
    began = before.stage == "nothing"
    occurred_ms, extras = conversation.occurred_ms, conversation.extras
    occurred_at = format_time(occurred_ms)
    queued_ms, queue_since_ms = conversation.queued_ms, conversation.queue_since_ms
    queued_at = queue_since = None
    if queued_ms is not None and queue_since_ms is not None:
        queued_at = occurred_at if queued_ms == occurred_ms else format_time(queued_ms)
        queue_since = queued_at if queue_since_ms == queued_ms else format_time(queue_since_ms)
    since_ms = conversation.representative_since_ms
    representative_since = None
    if since_ms is not None:
        representative_since = occurred_at if since_ms == occurred_ms else format_time(since_ms)
    units, profiles = settings.units, _NOBODY
    if settings.profiles or conversation.profiles:
        units, profiles = settings.cost_of(conversation.units, conversation.profiles)
    elif conversation.units is not None:
        units = conversation.units
    offers, skipped = conversation.offers, conversation.skipped
    offered = [offer.representative_id for offer in offers] if offers else _NOBODY
    left = rule.abandons
    scheduled_ms = conversation.deadlines.get("scheduled")
    # By position, in the order of the struct: naming 45 members costs seven times as much.
    return _STATE_CHANGE(
        subject,
        conversation.sequence,
        rule.id,
        _STATES[status],
        status in _INTERNAL,
        status,
        conversation.channel,
        conversation.workstream_id,
        conversation.transfer_count,
        left and not conversation.outbound and conversation.served_by_id is None,
        cause,
        occurred_at,
        "outbound" if conversation.outbound else "inbound",
        occurred_at if began else format_time(conversation.started_ms),
        left,
        conversation.overflow_count,
        0 if extras is None else extras.priority,
        units,
        former_status,
        former_detail,
        detail,
        conversation.reason or reason,
        conversation.customer_id,
        None if began else before.queue_id,
        conversation.queue_id,
        before.representative_id,
        conversation.representative_id,
        offered[0] if offered else None,
        offered,
        [*skipped] if skipped else _NOBODY,
        _handler_of(conversation),
        None if began else in_seconds(occurred_ms - before.since_ms),
        next_timer_of(conversation),
        None if input_ is None else position_of(input_),
        queued_at,
        queue_since,
        representative_since,
        None if queued_at is None else conversation.decline_count,
        _reason_of_decline(input_) if rule.id == "A2" else None,
        _NO_ATTRIBUTES if extras is None else _without_empty(extras.attributes),
        profiles,
        None if extras is None else extras.disposition,
        None if extras is None else extras.merged_into,
        None if scheduled_ms is None else format_time(scheduled_ms),
        in_seconds(held_ms) if held_ms else None,
    )


def describe_recorded(
    conversation: Conversation, subject: str, cause: Cause, input_: Input
) -> Recorded:
    """An input that was accepted and changed no status."""
    meaning = MEANINGS[conversation.stage]
    assert meaning.status is not None
    return Recorded(
        subject,
        conversation.sequence,
        meaning.status,
        format_time(conversation.occurred_ms),
        cause,
        position_of(input_),
        meaning.detail,
        conversation.representative_id,
        next_timer_of(conversation),
    )


def next_timer_of(conversation: Conversation) -> NextTimer | None:
    """The earliest of its timers, those of holds and of inputs that wait aside."""
    first = conversation.next_own_timer()
    if first is None:
        return None
    return _NEXT_TIMER(first[1], format_time(first[0]))


def in_seconds(duration_ms: int) -> int | float:
    """Whole seconds as an integer, so that they are written without a fraction.

    As `float` alone it would be a C double where it is compiled, and 60 would be written as 60.0.
    """
    seconds, rest_ms = divmod(duration_ms, 1_000)
    return duration_ms / 1_000 if rest_ms else seconds


def _without_empty(attributes: Attributes) -> Attributes:
    """An empty list is a value, and is left out of outputs all the same (contract.md#outputs)."""
    if [] in attributes.values():
        return {name: value for name, value in attributes.items() if value != []}
    return attributes


def _handler_of(conversation: Conversation) -> Handler | None:
    if conversation.stage == "with_bot":
        return _HANDLER("bot", conversation.handler_id)
    if conversation.stage == "with_external":
        return _HANDLER("external", conversation.handler_id)
    if conversation.representative_id is None:
        return None
    return _HANDLER("representative", conversation.representative_id)


def _reason_of_decline(input_: Input | None) -> str | None:
    if input_ is None or input_.details is None:
        return None
    return input_.details.remark

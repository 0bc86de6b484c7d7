"""Accepted inputs that publish no state change, and what any accepted input ends.

Only the row is updated. Nothing here changes a status or touches capacity.
"""

from collections.abc import Callable
from typing import Final

from omnistate_schemas.completeness import check_complete, check_known

from omnistate.core.conversation import silences, timers
from omnistate.core.conversation.clocks import talk_again
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.guards import EXTENDED_MAX_MS
from omnistate.core.conversation.recorded import RECORDED
from omnistate.core.conversation.rule import Recorded
from omnistate.core.conversation.triggers import INPUT_TRIGGERS
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

_CUSTOMER_IS_BACK: Final = frozenset(
    {"customer.messaged", "customer.reconnected", "customer.ended"}
)
# These do not open a record's session again (contract.md#recorded).
_OPENS_NO_SESSION: Final = frozenset(
    {
        "representative.close_session",
        "representative.resolve_record",
        "representative.disconnected",
    }
)


def end_windows(conversation: Conversation, input_: Input) -> None:
    """What any accepted input of somebody ends: their window, and a record's closed session."""
    type_ = input_.type
    if type_ in _CUSTOMER_IS_BACK:
        if "customer_reconnect" in conversation.deadlines:
            del conversation.deadlines["customer_reconnect"]
    elif type_.startswith("representative."):
        named = input_.representative_id
        if named in conversation.windows and type_ != "representative.disconnected":
            del conversation.windows[named]
        if named == conversation.representative_id and type_ not in _OPENS_NO_SESSION:
            conversation.session_closed = False


def record(
    conversation: Conversation,
    settings: WorkstreamSettings,
    recorded: Recorded,
    input_: Input,
    now_ms: int,
) -> None:
    """Update the row for an input that publishes no state change (contract.md#recorded).

    Who consults, and what it holds, is kept by `ledger.Ledger`.
    """
    if recorded.activity:
        timers.restart_activity(conversation, settings, now_ms)
    if not recorded.plain:
        _EFFECTS[input_.trigger](conversation, settings, input_, now_ms)


def _hear_customer(
    conversation: Conversation, settings: WorkstreamSettings, _: Input, now_ms: int
) -> None:
    if settings.silence_rules:
        silences.owe(conversation, settings, "representative", now_ms)
    if conversation.stage == "with_bot" and "bot_silence" not in conversation.deadlines:
        timers.start(conversation, "bot_silence", now_ms, settings.bot_silence_ms)


def _hear_representative(
    conversation: Conversation, settings: WorkstreamSettings, _: Input, now_ms: int
) -> None:
    if settings.silence_rules:
        silences.owe(conversation, settings, "customer", now_ms)
    if conversation.stage == "waiting":
        timers.start(conversation, "inactivity", now_ms, settings.waiting_ms)


def _hear_bot(conversation: Conversation, _: WorkstreamSettings, __: Input, ___: int) -> None:
    conversation.deadlines.pop("bot_silence", None)


def _miss_customer(
    conversation: Conversation, settings: WorkstreamSettings, _: Input, now_ms: int
) -> None:
    timers.start(conversation, "customer_reconnect", now_ms, settings.customer_reconnect_ms)


def _find_customer(
    conversation: Conversation, _: WorkstreamSettings, input_: Input, __: int
) -> None:
    extras = conversation.rest
    extras.reconnected_ms = max(input_.time_ms, extras.reconnected_ms or input_.time_ms)


def _miss_representative(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input, now_ms: int
) -> None:
    assert input_.representative_id is not None
    until_ms = timers.after(now_ms, settings.representative_reconnect_ms)
    if until_ms is not None:
        conversation.windows[input_.representative_id] = until_ms


def _close_session(conversation: Conversation, _: WorkstreamSettings, __: Input, ___: int) -> None:
    conversation.session_closed = True


def _put_on_hold(conversation: Conversation, _: WorkstreamSettings, __: Input, ___: int) -> None:
    conversation.rest.on_hold_since_ms = conversation.occurred_ms


def _talk_again(conversation: Conversation, _: WorkstreamSettings, __: Input, ___: int) -> None:
    talk_again(conversation)


def _extend_wrap_up(
    conversation: Conversation, _: WorkstreamSettings, input_: Input, __: int
) -> None:
    extras = conversation.rest
    more_ms = min(input_.told.seconds * 1_000, EXTENDED_MAX_MS - extras.extended_ms)
    extras.extended_ms += more_ms
    hold = conversation.hold_of(input_.representative_id, "primary")
    if hold is not None and hold.until_ms is not None:
        hold.until_ms = timers.after(hold.until_ms, more_ms)
    due_ms = conversation.deadlines.get("auto_close")
    if due_ms is not None:
        timers.start(conversation, "auto_close", due_ms, more_ms)


# By trigger, what a recorded input does to the row, where it is not plain.
_EFFECTS: Final[dict[str, Callable[[Conversation, WorkstreamSettings, Input, int], None]]] = {
    "customer.messaged": _hear_customer,
    "customer.disconnected": _miss_customer,
    "customer.reconnected": _find_customer,
    "representative.disconnected": _miss_representative,
    "representative.close_session": _close_session,
    "representative.message": _hear_representative,
    "representative.hold": _put_on_hold,
    "representative.unhold": _talk_again,
    "representative.extend_wrap_up": _extend_wrap_up,
    "bot.message": _hear_bot,
}
_NOT_PLAIN: Final = [trigger for trigger, recorded in RECORDED.items() if not recorded.plain]
check_complete("recording._EFFECTS", _EFFECTS, _NOT_PLAIN, "recorded trigger that is not plain")
check_known("recording", (*_CUSTOMER_IS_BACK, *_OPENS_NO_SESSION), INPUT_TRIGGERS, "trigger")

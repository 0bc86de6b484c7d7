"""Accepted inputs that publish no state change, and what any accepted input ends.

Only the row is updated. Nothing here changes a status or touches capacity.
"""

from collections.abc import Callable
from typing import Final

from omnistate_schemas.completeness import check_complete, check_known

from omnistate.core.conversation import timers
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rules import RECORDED, Recorded
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
        window = conversation.window_of(input_.representative_id)
        if window in conversation.deadlines and type_ != "representative.disconnected":
            del conversation.deadlines[window]
        if window == "representative_reconnect" and type_ not in _OPENS_NO_SESSION:
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


def _miss_customer(
    conversation: Conversation, settings: WorkstreamSettings, _: Input, now_ms: int
) -> None:
    timers.start(conversation, "customer_reconnect", now_ms, settings.customer_reconnect_ms)


def _miss_representative(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input, now_ms: int
) -> None:
    window = conversation.window_of(input_.representative_id)
    assert window is not None
    timers.start(conversation, window, now_ms, settings.representative_reconnect_ms)


def _close_session(conversation: Conversation, _: WorkstreamSettings, __: Input, ___: int) -> None:
    conversation.session_closed = True


def _wait_anew(
    conversation: Conversation, settings: WorkstreamSettings, _: Input, now_ms: int
) -> None:
    if conversation.stage == "waiting":
        timers.start(conversation, "inactivity", now_ms, settings.waiting_ms)


# By trigger, what a recorded input does to the row, where it is not plain.
_EFFECTS: Final[dict[str, Callable[[Conversation, WorkstreamSettings, Input, int], None]]] = {
    "customer.disconnected": _miss_customer,
    "representative.disconnected": _miss_representative,
    "representative.close_session": _close_session,
    "representative.message": _wait_anew,
}
_NOT_PLAIN: Final = [trigger for trigger, recorded in RECORDED.items() if not recorded.plain]
check_complete("recording._EFFECTS", _EFFECTS, _NOT_PLAIN, "recorded trigger that is not plain")
check_known("recording", (*_CUSTOMER_IS_BACK, *_OPENS_NO_SESSION), INPUT_TRIGGERS, "trigger")

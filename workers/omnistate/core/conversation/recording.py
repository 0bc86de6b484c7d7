"""Accepted inputs that publish no state change, and what any accepted input ends.

Only the row is updated. Nothing here changes a status or touches capacity.
"""

from typing import Final

from omnistate.core.conversation import timers
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rules import Recorded
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

_CUSTOMER_IS_BACK: Final = frozenset(
    {"customer.messaged", "customer.reconnected", "customer.ended"}
)
# Section 5, last line of "in conversation": these do not open a record's session again.
_OPENS_NO_SESSION: Final = frozenset(
    {
        "representative.close_session",
        "representative.resolve_record",
        "representative.disconnected",
    }
)


def end_windows(conversation: Conversation, input_: Input) -> None:
    """What any accepted input of somebody ends: his window, and a record's closed session."""
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
    """Update the row for an input that publishes no state change (section 5, "Recorded").

    Who consults, and what it holds, is kept by `capacity.Ledger`.
    """
    if recorded.activity:
        timers.restart_activity(conversation, settings, now_ms)
    if recorded.plain:
        return
    match input_.type:
        case "customer.disconnected":
            timers.start(conversation, "customer_reconnect", now_ms, settings.customer_reconnect_ms)
        case "representative.disconnected":
            window = conversation.window_of(input_.representative_id)
            assert window is not None
            timers.start(conversation, window, now_ms, settings.representative_reconnect_ms)
        case "representative.close_session":
            conversation.session_closed = True
        case "representative.message" if conversation.stage == "waiting":
            timers.start(conversation, "inactivity", now_ms, settings.waiting_ms)

"""Inputs that wait for their turn: for a start that has not come yet, or for their order.

What waits, in which order it is taken and until when; what it then does is `decision`'s business.
See contract.md#early-inputs and contract.md#order-of-reports.
"""

from typing import Final

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Waiting
from omnistate.core.conversation.timers import postpone_forgetting
from omnistate.core.conversation.transitions import FACTS
from omnistate.core.input import Input
from omnistate.core.kinds import KindTraits
from omnistate.core.settings import WorkstreamSettings

EARLY_MS: Final = 3_000
# One more than so many, or more bytes of records, and the first is judged at once.
WAITING_MAX: Final = 16
WAITING_BYTES_MAX: Final = 32_768
# Many systems tell whole seconds: of one instant a conversation's life goes in this order.
_RANKS: Final[dict[str, int]] = {
    "conversation.queued": 1,
    "conversation.offered": 2,
    "conversation.answered": 3,
    "conversation.offer_ended": 4,
    "conversation.parked": 5,
    "conversation.ended": 6,
    "customer.ended": 6,
    "conversation.closed": 6,
    "record.deactivated": 6,
    "conversation.wrapped_up": 7,
}


def waits_for_start(input_: Input) -> bool:
    """Facts and reports wait for their conversation; actions do not."""
    return input_.trigger in FACTS and input_.trigger != "conversation.started"


def waits_for_order(settings: WorkstreamSettings, input_: Input, now_ms: int) -> bool:
    """Facts and reports that the engine's clock has not come to yet."""
    return (
        settings.settle_ms > 0
        and input_.trigger in FACTS
        and input_.time_ms + settings.settle_ms > now_ms
    )


def put_early(conversation: Conversation, input_: Input, now_ms: int) -> None:
    """Have an input wait for the start."""
    _put(conversation, Waiting(input_, now_ms, now_ms + EARLY_MS))


def put_unordered(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input, now_ms: int
) -> None:
    """Have an input wait for its order."""
    ripe_ms = min(input_.time_ms, now_ms) + settings.settle_ms
    _put(conversation, Waiting(input_, now_ms, ripe_ms))


def _put(conversation: Conversation, waiting: Waiting) -> None:
    conversation.rest.waiting.append(waiting)
    restart(conversation)


def go_on_from(
    early: Conversation, conversation: Conversation, settle_ms: int, now_ms: int
) -> None:
    """What waited for the start is taken right after it, or waits for its order from now on."""
    assert early.extras is not None
    for waiting in early.extras.waiting:
        came_ms = waiting.came_ms
        due_ms = min(waiting.input.time_ms, came_ms) + settle_ms
        waiting.ripe_ms = max(due_ms if settle_ms else now_ms, now_ms)
        conversation.rest.waiting.append(waiting)
    restart(conversation)


def is_crowded(conversation: Conversation) -> bool:
    """Whether more waits than may; the first of them is to be taken at once."""
    extras = conversation.extras
    if extras is None or not extras.waiting:
        return False
    if len(extras.waiting) > WAITING_MAX:
        return True
    return sum(waiting.input.size for waiting in extras.waiting) > WAITING_BYTES_MAX


def take(conversation: Conversation, traits: KindTraits | None, now_ms: int | None) -> Input:
    """Take out whichever is first in the order, of those that are ripe, or of all (None).

    Without a start no `traits` say what a disconnect is; whatever waits is refused then.
    """
    waiting = conversation.rest.waiting
    ripe = [each for each in waiting if now_ms is None or each.ripe_ms <= now_ms]
    # Of equals the first of a list is the least, and these stand as they came.
    first = min(ripe, key=lambda each: _order_of(each.input, traits))
    waiting.remove(first)
    restart(conversation)
    return first.input


def _order_of(input_: Input, traits: KindTraits | None) -> tuple[int, int]:
    trigger = input_.type if traits is None else traits.read_trigger(input_.type)
    return input_.time_ms, _RANKS.get(trigger, 0)


def restart(conversation: Conversation) -> None:
    """The deadline of whatever waits, as one of the conversation's."""
    name = "early" if conversation.stage == "nothing" else "settle"
    conversation.deadlines.pop("early", None)
    conversation.deadlines.pop("settle", None)
    waiting = [] if conversation.extras is None else conversation.extras.waiting
    if waiting:
        conversation.deadlines[name] = min(each.ripe_ms for each in waiting)
        postpone_forgetting(conversation)


def is_ripe(conversation: Conversation, now_ms: int) -> bool:
    """Whether an input that waited for the start, or for its order, is to be taken by now."""
    due_ms = conversation.deadlines.get("settle")
    return due_ms is not None and due_ms <= now_ms

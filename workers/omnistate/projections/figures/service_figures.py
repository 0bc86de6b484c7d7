"""What one state change adds to the service figures of its window; pure.

Each figure counts in the window in which it came about (`occurred_at`), for the workstream and the
queue of then:

- offered: became open for the first time, before anybody was in conversation with the customer
  (an outbound conversation, `C3`, never is; a bot's is once the bot escalates).
- accepted: of those, the first change to in_conversation. Its first wait, from the first opening
  on and through declines and moves, is what speed to answer and service level are made of
  (from queue entry or bot escalation until acceptance).
- service level: accepted within the queue's threshold ÷ accepted (abandoned ones are not
  in the denominator). `abandoned_in_time` lets anybody compute another formula.
- abandoned: changes that say `abandoned`, in the queue in which the customer gave up.
- handled: closed after somebody was in conversation, outbound ones too. Handle time is all of its
  in_conversation and wrap_up, over all representatives and queues, counted when it closes.
- wrap-up time: of each wrap_up when it ends, whoever ends it. What is written up after a hand-over
  is no change of a conversation: `recent_wrap_ups` counts it, when it is over, where they had it.
- transfers: increments of `transfer_count`, in the queue that the conversation was in before.
- reopened: waiting → open (`X1`).

Records are left out: nobody waits for an answer there. A repeat adds nothing while
the conversation is remembered; one whose beginning was not seen adds no firsts and no handle time.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from omnistate_schemas.state_change import StateChange

from omnistate.core.conversation.rules import RULES

FIGURES: Final = {
    "offered": "Conversations that became open for the first time.",
    "accepted": "Offered conversations that somebody took for the first time.",
    "accepted_in_time": "Accepted ones whose first wait was within the threshold.",
    "answer_ms": "First waits of accepted conversations, added up.",
    "abandoned": "Customers who left before anybody had taken their conversation.",
    "abandoned_in_time": "Abandoned ones whose wait was within the threshold.",
    "handled": "Conversations closed after somebody was in conversation.",
    "handle_ms": "Time in conversation and in wrap-up of handled ones, added up.",
    "wrapped_up": "Wrap-ups that ended.",
    "wrap_up_ms": "Time in wrap-up of these, added up.",
    "transfers": "Transfers, each counted when it came about.",
    "reopened": "Waiting conversations that the customer opened again.",
}
# Whoever is primary before one of these may write up after it.
_HANDING_OVER: Final = frozenset(rule.id for rule in RULES if rule.hands_over)
# So many of a conversation's are remembered.
HAND_OVERS_MAX: Final = 16
# By figure, without those that are zero.
Counts = dict[str, int]


class HandOver(NamedTuple):
    """Who handed a conversation over, which had been in that queue (None: in none).

    By the engine's clock (ms), and when it happened.
    """

    at_ms: int
    on_ms: int
    representative_id: str
    queue_id: str | None
    workstream_id: str


class Memory(NamedTuple):
    """What is remembered of a conversation until it has been closed for a while."""

    sequence: int
    opened_ms: int | None
    # Somebody has been in conversation, or nobody can know.
    answered: bool
    # None: some of it was not seen.
    handle_ms: int | None
    transfer_count: int
    closed_ms: int | None
    hand_overs: tuple[HandOver, ...] = ()

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> "Memory":
        """What `to_row` made of one, or of its beginning."""
        known = len(cls._fields) - 1
        hand_overs: Iterable[Any] = row[known] if len(row) > known else ()
        first = cls(*row[:known])
        return first._replace(hand_overs=tuple(HandOver(*each) for each in hand_overs))

    def to_row(self) -> list[Any]:
        """Its members as JSON has them; most have handed nothing over, and say nothing of it."""
        *first, hand_overs = self
        return [*first, [list(each) for each in hand_overs]] if hand_overs else first


NOTHING: Final = Memory(0, None, answered=False, handle_ms=0, transfer_count=0, closed_ms=None)


class Addition(NamedTuple):
    """What is to be added in one queue; None = the conversation was in none."""

    queue_id: str | None
    counts: Counts


class Counted(NamedTuple):
    """What became of a change."""

    memory: Memory
    additions: list[Addition]
    # Changes before this one that never arrived.
    missed: int


def count_change(
    change: StateChange, at_ms: int, memory: Memory | None, threshold_ms: int
) -> Counted | None:
    """What a change that came about at `at_ms` adds; None = nothing, it is a repeat.

    `threshold_ms` is that of the queue that the conversation is in after the change.
    """
    if memory is not None and change.sequence <= memory.sequence:
        return None
    if memory is None:
        memory = NOTHING if change.sequence == 1 else _begin_within(change)
    missed = change.sequence - memory.sequence - 1
    here: Counts = {}
    memory = _count_wait(change, at_ms, memory, threshold_ms, here)
    memory = _count_work(change, at_ms, memory, here)
    here["reopened"] = int(change.rule == "X1")
    additions = [Addition(change.queue_id, here)]
    transfers = max(change.transfer_count - memory.transfer_count, 0)
    additions.append(Addition(change.previous_queue_id, {"transfers": transfers}))
    memory = memory._replace(sequence=change.sequence, transfer_count=change.transfer_count)
    return Counted(memory, _without_zeros(additions), missed)


def remember_hand_over(change: StateChange, at_ms: int, on_ms: int, memory: Memory) -> Memory:
    """The memory with what this change hands over, if it does."""
    former_id = change.previous_representative_id
    if change.rule not in _HANDING_OVER or former_id is None:
        return memory
    if former_id == change.representative_id or change.previous_detail != "in_conversation":
        return memory
    queue_id, workstream_id = change.previous_queue_id, change.workstream_id
    hand_over = HandOver(at_ms, on_ms, former_id, queue_id, workstream_id)
    hand_overs = (*memory.hand_overs, hand_over)[-HAND_OVERS_MAX:]
    return memory._replace(hand_overs=hand_overs)


def add_counts(left: Counts, right: Counts) -> Counts:
    """The sum, as a new object."""
    return left | {name: left.get(name, 0) + number for name, number in right.items()}


def _begin_within(change: StateChange) -> Memory:
    """What can be said of a conversation whose beginning was not seen, before this change."""
    return Memory(
        change.sequence - 1,
        opened_ms=None,
        answered=True,
        handle_ms=None,
        transfer_count=change.transfer_count,
        closed_ms=None,
    )


def _count_wait(
    change: StateChange, at_ms: int, memory: Memory, threshold_ms: int, here: Counts
) -> Memory:
    if change.status == "open" and memory.opened_ms is None and not memory.answered:
        here["offered"] = 1
        memory = memory._replace(opened_ms=at_ms)
    wait_ms = None if memory.opened_ms is None else at_ms - memory.opened_ms
    in_time = int(wait_ms is not None and wait_ms <= threshold_ms)
    # Only of who was offered to us: what never was open has not waited.
    if change.abandoned and wait_ms is not None:
        here["abandoned"] = 1
        here["abandoned_in_time"] = in_time
    if change.detail == "in_conversation" and not memory.answered:
        memory = memory._replace(answered=True)
        if wait_ms is not None:
            here["accepted"] = 1
            here["accepted_in_time"] = in_time
            here["answer_ms"] = wait_ms
    return memory


def _count_work(change: StateChange, at_ms: int, memory: Memory, here: Counts) -> Memory:
    spent_ms = round((change.previous_status_seconds or 0) * 1_000)
    left = change.previous_detail if change.detail != change.previous_detail else None
    if left == "wrapping_up":
        here["wrapped_up"] = 1
        here["wrap_up_ms"] = spent_ms
    if left in {"in_conversation", "wrapping_up"} and memory.handle_ms is not None:
        memory = memory._replace(handle_ms=memory.handle_ms + spent_ms)
    if change.status == "closed":
        memory = memory._replace(closed_ms=at_ms)
        if memory.answered and memory.handle_ms is not None:
            here["handled"] = 1
            here["handle_ms"] = memory.handle_ms
    return memory


def _without_zeros(additions: list[Addition]) -> list[Addition]:
    kept = [
        Addition(queue_id, {name: number for name, number in counts.items() if number})
        for queue_id, counts in additions
    ]
    return [each for each in kept if each.counts]

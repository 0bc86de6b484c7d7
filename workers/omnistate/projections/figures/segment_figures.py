"""What one state change adds to the figures of its workstream, its queue and its people; pure.

Wider than the windows that the figures worker keeps, and counted with its code where both count
the same: of a workstream the firsts of each conversation, as in `service_figures`. Else by segment:

- of a queue: offered is each wait that begins there (`queue_since`), so a transfer into a queue,
  and whoever comes back, counts there anew. Accepted, answer time and service level are of that
  wait. A queue has handled it once it is over there: closed, put off, or on in another queue.
- of a representative: offered is each offer made to them; accepted are the waits that they ended;
  they have handled it once it has left them, whoever has it then.
- left waiting: the customer left while it waited (`left_waiting`), whoever had served them before.
- talk time is in conversation and not on hold; both count when a change tells of them.

- a wrap-up after a hand-over counts when it is over, and in handle time then, where they had it.

It all counts when it happened, by `occurred_at`. Records are left out by whoever calls this.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from omnistate_schemas.read_change import ReadChange
from omnistate_schemas.times import parse_time_ms

from omnistate.projections.figures.change_reading import NoChange
from omnistate.projections.figures.handed_over_work import WrapUp
from omnistate.projections.figures.service_figures import (
    Counts,
    Memory,
    add_counts,
    count_change,
)

By = Literal["workstream", "queue", "representative"]
WORKING: Final = ("in_conversation", "wrapping_up")
_DECLINED: Final = ("A2", "A3", "F3")


class Placed(NamedTuple):
    """What is to be added, and for whom; an empty id = in no queue."""

    by: By
    id: str
    counts: Counts


class Wait(NamedTuple):
    """A wait in one queue (empty: in none), since when."""

    queue_id: str
    since_ms: int


class Standing(NamedTuple):
    """What the next change of a conversation is compared with."""

    at_ms: int
    firsts: Memory
    wait: Wait | None
    offered_ids: frozenset[str]
    decline_count: int
    on_hold_ms: int
    # Handled so far, by whoever has it and in its queue; None: its beginning was not seen.
    person_ms: int | None
    queue_ms: int | None


def count_segments(
    change: ReadChange,
    on_ms: int,
    before: Standing | None,
    threshold_ms: Callable[[str | None], int],
) -> tuple[Standing, list[Placed]] | None:
    """What a change that came about at `on_ms` adds, and what to keep; None: it is a repeat.

    `threshold_ms` is how soon work of a queue should be accepted. Raises NoChange.
    """
    firsts = before.firsts if before else None
    counted = count_change(change, on_ms, firsts, threshold_ms(change.queue_id))
    if counted is None:
        return None
    if counted.missed or (before is None and change.sequence > 1):
        before = None
    elif before is None:
        before = Standing(on_ms, counted.memory, None, frozenset(), 0, 0, 0, 0)
    tally = _Tally(change)
    for addition in counted.additions:
        tally.workstream = add_counts(tally.workstream, addition.counts)
    wait = _count_wait(tally, on_ms, before, threshold_ms)
    offered_ids = frozenset(change.offered_representative_ids)
    if not offered_ids and change.offered_representative_id is not None:
        offered_ids = frozenset([change.offered_representative_id])  # As edition 1 has it.
    if before is not None:
        _count_offers(tally, before, offered_ids)
        _count_moves(tally, before)
    if not 0 <= (change.hold_seconds or 0) * 1_000 <= max(0, on_ms):
        raise NoChange("hold_seconds: more than there have been")
    on_hold_ms = _in_ms(change.hold_seconds)
    person_ms, queue_ms = _count_work(tally, on_ms, before, on_hold_ms)
    has_changed = change.representative_id != change.previous_representative_id
    standing = Standing(
        on_ms,
        counted.memory,
        wait,
        offered_ids,
        change.decline_count or 0,
        0 if has_changed else on_hold_ms,
        person_ms,
        queue_ms,
    )
    return standing, tally.placed()


def place_wrap_up(wrap_up: WrapUp) -> list[Placed]:
    """What a wrap-up after a hand-over adds."""
    spent_ms = wrap_up.length_ms
    counts: Counts = {"wrapped_up": 1, "wrap_up_ms": spent_ms, "handle_ms": spent_ms}
    return [
        Placed("workstream", wrap_up.workstream_id, counts),
        Placed("queue", wrap_up.queue_id, counts),
        Placed("representative", wrap_up.representative_id, counts),
    ]


class _Tally:
    """What one change adds, for each whom it is added for."""

    def __init__(self, change: ReadChange) -> None:
        self.change = change
        self.workstream: Counts = {}
        self._others: list[Placed] = []

    def add(self, counts: Counts, queue_id: str | None, *representative_ids: str | None) -> None:
        """For a queue and for people, those whom nobody named aside."""
        self._others.append(Placed("queue", queue_id or "", counts))
        self.add_to_people(counts, *representative_ids)

    def add_to_people(self, counts: Counts, *representative_ids: str | None) -> None:
        """For people alone."""
        self._others += [Placed("representative", id_, counts) for id_ in representative_ids if id_]

    def placed(self) -> list[Placed]:
        """All of it."""
        return [Placed("workstream", self.change.workstream_id, self.workstream), *self._others]


def _count_wait(
    tally: _Tally,
    on_ms: int,
    before: Standing | None,
    threshold_ms: Callable[[str | None], int],
) -> Wait | None:
    change, former = tally.change, before.wait if before else None
    queue_id = change.queue_id or ""
    since_ms = _since_ms(change, on_ms, former)
    if since_ms is None:
        return None
    if change.status == "open" or change.detail == "awaiting_acceptance":
        wait = Wait(queue_id, since_ms)
        if since_ms == on_ms and wait != former:
            tally.add({"offered": 1}, queue_id)
        return wait
    place, since_ms = former or Wait(change.previous_queue_id or "", since_ms)
    waited_ms = max(on_ms - since_ms, 0)
    in_time = int(waited_ms <= threshold_ms(place))
    if change.detail == "in_conversation":
        counts = {"accepted": 1, "accepted_in_time": in_time, "answer_ms": waited_ms}
        tally.add(counts, place, change.representative_id)
    elif change.abandoned if change.left_waiting is None else change.left_waiting:
        counts = {"left_waiting": 1, "left_in_time": in_time}
        tally.add(counts, place)
        tally.workstream = add_counts(tally.workstream, counts)
    return None


def _since_ms(change: ReadChange, on_ms: int, former: Wait | None) -> int | None:
    """Since when it waits, or has waited until this change, in one queue; None: it does not."""
    if change.queue_since is not None:
        return parse_time_ms(change.queue_since)
    if change.occurred_at is not None:
        return None
    # Edition 1 did not say.
    begins = change.status == "open" and (former is None or former.queue_id != change.queue_id)
    return on_ms if begins else former and former.since_ms


def _count_offers(tally: _Tally, before: Standing, offered_ids: frozenset[str]) -> None:
    change = tally.change
    tally.add_to_people({"offered": 1}, *(offered_ids - before.offered_ids))
    if change.rule not in _DECLINED:
        return
    if change.rule == "F3" and (change.decline_count or 0) <= before.decline_count:
        return
    gone = before.offered_ids - offered_ids
    counts = {"declines": len(gone)}
    tally.add(counts, change.previous_queue_id)
    tally.add_to_people({"declines": 1}, *gone)
    tally.workstream = add_counts(tally.workstream, counts)


def _count_moves(tally: _Tally, before: Standing) -> None:
    change = tally.change
    transfers = change.transfer_count - before.firsts.transfer_count
    if transfers > 0:
        counts = {"transfers": transfers}
        tally.add(counts, change.previous_queue_id, change.previous_representative_id)
    if change.rule == "X1":
        tally.add({"reopened": 1}, change.queue_id)


def _count_work(
    tally: _Tally, on_ms: int, before: Standing | None, on_hold_ms: int
) -> tuple[int | None, int | None]:
    """Time since the last change, for whom it was spent; what is handled so far after this one."""
    change = tally.change
    queue_id, person = change.previous_queue_id, change.previous_representative_id
    if change.previous_detail == "wrapping_up" != change.detail:
        wrap_up_ms = _in_ms(change.previous_status_seconds)
        tally.add({"wrapped_up": 1, "wrap_up_ms": wrap_up_ms}, queue_id, person)
    goes_on = change.detail in WORKING
    if change.previous_detail not in WORKING:
        return 0, 0
    stays = goes_on and person == change.representative_id
    stays_in_queue = goes_on and queue_id == change.queue_id
    if before is None:
        return None if stays else 0, None if stays_in_queue else 0
    # Edition 1 had one clock, which may be ahead of when what comes next happened.
    spent_ms = max(on_ms - before.at_ms, 0)
    if change.previous_detail == "in_conversation":
        hold_ms = min(max(on_hold_ms - before.on_hold_ms, 0), spent_ms)
        counts = {"talk_ms": spent_ms - hold_ms, "hold_ms": hold_ms}
        tally.add(counts, queue_id, person)
        tally.workstream = add_counts(tally.workstream, counts)
    person_ms = None if before.person_ms is None else before.person_ms + spent_ms
    queue_ms = None if before.queue_ms is None else before.queue_ms + spent_ms
    if not stays and person_ms is not None:
        tally.add_to_people({"handled": 1, "handle_ms": person_ms}, person)
    if not stays_in_queue and queue_ms is not None:
        tally.add({"handled": 1, "handle_ms": queue_ms}, queue_id)
    return person_ms if stays else 0, queue_ms if stays_in_queue else 0


def _in_ms(seconds: float | None) -> int:
    return round((seconds or 0) * 1_000)

"""Figures of a span of time, whole or cut into periods of one length, from changes in order; pure.

Nothing is ever too late here: a change counts in the period in which it happened, wherever it lies.
What is written up after a hand-over is no change: of it `handed_over` is told before the changes.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from omnistate_schemas.applicability import KIND_OF
from omnistate_schemas.read_change import ReadChange

from omnistate.core.kinds import TRAITS
from omnistate.projections.figures.change_reading import happened_ms
from omnistate.projections.figures.handed_over_work import HandedOverWork
from omnistate.projections.figures.segment_figures import (
    By,
    Placed,
    Standing,
    count_segments,
    place_wrap_up,
)
from omnistate.projections.figures.service_figures import Counts, add_counts
from omnistate.projections.figures.windows import in_seconds, ratio, scaled

SPAN_FIGURES: Final = (
    *("offered", "accepted", "accepted_in_time", "answer_ms", "left_waiting", "left_in_time"),
    *("declines", "handled", "handle_ms", "talk_ms", "hold_ms", "wrapped_up", "wrap_up_ms"),
    *("transfers", "reopened"),
)


class Period(NamedTuple):
    """From `from_ms` on and before `to_ms`, since the epoch."""

    from_ms: int
    to_ms: int


class SpanRow(NamedTuple):
    """The figures of one workstream, queue (empty: none) or representative in one period."""

    period: Period
    id: str
    counts: Counts

    def members(self) -> dict[str, int | float | None]:
        """Every figure by name, durations in seconds; an average of nothing is None."""
        counts = {name: self.counts.get(name, 0) for name in SPAN_FIGURES}
        return {
            **{in_seconds(name): scaled(name, number) for name, number in counts.items()},
            "service_level": ratio(counts["accepted_in_time"], counts["accepted"]),
            "average_answer_seconds": ratio(counts["answer_ms"], counts["accepted"] * 1_000),
            "average_handle_seconds": ratio(counts["handle_ms"], counts["handled"] * 1_000),
            "average_wrap_up_seconds": ratio(counts["wrap_up_ms"], counts["wrapped_up"] * 1_000),
        }


class SpanCounting:
    """Counts the changes of any number of conversations, those of each in their order."""

    def __init__(
        self,
        span: Period,
        every_ms: int | None,
        by: By,
        threshold_ms: Callable[[str | None], int],
    ) -> None:
        """`every_ms` is the length of a period, of which the last may be shorter; None: one."""
        self.handed_over = HandedOverWork()
        self._span = span
        self._every_ms = every_ms or span.to_ms - span.from_ms
        self._by = by
        self._threshold_ms = threshold_ms
        self._standings: dict[str, Standing] = {}
        self._counts: dict[tuple[int, str], Counts] = {}

    def take(self, change: ReadChange, at_ms: int) -> None:
        """Count a change of which the engine came to know at `at_ms`. Raises NoChange."""
        if not TRAITS[KIND_OF[change.channel]].counted:
            return
        on_ms = happened_ms(change, at_ms)
        before = self._standings.get(change.conversation_id)
        counted = count_segments(change, on_ms, before, self._threshold_ms)
        if counted is None:
            return
        standing, additions = counted
        if change.status == "closed":
            self._standings.pop(change.conversation_id, None)
        else:
            self._standings[change.conversation_id] = standing
        self.handed_over.take_change(change, at_ms, on_ms)
        _add(self._counts, self._number(on_ms), self._by, additions)

    def rows(self) -> Iterator[SpanRow]:
        """What there was, by period and id."""
        found = dict(self._counts)
        for wrap_up in self.handed_over.wrap_ups():
            _add(found, self._number(wrap_up.on_ms), self._by, place_wrap_up(wrap_up))
        for (number, id_), counts in sorted(found.items()):
            from_ms = self._span.from_ms + number * self._every_ms
            to_ms = min(from_ms + self._every_ms, self._span.to_ms)
            yield SpanRow(Period(from_ms, to_ms), id_, counts)

    def _number(self, on_ms: int) -> int | None:
        """Which period that is in; None: none."""
        if not self._span.from_ms <= on_ms < self._span.to_ms:
            return None
        return (on_ms - self._span.from_ms) // self._every_ms


def _add(
    found: dict[tuple[int, str], Counts], number: int | None, by: By, additions: list[Placed]
) -> None:
    if number is None:
        return
    for placed_by, id_, counts in additions:
        if placed_by == by and any(counts.values()):
            found[number, id_] = add_counts(found.get((number, id_), {}), counts)

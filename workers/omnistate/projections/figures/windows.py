"""Rows of service figures, added up from what partitions counted in five-minute windows; pure.

A part is what one partition counted in one window for one workstream and queue. Hours are the sum
of their twelve windows, so that the two can never disagree; a row is the sum over partitions.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from omnistate_schemas.times import format_time

from omnistate.projections.figures.service_figures import FIGURES, Counts, add_counts

WINDOW_S: Final = 300
HOUR_S: Final = 3_600
SIZES_S: Final = (WINDOW_S, HOUR_S)
# For how long a window takes late changes: after an outage timers fire late, with their deadline.
KEPT_S: Final = 6 * HOUR_S
# Queue of the row that adds up a whole workstream. No id is empty.
ALL_QUEUES: Final = ""
SPANS: Final = ("current", "previous")


class Segment(NamedTuple):
    """Where a part was counted; no queue is the empty one."""

    partition: int
    workstream_id: str
    queue_id: str


class PartitionCounts(NamedTuple):
    """What one partition counted in the window that began at `start_s`."""

    place: Segment
    start_s: int
    counts: Counts


class Span(NamedTuple):
    """A window of whatever size: which one relative to now, and when it began."""

    window_s: int
    name: str
    start_s: int


class FigureRow(NamedTuple):
    """The figures of a workstream, in one of its queues or in all, in one span."""

    workstream_id: str
    queue_id: str
    span: Span
    counts: Counts

    def members(self) -> dict[str, int | float | None]:
        """Every figure by name, durations in seconds; an average of nothing is None."""
        counts = {name: self.counts.get(name, 0) for name in FIGURES}
        return {
            **{in_seconds(name): scaled(name, number) for name, number in counts.items()},
            "service_level": ratio(counts["accepted_in_time"], counts["accepted"]),
            "average_answer_seconds": ratio(counts["answer_ms"], counts["accepted"] * 1_000),
            "average_handle_seconds": ratio(counts["handle_ms"], counts["handled"] * 1_000),
            "average_wrap_up_seconds": ratio(counts["wrap_up_ms"], counts["wrapped_up"] * 1_000),
        }


def spans_at(now_s: float) -> list[Span]:
    """The windows that `now_s` is in, and the last ones that are over."""
    return [
        Span(size_s, name, int(now_s // size_s) * size_s - back * size_s)
        for size_s in SIZES_S
        for back, name in enumerate(SPANS)
    ]


def within(parts: Iterable[PartitionCounts], span: Span) -> dict[Segment, Counts]:
    """What each place counted in a span: an hour has the parts of its twelve windows."""
    found: dict[Segment, Counts] = {}
    for place, start_s, counts in parts:
        if span.start_s <= start_s < span.start_s + span.window_s:
            found[place] = add_counts(found.get(place, {}), counts)
    return found


def add_up(
    placed: Iterable[tuple[Segment, Counts]], span: Span, known: Iterable[tuple[str, str]] = ()
) -> Iterator[FigureRow]:
    """A row for each workstream and each of its queues; those that are `known` have one anyway."""
    found: dict[tuple[str, str], Counts] = {}
    for workstream_id, queue_id in known:
        found[workstream_id, ALL_QUEUES] = found[workstream_id, queue_id] = {}
    for (_, workstream_id, queue_id), counts in placed:
        for queue in {queue_id, ALL_QUEUES}:
            key = (workstream_id, queue)
            found[key] = add_counts(found.get(key, {}), counts)
    for (workstream_id, queue), counts in sorted(found.items()):
        yield FigureRow(workstream_id, queue, span, counts)


def as_fields(rows: Iterable[FigureRow]) -> dict[str, str]:
    """Rows of one workstream, queue and size as the fields of one hash; None is empty."""
    fields: dict[str, str] = {}
    for row in rows:
        members: dict[str, Any] = {
            "start": format_time(row.span.start_s * 1_000),
            **row.members(),
        }
        for name, member in members.items():
            fields[f"{row.span.name}_{name}"] = "" if member is None else str(member)
    return fields


def in_seconds(name: str) -> str:
    """What a figure is called where durations are seconds."""
    return f"{name.removesuffix('_ms')}_seconds" if name.endswith("_ms") else name


def scaled(name: str, number: int) -> int | float:
    """A figure's number where durations are seconds."""
    return number / 1_000 if name.endswith("_ms") else number


def ratio(part: int, whole: int) -> float | None:
    """A share or an average, to six digits; None = of nothing."""
    return round(part / whole, 6) if whole else None

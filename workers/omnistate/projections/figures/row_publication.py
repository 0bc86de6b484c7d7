"""Figures as rows in Redis: each worker puts in its own partitions' parts, any of them adds up all.

Keys, with TOPIC_PREFIX in front of `omnistate:`; those that nobody writes any more expire:

- `omnistate:figures:<window_seconds>:<workstream>:<queue>`: a hash for readers. No queue = the
  whole workstream, what was in no queue included. Fields `current_…` and `previous_…`, in seconds
  where they say so, empty for an average of nothing; `…_start` says which window. `:` and `%` in a
  workstream's id are written `%3A` and `%25`; a queue's id stands as it is.
- `omnistate:figures-rows:<window_seconds>`: a sorted set of `["workstream", "queue"]`, by the time
  (s) at which each expires: which rows there are.
- `omnistate:figures-parts:<window_seconds>:<start>`: what each partition counted; for workers.

Parts are absolute, so that writing one again changes nothing. Two workers that write a row at once
may leave out the other's last seconds; the next round, a few seconds later, does not.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, Protocol

from pydantic import Field, TypeAdapter, ValidationError

from omnistate.projections.figures.service_figures import Counts
from omnistate.projections.figures.windows import (
    FigureRow,
    PartitionCounts,
    Segment,
    add_up,
    as_fields,
    spans_at,
    within,
)
from omnistate.projections.keys import Keys

_PLACE: Final = TypeAdapter(Segment)
_COUNTS: Final = TypeAdapter(dict[str, Annotated[int, Field(ge=-(2**62), le=2**62)]])
# How many windows long a row stays after its last change.
KEPT_WINDOWS: Final = 3


class RowStore(Protocol):
    """Hashes that several workers write; see `omnistate.adapters.redis.row_store`."""

    async def exchange(
        self, shares: Mapping[str, Mapping[str, str]], kept_s: int
    ) -> list[dict[str, str]]:
        """Put our fields into each hash; all that is in each then."""

    async def replace(self, rows: Mapping[str, Mapping[str, str]], kept_s: int) -> None:
        """Make each hash consist of these fields."""

    async def list_until(self, key: str, members: Mapping[str, float], now_s: float) -> None:
        """Keep members until their time, drop those whose time is over."""


async def publish(
    store: RowStore, keys: Keys, parts: Sequence[PartitionCounts], now_s: float
) -> int:
    """Write the rows as of `now_s` from our parts and everybody's; how many there are."""
    written = 0
    known = {(part.place.workstream_id, part.place.queue_id) for part in parts}
    spans = spans_at(now_s)
    for window_s in dict.fromkeys(span.window_s for span in spans):
        own = [span for span in spans if span.window_s == window_s]
        kept_s = window_s * KEPT_WINDOWS
        shares = {
            f"{keys.root}figures-parts:{window_s}:{span.start_s}": _write_parts(within(parts, span))
            for span in own
        }
        answers = await store.exchange(shares, kept_s)
        placed = [_read_parts(answer) for answer in answers]
        everybody = known | {(place[1], place[2]) for each in placed for place in each}
        rows = [
            row
            for span, each in zip(own, placed, strict=True)
            for row in add_up(each.items(), span, everybody)
        ]
        hashes = _gather(rows)
        named = {keys.figures_of(window_s, *ids): fields for ids, fields in hashes.items()}
        await store.replace(named, kept_s)
        listed = {json.dumps(ids, ensure_ascii=False): now_s + kept_s for ids in hashes}
        await store.list_until(keys.figures_rows(window_s), listed, now_s)
        written += len(hashes)
    return written


def rows_of(parts: Sequence[PartitionCounts], now_s: float) -> list[FigureRow]:
    """The rows that these parts alone make: for a worker's own metrics."""
    known = {(part.place.workstream_id, part.place.queue_id) for part in parts}
    return [
        row for span in spans_at(now_s) for row in add_up(within(parts, span).items(), span, known)
    ]


def _gather(rows: Iterable[FigureRow]) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], list[FigureRow]] = {}
    for row in rows:
        found.setdefault((row.workstream_id, row.queue_id), []).append(row)
    return {
        ids: {"workstream_id": ids[0], "queue_id": ids[1], **as_fields(own)}
        for ids, own in found.items()
    }


def _write_parts(placed: Mapping[Segment, Counts]) -> dict[str, str]:
    return {json.dumps(place): json.dumps(counts) for place, counts in placed.items()}


def _read_parts(fields: Mapping[str, str]) -> dict[Segment, Counts]:
    """Without what is none: anybody may write there, and the next round writes it anew."""
    found = {}
    for place, counts in fields.items():
        try:
            found[_PLACE.validate_json(place)] = _COUNTS.validate_json(counts)
        except ValidationError:
            continue
    return found

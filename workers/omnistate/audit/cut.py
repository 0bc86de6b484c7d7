"""The cut: how far each partition of the engine had come when the audit began to look.

Theory. The engine commits a batch of partition p in one transaction: outputs, rows, input offsets,
and one record in partition p of the positions' changelog, which says the partition's clock and the
next offset of each input after that batch. The audit reads this changelog first, up to the end that
it saw; the last record there is the cut of p. Everything of the batches up to the cut is committed,
so it lies before the ends of all other topics, which are asked for later, and a reader of committed
records that goes up to those ends sees all of it: while a batch's markers are still being written,
the reader waits. What is found beyond the cut belongs to later batches and is left alone.

Which side an output is on is told by what it says itself:

    an input's    within, where the input lies before the cut's offset of its topic; but one that
                  waited, for a start or for its order, was answered later, so its answer is
                  within only where its time is before the cut's clock, too, as with timers
    a timer's     within, where its time is before the cut's clock; beyond, where it is after it;
                  tied, where it is the clock's own instant: a timer with a duration of 0 may fire
                  in the same batch or in the next
    a hold's      the same, since it names no input: an output's time never goes back, so no
                  later batch says anything of an earlier instant than the cut's clock

What is tied, or what is beyond although nothing was committed since, is a doubt: it breaks a law
only where the positions, read once more at the end, have not moved. So a system at rest is judged
to the last record, and one at work is never accused of what it did in the meantime.

Rows are read between the positions and the outputs. So a row is at least as new as the cut, and
whatever it says must already be on the output topics.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Final, Protocol

import msgspec

from omnistate.audit.findings import Findings, Side
from omnistate.audit.source import TopicReader
from omnistate.core.conversation.transitions import FACTS
from omnistate.core.row_version import ROW_VERSION, NewerVersion
from omnistate.stream.ports import Record


class Reached(msgspec.Struct, frozen=True):
    """One record of the positions: the clock (None before the first event) and next offsets."""

    clock_ms: int | None
    offsets: dict[str, int]


NOWHERE: Final = Reached(None, {})
# What may be taken long after it came (contract.md#early-inputs, contract.md#order-of-reports).
MAY_WAIT: Final = {name.partition("/")[0] for name in FACTS} - {"conversation.started"}


class _Row(msgspec.Struct):
    """A position of any version: the first one calls them `offsets`."""

    clock_ms: int | None
    version: int = 1
    next_offsets: dict[str, int] | None = None
    offsets: dict[str, int] | None = None


_DECODE_ROW: Final = msgspec.json.Decoder(_Row).decode


def _decode(row: bytes) -> Reached:
    found = _DECODE_ROW(row)
    if found.version > ROW_VERSION:
        raise NewerVersion(found.version)
    offsets = found.offsets if found.next_offsets is None else found.next_offsets
    if offsets is None:
        raise msgspec.ValidationError("a position without offsets")
    return Reached(found.clock_ms, offsets)


class Positioned(Protocol):
    """A worker whose positions tell how far it has come."""

    @property
    def positions(self) -> str:
        """The changelog that they are in."""

    @property
    def partitions(self) -> int:
        """How many partitions it has."""


class Cut:
    """How far each partition had come; `ends` is the end of each partition of the positions."""

    def __init__(self, reached: Sequence[Reached], ends: Sequence[int]) -> None:
        """`reached` is by partition."""
        self.reached = reached
        self.ends = ends

    def offset(self, partition: int, topic: str) -> int:
        """The next offset of an input at the cut."""
        return self.reached[partition].offsets.get(topic, 0)

    def clock_ms(self, partition: int) -> int | None:
        """The partition's clock at the cut."""
        return self.reached[partition].clock_ms

    def side_of_input(self, partition: int, topic: str, offset: int) -> Side:
        """Where an input, and all that names it, lies."""
        return Side.WITHIN if offset < self.offset(partition, topic) else Side.BEYOND

    def side_of_answer(
        self, partition: int, place: tuple[str, int], at_ms: int, type_: str
    ) -> Side:
        """Where what names the input at (topic, offset), of a type, at an instant, lies."""
        if self.side_of_input(partition, *place) is Side.BEYOND:
            return Side.BEYOND
        side = self.side_of_time(partition, at_ms)
        return Side.WITHIN if side is Side.TIED and type_ not in MAY_WAIT else side

    def side_of_time(self, partition: int, at_ms: int) -> Side:
        """Where something that only says its time lies."""
        clock_ms = self.reached[partition].clock_ms
        if clock_ms is None or at_ms > clock_ms:
            return Side.BEYOND
        return Side.WITHIN if at_ms < clock_ms else Side.TIED


async def read_cut(
    reader: TopicReader, layout: Positioned, findings: Findings, counted: str = "batches"
) -> Cut:
    """Read the positions whole; one that goes back breaks the law of offsets."""
    ends = await reader.ends(layout.positions)
    reached = []
    for partition in range(layout.partitions):
        furthest = NOWHERE
        async for record, found in read_positions(reader, layout, partition, ends[partition]):
            if found is None:
                findings.add("offsets", *place_of(record), "this is no position")
                continue
            step_back = _find_step_back(furthest, found)
            if step_back:
                findings.add("offsets", *place_of(record), f"the position goes back: {step_back}")
            furthest = _further(furthest, found)
            findings.counts[counted] += 1
        reached.append(furthest)
    return Cut(reached, ends)


async def read_positions(
    reader: TopicReader, layout: Positioned, partition: int, end: int, start: int = 0
) -> AsyncGenerator[tuple[Record, Reached | None], None]:
    """A partition's positions in order; None for a record that is none. Raises NewerVersion."""
    async with aclosing(reader.records(layout.positions, partition, start, end)) as chunks:
        async for chunk in chunks:
            for record in chunk:
                try:
                    yield record, _decode(record.value or b"")
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    yield record, None


async def find_partitions_at_rest(
    reader: TopicReader, layout: Positioned, cut: Cut
) -> tuple[set[int], dict[int, list[Mapping[str, int]]]]:
    """The partitions that committed nothing since the cut, and the others' offsets since."""
    at_rest: set[int] = set()
    since: dict[int, list[Mapping[str, int]]] = {}
    ends = await reader.ends(layout.positions)
    for partition, end in enumerate(ends):
        offsets: list[Mapping[str, int]] = []
        begin = cut.ends[partition]
        async for _, found in read_positions(reader, layout, partition, end, begin):
            if found is not None:
                offsets.append(found.offsets)
        if offsets:
            since[partition] = offsets
        else:
            at_rest.add(partition)
    return at_rest, since


def place_of(record: Record) -> tuple[str, int, int]:
    """Topic, partition and offset."""
    return record.topic, record.partition, record.offset


def _find_step_back(before: Reached, after: Reached) -> str:
    if before.clock_ms is not None and (after.clock_ms is None or after.clock_ms < before.clock_ms):
        return f"the clock from {before.clock_ms} to {after.clock_ms}"
    for topic, offset in before.offsets.items():
        if after.offsets.get(topic, 0) < offset:
            return f"{topic} from {offset} to {after.offsets.get(topic, 0)}"
    return ""


def _further(before: Reached, after: Reached) -> Reached:
    clocks = [each.clock_ms for each in (before, after) if each.clock_ms is not None]
    topics = before.offsets.keys() | after.offsets.keys()
    return Reached(
        max(clocks, default=None),
        {topic: max(before.offsets.get(topic, 0), after.offsets.get(topic, 0)) for topic in topics},
    )

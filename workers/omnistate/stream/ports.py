"""The ports: what the runtime needs of a log, and the values that cross them.

Protocols and plain values only. Kafka and the embedded log implement the same ones, and the same
contract suite is run over both.
"""

from collections import Counter as Tally
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol, Self

import msgspec

from omnistate.stream.position import Position

# Kafka knows headers without a value.
Headers = tuple[tuple[str, bytes | None], ...]


class Record(NamedTuple):
    """A record as it was read. `timestamp_ms` is the log's append time: the engine's clock."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class UnreadableRecord(Record):
    """In the place of the records of a batch that nobody can read; `offset` is the last of them."""

    __slots__ = ()
    code = "unreadable"

    @classmethod
    def of(
        cls, place: tuple[str, int], first: int, last: int, timestamp_ms: int, reason: str
    ) -> Self:
        """At topic and partition, offsets `first` to `last`."""
        return cls(*place, last, timestamp_ms, None, None, ((str(first), reason.encode()),))

    @property
    def first_offset(self) -> int:
        """The first offset that it stands for."""
        return int(self.headers[0][0])

    @property
    def problem(self) -> str:
        """What is wrong, and with which offsets."""
        reason = (self.headers[0][1] or b"").decode()
        return f"offsets {self.first_offset} to {self.offset}: {reason}"


class DeletedRecords(UnreadableRecord):
    """In the place of records that the log deleted before they were read.

    Nobody knows when they were appended: their time is 0, so that nothing waits for them.
    """

    __slots__ = ()
    code = "deleted"

    @classmethod
    def between(cls, place: tuple[str, int], first: int, end: int) -> Self:
        """At topic and partition, the offsets from `first` up to `end`."""
        return cls.of(place, first, end - 1, 0, "deleted by the log before they were read")


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """An output record; it goes to the partition number of whoever sends it, if the key says so."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Write(NamedTuple):
    """A changed row of a table; `value` None deletes it (a tombstone in the changelog)."""

    table: str
    key: bytes
    value: bytes | None


class Restored(NamedTuple):
    """A part of the tables as they are read back, and how far that has come, in log records."""

    writes: Sequence[Write]
    done: int
    total: int


class Fenced(Exception):
    """Somebody else owns this partition now; nothing more can be written to it."""


class LogUnavailable(Exception):
    """The log cannot do its part at present; whoever owns the partition may try again later."""


class LogRefusal(LogUnavailable):
    """The log will not do its part before somebody mends what the message names."""


class LogHeldUp(LogUnavailable):
    """The log answers, but what was waited for did not come in time."""


class Batch(NamedTuple):
    """What a step comes to: all of it is committed, or none."""

    outputs: list[Outgoing]
    writes: list[Write]
    # The processor's clock after the batch, epoch milliseconds; None before the first event.
    clock_ms: int | None
    # Inputs by outcome (changed, recorded, ignored, rejected, dead_letter), and timers fired.
    tally: Tally[str]
    # For metrics: ("rule", its id), ("rejected", code), ("ignored", code), ("dead_letter", code).
    details: Tally[tuple[str, str]]
    # How long after its deadline each timer fired, in ms of the clock that fired it.
    lateness_ms: list[int]
    # By how much the number of rows in each stage has changed.
    stages: Tally[str]
    # Where each conversation that the batch changed stands at its end; after all outputs.
    states: Sequence[Outgoing] = ()
    # By how much the number of rows that have each of the settings has changed, by key.
    uses: Mapping[bytes, int] = MappingProxyType({})


class Work(Protocol):
    """One batch under way, over rows that stay as they are until it is committed."""

    def take(self, record: Record) -> bool:
        """Apply a record; False where the batch is full and the record is for the next one."""

    def fire_timers(self, now_ms: int) -> bool:
        """Fire what is due; False where the batch is full before everything has fired."""

    def finish(self, offsets: Mapping[str, int]) -> Batch:
        """What it comes to, with the position that it reaches among its writes."""

    def drop(self) -> None:
        """Forget the batch: the rows are as if it had never been."""


class Processor(Protocol):
    """A worker's part in a partition task: its rows, and what records do to them."""

    @property
    def row_version(self) -> int:
        """The version to write rows in; settled by `index`."""

    @property
    def offsets(self) -> Mapping[str, int] | None:
        """The next offset of each input by the rows; None before the first batch."""

    @property
    def clock_ms(self) -> int | None:
        """The partition's clock, epoch milliseconds."""

    @property
    def position(self) -> Position | None:
        """The last position of the rows; None before the first batch."""

    # What tells the inputs from others of the same names: in every position from when it is set.
    topic_ids: Mapping[str, str] | None

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows there are in each table, positions aside."""

    @property
    def due_ms(self) -> int | None:
        """When the next timer may be due, or None."""

    @property
    def stages(self) -> Mapping[str, int]:
        """How many rows there are in each stage."""

    def merge(self, writes: Iterable[Write]) -> None:
        """Take over committed rows, in a restore."""

    def commit(self, batch: Batch) -> None:
        """Take over what a committed batch has changed."""

    def index(self) -> None:
        """Derive what is derived from the rows, after a restore."""

    def begin(self) -> Work:
        """Start a batch."""


class Transaction(Protocol):
    """Outputs, rows and input offsets of one partition, visible together or not at all."""

    async def send(self, outputs: Iterable[Outgoing]) -> None:
        """Append outputs. Raises Fenced."""

    async def write(self, writes: Iterable[Write]) -> None:
        """Append changed rows to the changelogs of their tables. Raises Fenced."""

    async def send_offsets(self, offsets: Mapping[str, int]) -> None:
        """Put the next offset to read of each input topic into the transaction. Raises Fenced."""

    async def flush(self) -> None:
        """Wait until the log has taken everything. Raises whatever went wrong with any of it."""

    async def commit(self) -> None:
        """Make everything visible. Raises Fenced; any other error leaves the outcome unknown."""

    async def abort(self) -> None:
        """Make nothing of it visible, ever."""


class PartitionLog(Protocol):
    """One co-partition of a log: its inputs, its tables' changelogs and its committed offsets."""

    async def fence(self) -> None:
        """Become the one owner: a former one can write nothing more, its open work is aborted."""

    def restore(self) -> AsyncIterator[Restored]:
        """The committed rows from the compacted changelogs, part by part; the last value counts."""

    async def committed(self) -> Mapping[str, int]:
        """The next offset to read of each input topic, as last committed."""

    async def topic_ids(self) -> Mapping[str, str]:
        """What tells each input topic from another one of the same name, where the log knows."""

    async def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets."""

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        """The next records of both inputs, merged by timestamp (ties: channel-events, offset).

        Empty where there is nothing to read within `wait_ms`. A record is held back while the log
        knows of an earlier one of the other input; one that turns up later all the same is applied
        when seen.
        """

    async def has_caught_up(self) -> bool:
        """Whether everything that the inputs held when this was asked has been read."""

    async def begin(self, at_ms: int | None) -> Transaction:
        """Start a transaction whose records bear this time. Raises Fenced."""

"""The ports: what the runtime needs of a log, and the values that cross them.

Protocols and plain values only. Kafka and the embedded log implement the same ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

Headers = tuple[tuple[str, bytes], ...]


class Record(NamedTuple):
    """A record as it was read. `timestamp_ms` is the log's append time: the engine's clock."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Outgoing(NamedTuple):
    """A record to append. Inputs carry no partition: the key's hash decides."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Write(NamedTuple):
    """A changed row of a table; `value` None deletes it (a tombstone in the changelog)."""

    table: str
    key: bytes
    value: bytes | None


class Transaction(Protocol):
    """Outputs, rows and input offsets of one partition that become visible together or not at all."""

    def send(self, outgoing: Iterable[Outgoing]) -> None:
        """Append outputs, each to the partition number of this transaction's owner."""

    def write(self, writes: Iterable[Write]) -> None:
        """Append changed rows to the changelogs of their tables."""

    def commit(self, offsets: Mapping[str, int]) -> None:
        """Make everything visible, with the next offset to read of each input topic."""

    def abort(self) -> None:
        """Make nothing of it visible, ever."""


class PartitionLog(Protocol):
    """One co-partition of a log: its inputs, its tables' changelogs and its committed offsets."""

    def read(self, max_records: int) -> Sequence[Record]:
        """The next records of both inputs, merged by timestamp (ties: channel-events, offset)."""

    def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets."""

    def committed(self) -> Mapping[str, int]:
        """The next offset to read of each input topic, as last committed."""

    def restore(self) -> Iterable[Write]:
        """The last committed value of each row, from the compacted changelogs."""

    def begin(self) -> Transaction:
        """Start a transaction; a former owner of this partition can write nothing more."""

"""The ports: what the runtime needs of a log, and the values that cross them.

Protocols and plain values only. Kafka and the embedded log implement the same ones, and the same
contract suite is run over both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

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


class Fenced(Exception):
    """Somebody else owns this partition now; nothing more can be written to it."""


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

    async def restore(self) -> Sequence[Write]:
        """The last committed value of each row, from the compacted changelogs."""

    async def committed(self) -> Mapping[str, int]:
        """The next offset to read of each input topic, as last committed."""

    async def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets."""

    async def read(self, max_records: int) -> Sequence[Record]:
        """The next records of both inputs, merged by timestamp (ties: channel-events, offset).

        Empty where there is nothing to read now. A record is held back while the log knows of an
        earlier one of the other input; one that turns up later all the same is applied when seen.
        """

    async def begin(self) -> Transaction:
        """Start a transaction. Raises Fenced."""

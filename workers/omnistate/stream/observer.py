"""What the runtime tells about itself, for logs and metrics.

Protocols only: no library, and never a record's content.
"""

from typing import Protocol

from omnistate.stream.outcome import CommittedBatch, PartitionStopped
from omnistate.stream.ports import Restored


class PartitionObserver(Protocol):
    """Told what becomes of each partition that this worker owns."""

    def assigned(self, partition: int) -> None:
        """The group has given it to this worker."""

    def restoring(self, partition: int, part: Restored) -> None:
        """Its tables are being read back."""

    def started(self, partition: int, seconds: float, *, agreed: bool) -> None:
        """It is restored and runs; `agreed`: the group's offsets were those of the tables."""

    def committed(self, partition: int, committed: CommittedBatch) -> None:
        """A batch was committed."""

    def fenced(self, partition: int, reason: str) -> None:
        """Another owner has come, or the coordinator gave up on this one."""

    def failed(self, partition: int, reason: str) -> None:
        """The log could not do its part; the partition is taken over anew before long."""

    def stopped(self, partition: int, stop: PartitionStopped) -> None:
        """No other try can help by itself; said once, and looked at again from time to time."""

    def paused(self, partition: int) -> None:
        """The group is being rebalanced."""

    def revoked(self, partition: int) -> None:
        """It is another worker's now."""

    def gone(self, partition: int, topic: str, records: int) -> None:
        """Records were deleted by the log before they were read."""

    def clock_ahead(self, partition: int, topic: str, offset: int) -> None:
        """A record bears a time that no broker's clock has come to; the broker's was taken."""

    def held_up(self, partition: int, topic: str, offset: int) -> None:
        """Nothing is read of an input beyond an offset: a transaction there stays open."""

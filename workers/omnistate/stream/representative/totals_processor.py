"""The representative worker's part in a partition task: those whose key lies here."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from omnistate.core.directory import Directory
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Batch, Write
from omnistate.stream.position import Position
from omnistate.stream.representative.totals_step import TOLD_MAX, RepresentativeStep
from omnistate.stream.representative.totals_table import HOLDINGS, TOTALS, TotalsTable
from omnistate.stream.row_writing import version_to_write


class TotalsProcessor:
    """The representatives of one partition: the port `Processor`."""

    def __init__(
        self,
        directory: Directory,
        partition: int = 0,
        partitions: int = 1,
        row_version: int | None = None,
    ) -> None:
        """No rows yet; `partitions` is how many the inputs have.

        Rows are to be written in `row_version` at least; None = in that which they have.
        """
        self.row_version = version_to_write(None, row_version)
        self._asked_version = row_version
        self.table = TotalsTable()
        self.stages: Tally[str] = Tally()
        self._directory = directory
        self._partition = partition
        self._partitions = partitions
        self._step: RepresentativeStep | None = None
        # The configuration that `_to_tell` is about, and who is still to be told of it.
        self._version = -1
        self._to_tell: list[str] = []

    @property
    def offsets(self) -> Mapping[str, int] | None:
        """The next offset of each input by the rows."""
        return self.table.offsets

    @property
    def clock_ms(self) -> int | None:
        """The partition's clock."""
        return self.table.clock_ms

    @property
    def position(self) -> Position | None:
        """The last one that was restored or committed."""
        return self.table.position

    @property
    def topic_ids(self) -> Mapping[str, str] | None:
        """What tells the inputs from others of the same names: in every position from now on."""
        return self.table.topic_ids

    @topic_ids.setter
    def topic_ids(self, topic_ids: Mapping[str, str] | None) -> None:
        self.table.topic_ids = topic_ids

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows there are."""
        return {TOTALS: len(self.table.rows), HOLDINGS: self.table.held_rows}

    @property
    def due_ms(self) -> int | None:
        """At once while somebody is to be told of a changed configuration; else the first lease."""
        if self._to_tell or self._version != self._directory.version:
            return 0
        return self.table.leases.earliest_ms

    def merge(self, writes: Iterable[Write]) -> None:
        """Take over committed rows."""
        self.table.merge(writes)

    def commit(self, batch: Batch) -> None:
        """Take over what a committed batch has changed."""
        self.table.merge(batch.writes)
        self.stages.update(batch.stages)
        step = self._step
        if step is not None:
            self.table.leases.enter(step.lease_changes)
            if step.version == self._version:
                del self._to_tell[: step.told]
        self._step = None

    def index(self) -> None:
        """Count the representatives, enter leases, and settle the version to write rows in."""
        self.table.index()
        self.row_version = version_to_write(self.position, self._asked_version)
        self.stages = Tally(known=len(self.table.rows))

    def begin(self) -> RepresentativeStep:
        """Start a batch; whom a changed configuration may concern is looked at with it."""
        if self._version != self._directory.version:
            self._version = self._directory.version
            self._to_tell = sorted(self._everybody())
        to_tell = list(islice(self._to_tell, TOLD_MAX))
        self._step = RepresentativeStep(self.table, self._directory, to_tell, self._partitions)
        return self._step

    def _everybody(self) -> set[str]:
        """Everyone of this partition whom the configuration or a row knows."""
        configured = (
            id_
            for id_ in self._directory.representatives
            if partition_of(id_.encode(), self._partitions) == self._partition
        )
        return {*self.table.rows, *configured}


def process_representatives(
    directory: Directory,
    partition: int = 0,
    partitions: int = 1,
    row_version: int | None = None,
) -> Callable[[], TotalsProcessor]:
    """What makes the processor of a partition, with these arguments, at each takeover."""
    return lambda: TotalsProcessor(directory, partition, partitions, row_version)

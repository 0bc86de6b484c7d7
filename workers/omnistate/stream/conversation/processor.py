"""The conversation worker's part in a partition task: its tables, and the step over them."""

from collections.abc import Callable, Iterable, Mapping

from omnistate.core.directory import Directory
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Batch, Write
from omnistate.stream.position import Position
from omnistate.stream.row_writing import version_to_write


class ConversationProcessor:
    """The conversations of one partition: the port `Processor`."""

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
        self.tables = Tables()
        self._directory = directory
        self._partition = partition
        self._partitions = partitions

    @property
    def offsets(self) -> Mapping[str, int] | None:
        """The next offset of each input by the rows."""
        return self.tables.offsets

    @property
    def clock_ms(self) -> int | None:
        """The partition's clock."""
        return self.tables.clock_ms

    @property
    def position(self) -> Position | None:
        """The last one that was restored or committed."""
        return self.tables.position

    @property
    def topic_ids(self) -> Mapping[str, str] | None:
        """What tells the inputs from others of the same names: in every position from now on."""
        return self.tables.topic_ids

    @topic_ids.setter
    def topic_ids(self, topic_ids: Mapping[str, str] | None) -> None:
        self.tables.topic_ids = topic_ids

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows there are in each table."""
        return self.tables.count_rows()

    @property
    def due_ms(self) -> int | None:
        """When the next timer may be due."""
        return self.tables.timers.earliest_ms

    @property
    def stages(self) -> Mapping[str, int]:
        """How many conversations there are in each stage."""
        return self.tables.stages

    def merge(self, writes: Iterable[Write]) -> None:
        """Take over committed rows."""
        self.tables.merge(writes)

    def commit(self, batch: Batch) -> None:
        """Take over what a committed batch has changed."""
        self.tables.commit(batch)

    def index(self) -> None:
        """Enter every row's deadline, and settle the version that rows are written in."""
        self.row_version = version_to_write(self.position, self._asked_version)
        self.tables.index()

    def begin(self) -> Step:
        """Start a batch."""
        return Step(self.tables, self._directory, self._partition, self._partitions)


def process_conversations(
    directory: Directory,
    partition: int = 0,
    partitions: int = 1,
    row_version: int | None = None,
) -> Callable[[], ConversationProcessor]:
    """What makes the processor of a partition, with these arguments, at each takeover."""
    return lambda: ConversationProcessor(directory, partition, partitions, row_version)

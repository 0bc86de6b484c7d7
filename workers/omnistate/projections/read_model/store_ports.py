"""The ports: what the projector needs of the log and of the store, and the values that cross them.

Protocols and plain values only.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from omnistate.projections.keys import Command
from omnistate.projections.read_model.conversation_effects import ModelRow
from omnistate.stream.ports import Record


class TopicPartition(NamedTuple):
    """A partition of a topic, by our name of it."""

    topic: str
    partition: int


class Bounds(NamedTuple):
    """The first offset that a partition still has, and the one after its last committed record."""

    beginning: int
    end: int


class ModelBatch(NamedTuple):
    """Commands and the offset that they bring a partition to: all of it is applied, or nothing."""

    place: TopicPartition
    # What the store must say of the partition, or nothing is applied; None: nothing at all.
    expected: int | None
    next: int
    commands: Sequence[Command]
    # What the store must not know, or nothing is applied.
    without: TopicPartition | None = None


class StoreUnavailable(Exception):
    """The store cannot do its part at present; whether a batch was applied is unknown."""


class StoreRefusal(StoreUnavailable):
    """The store will not do its part before somebody mends what the message names: a login."""


class StoreSpoiled(StoreUnavailable):
    """A key that nothing can do without holds what is not of its kind; the message names it."""


class StoreUnusable(Exception):
    """The store will never do its part as it is; the message is one line that says why."""


# A key of the store that holds what is not of its kind, and what became of it.
KeyReport = Callable[[str, str], None]


class Conflict(Exception):
    """The store says another offset than the batch expected, so nothing was applied."""

    def __init__(self, stored: int | None) -> None:
        """`stored` is what it says."""
        super().__init__(f"the store says {stored}")
        self.stored = stored


class Store(Protocol):
    """Where the read model lies. Every method may raise StoreUnavailable or StoreUnusable.

    Others may write there, too: a key that holds what is not of its kind is told of, and holds up
    nothing but itself.
    """

    async def offsets(self) -> Mapping[TopicPartition, int]:
        """The next offset of each partition that has one; what is none is left out."""

    async def rows(
        self, place: TopicPartition, expected: int | None, conversation_ids: Sequence[str]
    ) -> Mapping[str, ModelRow]:
        """What the model says of these conversations, without those that it does not know.

        Raises Conflict where the store does not say the partition's offset `expected`.
        """

    async def apply(self, batch: ModelBatch) -> None:
        """Apply a batch and its offset, in one step, but for keys of another type.

        Raises Conflict.
        """


class Source(Protocol):
    """A member of the group that shares the partitions out. It may raise LogUnavailable."""

    @property
    def generation(self) -> int:
        """Another number after each rebalance, which forgets every position."""

    @property
    def joined(self) -> bool:
        """Whether the group has said what is ours, be it nothing."""

    @property
    def assigned(self) -> frozenset[TopicPartition]:
        """What is ours now; nothing of it is read before `seek`."""

    async def bounds(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, Bounds]:
        """Where partitions begin and end at present."""

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Read the partition from this offset on."""

    async def poll(
        self, places: Iterable[TopicPartition], wait_ms: int
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """What has come, by partition; empty where nothing came within `wait_ms`.

        An UnreadableRecord stands for a batch that nobody can read.
        """

    def position(self, place: TopicPartition) -> int | None:
        """The offset that is read next, markers of transactions included; None: not known."""

    def backlog(self, place: TopicPartition) -> int:
        """How many offsets there are still to be read, as far as is known."""

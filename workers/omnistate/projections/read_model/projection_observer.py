"""What the projector tells whoever watches it.

A protocol only; logs, metrics and bars are the shell's.
"""

from typing import NamedTuple, Protocol

from omnistate.projections.read_model.store_ports import TopicPartition


class Applied(NamedTuple):
    """A batch that was applied."""

    place: TopicPartition
    applied: int
    # Older than what the model says already, or of nobody who can be shown.
    skipped: int
    unreadable: int
    seconds: float


class ProjectionObserver(Protocol):
    """Everything worth telling."""

    def assigned(self, places: frozenset[TopicPartition]) -> None:
        """The group has shared the partitions out."""

    def rebuilding(self, place: TopicPartition, records: int, *, again: bool) -> None:
        """A partition is applied from its beginning; `again`: the store had known it."""

    def progressed(self, done: int, total: int) -> None:
        """How far all partitions together have come with what there was when they were taken."""

    def caught_up(self, seconds: float) -> None:
        """All partitions have come to where they ended when they were taken."""

    def applied(self, batch: Applied) -> None:
        """A batch was applied."""

    def conflicted(self, place: TopicPartition, expected: int | None, stored: int | None) -> None:
        """The store says another offset than expected: another worker's, or an older state's."""

    def gone(self, place: TopicPartition, records: int) -> None:
        """Records were deleted before they were read."""

    def unreadable(self, place: TopicPartition, offset: int, reason: str) -> None:
        """A record is none of its topic, or a batch cannot be read: it was left out.

        A batch that is applied again tells of it again.
        """

    def key_unusable(self, key: str, problem: str) -> None:
        """A key of the store holds what is not of its kind."""

    def store_failed(self, reason: str) -> None:
        """The store could not do its part; it is tried again."""

    def log_failed(self, reason: str) -> None:
        """The log could not do its part; it is tried again."""

    def recovered(self) -> None:
        """Both do their part again."""

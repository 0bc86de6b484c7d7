"""What becomes of a batch: what a partition task tells its owner and whoever watches.

Values and exceptions only.
"""

from collections import Counter
from typing import Final, Literal, NamedTuple

from omnistate.stream.ports import Batch, Work

StopReason = Literal[
    "unreadable",  # a record or batch of an input, or of a changelog
    "truncated",  # the position lies beyond the end of its topic
    "made_anew",  # an input topic is another one than the position is of
    "tables_incomplete",  # a changelog holds less than the last position says
    "refused",  # the brokers refuse what is written
    "newer_version",  # rows that a newer release has written
    "fault",  # of the program
]


class UnknownOutcome(Exception):
    """A commit or an abort failed: what took effect is for the next owner to read from the log."""


class PartitionStopped(Exception):
    """No other try can mend this partition by itself; the message is one line for an operator."""

    def __init__(self, reason: StopReason, message: str) -> None:
        """`reason` is one of a few words, for metrics; the message names topic and offset."""
        super().__init__(message)
        self.reason: StopReason = reason


class CommittedBatch(NamedTuple):
    """One committed batch, how many records it took, and what it took of time."""

    batch: Batch
    records: int
    step_s: float
    commit_s: float


class DecidedBatch(NamedTuple):
    """One batch between its step and its transaction."""

    step: Work
    batch: Batch
    offsets: dict[str, int]
    taken: int
    step_s: float


NOTHING: Final = CommittedBatch(
    Batch([], [], None, Counter(), Counter(), [], Counter()), 0, 0.0, 0.0
)

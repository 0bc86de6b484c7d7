"""What becomes of a batch: what a partition task tells its owner and whoever watches.

Values and exceptions only.
"""

from collections import Counter
from typing import Final, NamedTuple

from omnistate.stream.ports import Batch, Work


class UnknownOutcome(Exception):
    """A commit or an abort failed: what took effect is for the next owner to read from the log."""


class TablesLost(Exception):
    """Inputs were committed, but the tables that they led to are gone from the changelogs."""


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

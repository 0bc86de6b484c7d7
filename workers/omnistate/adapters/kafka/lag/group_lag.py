"""What is known of a group's lag: values only, of one moment.

Times stay times, so that an age is of the moment in which somebody asks for it.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from omnistate.stream.topology_parts import Group

# Those of a stopped partition, and what holds one up without stopping it.
LagReason = Literal["unreadable", "truncated", "made_anew", "deleted", "open_transaction"]

MEANINGS: Final[Mapping[LagReason, str]] = {
    "unreadable": "nobody can read what lies at the position",
    "truncated": "the topic ends before the position: it was cut short or made anew",
    "made_anew": "the topic is another one than that which was read: it was made anew",
    "deleted": "what lay at the position was deleted before it was read",
    "open_transaction": "a transaction of somebody else's stays open at the position",
}


class Lag(NamedTuple):
    """One partition of a topic that a group consumes; `committed` None = nothing yet.

    By the worker's own position, where it keeps one: that counts, whatever its group committed.
    """

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int
    records: int
    # The append time of the oldest record that was not taken, ms; None where there is none.
    oldest_ms: int | None
    # Of the topic, ms; None where nothing is deleted for its age.
    retention_ms: int | None
    # Why it does not move, or would not, as far as that is to be seen from outside.
    reason: LagReason | None = None

    def seconds(self, now_ms: float) -> float:
        """The age of the oldest record that was not taken, at a time of this machine's clock."""
        return 0.0 if self.oldest_ms is None else max(0.0, now_ms - self.oldest_ms) / 1_000

    def retention_ratio(self, now_ms: float) -> float:
        """That age as a share of the topic's retention: beyond 1 inputs are lost."""
        return self.seconds(now_ms) * 1_000 / self.retention_ms if self.retention_ms else 0.0


class Measurement(NamedTuple):
    """Every group's lag, how many members each has, and when that was, epoch milliseconds."""

    lags: list[Lag]
    members: Mapping[str, int]
    measured_ms: int


def keep_installed(found: Measurement, groups: Iterable[Group]) -> list[Lag]:
    """Without those workers that an installation may do without, and that have never run."""
    optional = {group.name for group in groups if group.delivery != "exactly-once"}
    seen = {each.group for each in found.lags if each.committed is not None}
    seen |= {group for group, count in found.members.items() if count}
    return [each for each in found.lags if each.group in seen or each.group not in optional]

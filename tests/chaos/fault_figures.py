"""What a run has come to: by round, by kind of fault, and in sum; as text and as JSON."""

import statistics
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.chaos.fleet import Fleet

# What workers log when something went wrong that the protocol is there for.
TROUBLES: Final = (
    "producer_fenced",
    "log_unavailable",
    "offsets_disagree",
    "records_gone",
    "redis_unavailable",
    "offset_is_another",
    "partition_rebuilding",
    "record_unreadable",
)


@dataclass(frozen=True)
class Round:
    """One round; `counts` are the witness's."""

    number: int
    kinds: list[str]
    counts: dict[str, int]
    restarts: int
    recovery_s: float
    stall_s: float
    seconds: float
    violations: list[str]

    def describe(self) -> str:
        """In a line."""
        counts = self.counts
        return (
            f"{counts.get('inputs', 0):,} inputs, {counts.get('changes', 0):,} changes, "
            f"{counts.get('timers', 0):,} by timers; recovered in {self.recovery_s:.1f} s, "
            f"longest stall {self.stall_s:.1f} s, {len(self.violations)} violations, "
            f"{self.seconds:.0f} s in all"
        )


@dataclass
class Figures:
    """A whole run."""

    seed: int
    rate: float
    rounds: list[Round] = field(default_factory=list)
    # Found when an installation was at rest, after its last round.
    late_violations: list[str] = field(default_factory=list)
    unasked_ends: list[str] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def violations(self) -> list[str]:
        """All of them."""
        return [*(each for one in self.rounds for each in one.violations), *self.late_violations]

    def take_fleet(self, fleet: Fleet) -> None:
        """What the workers of an installation have said."""
        self.unasked_ends += fleet.unasked_ends
        for name in TROUBLES:
            self.troubles[name] += fleet.count_said(name)

    def summarise(self) -> dict[str, Any]:
        """Everything, for a program."""
        counts: Counter[str] = Counter()
        for one in self.rounds:
            counts.update(one.counts)
        recoveries = [one.recovery_s for one in self.rounds] or [0.0]
        return {
            "seed": self.seed,
            "rate": self.rate,
            "rounds": len(self.rounds),
            "faults": dict(Counter(kind for one in self.rounds for kind in one.kinds)),
            "counts": dict(counts),
            "restarts": sum(one.restarts for one in self.rounds),
            "unasked_ends": self.unasked_ends,
            "troubles": dict(self.troubles),
            "recovery_s": {
                "median": round(statistics.median(recoveries), 1),
                "max": round(max(recoveries), 1),
            },
            "longest_stall_s": round(max((one.stall_s for one in self.rounds), default=0.0), 1),
            "violations": self.violations,
            "seconds": round(self.seconds),
            "by_round": [asdict(one) for one in self.rounds],
        }

    def print_on(self, console: Console) -> None:
        """The same, for a person."""
        by_kind: defaultdict[str, list[Round]] = defaultdict(list)
        for one in self.rounds:
            for kind in one.kinds:
                by_kind[kind].append(one)
        table = Table("fault", "times", "recovery: median", "max", "longest stall", box=None)
        for column in table.columns:
            column.no_wrap = True
        for column in table.columns[1:]:
            column.justify = "right"
        for kind, rounds in sorted(by_kind.items()):
            recoveries = [one.recovery_s for one in rounds]
            stall_s = max(one.stall_s for one in rounds)
            figures = (statistics.median(recoveries), max(recoveries), stall_s)
            table.add_row(kind, str(len(rounds)), *(f"{seconds:.1f} s" for seconds in figures))
        console.print(table)
        said = self.summarise()
        counts, recovery = said["counts"], said["recovery_s"]
        console.print(
            f"\n{said['rounds']} rounds, {sum(said['faults'].values())} faults in "
            f"{said['seconds']} s: {counts.get('inputs', 0):,} inputs, "
            f"{counts.get('changes', 0):,} changes ({counts.get('timers', 0):,} by timers), "
            f"{counts.get('holds', 0):,} holds, {counts.get('refusals', 0):,} refusals, "
            f"{counts.get('dead letters', 0):,} dead letters"
        )
        console.print(
            f"{said['restarts']} times a worker was started again, {len(self.unasked_ends)} times "
            f"after it had ended by itself; {self.troubles['producer_fenced']} producers fenced"
        )
        console.print(
            f"{counts.get('pictures', 0):,} times a representative's capacity was published, "
            f"{counts.get('read models', 0):,} times the read model was looked at, "
            f"{counts.get('keys', 0):,} keys in all; "
            f"{self.troubles['partition_rebuilding']} times a partition of it was rebuilt"
        )
        console.print(
            f"recovery: median {recovery['median']} s, max {recovery['max']} s; "
            f"longest stall {said['longest_stall_s']} s; {len(self.violations)} violations"
        )

"""What a run has come to: by round, by kind of fault, and in sum; as text and as JSON."""

import statistics
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.chaos.fleet import Fleet
from tests.chaos.stalls import RoundStalls, Worst, find_worst

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
    "partition_stopped",
)


# Of the partitions that the fault touched, and of those that no fault of the round touched.
STALLS: Final = ("touched: stall", "inputs waited", "untouched: stall", "inputs waited", "beyond")


def worst_of(kind: str, rounds: "list[Round]") -> tuple[Worst | None, Worst | None]:
    """What faults of a kind came to: the worst of what they touched, and of what nobody did."""
    touched = [each for one in rounds for each in one.stalls.touched_by(kind)]
    others = [each for one in rounds for each in one.stalls.untouched]
    return find_worst(touched), find_worst(others)


@dataclass(frozen=True)
class Round:
    """One round; `counts` are the witness's."""

    number: int
    kinds: list[str]
    counts: dict[str, int]
    restarts: int
    recovery_s: float
    stalls: RoundStalls
    seconds: float
    violations: list[str]

    def describe(self) -> str:
        """In a line."""
        counts = self.counts
        return (
            f"{counts.get('inputs', 0):,} inputs, {counts.get('changes', 0):,} changes, "
            f"{counts.get('timers', 0):,} by timers; recovered in {self.recovery_s:.1f} s, "
            f"longest stall: {self._describe_stalls()}, {len(self.violations)} violations, "
            f"{self.seconds:.0f} s in all"
        )

    @property
    def stall_s(self) -> float:
        """The longest of any partition."""
        return max((each.stall_s for each in self.stalls.stalls), default=0.0)

    def _describe_stalls(self) -> str:
        touched, others = find_worst(self.stalls.all_touched), find_worst(self.stalls.untouched)
        return ", ".join(
            f"{name} {worst.describe()}"
            for name, worst in (("touched", touched), ("untouched", others))
            if worst is not None
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
            "untouched_beyond_s": round(
                max(
                    (each.beyond_s for one in self.rounds for each in one.stalls.untouched),
                    default=0.0,
                ),
                1,
            ),
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
        table = Table("fault", "times", "recovery: median", "max", *STALLS, box=None)
        for column in table.columns:
            column.no_wrap = True
        for column in table.columns[1:]:
            column.justify = "right"
        for kind, rounds in sorted(by_kind.items()):
            recoveries = [one.recovery_s for one in rounds]
            figures = (statistics.median(recoveries), max(recoveries))
            touched, others = worst_of(kind, rounds)
            table.add_row(
                kind,
                str(len(rounds)),
                *(f"{seconds:.1f} s" for seconds in figures),
                *_cells(touched)[:2],
                *_cells(others),
            )
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
            f"longest stall {said['longest_stall_s']} s; of untouched partitions "
            f"{said['untouched_beyond_s']} s beyond what their inputs waited; "
            f"{len(self.violations)} violations"
        )


def _cells(worst: Worst | None) -> list[str]:
    """Stall, wait and what lies between them; nothing where there was no such partition."""
    if worst is None:
        return ["–"] * len(Worst._fields)
    return [f"{seconds:.1f} s" for seconds in worst]

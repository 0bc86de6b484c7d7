"""What was promised, and what became of it: each target as a ratio or an amount of one run.

Pure arithmetic on the results; what is not measured has no verdict.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.results import Results, median_of

Json = dict[str, Any]


class Target(NamedTuple):
    """One promise. `least`: whether more is better."""

    text: str
    wanted: float
    unit: str
    least: bool
    found: float | None

    @property
    def met(self) -> bool | None:
        """Whether it is kept; None where nobody knows."""
        if self.found is None:
            return None
        return self.found >= self.wanted if self.least else self.found <= self.wanted


def judge(results: Results) -> list[Target]:
    """Every target of the benchmark, in order."""
    states = results.get("states")
    sizes = sorted(states, key=int)
    most: Sequence[Json] = states[sizes[-1]] if sizes else []
    fewest: Sequence[Json] = states[sizes[0]] if sizes else []
    slow = results.get("latency").get("slow", {})
    pair = results.get("workers")
    found = [median_of(most, name) for name in ("bytes_each_restored", "bytes_each_taken_in")]
    memory = max(filter(None, found), default=None)
    return [
        Target("events/s ÷ Faust tuned", 12, "×", True, _pace_ratio(results, "faust-tuned")),
        Target("events/s ÷ Quix Streams", 1.5, "×", True, _pace_ratio(results, "quix")),
        Target(
            "events/s ÷ Quix Streams, quickest settings",
            1.5,
            "×",
            True,
            _pace_ratio(results, "quix-quickest"),
        ),
        Target("events/s ÷ Kafka Streams", 0.6, "×", True, _pace_ratio(results, "streams")),
        Target("events/s ÷ bare loop", 0.35, "×", True, _pace_ratio(results, "bare")),
        Target(
            "p99 at 1,000 events/s ÷ bare round trip",
            3,
            "×",
            False,
            _ratio(
                median_of(slow.get("omnistate", []), "p99_ms"),
                median_of(slow.get("bare", []), "p99_ms"),
            ),
        ),
        Target(
            "recovery ÷ plain reader",
            0.7,
            "×",
            True,
            _ratio(median_of(most, "rows_per_s"), median_of(most, "plain_rows_per_s")),
        ),
        Target("memory of an open conversation", 600, "bytes", False, memory),
        Target(
            "events/s with the most ÷ with the fewest open conversations",
            0.85,
            "×",
            True,
            _ratio(median_of(most, "per_s"), median_of(fewest, "per_s"))
            if len(sizes) > 1
            else None,
        ),
        Target(
            "two workers ÷ one",
            1.7,
            "×",
            True,
            _ratio(median_of(pair.get("2", []), "per_s"), median_of(pair.get("1", []), "per_s")),
        ),
        Target("core, an input", 12, "µs", False, results.get("core").get("us")),
    ]


def _pace_ratio(results: Results, peer: str) -> float | None:
    found = results.get("throughput").get("contenders", {})
    return _ratio(
        median_of(found.get("omnistate", []), "per_s"), median_of(found.get(peer, []), "per_s")
    )


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None

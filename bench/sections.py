"""The report's sections, one for each figure: results in, Markdown out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from bench.results import Results, median_of, spread_of

Json = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; everything but the first column is to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(rounds: Sequence[Json], name: str, digits: int = 0) -> str:
    """A median with its spread."""
    middle, spread = median_of(rounds, name), spread_of(rounds, name)
    if middle is None or spread is None:
        return "–"
    least, most = (f"{each:,.{digits}f}" for each in spread)
    return f"{middle:,.{digits}f} ({least}–{most})" if len(rounds) > 1 else f"{middle:,.{digits}f}"


def throughput(results: Results) -> str:
    """Everybody's pace."""
    found = results.get("throughput")
    rows = [
        (
            found["labels"][name],
            number(rounds, "events"),
            number(rounds, "per_s"),
            number(rounds, "cpu_us", 1),
            number(rounds, "broker_cpu_us", 1),
            number(rounds, "cold_s", 1),
            number(rounds, "outputs"),
        )
        for name, rounds in found["contenders"].items()
        if rounds
    ]
    head = ("contender", "events", "events/s", "µs CPU", "µs broker", "cold s", "outputs")
    return f"""\
## Throughput on a backlog

From the first to the last committed output that a read_committed reader could see (the last stable
offsets, asked for 20 times a second); `cold` is from the start of the process, without Kafka
Streams' warming up. CPU is that of the contender's process for an event, and of the broker's
meanwhile. Outputs were read and counted afterwards. Faust is stopped after fewer events; `read
only` has no outputs and tells its own pace.

{table(head, rows)}"""


def tuning(results: Results) -> str:
    """What was tried."""
    rows = [
        (name, number(rounds, "per_s"), number(rounds, "cpu_us", 1))
        for name, rounds in results.get("tuning").items()
    ]
    head = table(("settings", "events/s", "µs CPU"), rows)
    return f"""\
## Settings that were tried for the peers

In turns, on fewer events; `silent` turns off log lines that nobody sees, `soon` sends in the
background.

{head}"""


def latency(results: Results) -> str:
    """At both rates."""
    rows = []
    for rate in results.get("latency").values():
        rows += [
            (
                name,
                number(rounds, "rate"),
                *(number(rounds, key, 1) for key in ("p50_ms", "p99_ms", "p999_ms", "max_ms")),
            )
            for name, rounds in rate.items()
            if rounds
        ]
    head = ("contender", "events/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms")
    return f"""\
## Latency

From handing an input to the producer until a read_committed consumer has its output, on one clock,
after five seconds that do not count. `bare` is the bare transactional round trip.

{table(head, rows)}"""


def states(results: Results) -> str:
    """Recovery, memory, growth."""
    keys = (
        ("per_s", 0),
        ("rows_per_s", 0),
        ("plain_rows_per_s", 0),
        ("restore_s", 2),
        ("ready_s", 2),
        ("bytes_each_taken_in", 0),
        ("bytes_each_restored", 0),
    )
    rows = [
        (f"{int(count):,}", *(number(rounds, key, digits) for key, digits in keys))
        for count, rounds in results.get("states").items()
    ]
    head = (
        *("open", "events/s", "rows/s restored", "plain reader", "restore s", "ready s"),
        *("bytes each, taken in", "bytes each, restored"),
    )
    return f"""\
## Many open conversations

A worker takes so many starts in; a second one restores them (rows of all changelogs; `ready` is
from the start of its process); a third one restores them and works off a backlog of the mix. Memory
is the growth of the resident set over that of an empty worker.

{table(head, rows)}"""


def recovery(results: Results) -> str:
    """Faust's way back."""
    rows = [
        (name, f"{each['rows']:,}", f"{each['seconds']:.1f}", f"{each['rows_per_s']:,.0f}")
        for name, each in results.get("recovery").items()
    ]
    return f"## Faust's recovery\n\n{table(('', 'rows', 's', 'rows/s'), rows)}"


def partitions(results: Results) -> str:
    """One worker, more partitions."""
    return f"## Partitions of one worker\n\n{_spread(results.get('partitions'), 'partitions')}"


def workers(results: Results) -> str:
    """More workers."""
    return f"""\
## Two workers beside one

What they and the broker use together says what limits: there are no more cores than the machine's.

{_spread(results.get("workers"), "workers")}"""


def core(results: Results) -> str:
    """The core alone."""
    found = results.get("core")
    builds = ", ".join(f"{us:.2f} µs {name}" for name, us in found["us_by_build"].items())
    return f"""## Core

{builds} of CPU an input: the least of all rounds over {found["inputs"]:,}
inputs of the demo, again and again in one process."""


def _spread(found: Json, what: str) -> str:
    rows = [
        (
            count,
            number(rounds, "per_s"),
            number(rounds, "cpu_us", 1),
            number(rounds, "cores_used", 2),
            number(rounds, "broker_cores", 2),
        )
        for count, rounds in found.items()
    ]
    head = (what, "events/s", "µs CPU", "cores used", "of them the broker")
    return table(head, rows)


SECTIONS: Final[dict[str, Callable[[Results], str]]] = {
    each.__name__: each
    for each in (throughput, tuning, latency, states, recovery, partitions, workers, core)
}

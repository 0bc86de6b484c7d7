"""`python -m bench.benchmark_report`: the results as Markdown and charts. It measures nothing."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bench.benchmark_charts import draw_charts
from bench.contenders import ENTRIES
from bench.results import DEFAULT, Results
from bench.sections import SECTIONS, table
from bench.targets import judge

LABELS: Final = {entry.name: entry.label for entry in ENTRIES}
INTRODUCTION: Final = """\
# Benchmark

Written by `python -m bench.benchmark_report` from [{source}]({source}), which `make bench`
measures. All contenders run on one broker of this machine, one after the other, each in a process
of its own, on the same inputs. Peers do the trivial thing: they count by key, with one output and
one table record for each event. omnistate does its whole work on them: the demo's mix, every rule,
hold, timer and output. Figures are medians; in brackets the least and the most of all rounds.
"""

# What no figure says by itself: where the time goes, and what would meet a target that is not met.
REMARKS: Final = Path(__file__).with_name("remarks.md")

Json = dict[str, Any]


def write_report(results: Results, path: Path) -> None:
    """The Markdown file, and the charts beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    charts = draw_charts(results, LABELS, path.parent)
    parts = [INTRODUCTION.format(source=results.path.name), *_machine(results), *_targets(results)]
    parts += [f"![{name.removesuffix('.svg')}]({name})" for name in charts]
    for name, write in SECTIONS.items():
        if results.get(name):
            parts.append(write(results))
            parts.append(_when(results.found["figures"][name]))
    parts.append(REMARKS.read_text(encoding="utf-8"))
    path.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")


def _machine(results: Results) -> Iterator[str]:
    machine: Json = results.found.get("machine", {})
    rows = [
        (name, ", ".join(f"{key} {text}" for key, text in value.items()))
        if isinstance(value, dict)
        else (name, str(value))
        for name, value in machine.items()
    ]
    yield "## Machine and versions"
    yield table(("", ""), rows)
    yield "\n".join(f"- {entry.label}: {entry.promise}; {entry.settings}." for entry in ENTRIES)


def _targets(results: Results) -> Iterator[str]:
    verdicts = {True: "met", False: "**not met**", None: "not measured"}
    yield "## Targets"
    yield table(
        ("figure", "measured", "target", ""),
        [
            (
                each.text,
                "–" if each.found is None else f"{each.found:,.2f} {each.unit}",
                f"{'≥' if each.least else '≤'} {each.wanted:g} {each.unit}",
                verdicts[each.met],
            )
            for each in judge(results)
        ],
    )


def _when(kept: Json) -> str:
    began, ended, plan = kept["began"], kept["ended"], kept["plan"]
    loads = f"{began['load'][0]} before and {ended['load'][0]} after"
    commit = began.get("commit", "a commit that was not kept")
    moment = f"{began['date']} at {commit}"
    return f"*Measured {moment}, {plan['rounds']} rounds; load average {loads}.*"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write docs/explanation/benchmark.md, or another file."""
    parser = argparse.ArgumentParser(prog="python -m bench.benchmark_report", description=__doc__)
    parser.add_argument("--results", type=Path, default=DEFAULT)
    parser.add_argument("--output", type=Path, help="default: the results' name with .md")
    given = parser.parse_args(arguments)
    results = Results(given.results)
    if not results.found:
        print(f"{given.results}: no results: make bench", file=sys.stderr)
        return 1
    write_report(results, given.output or given.results.with_suffix(".md"))
    return 0


if __name__ == "__main__":
    sys.exit(main())

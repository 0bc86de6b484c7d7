"""What is printed at the end of the demo: figures per workstream, the ledger, one story.

Words and tables only; every number comes from `figures` and `recount`.
"""

from collections import Counter
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from omnistate.core.conversation.sentences import RULE_SENTENCES
from omnistate.demo.day_figures import Figures
from omnistate.demo.recount import Recount

Event = dict[str, Any]
OUTCOMES: Final = ("changed", "recorded", "ignored", "rejected", "dead_letter")
WORDS: Final = {"dead_letter": "dead letters"}
COLUMNS: Final = (
    "workstream",
    "started",
    "served",
    "abandoned",
    "to answer",
    "transfers",
    "declined",
    "overflowed",
    "closed",
    "left over",
)


def print_workstreams(console: Console, figures: Figures) -> None:
    """A row for each workstream, and one for all."""
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, title=None)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == "workstream" else "right", no_wrap=True)
    for name, each in sorted(figures.workstreams.items()):
        answer = each.average_answer_seconds
        table.add_row(
            name,
            f"{each.started:,}",
            f"{each.served:,}",
            f"{each.abandoned:,}",
            "–" if answer is None else f"{answer:,.0f} s",
            f"{each.transfers:,}",
            f"{each.declined:,}",
            f"{each.overflowed:,}",
            f"{each.closed:,}",
            f"{each.started - each.closed:,}",
        )
    console.print(table)


def print_accounts(console: Console, tally: Counter[str], published: int) -> None:
    """Where every input went."""
    inputs = sum(tally[outcome] for outcome in OUTCOMES)
    parts = " + ".join(f"{tally[name]:,} {WORDS.get(name, name)}" for name in OUTCOMES)
    console.print(f"Inputs: {inputs:,} = {parts}", soft_wrap=True)
    console.print(f"Timers fired: {tally['timer']:,}. Outputs: {published:,}.", highlight=False)


def print_ledger(console: Console, recount: Recount, drift: int) -> None:
    """The capacity ledger, counted once more."""
    verdict = "balanced" if not drift and not recount.violations else "NOT BALANCED"
    console.print(
        f"Capacity ledger: {recount.holds:,} holds = {recount.releases:,} released + "
        f"{recount.still_held:,} still held; drift {drift}: {verdict}",
        highlight=False,
        soft_wrap=True,
    )
    for violation in recount.violations[:10]:
        console.print(f"  {violation}", highlight=False, markup=False)


def choose_story(figures: Figures) -> list[Event]:
    """The conversation to tell: many different rules, few repeats, and a closed end."""

    def worth(story: list[Event]) -> tuple[float, str]:
        rules = Counter(event["data"]["rule"] for event in story)
        closed = story[-1]["data"]["status"] == "closed"
        return len(rules) - 0.7 * (len(story) - len(rules)) + 2 * closed, story[0]["subject"]

    return max(figures.stories.values(), key=worth, default=[])


def print_story(console: Console, story: list[Event]) -> None:
    """One conversation, change by change, with rule and cause."""
    if not story:
        return
    first = story[0]["data"]
    console.print(
        f"The story of {first['conversation_id']} ({first['channel']}, {first['workstream_id']}):",
        highlight=False,
    )
    table = Table(box=None, show_header=False, padding=(0, 1))
    for name in ("time", "sequence", "rule", "what", "status", "cause"):
        table.add_column(
            name, no_wrap=name != "what", justify="right" if name == "sequence" else "left"
        )
    for event in story:
        data = event["data"]
        cause = data["cause"]
        by = f" by {cause['actor_id']}" if "actor_id" in cause else ""
        status = data["status"].replace("_", "-")
        whom = data.get("offered_representative_id") or data.get("representative_id")
        table.add_row(
            event["time"][11:19],
            str(data["sequence"]),
            data["rule"],
            RULE_SENTENCES[data["rule"]],
            f"{status}: {whom}" if whom else status,
            f"{cause['type']}{by}",
        )
    console.print(table)

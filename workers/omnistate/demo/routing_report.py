"""What the demo prints of the router's work and of people: queues, representatives, happenings.

Words and tables only; every number comes from `day_routing` and `day_figures`.
"""

from collections import Counter
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from omnistate.demo.day_figures import Figures
from omnistate.demo.day_routing import Routing

PEOPLE_MAX: Final = 30
REASONS_MAX: Final = 3
WORDS: Final = {
    "rank_not_open": "rank not open",
    "not_signed_in": "not signed in",
    "asked_already": "asked already",
}
# What happened beside offers, and the rules that say so.
HAPPENINGS: Final = (
    ("Callbacks", {"asked for": ("N4",), "called at their time": ("S1",), "promised": ("S3",)}),
    (
        "Silence",
        {"put aside": ("B20",), "ended": ("B21",), "given to somebody else": ("B22",)},
    ),
    ("Bots", {"gave up": ("D6",), "kept company": ("N3",), "handed over": ("D1",)}),
    ("Hotline", {"rung": ("F2",), "answered": ("F4",), "over": ("F5",), "written up": ("F6",)}),
    ("Closed early", {"opted out, spam, twice": ("Z1",)}),
    ("After a hand-over", {"written up in time": ("W6",), "sooner": ("W7",)}),
    ("Idle", {"capacity given back": ("K3",), "taken again": ("K4",)}),
)


def print_queues(console: Console, routing: Routing) -> None:
    """A row for each queue: what came, what was offered, and why something waited."""
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None)
    names = ("queue", "came", "waited", "offers", "accepted", "declined", "missed")
    for name in (*names, "moved", "closed", "what stood against people when it began to wait"):
        words = name == "queue" or name.startswith("what")
        table.add_column(name, justify="left" if words else "right", no_wrap=True)
    for name, each in sorted(routing.queues.items()):
        ends = each.ends
        counts = (each.came, each.waited, each.offers, *(ends[end] for end in names[4:]))
        table.add_row(
            name,
            *(f"{count:,}" for count in (*counts, each.moved, each.closed)),
            _list_reasons(each.obstacles),
        )
    console.print(table)


def _list_reasons(obstacles: Counter[str]) -> str:
    total = obstacles.total()
    return ", ".join(
        f"{WORDS.get(name, name)} {100 * count / total:.0f} %"
        for name, count in obstacles.most_common(REASONS_MAX)
    )


def print_people(console: Console, routing: Routing, figures: Figures) -> None:
    """Who was offered how much by the router, and who was lost: those with the most offers."""
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None)
    names = ("offered", "accepted", "declined", "missed", "ended otherwise")
    for name in ("representative", *names, "lost", "came back"):
        table.add_column(name, justify="left" if name == "representative" else "right")
    ranking = sorted(routing.people, key=lambda id_: (-routing.people[id_]["offered"], id_))
    for id_ in ranking[:PEOPLE_MAX]:
        counts = [routing.people[id_][name] for name in names]
        row = (*counts, figures.lost[id_], figures.returned[id_])
        table.add_row(id_, *(f"{count:,}" for count in row))
    console.print(table)
    left_off = len(ranking) - PEOPLE_MAX
    if left_off > 0:
        console.print(f"And {left_off:,} more people.", highlight=False)


def print_happenings(console: Console, figures: Figures) -> None:
    """A line for each thing that edition 2 of the contract made possible."""
    lost, returned = figures.lost.total(), figures.returned.total()
    console.print(
        f"Desktops: {lost:,} lost, since their lease ran out; {returned:,} came back.",
        highlight=False,
    )
    customers, others = figures.reminders["customer"], figures.reminders["representative"]
    console.print(
        f"Reminders: {customers:,} of customers, {others:,} of representatives.", highlight=False
    )
    for what, parts in HAPPENINGS:
        counted = ", ".join(
            f"{sum(figures.rules[rule] for rule in rules):,} {words}"
            for words, rules in parts.items()
        )
        console.print(f"{what}: {counted}.", highlight=False)

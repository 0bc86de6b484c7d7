"""What `omnistate top` shows: the board's figures on a terminal, or as plain text.

It renders an overview and asks nobody for anything. Ages lead; what is over or late has a sign too.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from schemas.read_api import LagRow, Overview, QueueNow, RepresentativeNow
from schemas.vocabulary import Status
from workers.cli.session import printable

STATUSES: Final[tuple[Status, ...]] = (
    "open",
    "active",
    "waiting",
    "wrap_up",
    "resolved",
    "scheduled",
    "closed",
)
COLOURS: Final[dict[Status, str]] = {
    "open": "yellow",
    "active": "green",
    "waiting": "cyan",
    "wrap_up": "magenta",
    "resolved": "blue",
    "scheduled": "bright_black",
    "closed": "bright_black",
}
# Seconds from which on an age is worth a look, and from which on it is late: those of the board.
QUEUE_STEPS: Final = (60, 180)
LAG_STEPS: Final = (5, 30)
MARK: Final = "▲"
BAR: Final = 16
# Lines and characters of the frame.
HEAD: Final = 3
FRAME: Final = 3
WIDE: Final = 100


class Behind(NamedTuple):
    """How far a group is behind in a topic, all partitions together."""

    group: str
    topic: str
    partitions: int
    records: int
    seconds: float


def render_plain(overview: Overview) -> RenderableType:
    """Everything, one table after the other."""
    people = _over(overview)
    return Group(
        _clock(overview),
        Text(),
        _conversations(overview),
        Text(),
        _queues(overview.queues),
        Text(),
        _people(people) if people else Text("No representative is over the limit."),
        Text(),
        _behind(overview.lag),
    )


def render_live(overview: Overview, problem: str | None, width: int, height: int) -> Layout:
    """One frame of `width` by `height` characters; what is most urgent comes first in each part."""
    people = _over(overview)
    layout, body = Layout(), Layout()
    layout.split_column(Layout(_head(overview, problem), size=HEAD), body)
    wide = width >= WIDE
    first, second = (width * 3 // 5, width - width * 3 // 5) if wide else (width, width)
    conversations = _panel("conversations", _conversations(overview), first)
    lag = _panel("lag, oldest unread", _behind(overview.lag), first)
    queues = _panel("queues, oldest first", _queues(overview.queues), second)
    over = _panel(f"over the limit: {len(people)}", _people(people), second)
    if wide:
        left, right = Layout(size=first), Layout()
        half = (height - HEAD) // 2
        lines = min(max(len(add_up_lag(overview.lag)), 1) + FRAME, half)
        left.split_column(Layout(conversations), Layout(lag, size=lines))
        right.split_column(Layout(queues), Layout(over))
        body.split_row(left, right)
    else:
        body.split_column(*map(Layout, (conversations, queues, over, lag)))
    return layout


def _panel(title: str, inside: RenderableType, width: int) -> Panel:
    if isinstance(inside, Table):
        _fit(inside, width - 4)
    return Panel(inside, title=title)


def _fit(table: Table, width: int) -> None:
    """Let texts be cut where it is too wide; numbers stay whole."""
    texts = [each for each in table.columns if each.justify == "left"]
    numbers = [each for each in table.columns if each.justify != "left"]
    left = width - sum(_width(each) + 2 for each in numbers)
    for column in texts:
        column.max_width = max(min(_width(column), left // len(texts)), 4)
    # What the others do not need is the widest one's.
    spare = left - sum((column.max_width or 0) + 2 for column in texts[:-1])
    texts[-1].max_width = max(min(_width(texts[-1]), spare), 4)


def _width(column: Column) -> int:
    return max(len(str(each)) for each in (column.header, *column.cells))


def _clock(overview: Overview) -> Text:
    assignable = sum(each.assignable for each in overview.representatives)
    words = [
        f"omnistate at {overview.generated_at[11:19]} UTC",
        f"{assignable} of {len(overview.representatives)} representatives may be offered work",
    ]
    if overview.dead_letters is not None:
        words.append(f"dead letters {overview.dead_letters:,}")
    return Text(" · ".join(words))


def _head(overview: Overview, problem: str | None) -> Panel:
    row = Table.grid(expand=True)
    row.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    row.add_column(justify="right", no_wrap=True)
    line = Text(f"{MARK} {problem}", "bold red") if problem else _clock(overview)
    row.add_row(line, Text("q ends", "bright_black"))
    return Panel(row, title="omnistate top")


def _conversations(overview: Overview) -> Table:
    counts = overview.counts.root
    totals = {name: sum(each.get(name, 0) for each in counts.values()) for name in STATUSES}
    shown = [name for name in STATUSES if totals[name] or name not in {"resolved", "scheduled"}]
    table = _table("workstream", *(name.replace("_", "-") for name in shown))
    table.add_row("all", *(_number(name, totals[name]) for name in shown), style="bold")
    for workstream, own in sorted(counts.items()):
        table.add_row(_name(workstream), *(_number(name, own.get(name, 0)) for name in shown))
    return table


def _name(id_: str) -> Text:
    """An id as text: a terminal must not take it for markup or for orders."""
    return Text(printable(id_))


def _number(status: Status, number: int) -> Text:
    return Text(f"{number:,}", COLOURS[status] if number else "bright_black")


def _queues(queues: Iterable[QueueNow]) -> Table:
    waiting = sorted((each for each in queues if each.open), key=lambda each: -_age(each))
    table = _table("queue", "open", "oldest")
    for each in waiting:
        name = "in no queue" if each.queue_id is None else each.queue_id
        table.add_row(_name(name), f"{each.open:,}", _describe_age(_age(each), QUEUE_STEPS))
    return table


def _age(queue: QueueNow) -> float:
    return queue.oldest_seconds or 0.0


def _over(overview: Overview) -> list[RepresentativeNow]:
    found = [each for each in overview.representatives if each.occupied_units > each.units]
    return sorted(found, key=lambda each: (each.available_units, each.representative_id))


def _people(people: Iterable[RepresentativeNow]) -> Table:
    table = _table("representative", "units", "over", "load")
    for each in people:
        within = round(BAR * each.units / each.occupied_units)
        bar = Text("█" * within, "green") + Text("▒" * (BAR - within), "red")
        over = Text(f"{MARK} {-each.available_units:,}", "bold red")
        table.add_row(
            _name(each.representative_id), f"{each.occupied_units:,}/{each.units:,}", over, bar
        )
    return table


def add_up_lag(rows: Iterable[LagRow]) -> list[Behind]:
    """One line for each group and topic, in the order in which they come."""
    found: dict[tuple[str, str], Behind] = {}
    for each in rows:
        key = (each.group, each.topic)
        before = found.get(key, Behind(*key, 0, 0, 0.0))
        found[key] = Behind(
            *key,
            before.partitions + 1,
            before.records + each.records,
            max(before.seconds, each.seconds),
        )
    return list(found.values())


def _behind(rows: Sequence[LagRow]) -> RenderableType:
    if not rows:
        return Text("The lag has not been measured: does Kafka answer?")
    table = _table("group", "topic", "partitions", "records", "oldest", texts=2)
    for each in add_up_lag(rows):
        age = _describe_age(each.seconds, LAG_STEPS)
        table.add_row(each.group, each.topic, str(each.partitions), f"{each.records:,}", age)
    return table


def _table(*names: str, texts: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bright_black")
    for number, name in enumerate(names):
        table.add_column(
            name,
            justify="left" if number < texts else "right",
            no_wrap=True,
            overflow="ellipsis",
        )
    return table


def _describe_age(seconds: float, steps: tuple[int, int]) -> Text:
    notice, late = steps
    text = f"{seconds:.1f} s" if seconds < 10 else describe_span(seconds)
    if seconds >= late:
        return Text(f"{MARK} {text}", "bold red")
    return Text(text, "yellow" if seconds >= notice else "")


def describe_span(seconds: float) -> str:
    """A duration for people: 40 s, 4 min 10 s, 1 h 02 min, 3 d 4 h."""
    minutes, whole = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole:02} s" if minutes else f"{whole} s"

"""What `omnistate top` shows: the board's rooms on a terminal, as they fit it, or as plain text.

It renders an overview and asks nobody for anything. On a terminal a room's head is its title, and
what there is no line for is counted in its last one.
"""

from collections.abc import Sequence
from typing import Final

from omnistate_schemas.read_api import Overview
from rich.console import Group, JustifyMethod, RenderableType
from rich.layout import Layout
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from omnistate.cli.top_conversations import elsewhere, waiting
from omnistate.cli.top_tables import Room, conversations, figures, lag, queues, representatives
from omnistate.cli.top_words import DIM, LATE, MARK

# Characters from which on there are two columns, and between them.
WIDE: Final = 160
BETWEEN: Final = 2
HEAD: Final = 1
# Lines from which on there is room for single conversations.
ROOMY: Final = 32
# A text is cut to no less.
TEXT_MIN: Final = 4


def render_plain(overview: Overview, width: int) -> RenderableType:
    """Everything, one table after the other."""
    rooms = (
        conversations(overview),
        queues(overview),
        waiting(overview),
        elsewhere(overview),
        representatives(overview),
        figures(overview, everything=True),
        lag(overview),
    )
    parts: list[RenderableType] = [_plain_clock(overview)]
    for each in rooms:
        parts += [Text(), *_table(each, len(each.rows), width, fill=False)]
    return Group(*parts)


def render_live(overview: Overview, problem: str | None, width: int, height: int) -> Layout:
    """One frame of `width` by `height` characters; what is most urgent comes first in each room."""
    layout, body = Layout(), Layout()
    layout.split_column(Layout(_head(overview, problem), size=HEAD), body)
    work = [conversations(overview), figures(overview, everything=False), lag(overview)]
    people = [queues(overview), representatives(overview)]
    lines = height - HEAD
    if lines >= ROOMY:
        # Nothing there needs no room.
        several = (waiting(overview), elsewhere(overview))
        people[1:1] = [each for each in several if each.rows or each.beyond]
    if width >= WIDE:
        left = (width - BETWEEN) // 2
        first = Padding(_column(work, left, lines), (0, BETWEEN, 0, 0))
        second = _column(people, width - left - BETWEEN, lines)
        body.split_row(Layout(first, size=left + BETWEEN), Layout(second))
    else:
        body.update(_column([work[0], *people, *work[1:]], width, lines))
    return layout


def _column(rooms: Sequence[Room], width: int, lines: int) -> Group:
    """Rooms one below the other, each with its share of the lines."""
    given = share([max(len(each.rows), 1) for each in rooms], lines - len(rooms))
    spare = lines - len(rooms) - sum(given)
    parts: list[RenderableType] = []
    for number, (each, own) in enumerate(zip(rooms, given, strict=True)):
        if number and spare >= len(rooms) - 1:
            parts.append(Text())
        parts += _table(each, own, width, fill=True)
    return Group(*parts)


def share(wanted: Sequence[int], there_is: int) -> list[int]:
    """What each gets of what there is: as much as it wants, and none more while others lack."""
    given = [0] * len(wanted)
    while there_is > 0 and given != list(wanted):
        for number, most in enumerate(wanted):
            if given[number] < most and there_is > 0:
                given[number] += 1
                there_is -= 1
    return given


def _table(room: Room, lines: int, width: int, *, fill: bool) -> list[RenderableType]:
    """The head, and so many lines; the last one says how many rows are left out."""
    if not room.rows and not fill:
        return [Text(room.none)]
    # What the overview does not have needs a line to be counted in.
    fit = len(room.rows) + (1 if room.beyond and fill else 0) <= lines
    shown = room.rows if fit else room.rows[: max(lines - 1, 0)]
    # What is empty in every row takes no room.
    columns = [
        number
        for number in range(len(room.heads))
        if not (number and room.rows) or any(row[number].plain for row in room.rows)
    ]
    widths = _widths(room, columns, width, fill=fill)
    gap = _gap(fill=fill)
    style = f"{LATE if room.late else ''} reverse" if fill else LATE if room.late else DIM
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style=style)
    for number, own in zip(columns, widths, strict=True):
        justify: JustifyMethod = "left" if number < room.texts else "right"
        table.add_column(
            room.heads[number], justify=justify, no_wrap=True, overflow="ellipsis", width=own
        )
    for row in shown:
        table.add_row(*(row[number] for number in columns))
    parts: list[RenderableType] = [table]
    if lines and not room.rows:
        parts.append(Text(room.none, DIM))
    left_out = len(room.rows) - len(shown) + room.beyond
    if lines and left_out:
        parts.append(Text(f"… {left_out:,} more", DIM))
    return parts


def _gap(*, fill: bool) -> int:
    """Between columns; what is not to fill a screen has room."""
    return 1 if fill else 2


def _widths(room: Room, columns: Sequence[int], width: int, *, fill: bool) -> list[int]:
    """Numbers stay whole; texts share what is left."""
    needed = [
        max(len(room.heads[number]), *(row[number].cell_len for row in room.rows), 0)
        for number in columns
    ]
    texts = sum(number < room.texts for number in columns)
    left = width - (len(columns) - 1) * _gap(fill=fill) - sum(needed[texts:])
    widths = [max(each, TEXT_MIN) for each in share(needed[:texts], left)]
    if fill:
        widths[0] += max(left - sum(widths), 0)
    return [*widths, *needed[texts:]]


def _plain_clock(overview: Overview) -> Text:
    words = [f"omnistate at {overview.generated_at[11:19]} UTC", _offered(overview)]
    return Text(" · ".join([*words, *_letters(overview)]))


def _offered(overview: Overview) -> str:
    people = overview.representative_totals
    lost = f" · {people.lost:,} lost" if people.lost else ""
    offered = f"{people.assignable:,} of {people.known:,} representatives may be offered work"
    return f"{offered} · {people.signed_in:,} signed in{lost}"


def _letters(overview: Overview) -> list[str]:
    number = overview.dead_letters
    return [] if number is None else [f"dead letters {number:,}"]


def _head(overview: Overview, problem: str | None) -> Table:
    row = Table.grid(expand=True)
    row.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    row.add_column(justify="right", no_wrap=True)
    # Letters first: it is the end that is cut where there is no room.
    words = [f"omnistate top · {overview.generated_at[11:19]} UTC", *_letters(overview)]
    line = Text(" · ".join([*words, _offered(overview)]), "bold")
    if problem:
        line = Text(f"omnistate top · {MARK} {problem}", LATE)
    row.add_row(line, Text(" q ends", DIM))
    return row

"""What `omnistate top` puts on a terminal: the urgent first, numbers whole, ids as plain text."""

import io

import pytest
from rich.console import Console

from schemas.read_api import Overview
from tests.board.canned import MARKUP, overview, representative
from workers.cli.top_screen import describe_span, render_live, render_plain


def drawn(width: int, height: int, problem: str | None = None, **members: object) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False)
    found = Overview.model_validate(overview(**members))
    console.print(render_live(found, problem, width, height), height=height)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def plain(**members: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(render_plain(Overview.model_validate(overview(**members))))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_plain_text_says_everything() -> None:
    parts = [each.splitlines() for each in plain().split("\n\n")]
    clock, conversations, queues, over, lag = parts
    assert clock == [
        "omnistate at 10:15:30 UTC · 1 of 5 representatives may be offered work · dead letters 7"
    ]
    words = "workstream open active waiting wrap-up resolved scheduled closed"
    assert conversations[0].split() == words.split()
    assert conversations[1].split() == ["all", "3", "12", "5", "1", "4", "2", "1,207"]
    assert conversations[3].split() == ["chat", "3", "12", "0", "1", "0", "0", "1,207"]
    assert [line.split("  ")[0] for line in queues[1:]] == [MARKUP, "support", "in no queue"]
    assert queues[1].endswith("1  ▲ 1 h 02 min")
    assert over[1].split()[:4] == ["bob", "130/90", "▲", "40"]
    assert len(over) == 2
    assert lag[1].split() == ["conversation", "channel-events", "2", "4", "0.4", "s"]
    assert lag[2].split()[-5:] == ["2", "425", "▲", "42", "s"]


def test_what_is_not_there_is_said() -> None:
    nothing = plain(counts={}, queues=[], representatives=[], lag=[], dead_letters=None)
    assert "No representative is over the limit." in nothing
    assert "The lag has not been measured" in nothing
    assert "dead letters" not in nothing


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36), (200, 60)])
def test_a_frame_fills_the_terminal_and_cuts_no_number(width: int, height: int) -> None:
    lines = drawn(width, height)
    assert len(lines) == height
    assert {len(line) for line in lines} == {width}
    text = "\n".join(lines)
    for number in ("1,207", "▲ 1 h 02 min", "1 min 15 s", "130/90", "▲ 40", "425", "▲ 42 s"):
        assert number in text
    assert lines[1].startswith("│ omnistate at 10:15:30 UTC")


def test_what_went_wrong_stands_at_the_top() -> None:
    lines = drawn(120, 30, "Redis: ConnectionError")
    assert lines[1].startswith("│ ▲ Redis: ConnectionError")


def test_ids_are_neither_markup_nor_orders_to_the_terminal() -> None:
    odd = "[/red][bold]\x1b[2J:smile:"
    text = plain(representatives=[representative(odd, 10, 20)], counts={odd: {"open": 1}})
    assert "\x1b" not in text
    assert text.count("[/red][bold]\\x1b[2J:smile:") == 2


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.9, "0 s"), (59.9, "59 s"), (60, "1 min 00 s"), (3_600, "1 h 00 min"), (97_200, "1 d 3 h")],
)
def test_a_span_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert describe_span(seconds) == said

"""What `omnistate top` puts on a terminal: the urgent first, numbers whole, ids as plain text."""

import io
from typing import Any

import pytest
from omnistate.cli.top_screen import ROOMY, render_live, render_plain, share
from omnistate.cli.top_words import describe_shortly, describe_span, draw_bar
from omnistate_schemas.read_api import Overview
from rich.console import Console

from tests.board.canned import MARKUP, lag, overview, representative


def drawn(width: int, height: int, problem: str | None = None, **members: object) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False)
    found = Overview.model_validate(overview(**members))
    console.print(render_live(found, problem, width, height), height=height)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def plain(**members: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(render_plain(Overview.model_validate(overview(**members)), 120))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_plain_text_says_everything() -> None:
    parts = [each.splitlines() for each in plain().split("\n\n")]
    clock, conversations, queues, waiting, elsewhere, people, figures, lag = parts
    offered = "1 of 5 representatives may be offered work · 4 signed in · 1 lost"
    assert clock == [f"omnistate at 10:15:30 UTC · {offered} · dead letters 7"]
    heads = "workstream open active waiting wrap-up resolved scheduled closed"
    assert conversations[0].split() == heads.split()
    assert conversations[1].split() == ["all", "3", "12", "5", "1", "4", "2", "1,207"]
    assert conversations[3].split() == ["chat", "3", "12", "0", "1", "0", "0", "1,207"]
    assert [line.split("  ")[0] for line in queues[1:]] == [MARKUP, "support", "in no queue"]
    assert queues[1].endswith("1  ▲ 1 h 02 min")
    assert [line.split("  ")[0] for line in waiting[1:]] == ["chat-17", "chat-18", "former", MARKUP]
    assert elsewhere[0].split("  ")[0] == "scheduled 2, bots 12, outside 1"
    assert people[0].startswith("people, 1 over")
    assert [line.split("  ")[0] for line in people[1:]] == ["bob", "ana", MARKUP, "cleo", "dora"]
    bar = "███████▒▒▒"
    words = ["bob", "busy", "·", "blocked", bar, "mails", "6/4", "▲", "130/90", "▲", "40"]
    assert people[1].split() == [*words, "4", "+", "1"]
    units = ["60", "+", "30/100"]
    assert people[2].split() == ["ana", "available", "██████░░░░", "call", "1/1", *units, "2"]
    assert people[5].split()[:5] == ["dora", "offline", "·", "▲", "lost"]
    assert people[4].split()[:4] == ["cleo", "away", "·", "by"]
    assert figures[0].split()[:4] == ["figures", "window", "offer", "accept"]
    numbers = ["80", "72", "3", "87", "%", "12", "s", "–", "–", "6", "0"]
    assert figures[1].split() == ["chat", "hour", *numbers]
    assert figures[2].split()[:5] == ["chat", "/", "support", "hour", "50"]
    assert len(figures) == 4
    assert lag[0].split()[:2] == ["lag:", "group"]
    assert lag[1].split()[-5:] == ["1", "425", "▲", "42", "s"]
    assert lag[2].split() == ["conversation", "channel-events", "1", "4", "0.4", "s"]
    assert len(lag) == 5, "every partition"


def test_what_is_not_there_is_said() -> None:
    lists: dict[str, list[object]] = {
        each: [] for each in ("queues", "waiting", "representatives", "figures", "lag")
    }
    nobody = {
        "scheduled": {"scheduled": 0, "conversations": []},
        "with_bot": {"active": 0, "conversations": []},
        "with_external": {"active": 0, "conversations": []},
    }
    unknown: dict[str, Any] = {"counts": {}, "dead_letters": None, "lag_measured_at": None}
    nothing: dict[str, Any] = {**unknown, **nobody, **lists}
    for text in (plain(**nothing), "\n".join(drawn(80, 24, **nothing))):
        assert "No conversation waits for anybody." in text
        assert "No representative has held anything yet." in text
        assert "No service figures in this window." in text
        assert "The lag has not been measured" in text
        assert "dead letters" not in text


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36), (200, 60)])
def test_a_frame_fills_the_terminal_and_cuts_no_number(width: int, height: int) -> None:
    lines = drawn(width, height)
    assert len(lines) == height
    assert {len(line) for line in lines} == {width}
    text = "\n".join(lines)
    for number in ("1,207", "▲ 1 h 02 min", "1 min 15 s", "130/90", "▲ 40", "425", "▲ 42 s"):
        assert number in text
    for word in ("ana", "available", "██████░░░░", "87 %", "12 s", "channel-events"):
        assert word in text
    assert lines[0].startswith("omnistate top · 10:15:30 UTC · dead letters 7 · 1 of 5")
    assert lines[0].endswith("q ends")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36), (200, 60)])
def test_what_has_no_line_is_counted(width: int, height: int) -> None:
    people = [representative(f"r-{n:03}", 100, 130 if n == 199 else 0) for n in range(200)]
    rows = lag("conversation", "channel-events", *[0.0] * 99, 42.5)
    lines = drawn(width, height, representatives=people, lag=rows)
    assert len(lines) == height
    assert {len(line) for line in lines} == {width}
    (over,) = (line for line in lines if "r-199" in line)
    assert "130/100" in over, "the urgent first"
    shown = sum("/100" in line for line in lines)
    assert shown >= 3
    text = "\n".join(lines)
    assert f"… {200 - shown} more" in text
    assert "▲ 42 s" in text
    # Single conversations are where there is room for them.
    assert text.count(" more") == 2 + (height >= ROOMY)


def test_a_lag_of_long_ago_is_said() -> None:
    old = "2026-03-02T10:15:14.000Z"
    assert "lag as of 10:15:14" in plain(lag_measured_at=old)
    assert "lag as of 10:15:14" in "\n".join(drawn(80, 24, lag_measured_at=old))
    assert "as of" not in plain(lag_measured_at="2026-03-02T10:15:16.000Z")


def test_nobody_gets_more_while_others_lack() -> None:
    assert share([5, 1, 9], 20) == [5, 1, 9]
    assert share([5, 1, 9], 7) == [3, 1, 3]
    assert share([5, 1, 9], 2) == [1, 1, 0]
    assert share([5, 1], -1) == [0, 0]


@pytest.mark.parametrize(
    ("used", "limit", "bar"),
    [
        (0, 0, "░" * 10),
        (0, 100, "░" * 10),
        (1, 100, "█" + "░" * 9),
        (100, 100, "█" * 10),
        (101, 100, "█" * 9 + "▒"),
        (3, 0, "▒" * 10),
    ],
)
def test_a_bar_shows_a_little_and_a_little_too_much(used: int, limit: int, bar: str) -> None:
    assert draw_bar(used, limit).plain == bar


def test_what_went_wrong_stands_at_the_top() -> None:
    lines = drawn(120, 30, "Redis: ConnectionError")
    assert lines[0].startswith("omnistate top · ▲ Redis: ConnectionError")


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


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (9.96, "9.9 s"), (99, "99 s"), (5_999, "99 min"), (99_000, "27 h"), (3e5, "3 d")],
)
def test_where_there_is_little_room_it_is_said_shortly(seconds: float, said: str) -> None:
    assert describe_shortly(seconds) == said

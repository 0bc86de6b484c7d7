"""Single conversations in `omnistate top`: why they wait, where they are, and when they are due."""

import io
from typing import Any

import pytest
from omnistate.cli.top_conversations import elsewhere, waiting
from omnistate.cli.top_screen import ROOMY, render_live
from omnistate_schemas.read_api import Overview
from rich.console import Console

from tests.board.canned import DECLINED, MARKUP, overview
from tests.board.canned import waiting as waits


def told(**members: Any) -> Overview:
    return Overview.model_validate(overview(**members))


def cells(rows: Any) -> list[list[str]]:
    return [[each.plain for each in row] for row in rows]


def drawn(height: int, **members: Any) -> str:
    console = Console(file=io.StringIO(), width=120, height=height)
    console.print(render_live(told(**members), None, 120, height), height=height)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_why_it_waits_is_said_in_a_line() -> None:
    room = waiting(told())
    first, second, former, last = cells(room.rows)
    assert first == [
        "chat-17",
        MARKUP,
        (
            "was declined · “at lunch” · overflowed 1 × · customer gone, until 10:16:30 UTC "
            "· skills: spanish, billing · vip: true"
        ),
        "7",
        "2",
        "▲ 1 h 02 min",
    ]
    said = "began and waits for a representative"
    assert second == ["chat-18", "support", said, "", "", "1 min 15 s"]
    assert former == ["former", "support", "", "", "", "20 s"], "edition 1 said no more"
    assert last[1] == "in no queue"
    assert room.beyond == 0


@pytest.mark.parametrize("rule", ["Q9", "U1"])
def test_a_rule_that_does_not_say_why_leaves_the_reason(rule: str) -> None:
    """One of a later version, or that something else of it was updated."""
    members = {**DECLINED, "rule": rule, "decline_reason": None, "overflow_count": 0}
    room = waiting(told(waiting=[waits("c", 1.0, **members)]))
    assert cells(room.rows)[0][2].startswith("awaiting assignment · customer gone")
    assert room.beyond == 3, "all that are open, less those that are shown"


def test_what_an_id_or_a_text_holds_gives_the_terminal_no_orders() -> None:
    odd = "\x1b[2J"
    members = {"queue_id": odd, "decline_reason": odd, "attributes": {odd: [odd]}}
    (row,) = cells(waiting(told(waiting=[waits(odd, 1.0, **members)])).rows)
    assert not any("\x1b" in each for each in row)
    assert row[2] == "“\\x1b[2J” · \\x1b[2J: \\x1b[2J"


def test_many_attributes_are_counted() -> None:
    attributes = {f"a{number}": number for number in range(9)}
    (row,) = cells(waiting(told(waiting=[waits("c", 1.0, attributes=attributes)])).rows)
    assert row[2] == "a0: 0 · a1: 1 · a2: 2 · a3: 3 · 5 more"


def test_what_is_late_comes_before_what_is_to_come() -> None:
    room = elsewhere(told())
    assert room.heads[0] == "scheduled 2, bots 12, outside 1"
    assert cells(room.rows) == [
        ["call-e", "outside +34600", "for 6 min 40 s"],
        ["chat-b", "bot helper", "for 1 min 35 s"],
        ["callback-2", "scheduled for 2026-03-02 10:15 UTC", "▲ 20 s late"],
        [MARKUP, "bot", "for 3 s"],
        ["callback-1", "scheduled for 2026-03-02 10:20 UTC · outbound", "in 5 min 10 s"],
    ]
    assert room.beyond == 10


@pytest.mark.parametrize("height", [ROOMY, ROOMY + 1])
def test_they_are_shown_where_there_is_room(height: int) -> None:
    shown = drawn(height)
    roomy = height > ROOMY
    assert ("waiting the longest" in shown) == ("callback-2" in shown) == roomy
    assert "people, 1 over" in shown


def test_where_there_are_none_they_take_no_lines() -> None:
    nothing: dict[str, Any] = {"active": 0, "conversations": []}
    scheduled = {"scheduled": 0, "conversations": []}
    shown = drawn(
        60, waiting=[], queues=[], scheduled=scheduled, with_bot=nothing, with_external=nothing
    )
    assert "waiting the longest" not in shown
    assert "outside" not in shown

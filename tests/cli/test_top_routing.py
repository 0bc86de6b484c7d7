"""What a router makes of a conversation that waits, in `omnistate top`."""

import io

import pytest
from omnistate.cli.top_conversations import elsewhere, waiting
from omnistate.cli.top_screen import render_live
from omnistate_schemas.read_api import Overview
from rich.console import Console

from tests.board.canned import overview
from tests.board.canned import waiting as waits
from tests.board.canned_routing import NOBODY, WINDOWS, glance


def say(**members: object) -> str:
    row = waits("c", 80.0, rule="C1", routing=glance("c", **members), attributes={"vip": True})
    told = Overview.model_validate(overview(waiting=[row]))
    return waiting(told).rows[0][2].plain


def test_it_stands_before_what_is_special() -> None:
    assert say() == (
        f"began and waits for a representative · place 2 · {NOBODY} · 3 full, 1 not signed in, "
        "1 of tomorrow · about 4 min to go · vip: true"
    )


@pytest.mark.parametrize("wait", [None, {"seconds": None, "how": "nothing to go by"}])
def test_what_is_not_known_is_left_out(wait: object) -> None:
    said = say(place=None, says="only picked \x1b[2J", people={}, wait=wait)
    assert said == "began and waits for a representative · only picked \\x1b[2J · vip: true"


def test_whose_connection_has_gone_stands_among_what_is_elsewhere() -> None:
    room = elsewhere(Overview.model_validate(overview(windows=WINDOWS)))
    assert room.heads[0] == "scheduled 2, bots 12, outside 1, gone 12"
    rows = [[each.plain for each in row] for row in room.rows]
    assert rows[-3:-1] == [
        ["chat-w", "representative gone · dora", "41 s left"],
        ["chat-b", "customer gone", "2 min 10 s left"],
    ]
    assert room.beyond == 2 + 12 + 1 + 12 - len(rows)


def test_a_screen_says_who_is_signed_in_and_who_is_lost() -> None:
    console = Console(file=io.StringIO(), width=120, height=40)
    told = Overview.model_validate(overview())
    console.print(render_live(told, None, 120, 40), height=40)
    assert isinstance(console.file, io.StringIO)
    head, *lines = console.file.getvalue().splitlines()
    assert "4 signed in · 1 lost" in head
    assert any("dora" in line and "lost" in line for line in lines)

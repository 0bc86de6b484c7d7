"""Conversations that nobody of ours has, and what a change says of one, as the page shows them."""

import re
from typing import Any

import pytest

from tests.board.browser import Browser
from tests.board.canned import MARKUP, overview, waiting
from tests.board.page import changed, feed, shown
from tests.board.stub import Stub
from tests.projections.former_changes import FORMER


def test_those_that_wait_the_longest_come_first_and_say_why(page: Browser) -> None:
    rows = page.rows("waiting")
    assert list(rows) == ["chat-17", "chat-18", "former", MARKUP]
    queue, priority, declines, age, why = rows["chat-17"]
    assert (queue, priority, declines, age) == (MARKUP, "7", "2", "1 h 02 min")
    for words in ("was declined · “at lunch” · overflowed 1 ×", "skills: spanish, billing"):
        assert words in why
    assert re.search(r"· customer gone, until .*\d\d:\d\d", why)
    assert why.endswith("· vip: true")
    assert rows["chat-18"][4] == "began and waits for a representative"
    assert rows["former"][4] == "", "edition 1 said nothing"
    assert rows[MARKUP][0] == "in no queue"
    late = "return [...document.querySelectorAll('#waiting td.age')].map((e) => e.dataset.level)"
    assert page.run(late) == ["bad", "notice", None, None]


def test_what_is_scheduled_or_elsewhere_says_where_and_when(page: Browser) -> None:
    rows = page.rows("elsewhere")
    assert list(rows) == ["call-e", "chat-b", "callback-2", MARKUP, "callback-1"]
    assert rows["call-e"][0] == "outside +34600"
    assert rows["call-e"][1].startswith("for 6 min 4")
    assert [rows[each][0] for each in ("chat-b", MARKUP)] == ["bot helper", "bot"]
    assert rows["callback-2"][1].endswith("late")
    assert re.fullmatch(r"scheduled for .*\d\d:\d\d.* · outbound", rows["callback-1"][0])
    assert re.fullmatch(r"in (5 min \d\d s)", rows["callback-1"][1])
    assert "2 scheduled · 12 with a bot · 1 outside" in page.text("#elsewhere .top")
    assert "1 in wrap-up · 12 with a bot · 1 outside" in page.text("#leading")


def test_columns_that_say_nothing_take_no_room(stub: Stub, browser: Browser) -> None:
    updated = {"rule": "U1", "reason": "awaiting_assignment"}
    stub.overview = overview(waiting=[waiting("c", 5.0, priority=0, decline_count=0, **updated)])
    page = shown(stub, browser)
    assert page.rows("waiting")["c"][-1] == "awaiting assignment", "not that it was updated"
    assert page.columns("waiting") == ["queue", "waits for", "why"]


def test_where_nobody_waits_that_is_said(stub: Stub, browser: Browser) -> None:
    nothing: dict[str, Any] = {"active": 0, "conversations": []}
    stub.overview = overview(
        waiting=[],
        scheduled={"scheduled": 0, "conversations": []},
        with_bot=nothing,
        with_external=nothing,
    )
    page = shown(stub, browser)
    assert "No conversation waits for anybody." in page.text("#waiting")
    assert "Nothing is scheduled, or with a bot or somebody outside." in page.text("#elsewhere")
    assert "1 in wrap-up\n" in page.text("#leading")


def test_an_answer_of_before_leaves_the_new_rooms_empty(stub: Stub, browser: Browser) -> None:
    """Behind one address workers of two releases may answer."""
    stub.overview = overview()
    for name in ("waiting", "scheduled", "with_bot", "with_external"):
        del stub.overview[name]
    page = shown(stub, browser)
    assert "No conversation waits for anybody." in page.text("#waiting")
    assert page.rows("queues")


TOLD: dict[str, tuple[dict[str, Any], str]] = {
    "offers": (
        {"rule": "A13", "status": "active", "representative_id": "ana",
         "offered_representative_ids": ["ana", "ben", MARKUP], "direction": "outbound"},
        f"A13 was offered to one more representative · chat · ana, ben, {MARKUP} · outbound",
    ),
    "bot": (
        {"rule": "B12", "status": "active", "handler": {"kind": "bot", "id": "helper"}},
        "B12 was transferred to a bot · chat · bot helper",
    ),
    "decline": (
        {"rule": "A2", "queue_id": "support", "priority": 7, "decline_count": 2,
         "decline_reason": "at lunch", "overflow_count": 1,
         "attributes": {"a": 1, "b": [], "c": "x", "d": True, "e": 1.5, "f": 2}},
        (
            "A2 was declined · chat · support · priority 7 · declined 2 × · “at lunch” "
            "· overflowed 1 × · a: 1 · b: · c: x · d: true · 2 more"
        ),
    ),
    "hold": (
        {"rule": "B1", "status": "wrap_up", "representative_id": "ana", "hold_seconds": 45.5,
         "disposition": "sold", "handler": {"kind": "representative", "id": "ana"}},
        "B1 was ended by the representative · chat · ana · on hold 45 s · as sold",
    ),
    "merged": (
        {"rule": "Z1", "status": "closed", "merged_into": "chat-1"},
        "Z1 was closed by its channel · chat · into chat-1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_a_change_says_what_is_special(stub: Stub, page: Browser, what: str) -> None:
    members, said = TOLD[what]
    event = changed("c-1", 4, 10, **members)
    event["data"] = {k: v for k, v in event["data"].items() if v not in (None, [], {})}
    stub.tell("change", event, "1-0")
    page.wait("told", lambda: len(feed(page)) == 1)
    found = feed(page)[0].split("\n")[3]
    assert re.sub(r"^Z1 .*? ·", "Z1 ·", found) == re.sub(r"^Z1 .*? ·", "Z1 ·", said)


def test_a_change_of_edition_1_is_told_with_its_nulls(stub: Stub, page: Browser) -> None:
    event = changed("c-1", 3, 10)
    event["data"] = {**FORMER, "offered_representative_id": "ana"}
    stub.tell("change", event, "1-0")
    page.wait("told", lambda: len(feed(page)) == 1)
    sentence = "A3 went back to the queue because the offer was not answered in time"
    assert feed(page)[0].split("\n")[3] == f"{sentence} · support-chat · support · ana"

"""When the page asks, what it follows, and what it says where it learns nothing any more."""

import re
import time

from tests.board.browser import Browser
from tests.board.canned import overview
from tests.board.page import changed, feed, shown
from tests.board.stub import Stub
from tests.harness.waiting import stretch


def test_a_lost_stream_is_said_and_taken_up_where_it_was_left(stub: Stub, page: Browser) -> None:
    stub.tell("change", changed("c-1", 1, 10), "77-3")
    page.wait("told", lambda: len(feed(page)) == 1)
    stub.problem = {"error": "unavailable", "message": "Redis does not do its part at present"}
    page.wait("reconnecting", lambda: page.state() == "reconnecting")
    assert re.fullmatch(r"Reconnecting since \d\d:\d\d:\d\d", page.text("#connection"))
    page.wait("why", lambda: "Redis does not do its part" in page.text("#alerts"))
    page.wait("stale", lambda: page.state() == "stale")
    assert re.search(r", figures of \d\d:\d\d:\d\d$", page.text("#connection"))
    page.wait("an alert", lambda: "Old figures" in page.text("#alerts"), stretch(2))
    stub.problem = None
    stub.tell("gap", {})
    page.wait("live", lambda: page.state() == "live")
    page.wait("gap", lambda: feed(page)[0] == "Some changes are missing here.")
    assert "Redis" not in page.text("#alerts")
    assert [head["Last-Event-ID"] for path, head in stub.asked if path == "/api/changes"][-1] == (
        "77-3"
    )


def test_it_asks_once_a_second_at_most_and_hardly_less_often(stub: Stub, page: Browser) -> None:
    before, began_s = stub.times_asked(), time.monotonic()
    for number in range(20):
        stub.tell("change", changed("c-1", number, 10), f"{number}-1")
        page.wait("taken", stub.events.empty)
        page.driver.execute_async_script("setTimeout(arguments[0], 100)")
    assert 1 <= stub.times_asked() - before <= time.monotonic() - began_s + 1
    before = stub.times_asked()
    page.wait("asked again", lambda: stub.times_asked() > before, stretch(2))


def test_what_changes_while_an_answer_is_under_way_is_asked_for_at_once(
    stub: Stub, page: Browser
) -> None:
    stub.slow_s = 1.2
    before = stub.times_asked()
    page.wait("under way", lambda: stub.times_asked() > before, stretch(3))
    stub.overview = overview(counts={"chat": {"open": 4}})
    stub.tell("change", changed("c-1", 1, 10), "1-0")
    stub.slow_s = 0.0
    began_s = time.monotonic()
    page.wait("the former answer", lambda: len(feed(page)) == 1, stretch(2))
    page.wait("the next one", lambda: page.rows("conversations")["chat"][0] == "4", stretch(2))
    assert time.monotonic() - began_s < stretch(2)


def test_a_lag_that_is_not_measured_any_more_is_said(stub: Stub, browser: Browser) -> None:
    stub.overview = overview(lag_measured_at="2026-03-02T10:15:16.000Z")
    page = shown(stub, browser)
    assert page.text("#as-of") == ""
    assert "Kafka" not in page.text("#alerts")
    stub.overview = overview(lag_measured_at="2026-03-02T10:15:14.000Z")
    as_of = r"(▲ )?as of \d\d:15:14"
    page.wait("as of when", lambda: re.fullmatch(as_of, page.text("#as-of")) is not None)
    words = r"Kafka does not say how far groups are behind: the lag is as of \d\d:15:14"
    page.wait("the alert", lambda: re.search(words, page.text("#alerts")) is not None)
    assert re.search(r"Furthest behind\n42 s\nas of \d\d:15:14", page.text("#leading"))
    stub.overview = overview()
    page.wait("measured again", lambda: "Kafka" not in page.text("#alerts"))
    assert page.text("#as-of") == ""

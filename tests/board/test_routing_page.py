"""Why each conversation waits, as the page shows what a router makes of it."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from tests.board.browser import Browser
from tests.board.canned import MARKUP, overview, waiting
from tests.board.canned_routing import NOBODY, WINDOWS, explained, glance, person
from tests.board.page import shown, violations
from tests.board.stub import Stub

ODD = "chat/17?"


@pytest.fixture
def explaining(stub: Stub, browser: Browser) -> Browser:
    """The board, where a router explains two of those that wait."""
    lonely: dict[str, Any] = {
        "place": None,
        "says": "nobody is in its queue",
        "people": {},
        "wait": None,
    }
    stub.overview = overview(
        waiting=[
            waiting(ODD, 300.0, queue_id="support", rule="C1", routing=glance(ODD)),
            waiting("b", 20.0, routing=glance("b", **lonely)),
            waiting(MARKUP, 10.0, rule="C1"),
        ]
    )
    stub.routing[ODD] = explained(ODD)
    return shown(stub, browser)


def test_a_row_says_what_the_router_makes_of_it(stub: Stub, explaining: Browser) -> None:
    rows = explaining.rows("waiting")
    made_it_wait, routed = rows[ODD][-1].split("\n")
    assert made_it_wait == "began and waits for a representative"
    numbers = "3 full, 1 not signed in, 1 of tomorrow"
    assert routed == f"place 2 · {NOBODY} · {numbers} · about 4 min to go"
    assert rows["b"][-1] == "nobody is in its queue"
    assert rows[MARKUP][-1] == "began and waits for a representative", "nothing is known of it"
    asked = [urlsplit(path) for path, _ in stub.asked if path.startswith("/api/overview")]
    assert all("routing=true&windows=true" in each.query for each in asked)


def test_whose_connection_has_gone_is_told_until_when(stub: Stub, browser: Browser) -> None:
    stub.overview = overview(windows=WINDOWS)
    page = shown(stub, browser)
    read = "return [...document.querySelectorAll('#elsewhere tbody tr')].map((r) => r.innerText)"
    told = [" ".join(each.split()) for each in page.run(read)]
    assert [each.split()[0] for each in told] == [
        *("call-e", "chat-b", "callback-2", MARKUP.split()[0]),
        *("chat-w", "chat-b", "callback-1"),
    ]
    assert told[1].startswith("chat-b bot helper for 1 min ")
    assert re.fullmatch(r"chat-w representative gone · dora \d\d s left", told[4])
    assert re.fullmatch(r"chat-b customer gone . min \d\d s left", told[5])
    assert "2 scheduled · 12 with a bot · 1 outside · 12 gone" in page.text("#elsewhere .top")


def open_the_first(page: Browser) -> None:
    page.click("#waiting tbody .link")
    page.wait("open", lambda: page.run("return document.querySelector('#why').open"))


def test_looked_into_it_says_who_could_take_it(explaining: Browser) -> None:
    open_the_first(explaining)
    assert explaining.text("#why-title") == ODD
    explaining.wait("explained", lambda: explaining.text("#why-says") == NOBODY)
    place = "place 2 of 9 · about 4 min to go · place 2, and 14 were taken up from it"
    assert explaining.text("#why-place") == place
    read = "return [...document.querySelectorAll('#why-people li')].map((each) => each.innerText)"
    assert [" ".join(each.split()) for each in explaining.run(read)] == [
        "ana rank 1 · 20 units available, 40 needed",
        f"{MARKUP} rank 2 · preferred · could be given it",
    ]
    assert explaining.text("#why-overflow") == "1. moved to second, at 10:20"


def test_it_goes_on_saying_it_until_it_is_closed(stub: Stub, explaining: Browser) -> None:
    open_the_first(explaining)
    explaining.wait("explained", lambda: explaining.text("#why-says") == NOBODY)
    full = [person(f"r-{number}", "capacity", "full") for number in range(150)]
    stub.routing[ODD] = explained(ODD, says="it overflows", people=full, overflow=[], place=None)
    explaining.wait("anew", lambda: explaining.text("#why-says") == "it overflows")
    assert explaining.text("#why-people li:last-child") == "and 50 more"
    assert not explaining.text("#why-overflow")
    del stub.routing[ODD]
    unknown = "The worker says: nothing is known of it"
    explaining.wait("unknown", lambda: explaining.text("#why-says") == unknown)
    assert explaining.state() == "live", "it is no reason to be signed out"
    explaining.press(Keys.ESCAPE)
    explaining.wait(
        "closed", lambda: not explaining.run("return document.querySelector('#why').open")
    )
    asked = len([path for path, _ in stub.asked if path.endswith("/routing")])
    times = stub.times_asked()
    explaining.wait("the board goes on", lambda: stub.times_asked() >= times + 3)
    assert len([path for path, _ in stub.asked if path.endswith("/routing")]) <= asked + 1


def test_signing_out_closes_it(explaining: Browser) -> None:
    open_the_first(explaining)
    explaining.run("document.querySelector('#sign-out').click()")
    assert not explaining.run("return document.querySelector('#why').open")
    assert explaining.text("#sign-in h2") == "Sign in to the board"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (320, "light")])
def test_it_is_for_everybody(
    stub: Stub, browser: Browser, axe: str, width: int, scheme: str
) -> None:
    browser.look(width, 900, scheme)
    stub.overview = overview(waiting=[waiting(ODD, 300.0, rule="C1", routing=glance(ODD))])
    stub.routing[ODD] = explained(ODD)
    shown(stub, browser)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    open_the_first(browser)
    browser.wait("explained", lambda: browser.text("#why-says") == NOBODY)
    assert violations(browser, axe) == []
    box = "const it = document.querySelector('#why'); return [it.scrollWidth, it.clientWidth]"
    wide, room = browser.run(box)
    assert wide <= room
    assert browser.focused()["id"] == "why-close"

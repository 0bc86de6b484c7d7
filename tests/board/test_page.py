"""The page by itself: what it shows of what it is told, and whom and what it trusts."""

import re
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

from selenium.webdriver.common.keys import Keys

from tests.board.browser import Browser
from tests.board.canned import MARKUP, overview, representative, slots
from tests.board.page import changed, feed, shown
from tests.board.stub import PASSWORD, Stub


def test_every_room_shows_what_it_was_told(page: Browser) -> None:
    heads = ["open", "active", "waiting", "wrap-up", "resolved", "scheduled", "closed"]
    assert page.columns("conversations") == heads
    assert page.rows("conversations")["chat"] == ["3", "12", "0", "1", "0", "0", "1,207"]
    assert page.rows("conversations", "tfoot") == {"all": ["3", "12", "5", "1", "4", "2", "1,207"]}
    queues = page.rows("queues")
    assert list(queues) == [MARKUP, "support", "in no queue"], "the oldest first, no idle ones"
    assert [cells[0] for cells in queues.values()] == ["1", "2", "1"]
    assert queues[MARKUP][1] == "1 h 02 min"
    assert re.fullmatch("1 min 1[5-9] s|1 min 2. s", queues["support"][1])
    late = "return [...document.querySelectorAll('#queues .age')].map((each) => each.dataset.level)"
    assert page.run(late) == [None, "bad", "notice", None], "the head, then the oldest first"
    people = page.rows("representatives")
    assert people["ana"] == ["available", "", "60 + 30/100", "call 1/1", "2"]
    assert people["bob"] == ["busy · blocked", "", "130/90 ▲ 40 over", "mails 6/4 ▲", "4 + 1"]
    assert people["cleo"][0] == "away · by supervisor"
    assert people["dora"][0] == "offline · lost"
    assert people[MARKUP][0] == "do not disturb"
    chat = ["80", "72", "3", "87 %", "12 s", "–", "–", "6", "0"]
    assert page.rows("figures")["chat"] == chat
    assert "support" not in page.rows("figures")
    page.click("#by-queue")
    assert page.rows("figures")["support"][0] == "50"
    page.click("#window label:first-of-type")
    assert page.rows("figures") == {}
    assert "counted nothing in this window" in page.text("#figures")
    flow = page.rows("flow")
    [(head, cells)] = [(head, cells) for head, cells in flow.items() if "projection" in head]
    assert re.split(r"\s+", head)[-5:] == ["42", "s", "·", "425", "records"]
    assert [each.split() for each in cells] == [
        ["p0", "0", "s"],
        ["p1", "42", "s", "425", "records"],
    ]
    leading = page.text("#leading")
    for words in (
        "Dead letters\n7",
        "May be offered work\n1\n4 signed in, 1 lost",
        "Service level, hour\n87 %",
    ):
        assert words in leading
    alerts = page.text("#alerts")
    for words in ("Over their limit bob", f"{MARKUP} oldest open for 1 h", "projection is 42 s"):
        assert words in alerts
    assert page.driver.title == "(4) omnistate board"
    assert page.text("#ready") == "This worker is ready."


def test_changes_come_newest_first_and_only_once(stub: Stub, page: Browser) -> None:
    events = [changed("c-1", 1, 10), changed("c-2", 1, 30, rule="O1", status="active")]
    late = changed("c-3", 1, 20, queue_id=MARKUP, representative_id="ana")
    for number, event in enumerate([*events, events[0], late]):
        stub.tell("change", event, f"{number}-0")
    page.wait("three", lambda: len(feed(page)) == 3)
    assert [each.split("\n")[1] for each in feed(page)] == ["c-2", "c-3", "c-1"]
    assert feed(page)[0].split("\n")[2:] == [
        "active",
        "O1 was offered to a representative by the router · chat",
    ]
    assert feed(page)[1].endswith(f"· chat · {MARKUP} · ana")
    page.click("#pause")
    stub.tell("change", changed("c-4", 1, 40), "9-0")
    page.wait("counted", lambda: "paused · 1 since" in page.text("#feed"))
    assert len(feed(page)) == 3
    page.click("#pause")
    assert feed(page)[0].split("\n")[1] == "c-4"


def test_what_comes_from_outside_is_text(stub: Stub, page: Browser) -> None:
    stub.tell("change", changed(MARKUP, 1, 1, workstream_id=MARKUP), "1-0")
    page.wait("told", lambda: MARKUP in page.text("#feed"))
    assert page.run("return document.images.length") == 0
    for room in ("conversations", "queues", "representatives"):
        assert MARKUP in page.rows(room)


def test_a_restore_shows_its_progress(stub: Stub, browser: Browser) -> None:
    states = {"changes/0": "40% restored", "changes/1": "running", "totals/0": "0% restored"}
    stub.overview = overview(worker={"ready": False, "joined": True, "partitions": states})
    page = shown(stub, browser)
    script = "return [...document.querySelectorAll('progress')].map((e) => [e.ariaLabel, e.value])"
    assert page.run(script) == [["changes restored", 70], ["totals restored", 0]]
    assert "This worker is not ready yet" in page.text("#alerts")


def test_what_is_not_known_yet_is_said(stub: Stub, browser: Browser) -> None:
    nothing: dict[str, Any] = {"queues": [], "representatives": [], "figures": [], "lag": []}
    stub.overview = overview(**nothing, counts={}, dead_letters=None, lag_measured_at=None)
    page = shown(stub, browser)
    assert "Nothing needs attention" in page.text("#board")
    assert "Dead letters\n–\nnot counted yet" in page.text("#leading")
    assert "No conversation waits for anybody." in page.text("#queues")
    assert page.driver.title == "omnistate board"


def test_long_tables_are_cut_until_somebody_asks(stub: Stub, browser: Browser) -> None:
    people = [representative(f"r-{n:03}", 100, 130 if n == 199 else 0) for n in range(200)]
    stub.overview = overview(representatives=people)
    page = shown(stub, browser)
    assert len(page.rows("representatives")) == 30
    assert "r-199" in page.text("#alerts"), "what matters is not cut"
    page.click("#representatives .more")
    page.wait("all", lambda: len(page.rows("representatives")) == 200)
    page.press("/")
    page.press("r-19")
    page.wait("filtered", lambda: len(page.rows("representatives")) == 10)
    assert "10 of 200 shown" in page.text("#representatives")
    page.press(Keys.ESCAPE)
    page.wait("all again", lambda: len(page.rows("representatives")) == 200)


def test_it_asks_for_what_it_shows(stub: Stub, browser: Browser) -> None:
    stub.overview = overview(representatives=[representative(f"r-{n}", 9, 0) for n in range(50)])
    page = shown(stub, browser)

    def asked() -> dict[str, list[str]]:
        paths = [path for path, _ in stub.asked if path.startswith("/api/overview")]
        return parse_qs(paths[-1].partition("?")[2], keep_blank_values=True)

    first = {
        "representatives": ["30"],
        "representatives_by": ["representative"],
        "queues": ["40"],
        "queues_by": ["-oldest"],
        "contains": [""],
        "figures_by_queue": ["false"],
        "routing": ["true"],
        "windows": ["true"],
    }
    assert asked() == first
    page.click("#representatives .more")
    page.click("#by-queue")
    # Where it lies under the head one cannot click it.
    page.run("document.querySelector('#representatives thead th:nth-child(3) button').click()")
    # In a field a slash is a slash.
    page.run("document.activeElement.blur()")
    page.press("/")
    page.press("R-4")
    wanted = {
        **first,
        "representatives": ["1000"],
        "representatives_by": ["-load"],
        "contains": ["r-4"],
        "figures_by_queue": ["true"],
    }
    page.wait("what is shown now", lambda: asked() == wanted)
    page.wait("shown", lambda: len(page.rows("representatives")) == 11)


def test_a_wrong_token_is_said_and_kept_nowhere(stub: Stub, browser: Browser) -> None:
    browser.open(stub.address)
    assert browser.focused()["id"] == "token"
    browser.sign_in("not-the-token-of-the-tests")
    browser.wait("refused", lambda: browser.text("#refusal") != "")
    assert browser.text("#refusal") == "The worker refused this token."
    assert browser.run("return sessionStorage.length") == 0
    assert browser.text("#board") == ""
    browser.sign_in("with a space")
    browser.wait("refused", lambda: "without spaces" in browser.text("#refusal"))
    browser.sign_in(PASSWORD)
    browser.wait("live", lambda: browser.state() == "live")
    kept = "return [JSON.stringify(localStorage), document.cookie, location.href].join()"
    assert PASSWORD not in browser.run(kept)
    assert all(PASSWORD not in path for path, _ in stub.asked)
    browser.click("#sign-out")
    browser.wait("signed out", lambda: browser.text("#sign-in") != "")
    assert browser.run("return sessionStorage.length") == 0
    browser.wait("nobody follows", lambda: stub.followers == 0)


def test_nothing_comes_from_elsewhere(stub: Stub, page: Browser) -> None:
    asked = {path.partition("?")[0] for path, _ in stub.asked}
    assert asked <= {"/board", "/api/overview", "/api/changes"}
    text = (
        resources.files("omnistate.process.projection")
        .joinpath("board.html")
        .read_text(encoding="utf-8")
    )
    known = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(|innerHTML|\son[a-z]+=", known)
    policy = "return fetch('/board').then((r) => r.headers.get('content-security-policy'))"
    said = page.run(policy)
    assert "default-src 'none'" in said
    assert "unsafe" not in said


def test_a_bar_within_its_limit_has_no_part_beyond(stub: Stub, browser: Browser) -> None:
    slots_used = {"calls": slots(4, 3)}
    stub.overview = overview(representatives=[representative("ana", 80, 60, profiles=slots_used)])
    page = shown(stub, browser)
    script = """
    return [...document.querySelectorAll('#representatives .load')].map((bar) =>
      ['--part', '--over'].map((name) => bar.style.getPropertyValue(name)));
    """
    assert page.run(script) == [["0.75", "0"], ["0.75", "0"]]

"""The page for everybody: by keyboard, in words, in either colours, and on any width."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.board.browser import Browser
from tests.board.canned import overview
from tests.board.page import changed, feed, shown, violations
from tests.board.stub import Stub

# Words of the first room's heads and figures that lie over others, as pairs.
OVERLAPPING = """
const places = [...document.querySelectorAll('#conversations :is(thead th, tbody td, tfoot td)')]
  .filter((cell) => cell.innerText.trim()).map((cell) => {
    const words = document.createRange();
    words.selectNodeContents(cell.querySelector('button, span') ?? cell);
    return [cell.innerText.trim(), words.getBoundingClientRect()];
  });
return places.flatMap(([one, a], n) => places.slice(n + 1)
  .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
                     && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5)
  .map(([other]) => [one, other]));
"""
LOOKS = [(1440, "light"), (1440, "dark"), (375, "light"), (375, "dark"), (320, "light")]


def test_meters_say_in_words_what_their_bars_show(page: Browser) -> None:
    script = """
    return [...document.querySelectorAll('#representatives [role=meter]')].map((meter) =>
      [meter.ariaLabel, meter.ariaValueNow, meter.ariaValueMax, meter.ariaValueText]);
    """
    meters = {each[0]: each[1:] for each in page.run(script)}
    assert meters["ana: units"] == ["60", "100", "60 of 100 units"]
    assert meters["bob: units"] == ["90", "90", "130 of 90 units, 40 over"]
    assert meters["bob: mails"] == ["4", "4", "6 of 4 slots, 2 over"]
    assert meters["dora: units"] == ["0", "0", "0 of 0 units"]


def test_the_keyboard_is_enough(page: Browser) -> None:
    page.driver.refresh()
    page.wait("live", lambda: page.state() == "live")
    visited: list[tuple[str, str]] = []
    for _ in range(80):
        page.press(Keys.TAB)
        found = page.focused()
        if found["tag"] == "body" or (found["id"], found["name"]) in visited[:1]:
            break
        assert found["outlined"], found
        visited.append((found["id"], found["name"]))
    names = [name.strip(" ↕▲▼") for _, name in visited]
    assert names[0] == "Skip to the board"
    assert [id_ for id_, _ in visited[1:4]] == ["filter", "theme", "sign-out"]
    for name in ("workstream", "oldest", "load", "Pause", "Changes, newest first", "offered"):
        assert name in names
    page.run("document.activeElement.blur()")
    page.press("/")
    assert page.focused()["id"] == "filter"
    page.press("supp")
    page.wait("filtered", lambda: list(page.rows("queues")) == ["support"])
    page.press(Keys.ESCAPE)
    page.wait("all again", lambda: len(page.rows("queues")) == 3)
    page.run("document.querySelector('#representatives thead th:nth-child(4) button').focus()")
    page.press(Keys.ENTER)
    page.wait("bob first", lambda: next(iter(page.rows("representatives")), None) == "bob")
    page.press(Keys.ENTER)
    assert next(iter(page.rows("representatives"))) in {"cleo", "dora"}
    script = "return document.querySelector('#representatives [aria-sort]').ariaSort"
    assert page.run(script) == "ascending"
    assert page.focused()["name"].startswith("units"), "sorting leaves the focus where it is"


def test_colours_follow_the_system_until_somebody_chooses(page: Browser) -> None:
    def ground() -> str:
        return str(page.run("return getComputedStyle(document.body).backgroundColor"))

    light = ground()
    page.look(scheme="dark")
    dark = ground()
    assert dark != light
    page.click("#theme")
    assert ground() == light
    page.driver.refresh()
    page.wait("live again, the token is kept", lambda: page.state() == "live")
    assert ground() == light
    page.click("#theme")
    assert ground() == dark


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_is_readable_and_reachable(
    stub: Stub, browser: Browser, axe: str, width: int, scheme: str
) -> None:
    """Nothing to scroll sideways, and nothing that axe-core finds (contrast, names, roles …)."""
    browser.look(width, 900, scheme)
    browser.open(stub.address)
    assert violations(browser, axe) == []
    shown(stub, browser)
    stub.tell("change", changed("a-rather-long-id-" * 5, 1, 1, workstream_id="w" * 60), "1-0")
    browser.wait("told", lambda: len(feed(browser)) == 1)
    browser.click("#by-queue")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert violations(browser, axe) == []


@pytest.mark.parametrize("width", [1440, 375, 320])
def test_no_status_lies_over_another(stub: Stub, browser: Browser, width: int) -> None:
    """Not with all seven of them, nor with large figures."""
    counts = dict.fromkeys(("open", "active", "waiting", "wrap_up", "resolved", "scheduled"), 1_234)
    stub.overview = overview(counts={"chat": {**counts, "closed": 123_456}})
    browser.look(width, 900)
    page = shown(stub, browser)
    assert len(page.columns("conversations")) == 7
    assert page.run(OVERLAPPING) == []

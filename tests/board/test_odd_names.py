"""Ids of which one sees less than there is, or something else: the board shows what they are."""

import ast
import unicodedata

from omnistate.cli.command_end import printable

from tests.board.browser import Browser
from tests.board.canned import overview, representative, slots
from tests.board.page import changed, feed, shown
from tests.board.stub import Stub

SEPARATORS = "c\u20281\u2029x"
TURNED = "ana\u202egnp.exe"
HIDDEN = "an\u200ba\u2066\ufeff\x07\x9f\u00a0\U000e0041"
ALL_NAMES = (
    "return [...document.querySelectorAll('#conversations tbody th')].map((e) => e.textContent)"
)
ALL_LABELS = "return [...document.querySelectorAll('[aria-label]')].map((e) => e.ariaLabel)"
ROOMS_OF_ISOLATED = """
return [...document.querySelectorAll('bdi')].filter((each) => each.textContent === arguments[0])
  .map((each) => each.closest('section')?.id ?? '');
"""
HEBREW = "\u05d0\u05d1\u05d2"


def test_separators_of_lines_in_an_id_do_not_stop_the_board(stub: Stub, page: Browser) -> None:
    stub.tell("change", changed(SEPARATORS, 1, 10), "1-0")
    # As the API sends it: raw.
    stub.events.put(
        f'event: change\nid: 2-0\ndata: {{"id": "raw", "time": "2026-03-02T10:15:20.000Z", "data": '
        f'{{"conversation_id": "{SEPARATORS}raw", "rule": "C1", "status": "open"}}}}\n\n'
    )
    stub.tell("change", changed("after", 1, 30), "3-0")
    page.wait("all three", lambda: len(feed(page)) == 3)
    ids = [each.split("\n")[1] for each in feed(page)]
    assert ids == ["after", r"c\u20281\u2029xraw", r"c\u20281\u2029x"]
    assert page.state() == "live"


def test_what_is_no_change_does_not_stop_the_board(stub: Stub, page: Browser) -> None:
    stub.events.put("event: change\nid: 1-0\ndata: no JSON\n\nno colon\n:\n\n")
    stub.tell("change", changed("after", 1, 30), "3-0")
    page.wait("both", lambda: any("after" in each for each in feed(page)))
    assert any("Some changes are missing here" in each for each in feed(page))
    assert page.state() == "live"


def test_what_one_would_not_see_is_escaped_as_top_does_it(stub: Stub, browser: Browser) -> None:
    people = [
        representative(id_, 100, 130, profiles={id_: slots(1, 2)}) for id_ in (TURNED, HIDDEN)
    ]
    queues = [{"queue_id": id_, "open": 1, "oldest_seconds": 999.0} for id_ in (TURNED, HIDDEN)]
    counts = {TURNED: {"open": 1}, HIDDEN: {"open": 1}}
    stub.overview = overview(representatives=people, queues=queues, counts=counts)
    page = shown(stub, browser)
    stub.tell("change", changed(HIDDEN, 1, 10, queue_id=TURNED), "1-0")
    page.wait("told", lambda: len(feed(page)) == 1)
    names = {printable(TURNED), printable(HIDDEN)}
    assert names == {r"ana\u202egnp.exe", r"an\u200ba\u2066\ufeff\x07\x9f\xa0\U000e0041"}
    for room in ("conversations", "queues", "representatives"):
        assert set(page.rows(room)) == names, room
    for name in names:
        assert name in page.text("#alerts")
        assert name in feed(page)[0]
    seen = page.run("return document.querySelector('#board').textContent")
    unseen = [each for each in seen if unicodedata.category(each) in {"Cf", "Cc", "Zl", "Zp"}]
    assert set(unseen) <= {"\n"}, ascii(unseen)
    labels = page.run(
        "return [...document.querySelectorAll('[aria-label]')].map((e) => e.ariaLabel)"
    )
    assert all(each.isprintable() for each in labels)


def test_it_escapes_every_character_that_top_escapes(stub: Stub, browser: Browser) -> None:
    """But for what one of the two has learnt of a newer Unicode."""
    known = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    wanted = [each for each in known if unicodedata.category(each) != "Cn"]
    ids = ["".join(wanted[start : start + 250]) for start in range(0, len(wanted), 250)]
    stub.overview = overview(counts={id_: {"open": 1} for id_ in ids})
    page = shown(stub, browser)
    page.click("#conversations .more")
    page.wait("all", lambda: len(page.run(ALL_NAMES)) == len(ids))
    assert sorted(page.run(ALL_NAMES)) == sorted(printable(id_) for id_ in ids)
    assert ast.literal_eval(f"'{printable(HIDDEN)}'") == HIDDEN, "nothing is lost"


def test_an_id_turns_nothing_round_but_itself(stub: Stub, browser: Browser) -> None:
    person = representative(HEBREW, 100, 130, profiles={HEBREW: slots(4, 6)})
    stub.overview = overview(representatives=[person])
    page = shown(stub, browser)
    stub.tell("change", changed(HEBREW, 1, 10, workstream_id="1", queue_id=HEBREW), "1-0")
    page.wait("told", lambda: len(feed(page)) == 1)
    rooms = page.run(ROOMS_OF_ISOLATED, HEBREW)
    assert {"representatives", "feed", ""} <= set(rooms), rooms
    # The numbers stand to the right of the name, as of any other.
    right_of = """
    const item = document.querySelector('#representatives .profiles li > span:last-child');
    const name = item.querySelector('bdi').getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(item.lastChild);
    return range.getBoundingClientRect().left >= name.right - 1;
    """
    assert page.run(right_of) is True

"""The board of a real projection worker, with a real engine, Kafka and Redis behind it."""

import re

import pytest
from omnistate.stream.topology import load_topology

from tests.board.board_centre import PARTITIONS, TOKEN, Centre, agrees
from tests.board.browser import Browser
from tests.board.page import feed, violations
from tests.cluster.dump import connect
from tests.harness.waiting import stretch

TRIES = 3
# From the input's append on its topic to the page: what a person on duty may count on.
LATE_S = 2.0
BAR_OF_GRACE = """
return document.querySelector('#representatives [aria-label="grace: units"]').ariaValueText;
"""


@pytest.fixture
def page(centre: Centre, browser: Browser) -> Browser:
    """The board, signed in."""
    return shown(centre, browser)


def shown(centre: Centre, browser: Browser) -> Browser:
    browser.open(centre.board)
    browser.sign_in(TOKEN)
    browser.wait("live", lambda: browser.state() == "live")
    return browser


async def test_it_shows_what_the_topics_say(centre: Centre, page: Browser) -> None:
    folded = await centre.settle()
    page.wait("the same", lambda: agrees(page, folded) == [])
    assert len(page.rows("conversations")) > 5
    assert page.rows("representatives")["grace"][2].endswith("over")
    assert page.rows("representatives")["henry"][0] == "away · by supervisor"
    assert "grace" in page.text("#alerts")
    page.wait("dead letter", lambda: "Dead letters\n1\n" in page.text("#leading"))
    assert page.text("#ready") == "This worker is ready."


def test_figures_are_those_of_the_figures_worker(centre: Centre, page: Browser) -> None:
    root = f"{centre.found.prefix}omnistate:figures:3600:"

    def written() -> dict[str, list[str]]:
        with connect(centre.redis_url) as client:
            hashes = [client.hgetall(key) for key in client.scan_iter(f"{root}*")]
        return {
            str(each["workstream_id"]): [
                each[f"current_{name}"] for name in ("offered", "accepted")
            ]
            for each in hashes
            if each["queue_id"] == "" and "current_start" in each
        }

    def agree() -> bool:
        rows = {name: cells[:2] for name, cells in page.rows("figures").items()}
        return rows == written() != {}

    page.wait("the same figures", agree)
    assert sum(int(offered) for offered, _ in written().values()) > 10


async def test_it_says_how_far_behind_each_partition_is(centre: Centre, page: Browser) -> None:
    await centre.settle()
    # A router is optional, and nobody runs one here: its group is not shown.
    ran = {worker.kind for worker in centre.found.workers}
    groups = [
        (group.name, topic)
        for group in load_topology().groups
        for topic in group.consumes
        if group.name in ran
    ]
    assert ran == {name for name, _ in groups}
    # The figures worker's group is there from its first commit on.
    page.wait("every group", lambda: len(page.rows("flow")) == len(groups))
    page.wait("all read", lambda: all("read to the end" in head for head in page.rows("flow")))
    flow = {tuple(head.split()[:2]): cells for head, cells in page.rows("flow").items()}
    assert sorted(flow) == sorted(groups)
    for cells in flow.values():
        assert [cell.split()[0] for cell in cells] == [f"p{n}" for n in range(PARTITIONS)]


async def test_it_follows_a_change_within_two_seconds(centre: Centre, page: Browser) -> None:
    await centre.settle()
    took = [
        await follow(centre, page, f"quick-{number}")
        for number in range(TRIES)
        for follow in (_follow_one, _follow_a_bar, _follow_a_presence)
    ]
    # Others find henry as they left them.
    await centre.say("representative.presence", "henry", presence="away", supervisor_id="sue")
    assert max(took) < stretch(LATE_S), took


async def _follow_a_bar(centre: Centre, page: Browser, id_: str) -> float:
    """The same for a representative's bar, which an assignment fills further."""

    def bar() -> str:
        return str(page.run(BAR_OF_GRACE))

    before, units = bar(), page.rows("representatives")["grace"][2]
    await centre.say("representative.pick", id_, representative_id="grace")
    return page.wait(
        "fuller", lambda: bar() != before and page.rows("representatives")["grace"][2] != units
    )


async def _follow_a_presence(centre: Centre, page: Browser, id_: str) -> float:
    """The same for what no conversation's change tells."""
    before = page.rows("representatives")["henry"][0]
    other = "do_not_disturb" if before.startswith("away") else "away"
    await centre.say("representative.presence", "henry", presence=other, supervisor_id="sue")
    told = f"{other.replace('_', ' ')} · by supervisor"
    return page.wait("told", lambda: page.rows("representatives")["henry"][0] == told)


async def _follow_one(centre: Centre, page: Browser, id_: str) -> float:
    """How long it took from the input's append to the page, s."""
    chat = {"channel": "live_chat", "workstream_id": "vip-chat", "queue_id": id_}
    before = int(page.rows("conversations")["vip-chat"][0])
    await centre.say("conversation.started", id_, **chat)

    def is_there() -> bool:
        waiting = page.rows("queues").get(id_, [""])[0] == "1"
        counted = int(page.rows("conversations")["vip-chat"][0]) == before + 1
        return waiting and counted and feed(page)[0].split("\n")[1] == id_

    return page.wait("there", is_there)


async def test_it_survives_a_worker_that_dies_and_comes_back(centre: Centre, page: Browser) -> None:
    await centre.settle()
    centre.projection.kill()
    page.wait("reconnecting", lambda: page.state() == "reconnecting")
    assert re.fullmatch(r"Reconnecting since \d\d:\d\d:\d\d", page.text("#connection"))
    chat = {"channel": "live_chat", "workstream_id": "vip-chat", "queue_id": "vip"}
    await centre.say("conversation.started", "meanwhile", **chat)
    page.wait("stale", lambda: page.state() == "stale")
    assert page.rows("conversations"), "what was known is still shown"
    centre.projection.start()
    centre.projection.await_ready()
    page.wait("live", lambda: page.state() == "live")
    folded = await centre.settle()
    page.wait("right again", lambda: agrees(page, folded) == [])
    page.wait("and the change", lambda: any("meanwhile" in each for each in feed(page)))


def test_a_wrong_token_is_refused(centre: Centre, browser: Browser) -> None:
    browser.open(centre.board)
    browser.sign_in(f"{TOKEN}-but-another")
    browser.wait("refused", lambda: browser.text("#refusal") == "The worker refused this token.")
    assert browser.text("#board") == ""


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_it_is_readable_with_real_figures(
    centre: Centre, browser: Browser, axe: str, width: int, scheme: str
) -> None:
    browser.look(width, 900, scheme)
    shown(centre, browser)
    browser.wait("all there", lambda: len(browser.rows("flow")) > 5)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert violations(browser, axe) == []

"""Routers on a real broker: work reaches people within their capacity, and one acts at a time."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.acting_routers import acting
from tests.cluster.story_inputs import event
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually, stretch, wait_until

SESSION_S = 6
UNITS = 40
PEOPLE = ("ana", "ben", "cem")
# Each can hold two.
ROOM = 2 * len(PEOPLE)
CENTRE: dict[str, Any] = {
    "workstreams": {
        "chat": {"channel": "live_chat", "units": UNITS, "assign_through_gate": True},
    },
    "representatives": {
        name: {"units": 100, "default_presence": "available", "queues": ["support"]}
        for name in PEOPLE
    },
    "queues": {"support": {}},
}


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path, session_timeout=SESSION_S) as found:
        found.set_up(CENTRE, partitions=3)
        yield found


async def offers_of(found: Installation) -> dict[str, str]:
    """To whom each conversation is offered now."""
    last: dict[str, dict[str, Any]] = {}
    for each in await read_events(found.brokers, f"{found.prefix}conversation-state-changes"):
        last[each["subject"]] = each["data"]
    return {
        id_: data["offered_representative_id"]
        for id_, data in last.items()
        if data.get("offered_representative_id")
    }


async def granted(found: Installation) -> list[dict[str, Any]]:
    """What the gate has given out so far."""
    actions = await read_events(found.brokers, f"{found.prefix}agent-actions")
    return [each for each in actions if each["type"] == "router.assign"]


def starts(*numbers: int) -> list[dict[str, Any]]:
    data = {"channel": "live_chat", "workstream_id": "chat", "queue_id": "support"}
    return [event(n, "conversation.started", f"chat-{n}", **data) for n in numbers]


async def test_work_reaches_people_within_capacity_and_a_killed_router_is_replaced(
    installation: Installation,
) -> None:
    workers = [installation.worker(), installation.worker("representative")]
    routers = [installation.worker("router"), installation.worker("router")]
    wait_until("one of them acts", lambda: len(acting(routers)) == 1)
    installation.send(starts(*range(1, ROOM)))

    async def offered() -> dict[str, str]:
        return await offers_of(installation)

    await eventually("as much as came", offered, lambda found: len(found) == ROOM - 1)
    (first,) = acting(routers)
    first.kill()
    (second,) = [each for each in routers if each is not first]
    # One more fits; two have to wait until somebody has room again.
    installation.send(starts(*range(ROOM, ROOM + 3)))
    waited_s = wait_until("the other one acts", lambda: acting(routers) == [second])
    assert waited_s < stretch(SESSION_S + 4)
    found = await eventually("what still fits", offered, lambda found: len(found) == ROOM)
    assert Counter(found.values()) == dict.fromkeys(PEOPLE, 2)

    released = next(iter(found))
    leave = event(100, "representative.reject", released, representative_id=found[released])
    installation.send([leave])
    # Whoever declined is asked last: it goes to somebody else, or another one to them.
    await eventually("another one", offered, lambda now: len(now) == ROOM and now != found)
    assignments = Counter(each["subject"] for each in await granted(installation))
    assert assignments.total() == ROOM + 1
    # Nobody holds more than they can, and nothing is held twice or lost.
    installation.run("audit")
    assert [each.stop() for each in (*workers, second)] == [0, 0, 0]


async def test_a_router_that_leaves_hands_over_at_once_and_one_that_comes_reads_all_of_it(
    installation: Installation,
) -> None:
    installation.worker()
    installation.worker("representative")
    # Nobody routes yet: what waits is on the topics.
    installation.send(starts(1, 2))
    await eventually(
        "both wait",
        lambda: read_events(installation.brokers, f"{installation.prefix}conversation-states"),
        lambda found: len(found) == 2,
    )
    routers = [installation.worker("router")]

    async def offered() -> dict[str, str]:
        return await offers_of(installation)

    await eventually("both are offered", offered, lambda found: len(found) == 2)
    routers.append(installation.worker("router"))
    assert acting(routers) == [routers[0]]
    assert routers[0].metric("omnistate_router_actions_total", type="assignment.requested") == 2
    assert routers[0].stop() == 0
    wait_until("the other one acts", lambda: acting(routers) == [routers[1]])
    installation.send(starts(3))
    await eventually("the third is offered", offered, lambda found: len(found) == 3)
    # It knew what was offered already.
    assert routers[1].metric("omnistate_router_actions_total", type="assignment.requested") == 1
    assert routers[1].metric("omnistate_router_turns_total") == 1
    assert routers[1].metric("omnistate_router_signed_in", queue="support") == len(PEOPLE)


async def test_one_that_wakes_up_after_it_was_replaced_acts_no_more(
    installation: Installation,
) -> None:
    workers = [installation.worker(), installation.worker("representative")]
    routers = [installation.worker("router"), installation.worker("router")]
    wait_until("one of them acts", lambda: len(acting(routers)) == 1)
    (first,) = acting(routers)
    (second,) = [each for each in routers if each is not first]
    first.pause()
    installation.send(starts(1, 2, 3))
    wait_until("the other one acts", lambda: acting([second]) == [second])

    async def offered() -> dict[str, str]:
        return await offers_of(installation)

    await eventually("all are offered", offered, lambda found: len(found) == 3)
    first.resume()
    # It has three to offer, by what it knew; it reads what has become of them instead.
    wait_until("it is in the group again", first.is_ready)
    wait_until("one acts", lambda: len(acting(routers)) == 1)
    installation.send(starts(4))
    await eventually("one more", offered, lambda found: len(found) == 4)
    subjects = Counter(each["subject"] for each in await granted(installation))
    assert subjects == {f"chat-{number}": 1 for number in range(1, 5)}
    installation.run("audit")
    assert [each.stop() for each in (*workers, *routers)] == [0, 0, 0, 0]

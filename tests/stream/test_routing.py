"""Two routers over the embedded log, of which one has the turn: it goes, it comes, it is lost."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from omnistate.stream.ports import Outgoing

from tests.core.naive_router import NaiveRouter
from tests.core.router_members import WORKSTREAMS
from tests.stream.routing_centre import Centre, Told, read_action


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_is_given_twice_and_nothing_is_forgotten(seed: int) -> None:
    centre = Centre(seed)
    world, draw = centre.world, centre.world.random
    told = Told()
    routers = [centre.start_router(told) for _ in range(2)]
    centre.turn = routers[0]
    for _ in range(300):
        centre.happen()
        for routing in routers:
            if draw.random() < 0.7:
                await routing.turn()
        if draw.random() < 0.03:
            # Killed: what it asked for is on its way, what it knew is gone. Another one comes.
            routers.remove(centre.turn)
            centre.turn = routers[0]
            routers.append(centre.start_router(told))
        if draw.random() < 0.03:
            centre.turn = draw.choice(routers)
        for talk in world.talks.values():
            limit = WORKSTREAMS[talk.workstream_id].parallel_offers or 1
            assert len(talk.offered) <= limit, f"seed {seed}"
    quiet = 0
    for _ in range(1_500):
        sent = told.actions
        while world.gate or world.engine:
            world.run_gate()
            world.run_engine()
        centre.publish()
        for routing in routers:
            await routing.turn()
        quiet = quiet + 1 if told.actions == sent else 0
        if quiet > 40:
            break
        world.now_ms += 500
    assert quiet > 40, f"seed {seed}"
    assert not told.problems
    assert told.actions
    judge = NaiveRouter()
    for topic, objects in centre.list_configuration().items():
        for id_, configured in objects.items():
            judge.put(topic.replace("capacity-", ""), id_, configured)
    for (kind, id_), value in centre.last.items():
        judge.put(kind, id_, value if kind == "capacities" or value.status == "open" else None)
    for each in judge.pushed():
        assert judge.rule_that_holds(each, world.now_ms) is None, f"seed {seed}"
        for id_ in judge.representatives:
            obstacle = judge.first_obstacle(each, id_, world.now_ms)
            assert obstacle is not None or judge.is_exhausted(each), f"seed {seed}"


async def test_one_that_starts_acts_only_when_all_that_was_there_is_known() -> None:
    centre = Centre(1)
    for _ in range(60):
        centre.world.start()
        centre.world.sign()
    centre.publish()
    told = Told()
    routing = centre.start_router(told)
    await routing.turn()
    assert (routing.is_acting, told.turns, told.actions) == (False, [], 0)
    centre.turn = routing
    turns = 0
    while not routing.is_acting:
        before = told.actions
        await routing.turn()
        turns += 1
        assert turns < 100
        assert told.actions == before or routing.is_acting
    assert turns > 2
    assert told.turns == [True]
    assert told.actions > 0
    centre.turn = None
    await routing.turn()
    assert told.turns == [True, False]
    assert not routing.records.router.picture.under_way.asked


async def test_what_could_not_be_sent_is_asked_for_again() -> None:
    centre = Centre(2)
    told = Told()
    routing = centre.start_router(told)
    centre.turn = routing
    fails = [True]

    async def send(actions: Sequence[Outgoing]) -> None:
        if fails.pop() if fails else False:
            raise ConnectionError("no broker")
        centre.world.take([read_action(each) for each in actions])

    routing._send = send
    for _ in range(12):
        centre.world.start()
        centre.world.sign()
    centre.publish()
    while not routing.is_acting:
        with suppress(ConnectionError):
            await routing.turn()
    assert not fails
    assert not centre.world.gate
    asked = len(routing.records.router.picture.under_way.asked)
    assert asked
    centre.world.now_ms += 10_000
    await routing.turn()
    assert len(centre.world.gate) >= 1


async def test_what_cannot_be_used_is_told_and_passed_over() -> None:
    centre = Centre(3)
    told = Told()
    routing = centre.start_router(told)
    centre.turn = routing
    centre.log.append("conversation-states", b"c", b"nonsense", partition=1)
    centre.world.start()
    centre.publish()
    for _ in range(4):
        await routing.turn()
    assert [each.partition(": ")[0] for each in told.problems] == ["conversation-states/1/0"]
    assert routing.is_acting

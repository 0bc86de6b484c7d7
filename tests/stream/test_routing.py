"""Two routers over the embedded log, of which one has the turn: it goes, it comes, it is lost."""

import json
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

import msgspec
import pytest
from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.core.router.actions import Action, AssignmentRequest, OverflowClosing, QueueMove
from omnistate.core.router.seen import RefusalSeen
from omnistate.stream.ports import Outgoing, Record
from omnistate.stream.router.pictured_records import FOLLOWED
from omnistate.stream.router.routing import Offsets, Routing
from omnistate_schemas.configuration import Queue, Representative, Workstream

from tests.core.naive_router import NaiveRouter
from tests.core.router_world import PROFILES, QUEUES, WORKSTREAMS, World

PARTITIONS = 3
TOPICS = {
    "conversations": "conversation-states",
    "capacities": "representative-capacity",
    "refusals": "rejected-inputs",
}


class FollowedLog:
    """A port over the embedded log: what was appended since, a few records at a time."""

    def __init__(self, log: MemoryLog, draw: Random) -> None:
        self._log = log
        self._draw = draw
        self._next = {(topic, number): 0 for topic in FOLLOWED for number in range(PARTITIONS)}

    async def poll(self, wait_ms: int) -> Sequence[Record]:
        found: list[Record] = []
        for place, start in self._next.items():
            records = self._log.read(*place, start, self._draw.randint(1, 4))
            if records:
                self._next[place] = records[-1].offset + 1
                found += records
        return found

    async def ends(self) -> Offsets:
        return {place: len(self._log.read(*place, 0)) for place in self._next}

    def positions(self) -> Offsets:
        return dict(self._next)


class Told:
    """What was reported."""

    def __init__(self) -> None:
        self.turns: list[bool] = []
        self.actions = 0
        self.problems: list[str] = []
        self.codes: list[str] = []
        self.decisions = 0

    def unusable(self, record: Record, reason: str) -> None:
        self.problems.append(f"{record.topic}/{record.partition}/{record.offset}: {reason}")

    def acting(self, *, is_acting: bool) -> None:
        self.turns.append(is_acting)

    def sent(self, actions: Sequence[Action]) -> None:
        self.actions += len(actions)

    def refused(self, code: str) -> None:
        self.codes.append(code)

    def decided(self, seconds: float) -> None:
        self.decisions += 1


def read_action(outgoing: Outgoing) -> Action:
    """An action from its record."""
    event = json.loads(outgoing.value or b"")
    data: dict[str, Any] = event["data"]
    match event["type"]:
        case "assignment.requested":
            lists = {"profiles": tuple(data["profiles"])}
            lists["allowed_presences"] = tuple(data["allowed_presences"])
            asked = {**data, **lists}
            return AssignmentRequest(event["id"], event["subject"], **asked)
        case "router.move":
            key = event["subject"], data["queue_id"], data["expected_sequence"]
            return QueueMove(event["id"], *key)
        case _:
            return OverflowClosing(event["id"], event["subject"], data["expected_sequence"])


class Centre:
    """A world whose topics are the log's, and any number of routers on it."""

    def __init__(self, seed: int) -> None:
        self.world = World(seed, people=4)
        self.log = MemoryLog(dict.fromkeys(FOLLOWED, PARTITIONS), lambda: self.world.now_ms)
        self.turn: Routing | None = None
        self.people = {id_: self.world.configure(id_) for id_ in self.world.desks}
        # As the world publishes it, in order, for whoever looks afterwards.
        self.last: dict[tuple[str, str], Any] = {}

    def start_router(self, told: Told) -> Routing:
        async def send(actions: Sequence[Outgoing]) -> None:
            self.world.take([read_action(each) for each in actions])

        followed = FollowedLog(self.log, self.world.random)

        def has_turn() -> bool:
            return self.turn is routing

        routing = Routing(followed, has_turn, send, told, lambda: self.world.now_ms)
        for topic, objects in self.list_configuration().items():
            for id_, configured in objects.items():
                routing.records.configure(topic, id_, configured)
        return routing

    def list_configuration(self) -> dict[str, dict[str, Any]]:
        workstreams: dict[str, Workstream] = WORKSTREAMS
        representatives: dict[str, Representative] = self.people
        return {
            "workstreams": workstreams,
            "capacity-profiles": PROFILES,
            "queues": {id_: Queue.model_validate(queue) for id_, queue in QUEUES.items()},
            "representatives": representatives,
        }

    def publish(self) -> None:
        """What engine and gate said becomes records."""
        for topic in self.world.topics:
            while topic:
                kind, key, value = topic.popleft()
                event = msgspec.json.encode({"type": kind, "data": value})
                self.log.append(TOPICS[kind], key.encode(), event)
                if not isinstance(value, RefusalSeen):
                    self.last[kind, key] = value

    def happen(self) -> None:
        draw = self.world.random
        match draw.choices(["start", "change", "sign", "gate", "engine", "wait"], range(6, 0, -1))[
            0
        ]:
            case "start":
                self.world.start()
            case "change":
                self.world.change()
            case "sign":
                self.world.sign()
            case "gate":
                self.world.run_gate()
            case "engine":
                self.world.run_engine()
            case "wait":
                self.world.now_ms += draw.choice([1, 500, 3_000])
        self.publish()


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

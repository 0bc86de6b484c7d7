"""A world whose topics are the embedded log's, and routers on it, of which one has the turn."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec
from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.core.router.actions import Action, AssignmentRequest, OverflowClosing, QueueMove
from omnistate.core.router.seen import RefusalSeen
from omnistate.stream.ports import Outgoing, Record
from omnistate.stream.router.pictured_records import FOLLOWED
from omnistate.stream.router.routing import Offsets, Routing
from omnistate_schemas.configuration import Queue, Representative, Workstream

from tests.core.router_members import PROFILES, QUEUES, WORKSTREAMS
from tests.core.router_world import World

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

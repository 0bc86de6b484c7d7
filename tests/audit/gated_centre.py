"""Both workers on one log: routers ask the gate, the engine takes what it grants; people come.

Nothing here stands in for anybody: what the gate publishes is what the engine reads, and the other
way round. Whoever a fault ends is replaced.
"""

import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Fenced
from omnistate.stream.representative.totals_processor import process_representatives
from omnistate_schemas.vocabulary import (
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
)

from tests.audit.audit_rig import TOTALS_GROUP, Rig
from tests.audit.downstream_rig import INPUTS, TABLES
from tests.stream.faulty_log import Fault, FaultyLog, Moment

HERE: Final = {"default_presence": "available"}
# Nothing reaches them but through the gate.
GUARDED: Final = "dora"
PEOPLE: Final = ("ana", "bob", "cleo", GUARDED)
GATED: Final = {"channel": "live_chat", "assign_through_gate": True}
CENTRE: Final[dict[str, Any]] = {
    "workstreams": {
        "gated": {**GATED, "units": 40},
        "rung": {**GATED, "units": 30, "parallel_offers": 2, "profiles": ["chat"]},
        "late": {**GATED, "units": 30, "reserve_on_offer": False},
        "cases": {"channel": "record", "assign_through_gate": True, "profiles": ["case"]},
        "free": {"channel": "live_chat", "units": 20},
    },
    "capacity_profiles": {
        "chat": {"limit": 2},
        "case": {"limit": 2, "reset": "end_of_day"},
    },
    "representatives": {
        "ana": {"units": 100, **HERE},
        "bob": {"units": 70, "profiles": {"chat": 1, "case": 3}, **HERE},
        "cleo": {"units": 100},
        GUARDED: {"units": 80, **HERE},
    },
    "queues": {"support": {}},
}
Json = dict[str, Any]
Task = PartitionTask[Any]
ENDED: Final = (Fault, Fenced, UnknownOutcome)


class GatedCentre(Rig):
    """Acts by chance until somebody has seen enough; `errors` says how often a fault strikes."""

    def __init__(self, dice: random.Random, errors: float = 0.5) -> None:
        """Everybody is configured, and nobody works yet."""
        super().__init__(CENTRE, 1_772_442_000_000)
        self.dice = dice
        self._errors = errors
        self.working: dict[tuple[str, int], Task] = {}
        # The data of each conversation's last change.
        self.states: dict[str, Json] = {}
        self._seen = [0] * self.partitions
        self._count = 0
        self._asked: list[Json] = []

    async def work(self, group: str, number: int, act: Callable[[Task], Awaitable[None]]) -> None:
        """Let a worker do something, and others in its place until one has."""
        while True:
            with suppress(*ENDED):
                task = self.working.get((group, number))
                if task is None:
                    task = self._hire(group, number)
                    await task.start()
                    self.working[group, number] = task
                await act(task)
                return
            self.working.pop((group, number), None)

    def _hire(self, group: str, number: int) -> Task:
        engine = group != TOTALS_GROUP
        log: Any = self.owner(number)
        if not engine:
            log = MemoryPartition(self.log, TOTALS_GROUP, number, INPUTS, TABLES)
        if self.dice.random() < self._errors:
            moment = self.dice.choice((Moment.BEFORE, Moment.AFTER))
            log = FaultyLog(log, self.dice.randrange(60), moment, announce=True)
        if engine:
            return self.task(number, log)
        size = self.sizes[CAPACITY_CHANGES]
        return PartitionTask(log, process_representatives(self.directory, number, size))

    def places(self) -> list[tuple[str, int]]:
        """Every partition of both workers."""
        engine = [("conversation", number) for number in range(self.partitions)]
        return engine + [(TOTALS_GROUP, number) for number in range(self.sizes[CAPACITY_CHANGES])]

    async def settle(self) -> None:
        """All is read by both, whoever waits for whom, and whatever is due has fired."""
        idle = 0
        while idle < 2:
            moved = False
            for group, number in self.places():

                async def finish(task: Task) -> None:
                    nonlocal moved
                    while (await task.run_batch(1_000)).records:
                        moved = True
                    due_ms = task.processor.due_ms
                    if due_ms is not None and due_ms <= self.now_ms:
                        await task.fire_timers(self.now_ms)
                        moved = True

                await self.work(group, number, finish)
            idle = 0 if moved else idle + 1
        self._look()

    async def step(self) -> None:
        """One thing happens, and perhaps somebody works a little."""
        self._act()
        if self.dice.random() < 0.6:
            records = self.dice.choice((1, 3, 1_000))
            fire = self.dice.random() < 0.3

            async def work(task: Task) -> None:
                await task.run_batch(records)
                if fire:
                    await task.fire_timers(self.now_ms)

            await self.work(*self.dice.choice(self.places()), work)
            self._look()
        if self.dice.random() < 0.02:
            self.working.clear()

    async def close_all(self) -> None:
        """Everything that is still going on is closed."""
        await self.settle()
        for id_, state in self.states.items():
            if state["status"] != "closed":
                self.say("supervisor.force_close", id_, supervisor_id="sue")
        await self.settle()

    def say(self, type_: str, subject: str, **data: Any) -> None:
        """An input of a conversation."""
        self._count += 1
        self.now_ms += self.dice.choice((0, 20, 700))
        self.send(self.event(type_, subject, f"e{self._count}", **data))

    def tell(self, topic: str, type_: str, who: str, id_: str = "", **data: Any) -> Json:
        """An input of the representative worker."""
        self._count += 1
        self.now_ms += self.dice.choice((0, 20, 700))
        event = self.event(type_, who, id_ or f"e{self._count}", **data)
        self.log.append(topic, who.encode(), json.dumps(event).encode())
        return event

    def _look(self) -> None:
        for number in range(self.partitions):
            for record in self.log.read(STATE_CHANGES, number, self._seen[number]):
                self._seen[number] = record.offset + 1
                data = json.loads(record.value or b"")["data"]
                self.states[data["conversation_id"]] = data

    def _act(self) -> None:
        dice, what = self.dice, self.dice.random()
        if what < 0.12 or not self.states:
            name = dice.choice(sorted(CENTRE["workstreams"]))
            channel = CENTRE["workstreams"][name]["channel"]
            id_ = f"c{self._count}"
            self.say("conversation.started", id_, channel=channel, workstream_id=name)
        elif what < 0.5:
            self._ask()
        elif what < 0.85:
            self._handle()
        elif what < 0.95:
            said = dice.choice(("available", "available", "busy", "away", "offline"))
            lease: Json = dice.choice(({}, {"lease_seconds": dice.choice((10, 30))}))
            who = dice.choice(PEOPLE)
            self.tell(
                REPRESENTATIVE_PRESENCE, "representative.presence", who, presence=said, **lease
            )
        else:
            self.now_ms += dice.choice((1, 5, 40)) * 1_000

    def _ask(self) -> None:
        """A router asks, now and then what it asked before, or for what it costs no more."""
        dice = self.dice
        if self._asked and dice.random() < 0.15:
            asked = dice.choice(self._asked)
            type_, who, id_ = (asked[name] for name in ("type", "subject", "id"))
            self.tell(ASSIGNMENT_REQUESTS, type_, who, id_, **asked["data"])
            return
        waiting = [id_ for id_, each in self.states.items() if each["status"] == "open"]
        id_ = dice.choice(sorted(waiting if waiting and dice.random() < 0.8 else self.states))
        state = self.states[id_]
        data: Json = {name: state[name] for name in ("units", "profiles") if name in state}
        data |= {"conversation_id": id_, "auto_accept": dice.random() < 0.2}
        if dice.random() < 0.1:
            data["units"] = 5
        if dice.random() < 0.5:
            data["expected_sequence"] = state["sequence"] - (dice.random() < 0.2)
        who = dice.choice(PEOPLE)
        self._asked.append(self.tell(ASSIGNMENT_REQUESTS, "assignment.requested", who, **data))

    def _handle(self) -> None:
        """Somebody does what their desktop shows them, or goes past the gate."""
        dice = self.dice
        id_ = dice.choice(sorted(self.states))
        state = self.states[id_]
        offered = state.get("offered_representative_ids", [])
        who = state.get("representative_id")
        other = dice.choice([each for each in PEOPLE if each != GUARDED])
        if offered and dice.random() < 0.7:
            type_ = dice.choice(("accept", "accept", "reject"))
            self.say(f"representative.{type_}", id_, representative_id=dice.choice(offered))
        elif who and dice.random() < 0.7:
            type_ = dice.choice(("end", "close_session", "release"))
            self.say(f"representative.{type_}", id_, representative_id=who)
        elif dice.random() < 0.3:
            self.say("router.assign", id_, representative_id=other)
        elif dice.random() < 0.3:
            # Never dearer: what is held anew goes past the gate.
            self.say("conversation.updated", id_, units=state.get("units", 0) // 2)
        elif dice.random() < 0.5:
            self.say("supervisor.assign", id_, supervisor_id="sue", representative_id=other)
        elif dice.random() < 0.4:
            self.say("router.withdraw", id_)
        else:
            self.say("supervisor.force_close", id_, supervisor_id="sue")

    def reservations(self, topic: str, type_: str) -> list[tuple[str, str]]:
        """The requests that events of a type name, in order of partitions."""
        found = []
        for number in range(self.sizes[topic]):
            for record in self.log.read(topic, number, 0):
                event = json.loads(record.value or b"{}")
                named = event["data"].get("reservation")
                if event["type"] == type_ and named is not None:
                    found.append((named["source"], named["id"]))
        return found

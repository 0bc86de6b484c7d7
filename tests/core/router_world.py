"""A small centre for the router's tests: an engine, a gate, and topics that are read unevenly.

The engine knows what matters to a router (offers, declines, overflow, `expected_sequence`), the
gate grants within capacity. Either may be late; the router reads three topics, each in order,
but one far behind the other. Everything is drawn from one seed.
"""

from collections import deque
from random import Random
from typing import Any

from omnistate.core.router.actions import Action, AssignmentRequest, OverflowClosing, QueueMove
from omnistate.core.router.seen import (
    Attributes,
    CauseSeen,
    RefusalSeen,
)
from omnistate_schemas.configuration import Representative

from tests.core.router_members import (
    PROFILES,
    QUEUES,
    START_MS,
    WORKSTREAMS,
    Desk,
    Talk,
)


class World:
    """Engine and gate. What they publish lies in `topics`, what they are asked in `inputs`."""

    def __init__(self, seed: int, people: int) -> None:
        self.random = Random(seed)
        self.now_ms = START_MS
        self.talks: dict[str, Talk] = {}
        self.desks = {f"p{number}": Desk(f"p{number}") for number in range(people)}
        self.topics: list[deque[Any]] = [deque(), deque(), deque()]
        self.gate: deque[AssignmentRequest] = deque()
        self.engine: deque[tuple[str | None, Action]] = deque()
        self.overflowed: list[Action] = []
        self.offers: list[tuple[str, str]] = []
        self.started = 0

    def configure(self, id_: str) -> Representative:
        draw = self.random
        queues = draw.sample(sorted(QUEUES), draw.randint(2, 4))
        configured = Representative.model_validate(
            {
                "skills": draw.sample(["french", "spanish"], draw.randint(0, 2)),
                "queues": {queue_id: draw.choice([1, 1, 1, 2, 5]) for queue_id in queues},
                "default_presence": draw.choice(["offline", "available", "available", "available"]),
                "profiles": draw.choice([{}, {}, {"case": 1}]),
            }
        )
        desk = self.desks[id_]
        if desk.reason == "default":
            desk.presence = configured.default_presence
        return configured

    # What is published.

    def tell_talk(self, talk: Talk) -> None:
        self.topics[0].append(("conversations", talk.id, talk.see()))

    def tell_desk(self, desk: Desk) -> None:
        self.topics[1].append(("capacities", desk.id, desk.see()))

    def refuse(self, action: Action, type_: str, code: str, sequence: int = 0) -> None:
        cause = CauseSeen(type_, action.id, "/omnistate/router")
        refusal = RefusalSeen(code=code, cause=cause, sequence=sequence)
        self.topics[2].append(("refusals", action.conversation_id, refusal))

    # What happens by itself.

    def start(self) -> None:
        draw = self.random
        self.started += 1
        workstream_id = draw.choice(
            ["chat", "chat", "chat", "chat", "pairs", "pairs", "cases", "cases", "picked", "theirs"]
        )
        units = 0 if workstream_id == "cases" else draw.choice([30, 60])
        profiles = ("case",) if workstream_id == "cases" else draw.choice([(), (), (), ("solo",)])
        ids = sorted(self.desks)
        attributes = Attributes(
            skills=draw.choice([None, None, None, ["french"], "spanish", ["french", "spanish"]]),
            preferred_representatives=draw.choice([None, None, draw.sample(ids, 2), ids[0]]),
        )
        talk = Talk(
            f"c{self.started}",
            workstream_id,
            draw.choice([*sorted(QUEUES), *sorted(QUEUES), "unknown"]),
            self.now_ms,
            self.now_ms,
            units,
            tuple(profiles),
            attributes,
            priority=draw.choice([0, 0, 7]),
        )
        self.talks[talk.id] = talk
        self.tell_talk(talk)

    def change(self) -> None:
        """Something is done to a conversation: not by the router."""
        alive = [talk for talk in self.talks.values() if talk.status != "closed"]
        if not alive:
            return
        draw = self.random
        talk = draw.choice(alive)
        talk.sequence += 1
        if talk.offered:
            id_ = draw.choice(talk.offered)
            if draw.random() < 0.7:
                talk.offered.remove(id_)
                talk.skipped.append(id_)
                talk.declines += 1
                self.release(talk, id_)
                talk.status = "open"
            else:
                for other in [each for each in talk.offered if each != id_]:
                    self.release(talk, other)
                talk.offered, talk.status = [], "active"
        elif talk.status == "open" and draw.random() < 0.6:
            talk.priority = draw.choice([0, 7, 9])
        else:
            for desk in self.desks.values():
                if talk.id in desk.held:
                    self.release(talk, desk.id)
            talk.status = "closed"
        self.tell_talk(talk)

    def release(self, talk: Talk, id_: str) -> None:
        desk = self.desks[id_]
        if desk.held.pop(talk.id, None) is not None:
            desk.last_released_ms = self.now_ms
            self.tell_desk(desk)

    def sign(self) -> None:
        draw = self.random
        desk = draw.choice(list(self.desks.values()))
        desk.presence, desk.reason = draw.choice(
            [
                ("available", "capacity"),
                ("available", "capacity"),
                ("busy", "capacity"),
                ("busy", "capacity"),
                ("do_not_disturb", "capacity"),
                ("available", "set_by_representative"),
                ("busy", "set_by_representative"),
                ("away", "set_by_supervisor"),
                ("offline", "set_by_representative"),
                ("available", "default"),
            ]
        )
        desk.units = draw.choice([100, 100, 100, 60, 20])
        self.tell_desk(desk)

    # What is asked of it.

    def take(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, AssignmentRequest):
                self.gate.append(action)
            else:
                self.engine.append((None, action))

    def run_gate(self) -> None:
        if not self.gate:
            return
        request = self.gate.popleft()
        desk = self.desks[request.representative_id]
        if request.id in desk.granted_ids:
            self.refuse(request, "assignment.requested", "duplicate")
            return
        fits = desk.left() >= request.units
        slots = all(sum(desk.slots(name)) < PROFILES[name].limit for name in request.profiles)
        if not (fits and slots) or desk.blocked():
            self.refuse(request, "assignment.requested", "no_capacity")
            return
        allowed = desk.presence in request.allowed_presences or desk.reason != "set_by_supervisor"
        if desk.presence == "offline" or not allowed:
            self.refuse(request, "assignment.requested", "not_assignable")
            return
        desk.grants[request.conversation_id] = request
        desk.granted_ids.append(request.id)
        desk.last_granted_ms = self.now_ms
        self.tell_desk(desk)
        self.engine.append((desk.id, request))

    def run_engine(self) -> None:
        if not self.engine:
            return
        id_, action = self.engine.popleft()
        talk = self.talks[action.conversation_id]
        fits = talk.sequence == action.expected_sequence and talk.status != "closed"
        if isinstance(action, AssignmentRequest):
            assert id_ is not None
            desk = self.desks[id_]
            desk.grants.pop(talk.id, None)
            limit = WORKSTREAMS[talk.workstream_id].parallel_offers or 1
            if fits and len(talk.offered) < limit:
                talk.sequence += 1
                talk.offered.append(id_)
                if id_ in talk.skipped:
                    talk.skipped.remove(id_)
                desk.held[talk.id] = (talk.units, talk.profiles)
                self.offers.append((talk.id, id_))
                if talk.workstream_id == "cases":
                    talk.offered, talk.status = [], "active"
                self.tell_talk(talk)
            self.tell_desk(desk)
        elif fits and talk.status == "open":
            talk.sequence += 1
            if isinstance(action, QueueMove):
                talk.queue_id = action.queue_id
                talk.queue_since_ms = self.now_ms
                talk.declines = 0
            elif isinstance(action, OverflowClosing):
                talk.status = "closed"
            self.overflowed.append(action)
            self.tell_talk(talk)
        else:
            self.refuse(action, "router.move", "superseded", talk.sequence)

"""A small centre for the router's tests: an engine, a gate, and topics that are read unevenly.

The engine knows what matters to a router (offers, declines, overflow, `expected_sequence`), the
gate grants within capacity. Either may be late; the router reads three topics, each in order,
but one far behind the other. Everything is drawn from one seed.
"""

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

from omnistate.core.router.actions import Action, AssignmentRequest, OverflowClosing, QueueMove
from omnistate.core.router.seen import (
    Attributes,
    CapacitySeen,
    CauseSeen,
    ConversationSeen,
    GrantSeen,
    ProfileSeen,
    RefusalSeen,
    ReservationSeen,
)
from omnistate_schemas.configuration import CapacityProfile, Representative, Workstream
from omnistate_schemas.times import format_time

START_MS = 1_772_442_040_000  # 2026-03-02T09:00:40Z, a Monday
WORKSTREAMS = {
    "chat": Workstream(channel="live_chat"),
    "pairs": Workstream(channel="live_chat", parallel_offers=2, allowed_presences=["available"]),
    "cases": Workstream(channel="record", profiles=["case"]),
    "picked": Workstream(channel="live_chat", distribution="pick"),
    "theirs": Workstream(channel="live_chat", authority="upstream"),
}
PROFILES = {"case": CapacityProfile(limit=2), "solo": CapacityProfile(limit=1, blocking=True)}
QUEUES: dict[str, dict[str, Any]] = {
    "plain": {"max_declines": 9},
    "ranked": {
        "priority": 5,
        "widen_after": 4,
        "method": "least_active",
        "overflow": [{"when": "waited", "seconds": 12, "do": "move", "queue_id": "plain"}],
    },
    "skilled": {
        "method": "round_robin",
        "relax_skills_after": 9,
        "max_declines": 2,
        "overflow": [
            {"when": "nobody", "do": "close"},
            {"when": "longer_than", "conversations": 2, "do": "move", "queue_id": "ranked"},
        ],
    },
    "hours": {
        "operating_hours": {"time_zone": "UTC", "mon": ["09:00-09:01"]},
        "overflow": [{"when": "closed", "do": "close"}],
    },
    "lost": {"overflow": [{"when": "waited", "seconds": 2, "do": "move", "queue_id": "nowhere"}]},
}


def describe_waiting(id_: str, since: str, **more: Any) -> dict[str, Any]:
    """`data` of the last change of a chat that waits in `support` since a published time."""
    return {
        "conversation_id": id_,
        "sequence": 1,
        "status": "open",
        "detail": "awaiting_assignment",
        "channel": "live_chat",
        "workstream_id": "chat",
        "queue_id": "support",
        "queued_at": since,
        "queue_since": since,
        "units": 30,
        **more,
    }


@dataclass
class Talk:
    """A conversation in the engine."""

    id: str
    workstream_id: str
    queue_id: str
    queued_ms: int
    queue_since_ms: int
    units: int
    profiles: tuple[str, ...]
    attributes: Attributes
    sequence: int = 1
    status: str = "open"
    offered: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    declines: int = 0
    priority: int = 0

    def see(self) -> ConversationSeen:
        waits = self.status == "open" or self.offered
        return ConversationSeen(
            conversation_id=self.id,
            sequence=self.sequence,
            status="active" if self.offered else self.status,
            detail="awaiting_acceptance" if self.offered else None,
            channel="record" if self.workstream_id == "cases" else "live_chat",
            workstream_id=self.workstream_id,
            queue_id=self.queue_id,
            queued_at=format_time(self.queued_ms) if waits else None,
            queue_since=format_time(self.queue_since_ms) if waits else None,
            offered_representative_ids=tuple(self.offered),
            skipped_representative_ids=tuple(self.skipped),
            decline_count=self.declines,
            priority=self.priority,
            units=self.units,
            profiles=self.profiles,
            attributes=self.attributes,
        )


@dataclass
class Desk:
    """A representative at the gate: what is held and granted."""

    id: str
    units: int = 100
    presence: str = "offline"
    reason: str = "default"
    held: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    grants: dict[str, AssignmentRequest] = field(default_factory=dict)
    granted_ids: list[str] = field(default_factory=list)
    last_granted_ms: int | None = None
    last_released_ms: int | None = None

    def slots(self, profile: str) -> tuple[int, int]:
        held = sum(profile in profiles for _, profiles in self.held.values())
        return held, sum(profile in each.profiles for each in self.grants.values())

    def left(self) -> int:
        held = sum(units for units, _ in self.held.values())
        return self.units - held - sum(each.units for each in self.grants.values())

    def blocked(self) -> bool:
        return sum(self.slots("solo")) >= 1

    def see(self) -> CapacitySeen:
        profiles = {}
        for name, profile in PROFILES.items():
            held, granted = self.slots(name)
            if held or granted:
                profiles[name] = ProfileSeen(
                    available=profile.limit - held - granted,
                    occupied=held,
                    granted=granted,
                    blocking=profile.blocking,
                )
        return CapacitySeen(
            representative_id=self.id,
            presence=self.presence,
            presence_reason=self.reason,
            available_units=self.left(),
            profiles=profiles,
            blocked_by_profile=self.blocked(),
            grants=tuple(
                GrantSeen(id_, ReservationSeen(request.id, "/omnistate/router"))
                for id_, request in self.grants.items()
            ),
            last_granted_at=in_words(self.last_granted_ms),
            last_released_at=in_words(self.last_released_ms),
        )


def in_words(at_ms: int | None) -> str | None:
    return None if at_ms is None else format_time(at_ms)


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

"""Conversations and people of a world that routers are tried in, and its configuration."""

from dataclasses import dataclass, field
from typing import Any

from omnistate.core.router.actions import AssignmentRequest
from omnistate.core.router.seen import (
    Attributes,
    CapacitySeen,
    ConversationSeen,
    GrantSeen,
    ProfileSeen,
    ReservationSeen,
)
from omnistate_schemas.configuration import CapacityProfile, Workstream
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

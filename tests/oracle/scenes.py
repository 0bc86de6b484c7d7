"""Events that bring a conversation to each stage, and the canonical event of each input variant.

Goes with `cells`, whose docstring says what canonical means.
"""

from __future__ import annotations

import json
from typing import Any

from .vocabulary import RE
from .wire import parse_time, print_time

CONVERSATION = "conversation-1"
PRIMARY, TARGET, SUPERVISOR = "ana", "eva", "sam"
QUEUE, OTHER_QUEUE = "support", "billing"
# A Wednesday morning, far enough from midnight everywhere that is used in the tests.
MORNING = "2025-03-05T09:00:00Z"
CHANNEL_OF_KIND = {
    "live_chat": "live_chat",
    "persistent_chat": "persistent_chat",
    "messaging": "whatsapp",
    "voice": "voice",
    "record": "record",
}

Members = dict[str, Any]

# What the primary (or the offered) does, and by whom the rest is done.
OF_PRIMARY: Members = {"representative_id": PRIMARY}
OF_TARGET: Members = {"representative_id": TARGET}
OF_SUPERVISOR: Members = {"supervisor_id": SUPERVISOR}
VARIANTS: dict[str, Members] = {
    "conversation.started:bot": {"handled_by": "bot"},
    "conversation.started:outbound": {"direction": "outbound", **OF_PRIMARY},
    "conversation.started:scheduled": {"scheduled_for": "2025-03-05T12:00:00Z"},
    "conversation.updated": {"priority": 7},
    "conversation.closed": {"reason": "completed"},
    "conversation.queued": {"queue_id": OTHER_QUEUE},
    "conversation.offered": OF_TARGET,
    "conversation.offer_ended": OF_PRIMARY,
    "conversation.answered": OF_TARGET,
    "conversation.ended": {"by": "representative"},
    "conversation.wrapped_up": OF_PRIMARY,
    "record.deactivated:deleted": {"outcome": "deleted"},
    "record.deactivated:other": {"outcome": "cancelled"},
    "router.assign": OF_TARGET,
    "router.move": {"queue_id": OTHER_QUEUE},
    "router.close": {"reason": "overflow"},
    "router.withdraw": OF_PRIMARY,
    "router.schedule": {"scheduled_for": "2025-03-05T12:00:00Z"},
    "representative.pick": OF_TARGET,
    "representative.accept": OF_PRIMARY,
    "representative.reject": OF_PRIMARY,
    "representative.message": OF_PRIMARY,
    "representative.end": OF_PRIMARY,
    "representative.close_session": OF_PRIMARY,
    "representative.hold": OF_PRIMARY,
    "representative.unhold": OF_PRIMARY,
    "representative.extend_wrap_up": OF_PRIMARY | {"seconds": 60},
    "representative.release": OF_PRIMARY,
    "representative.transfer:queue": OF_PRIMARY | {"to": {"kind": "queue", "id": OTHER_QUEUE}},
    "representative.transfer:representative": OF_PRIMARY
    | {"to": {"kind": "representative", "id": TARGET}},
    "representative.transfer:external": OF_PRIMARY | {"to": {"kind": "external", "id": "+34911"}},
    "representative.transfer:bot": OF_PRIMARY | {"to": {"kind": "bot", "id": "robin"}},
    "representative.resume": OF_PRIMARY,
    "representative.disconnected": OF_PRIMARY,
    "representative.reconnected": OF_PRIMARY,
    "representative.resolve_record": OF_PRIMARY | {"outcome": "resolved"},
    "consult.started": OF_TARGET | {"via": "direct"},
    "consult.ended": OF_TARGET | {"via": "direct"},
    "supervisor.assign:representative": OF_SUPERVISOR | OF_TARGET,
    "supervisor.assign:queue": OF_SUPERVISOR | {"queue_id": OTHER_QUEUE},
    "supervisor.transfer": OF_SUPERVISOR | OF_TARGET,
    "supervisor.monitor": OF_SUPERVISOR,
    "supervisor.leave": OF_SUPERVISOR,
    "supervisor.force_close": OF_SUPERVISOR,
    "bot.escalate": {},
    "bot.end": {},
    "bot.take": {"bot_id": "robin"},
}


def config_of(kind: str, **settings: Any) -> dict[str, Any]:
    """A configuration with one workstream of the kind."""
    return {"workstreams": {"desk": {"channel": kind, **settings}}}


def cell_config(stage: str, kind: str, authority: str) -> dict[str, Any]:
    """The configuration of a cell: everything else has its default."""
    settings: dict[str, Any] = {}
    if authority == "upstream":
        settings["authority"] = authority
    if (stage, kind) == ("waiting", RE):
        settings["can_wait"] = True
    return config_of(kind, **settings)


def members_of(variant: str, kind: str) -> Members:
    """The `data` of the canonical event of a variant."""
    members = dict(VARIANTS.get(variant, {}))
    if variant.startswith("conversation.started"):
        members |= {"channel": CHANNEL_OF_KIND[kind], "workstream_id": "desk", "queue_id": QUEUE}
    return members


def event(type_: str, second: float, members: Members, id_: str | None = None) -> dict[str, Any]:
    """A CloudEvent so many seconds after the morning began; its id is new for each second."""
    start = parse_time(MORNING)
    assert start is not None
    return {
        "specversion": "1.0",
        "id": id_ or f"input-{second}",
        "source": "/tests",
        "type": type_.partition(":")[0],
        "subject": CONVERSATION,
        "time": print_time(start + round(second * 1000)),
        "data": members,
    }


def encode(events: list[dict[str, Any]]) -> list[bytes]:
    """Lines of EVENTS.jsonl."""
    return [json.dumps(item).encode() for item in events]


def path_to(stage: str, kind: str) -> list[tuple[str, Members]]:
    """The inputs, as (variant, members), that bring a conversation of the kind to the stage."""

    def canonical(*variants: str) -> list[tuple[str, Members]]:
        return [(variant, members_of(variant, kind)) for variant in variants]

    started = canonical("conversation.started")
    offered = [*started, ("router.assign", OF_PRIMARY)]
    if (stage, kind) == ("awaiting_acceptance", RE):
        # which only a report can say
        return [*started, ("conversation.offered", OF_PRIMARY)]
    # A record is in conversation as soon as it is assigned.
    accepted = offered if kind == RE else offered + canonical("representative.accept")
    if stage == "nothing":
        return []
    if stage == "scheduled":
        return canonical("conversation.started:scheduled")
    if stage == "with_bot":
        return canonical("conversation.started:bot")
    if stage == "awaiting_acceptance":
        return offered
    if stage == "open":
        return accepted + canonical("representative.release")
    if stage == "with_external":
        return accepted + canonical("representative.transfer:external")
    if stage == "waiting":
        return accepted + canonical("representative.close_session")
    ending = "representative.resolve_record" if kind == RE else "representative.end"
    if stage in ("wrap_up", "resolved"):
        return accepted + canonical(ending)
    if stage == "closed":
        return accepted + canonical(ending, "representative.close_session")
    assert stage == "in_conversation", stage
    return accepted


def scene(stage: str, kind: str, then: list[tuple[str, Members]] | None = None) -> list[bytes]:
    """The lines that bring a conversation to the stage, and those that follow, a second apart."""
    return scene_of(path_to(stage, kind) + (then or []))


def scene_of(steps: list[tuple[str, Members]]) -> list[bytes]:
    """The lines of these inputs, a second apart."""
    return encode(
        [event(variant, second, members) for second, (variant, members) in enumerate(steps)]
    )

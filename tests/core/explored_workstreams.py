"""What the explorer walks: workstreams, and everything that anybody may say in them.

For each channel kind and authority a plain workstream, a rich one, and two that decide otherwise
where the rich one has decided; two representatives, one bot, a supervisor, a router, the customer
and another system. It decides nothing.
"""

from collections.abc import Iterator
from typing import Any

from omnistate_schemas.times import format_time

from tests.core.core_centre import CHANNELS, MONDAY_MS

REPRESENTATIVES = ("ana", "ben")
SUPERVISOR = {"supervisor_id": "sam"}
# What a representative says that needs no more than who says it.
WORDS = (
    "pick",
    "accept",
    "reject",
    "message",
    "end",
    "close_session",
    "hold",
    "unhold",
    "release",
    "resume",
    "disconnected",
    "reconnected",
)
LATER = format_time(MONDAY_MS + 3_600_000)
# Two profiles at once, one of them kept until midnight.
LIMITS: dict[str, Any] = {
    "capacity_profiles": {"chat": {"limit": 3}, "day": {"limit": 2, "reset": "end_of_day"}},
    "representatives": {name: {"profiles": {"chat": 3, "day": 2}} for name in REPRESENTATIVES},
}
# Everything that makes a difference, for whoever may have it.
RICH: dict[str, Any] = {
    "profiles": ["chat", "day"],
    "parallel_offers": 2,
    "block_capacity_for_wrap_up": 60,
    "wrap_up_after_transfer": 60,
    "keep_same_representative": True,
}
WRITTEN: dict[str, Any] = {"release_when_idle": 300, "bot_response_timeout": 120}
SILENT_REPRESENTATIVE = {"silent": "representative", "after": 900, "then": "requeue"}
REMINDED = {"silent": "customer", "after": 60, "then": "remind"}
RICH_OF_KIND: dict[str, dict[str, Any]] = {
    "live_chat": WRITTEN
    | {
        "time_out_rules": [
            SILENT_REPRESENTATIVE,
            REMINDED,
            {"silent": "customer", "after": 600, "then": "end"},
        ]
    },
    "persistent_chat": WRITTEN
    | {
        "reopen_from_wrap_up": True,
        "time_out_rules": [
            SILENT_REPRESENTATIVE,
            {"silent": "customer", "after": 600, "then": "end"},
        ],
    },
    "messaging": WRITTEN
    | {
        "reopen_from_wrap_up": True,
        "time_out_rules": [
            SILENT_REPRESENTATIVE,
            {"silent": "customer", "after": 600, "then": "wait"},
        ],
    },
    "voice": {},
    "record": {
        "can_wait": True,
        "representative_reconnect_window": 150,
        "auto_close": {"waiting": 2_419_200},
    },
}
# An upstream decides how many may be offered it; a record is given, so none is offered several.
RICH_UPSTREAM: dict[str, Any] = {
    "offer_timeout": 120,
    "reconnect_window": 180,
    "representative_reconnect_window": 150,
}


# Whoever is given it is not asked, picks it, and is free as soon as it ends.
EAGER: dict[str, Any] = {
    "auto_accept": True,
    "block_capacity_for_wrap_up": "never",
    "promote_consultant": False,
    "parallel_offers": 2,
}
# Nobody holds anything for an offer, and what is left of wrap-up ends with the conversation.
UNRESERVED: dict[str, Any] = RICH | {
    "reserve_on_offer": False,
    "release_on_close": True,
    "profiles": [],
    "wrap_up_after_transfer": None,
    "consult_blocks_capacity": {"direct": False, "queue": False},
}
VARIANTS = ("plain", "rich", "eager", "unreserved")


def workstream_of(kind: str, authority: str, variant: str) -> dict[str, Any]:
    """The settings of one workstream."""
    settings: dict[str, Any] = {"channel": kind, "authority": authority}
    match variant:
        case "rich":
            settings |= RICH | RICH_OF_KIND[kind]
        case "eager":
            settings |= EAGER | ({} if kind == "voice" else {"distribution": "pick"})
        case "unreserved":
            settings |= UNRESERVED
    if authority == "upstream":
        # By default twenty may be offered it; here are two.
        settings["parallel_offers"] = 2
        if variant in {"rich", "unreserved"}:
            settings |= RICH_UPSTREAM
    elif kind == "record":
        # A record is given: only another system offers it to somebody.
        settings.pop("parallel_offers", None)
    return settings


def starts_of(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """All ways in which a conversation begins."""
    given = {"channel": CHANNELS[kind], "workstream_id": "w", "queue_id": "first"}
    for more in (
        {},
        {"handled_by": "bot"},
        *({"direction": "outbound", "representative_id": name} for name in REPRESENTATIVES),
        {"scheduled_for": LATER},
        *({"scheduled_for": LATER, "representative_id": name} for name in REPRESENTATIVES),
    ):
        if kind != "record" or "handled_by" not in more:
            yield "conversation.started", given | more


def inputs_of(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that may be said of a conversation, for this kind and in vain."""
    yield from _facts()
    yield from _of_router_and_supervisor()
    for one, other in (REPRESENTATIVES, REPRESENTATIVES[::-1]):
        yield from _of_representative(one, other)
        if kind in {"persistent_chat", "messaging", "record"}:
            put_off = {"representative_id": one, "resume_at": LATER}
            yield "representative.close_session", put_off


def _facts() -> Iterator[tuple[str, dict[str, Any]]]:
    for type_ in (
        "conversation.progressed",
        "customer.messaged",
        "customer.ended",
        "customer.disconnected",
        "customer.reconnected",
        "record.reactivated",
        "external.failed",
        "external.ended",
        "conversation.queued",
        "conversation.parked",
        "conversation.wrapped_up",
        "bot.escalate",
        "bot.end",
        "bot.message",
    ):
        yield type_, {}
    yield "conversation.updated", {"units": 5}
    yield "conversation.closed", {"reason": "completed"}
    yield "record.deactivated", {"outcome": "resolved"}
    yield "record.deactivated", {"outcome": "deleted"}
    yield "conversation.ended", {"by": "customer"}
    yield "conversation.ended", {"by": "system"}
    yield "bot.take", {"bot_id": "robin"}


def _of_router_and_supervisor() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "router.move", {"queue_id": "second"}
    yield "router.close", {"reason": "failure"}
    yield "router.withdraw", {}
    yield "router.schedule", {"scheduled_for": LATER}
    yield "supervisor.assign", SUPERVISOR | {"queue_id": "second"}
    for type_ in ("supervisor.monitor", "supervisor.leave", "supervisor.force_close"):
        yield type_, SUPERVISOR


def _of_representative(one: str, other: str) -> Iterator[tuple[str, dict[str, Any]]]:
    named = {"representative_id": one}
    for type_ in (
        "conversation.offered",
        "conversation.answered",
        "conversation.wrapped_up",
        "router.assign",
        "router.withdraw",
        *(f"representative.{word}" for word in WORDS),
    ):
        yield type_, named
    for declined in (False, True):
        yield "conversation.offer_ended", named | {"declined": declined}
    yield "router.assign", named | {"auto_accept": True}
    yield "router.schedule", named | {"scheduled_for": LATER}
    yield "representative.extend_wrap_up", named | {"seconds": 3_600}
    yield "representative.resolve_record", named | {"outcome": "resolved"}
    for to, id_ in (
        ("queue", "second"),
        ("representative", other),
        ("external", "+34911"),
        ("bot", "robin"),
    ):
        yield "representative.transfer", named | {"to": {"kind": to, "id": id_}}
    yield "consult.started", named | {"via": "queue"}
    yield "consult.ended", named
    for type_ in ("supervisor.assign", "supervisor.transfer"):
        yield type_, SUPERVISOR | named

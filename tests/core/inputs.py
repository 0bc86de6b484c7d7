"""Strategies for the core's tests: workstreams with short durations, and inputs that mostly fit.

What is likely in a stage is a guess that makes deep stages common; nothing is checked here.
"""

from typing import Any

from hypothesis import strategies as st
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.input import Input
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import format_time

from tests.core.core_centre import CHANNELS, QUEUES, REPRESENTATIVES, SUPERVISOR

Members = dict[str, Any]

# What moves a conversation on from each stage; one input in five is of any type at all.
LIKELY = {
    "nothing": ("conversation.started",),
    "scheduled": ("supervisor.monitor", "router.schedule", "conversation.updated"),
    "open": ("router.assign", "representative.pick", "supervisor.assign", "customer.disconnected"),
    "awaiting_acceptance": (
        "representative.accept",
        "representative.accept",
        "representative.reject",
        "representative.disconnected",
        "router.assign",
        "router.withdraw",
        "conversation.offered",
    ),
    "in_conversation": (
        "representative.transfer",
        "supervisor.transfer",
        "consult.started",
        "consult.ended",
        "representative.close_session",
        "representative.end",
        "representative.resolve_record",
        "representative.disconnected",
        "representative.accept",
        "representative.hold",
        "customer.messaged",
        "conversation.answered",
        "conversation.parked",
    ),
    "with_external": ("customer.ended", "external.failed", "representative.resume"),
    "with_bot": ("bot.escalate", "customer.messaged", "bot.message", "bot.take"),
    "waiting": ("customer.messaged", "representative.resume", "representative.message"),
    "wrap_up": (
        "representative.close_session",
        "representative.extend_wrap_up",
        "representative.disconnected",
        "customer.messaged",
        "conversation.wrapped_up",
    ),
    "resolved": ("representative.close_session", "record.deactivated", "record.reactivated"),
    "closed": ("customer.messaged", "supervisor.force_close", "representative.close_session"),
}

SHORT = st.sampled_from((0, 10, 20, 60, None))
WORKSTREAMS = st.fixed_dictionaries(
    {},
    optional={
        "distribution": st.sampled_from(("push", "push", "pick")),
        "units": st.sampled_from((0, 10, 45)),
        "profiles": st.sampled_from((["chat"], ["day"], ["chat", "day"])),
        "block_capacity_for_wrap_up": st.sampled_from(("always", "never", 30, 60)),
        "release_on_close": st.booleans(),
        "reserve_on_offer": st.booleans(),
        "keep_same_representative": st.booleans(),
        "auto_accept": st.sampled_from((False, False, True)),
        "offer_timeout": SHORT,
        "reconnect_window": SHORT,
        "representative_reconnect_window": SHORT,
        "bot_inactivity": SHORT,
        "closed_retention": st.sampled_from((0, 5, 60, None)),
        "consult_blocks_capacity": st.fixed_dictionaries(
            {"direct": st.booleans(), "queue": st.booleans()}
        ),
        "parallel_offers": st.sampled_from((1, 2, 3)),
        "wrap_up_after_transfer": st.sampled_from((None, 30, 60)),
        "promote_consultant": st.booleans(),
        "publish_recorded": st.booleans(),
        "authority": st.sampled_from(("engine", "engine", "upstream")),
        "auto_close": st.dictionaries(
            st.sampled_from(("open", "active", "wrap_up", "waiting", "resolved")),
            st.sampled_from((10, 40, 90, None)),
        ),
    },
)

# What only chats and messages may have.
WRITTEN = st.fixed_dictionaries(
    {},
    optional={
        "release_when_idle": st.sampled_from((10, 40)),
        "bot_response_timeout": st.sampled_from((10, 40)),
        "time_out_rules": st.lists(
            st.sampled_from(
                (
                    {"silent": "customer", "after": 10, "then": "remind"},
                    {"silent": "customer", "after": 20, "then": "end"},
                    {"silent": "representative", "after": 10, "then": "remind"},
                    {"silent": "representative", "after": 20, "then": "requeue"},
                )
            ),
            max_size=4,
        ),
    },
)


def types_for(row: Conversation | None, *, likely: bool) -> st.SearchStrategy[str]:
    """A type of input: one that suits the stage, or any."""
    stage = "nothing" if row is None else row.stage
    return st.sampled_from(LIKELY[stage] if likely else tuple(INPUTS))


def members_of(
    type_: str, kind: str, workstream_id: str, row: Conversation | None, now_ms: int
) -> st.SearchStrategy[Members]:
    """The `data` of an input; the right representative is the likeliest."""
    if type_ == "conversation.started":
        return _beginning(kind, workstream_id, now_ms)
    anyone, queue = st.sampled_from(REPRESENTATIVES), st.sampled_from(QUEUES)
    if type_ == "supervisor.assign":
        target = st.sampled_from(("representative_id", "representative_id", "queue_id"))
        return target.flatmap(
            lambda name: st.fixed_dictionaries(
                {
                    "supervisor_id": st.just(SUPERVISOR),
                    name: queue if name == "queue_id" else anyone,
                }
            )
        )
    fixed: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    if type_.startswith("representative."):
        named = () if row is None else (row.representative_id, row.offered_representative_id)
        right = [each for each in named if each is not None]
        fixed["representative_id"] = st.sampled_from((*(right * 4), *REPRESENTATIVES))
    if type_.startswith("supervisor."):
        fixed["supervisor_id"] = st.just(SUPERVISOR)
    if type_ in {
        "router.assign",
        "supervisor.transfer",
        "consult.started",
        "consult.ended",
        "conversation.offered",
        "conversation.answered",
        "conversation.offer_ended",
    }:
        fixed["representative_id"] = anyone
    match type_:
        case "record.deactivated":
            fixed["outcome"] = st.sampled_from(("resolved", "cancelled", "deleted"))
        case "consult.started" | "consult.ended":
            fixed["via"] = st.sampled_from(("direct", "queue"))
        case "router.assign":
            optional["auto_accept"] = st.booleans()
        case "router.move":
            fixed["queue_id"] = queue
            optional["overflow"] = st.booleans()
        case "router.close":
            fixed["reason"] = st.sampled_from(("overflow", "failure"))
        case "representative.resolve_record":
            fixed["outcome"] = st.sampled_from(("resolved", "cancelled"))
        case "representative.transfer":
            target = st.sampled_from(
                ("representative", "representative", "queue", "external", "bot")
            )
            fixed["to"] = st.fixed_dictionaries({"kind": target, "id": anyone})
        case "bot.escalate" | "conversation.queued":
            optional["queue_id"] = queue
        case "bot.take":
            fixed["bot_id"] = st.sampled_from(("b1", "b2"))
        case "router.withdraw" | "conversation.wrapped_up":
            optional["representative_id"] = anyone
        case "router.schedule":
            later_ms = st.sampled_from((0, 5_000, 60_000))
            fixed["scheduled_for"] = later_ms.map(lambda it: format_time(now_ms + it))
            optional["representative_id"] = anyone
        case "conversation.updated":
            optional["units"] = st.sampled_from((0, 5, 45))
            optional["profiles"] = st.sampled_from((["day"], ["chat"], []))
            optional["priority"] = st.sampled_from((0, 9))
        case "conversation.closed":
            fixed["reason"] = st.sampled_from(("merged", "spam", "completed"))
        case "conversation.ended":
            optional["by"] = st.sampled_from(("customer", "representative", "bot", "system"))
        case "conversation.offer_ended":
            optional["declined"] = st.booleans()
        case "representative.extend_wrap_up":
            fixed["seconds"] = st.sampled_from((10, 3_600))
        case "representative.close_session":
            later_ms = st.sampled_from((0, 5_000))
            optional["resume_at"] = later_ms.map(lambda it: format_time(now_ms + it))
    return st.fixed_dictionaries(fixed, optional=optional)


def _beginning(kind: str, workstream_id: str, now_ms: int) -> st.SearchStrategy[Members]:
    later_ms = st.sampled_from((-1_000, 0, 5_000))
    return st.fixed_dictionaries(
        {"channel": st.just(CHANNELS[kind]), "workstream_id": st.just(workstream_id)},
        optional={
            "queue_id": st.sampled_from(QUEUES),
            "direction": st.sampled_from(("inbound", "outbound")),
            "representative_id": st.sampled_from(REPRESENTATIVES),
            "handled_by": st.just("bot"),
            "scheduled_for": later_ms.map(lambda delay_ms: format_time(now_ms + delay_ms)),
            "units": st.sampled_from((0, 5)),
            "profiles": st.sampled_from((["day"], ["chat", "chat"], [])),
        },
    )


def asked(type_: str, id_: str, who: str, via: Any) -> Input:
    """An input about a consultant, as the decoder fills it."""
    input_ = Input("agent-actions", 0, 0, type_, id_, "i", "/s", b"")
    input_.representative_id, input_.direct = who, via == "direct"
    return input_

"""Guesses at the next input of a conversation: plausible ones, and nonsense.

A plausible one suits the stage that the model says the conversation is in, and mostly names the
right person, so that deep stages are reached often.
"""

from __future__ import annotations

from typing import Any

from .choices import Tape
from .conversation import Conversation
from .vocabulary import KINDS_OF_TRANSFER, KINDS_OF_TYPE
from .wire import print_time
from .worlds import QUEUES, World

Guess = tuple[str, dict[str, Any]]

# By stage, the likelier first and the likely ones more than once.
PLAUSIBLE: dict[str, str] = {
    "scheduled": "customer.messaged supervisor.monitor supervisor.force_close",
    "open": """router.assign router.assign router.assign representative.pick supervisor.assign
        representative.pick router.move customer.messaged customer.disconnected supervisor.monitor
        customer.disconnected customer.reconnected representative.close_session router.close
        representative.release supervisor.assign customer.ended supervisor.force_close
        record.deactivated""",
    "awaiting_acceptance": """representative.accept representative.accept representative.accept
        representative.accept representative.accept representative.disconnected
        representative.reject representative.release supervisor.transfer supervisor.assign
        customer.disconnected customer.reconnected representative.reconnected customer.messaged
        representative.transfer representative.disconnected router.move supervisor.monitor
        customer.ended supervisor.force_close""",
    "in_conversation": """representative.transfer representative.transfer representative.end
        representative.close_session representative.close_session consult.started
        representative.accept representative.accept representative.disconnected supervisor.transfer
        representative.transfer representative.close_session representative.message
        representative.end consult.started consult.started consult.ended customer.messaged
        representative.resolve_record representative.resolve_record representative.reject
        representative.disconnected representative.reconnected customer.disconnected
        representative.release supervisor.assign supervisor.monitor customer.reconnected
        customer.ended record.deactivated router.move supervisor.force_close""",
    "with_external": """supervisor.monitor supervisor.monitor consult.ended
        customer.disconnected supervisor.force_close""",
    "with_bot": """bot.escalate bot.escalate bot.escalate customer.messaged customer.disconnected
        customer.reconnected supervisor.monitor bot.end customer.ended supervisor.force_close""",
    "waiting": """customer.messaged customer.messaged representative.resume customer.reconnected
        representative.message supervisor.assign supervisor.monitor supervisor.transfer
        representative.close_session representative.release supervisor.force_close""",
    "wrap_up": """representative.close_session representative.close_session representative.end
        supervisor.monitor customer.messaged representative.message customer.disconnected
        supervisor.force_close""",
    "resolved": """representative.close_session representative.resolve_record record.deactivated
        supervisor.assign supervisor.force_close""",
    "closed": """customer.messaged representative.close_session supervisor.force_close
        conversation.started""",
}
PLAUSIBLE_OF_STAGE = {stage: words.split() for stage, words in PLAUSIBLE.items()}
CLOSING = (
    "supervisor.force_close",
    "router.close",
    "customer.ended",
    "record.deactivated",
    "bot.end",
)
TYPES = sorted(KINDS_OF_TYPE)


def guess(
    tape: Tape, world: World, conversation_id: str, row: Conversation | None, now: int
) -> Guess:
    """A plausible next input."""
    if row is None or row.stage is None:
        return "conversation.started", _draw_start(tape, world, conversation_id, now)
    options = [
        type_
        for type_ in PLAUSIBLE_OF_STAGE[row.stage]
        if row.kind in KINDS_OF_TYPE[type_]
        and (row.offered_id is not None or row.stage == "open" or not _is_answer(type_))
    ]
    type_ = tape.pick(options or ["supervisor.monitor"])
    if type_ in CLOSING and not tape.happens(3):
        # A day in which everything is closed at once is a dull one.
        type_ = tape.pick(options)
    members = draw_members(tape, world, conversation_id, type_, row, now)
    return type_, members


def nonsense(
    tape: Tape, world: World, conversation_id: str, row: Conversation | None, now: int
) -> Guess:
    """Any input at all, with its members."""
    type_ = tape.pick(TYPES)
    return type_, draw_members(tape, world, conversation_id, type_, row, now)


def draw_members(
    tape: Tape,
    world: World,
    conversation_id: str,
    type_: str,
    row: Conversation | None,
    now: int,
) -> dict[str, Any]:
    """The `data` of an input of this type."""
    if type_ == "conversation.started":
        return _draw_start(tape, world, conversation_id, now)
    if type_ == "record.deactivated":
        return {"outcome": tape.pick(("resolved", "deleted", "cancelled"))}
    members: dict[str, Any] = {}
    if type_.startswith("representative."):
        members["representative_id"] = _draw_actor(tape, world, type_, row)
    elif type_.startswith("supervisor."):
        members["supervisor_id"] = tape.pick(("sam", "sue"))
    if type_ in ("router.assign", "supervisor.transfer") or type_.startswith("consult."):
        members["representative_id"] = tape.pick(world.representatives)
    if type_.startswith("consult."):
        members["via"] = tape.pick(("queue", "direct"))
    if type_ == "consult.ended" and row is not None and row.consultants and not tape.happens(5):
        members["representative_id"] = tape.pick(row.consultants)
    if type_ == "router.assign" and tape.happens(4):
        members["auto_accept"] = tape.pick((True, False, None))
    if type_ == "router.move":
        members |= {"queue_id": tape.pick(QUEUES), "overflow": tape.pick((None, True, False))}
    if type_ == "supervisor.assign":
        if tape.happens(4):
            members["queue_id"] = tape.pick(QUEUES)
        else:
            members["representative_id"] = tape.pick(world.representatives)
    if type_ == "router.close":
        members["reason"] = tape.pick(("overflow", "failure"))
    if type_ == "representative.resolve_record":
        members["outcome"] = tape.pick(("resolved", "cancelled"))
    if type_ == "representative.transfer":
        members["to"] = _draw_destination(tape, world, row)
    if type_ == "bot.escalate" and tape.happens(2):
        members["queue_id"] = tape.pick((*QUEUES, None))
    return members


def _is_answer(type_: str) -> bool:
    return type_ in ("representative.accept", "representative.reject")


def _draw_actor(tape: Tape, world: World, type_: str, row: Conversation | None) -> str:
    """The one who may, most of the time."""
    if row is None or tape.happens(8):
        return tape.pick(world.representatives)
    right = row.representative_id or row.last_representative_id
    if row.offered_id is not None and (_is_answer(type_) or "connected" in type_):
        # The offered one is lost about as often as the primary.
        right = right if "connected" in type_ and tape.happens(2) else row.offered_id
    if type_ == "representative.message" and row.consultants and tape.happens(3):
        right = tape.pick(row.consultants)
    return right if right is not None else tape.pick(world.representatives)


def _draw_destination(tape: Tape, world: World, row: Conversation | None) -> dict[str, str]:
    kinds = ["representative"] * 4 + ["queue", "bot"] + ["external"] * 3
    if row is not None and not tape.happens(10):
        kinds = [kind for kind in kinds if row.kind in KINDS_OF_TRANSFER[kind]]
    kind = tape.pick(kinds)
    if kind == "representative":
        # Counted from the end, so that it is seldom the primary.
        return {"kind": kind, "id": tape.pick(world.representatives[::-1])}
    return {"kind": kind, "id": tape.pick(QUEUES) if kind == "queue" else f"{kind}-1"}


def _draw_start(tape: Tape, world: World, conversation_id: str, now: int) -> dict[str, Any]:
    channel, workstream_id = world.conversations.get(
        conversation_id.partition(".")[0], ("sms", "desk-0")
    )
    members: dict[str, Any] = {"channel": channel, "workstream_id": workstream_id}
    shape = tape.number(16)
    if shape in (6, 7, 8, 15):
        members["handled_by"] = "bot"
    if shape in (9, 10, 11, 15):
        members |= {"direction": "outbound", "representative_id": tape.pick(world.representatives)}
    if shape in (12, 13, 14, 15):
        later = tape.pick((30_000, 5_500, 3_600_000, 0, -1000))
        members["scheduled_for"] = print_time(now + later)
    members["queue_id"] = tape.pick((*QUEUES, None))
    if tape.happens(4):
        members["units"] = tape.pick((5, 0, 100))
    if tape.happens(4):
        members["profiles"] = tape.pick((["night"], ["chat"], ["chat", "day"], []))
    if tape.happens(3):
        members["customer_id"] = "customer-1"
    if tape.happens(16):
        members["workstream_id"] = tape.pick(("nowhere", "desk-0", "desk-1"))
    return members

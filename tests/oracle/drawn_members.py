"""The `data` of an input that is drawn: mostly of whom it should name, and of what fits."""

from __future__ import annotations

from typing import Any

from .choices import Tape
from .conversation import Conversation
from .vocabulary import FACTS_AND_REPORTS, KINDS_OF_TRANSFER
from .wire import print_time
from .worlds import QUEUES, World

MOMENTS = (30_000, 5_500, 3_600_000, 0, -1000)
ATTRIBUTES: tuple[dict[str, Any], ...] = (
    {"skills": ["spanish"]},
    {"skills": ["spanish", "invoices"], "case": "CAS-1"},
    {"case": None, "vip": True},
    {"skills": []},
    {"amount": 12.5, "vip": False, "case": "CAS-2"},
    {},
)
OFFERED_REPORTS = ("conversation.answered", "conversation.offer_ended")
Members = dict[str, Any]


def draw_members(
    tape: Tape,
    world: World,
    conversation_id: str,
    type_: str,
    row: Conversation | None,
    now: int,
) -> Members:
    """The `data` of an input of this type."""
    if type_ == "conversation.started":
        return draw_start(tape, world, conversation_id, now)
    if type_.startswith("conversation.") or type_ == "record.deactivated":
        members = _draw_fact(tape, world, type_, row)
    else:
        members = _draw_action(tape, world, type_, row, now)
    if type_ not in FACTS_AND_REPORTS and row is not None and tape.happens(10):
        # what they see on their screen: mostly how it is
        members["expected_sequence"] = row.sequence - (tape.happens(4) if row.sequence else 0)
    return members


def is_answer(type_: str) -> bool:
    """Whether it answers an offer."""
    return type_ in ("representative.accept", "representative.reject", "router.withdraw")


def _draw_fact(tape: Tape, world: World, type_: str, row: Conversation | None) -> Members:
    members: Members = {}
    if type_ == "record.deactivated":
        members["outcome"] = tape.pick(("resolved", "deleted", "cancelled"))
    elif type_ == "conversation.updated":
        members = _draw_update(tape)
    elif type_ == "conversation.closed":
        members["reason"] = tape.pick(("completed", "merged", "spam", "customer_opted_out"))
        if members["reason"] == "merged":
            members["merged_into"] = "c0"
    elif type_ == "conversation.queued":
        members["queue_id"] = tape.pick((*QUEUES, None))
    elif type_ == "conversation.ended":
        whoever = ("customer", "representative", None, "external", "bot", "system")
        members["by"] = tape.pick(whoever)
    elif type_ in ("conversation.offered", "conversation.answered", "conversation.offer_ended"):
        members["representative_id"] = _draw_reported(tape, world, type_, row)
        if type_ == "conversation.offer_ended":
            members["declined"] = tape.pick((True, False, None))
    elif type_ == "conversation.wrapped_up" and not tape.happens(3):
        members["representative_id"] = _draw_reported(tape, world, type_, row)
    return members


def _draw_update(tape: Tape) -> Members:
    options: tuple[Members, ...] = (
        {"priority": 5},
        {"units": 10},
        {"profiles": ["chat", "night"]},
        {"priority": 0},
        {"profiles": []},
        {"units": 45, "profiles": ["day"]},
        {},
    )
    members = dict(tape.pick(options))
    if tape.happens(2):
        members["attributes"] = tape.pick(ATTRIBUTES)
    return members


def _draw_reported(tape: Tape, world: World, type_: str, row: Conversation | None) -> str:
    if row is not None and row.offers and type_ in OFFERED_REPORTS and not tape.happens(4):
        return tape.pick(row.offered_ids)
    writers = [] if row is None else [h.representative_id for h in row.holds_of("wrap_up")]
    if type_ == "conversation.wrapped_up" and row is not None:
        options = [*writers, *([row.representative_id] if row.representative_id else [])]
        if options and not tape.happens(6):
            return tape.pick(options)
    return tape.pick(world.representatives)


def _draw_action(
    tape: Tape, world: World, type_: str, row: Conversation | None, now: int
) -> Members:
    members: Members = {}
    if type_.startswith("representative."):
        members["representative_id"] = _draw_actor(tape, world, type_, row)
    elif type_.startswith("supervisor."):
        members["supervisor_id"] = tape.pick(("sam", "sue"))
    if type_ in ("router.assign", "supervisor.transfer") or type_.startswith("consult."):
        members["representative_id"] = tape.pick(world.representatives)
    if type_.startswith("consult."):
        members["via"] = tape.pick(("queue", "direct"))
    if type_ == "consult.ended":
        if row is not None and row.consultants and not tape.happens(5):
            members["representative_id"] = tape.pick(row.consultants)
        if tape.happens(3):
            del members["via"]
    if type_ == "router.assign":
        members |= _draw_grant(tape, row)
    if type_ == "router.move":
        members |= {"queue_id": tape.pick(QUEUES), "overflow": tape.pick((None, True, False))}
    if type_ == "router.withdraw" and not tape.happens(2):
        offered = [] if row is None else row.offered_ids
        members["representative_id"] = tape.pick(offered or world.representatives)
    if type_ == "router.schedule":
        members["scheduled_for"] = print_time(now + tape.pick(MOMENTS))
        if tape.happens(2):
            members["representative_id"] = tape.pick(world.representatives)
    if type_ == "supervisor.assign":
        if tape.happens(4):
            members["queue_id"] = tape.pick(QUEUES)
        else:
            members["representative_id"] = tape.pick(world.representatives)
    if type_ == "router.close":
        members["reason"] = tape.pick(("overflow", "failure"))
    if type_ == "bot.take":
        members["bot_id"] = tape.pick(("bot-1", "bot-2"))
    if type_ == "bot.escalate" and tape.happens(2):
        members["queue_id"] = tape.pick((*QUEUES, None))
    return members | _draw_details(tape, world, type_, row, now)


def _draw_details(
    tape: Tape, world: World, type_: str, row: Conversation | None, now: int
) -> Members:
    """What a representative's action says beside their name."""
    members: Members = {}
    if type_ == "representative.resolve_record":
        members["outcome"] = tape.pick(("resolved", "cancelled"))
    if type_ == "representative.transfer":
        members["to"] = _draw_destination(tape, world, row)
    if type_ == "representative.extend_wrap_up":
        members["seconds"] = tape.pick((30, 600, 3600, 3000, 1))
    if type_ == "representative.reject" and tape.happens(2):
        members["reason"] = "busy"
    if type_ == "representative.close_session" and tape.happens(2):
        # not after the clock: as if left out
        members["resume_at"] = print_time(now + tape.pick(MOMENTS))
    is_end = type_.rpartition(".")[2] in ("end", "close_session", "resolve_record")
    if type_.startswith("representative.") and is_end and tape.happens(3):
        members["disposition"] = tape.pick(("sold", "no answer"))
    return members


def _draw_grant(tape: Tape, row: Conversation | None) -> Members:
    """What a gate adds; mostly for what it costs, where the workstream wants it."""
    members: Members = {}
    if tape.happens(4):
        members["auto_accept"] = tape.pick((True, False, None))
    gated = row is not None and row.settings.assign_through_gate
    is_granted = not tape.happens(8) if gated else tape.happens(6)
    if not is_granted:
        return members
    units, profiles = (30, []) if row is None else (row.units, list(row.profiles))
    if tape.happens(8):
        units += 5
    grant = {"id": f"grant-{tape.number(99)}", "source": "/router", "units": units}
    members["reservation"] = grant | ({"profiles": profiles} if profiles else {})
    return members


def _draw_actor(tape: Tape, world: World, type_: str, row: Conversation | None) -> str:
    """The one who may, most of the time."""
    if row is None or tape.happens(8):
        return tape.pick(world.representatives)
    right = row.representative_id or row.last_representative_id
    writers = [hold.representative_id for hold in row.holds_of("wrap_up")]
    if type_ == "representative.close_session" and writers and not tape.happens(4):
        return tape.pick(writers)
    if row.offers and (is_answer(type_) or "connected" in type_):
        # The offered one is lost about as often as the primary.
        is_primary = "connected" in type_ and tape.happens(2)
        right = right if is_primary else tape.pick(row.offered_ids)
    if row.consultants and "connected" in type_ and tape.happens(3):
        right = tape.pick(row.consultants)
    if type_ == "representative.resume" and row.stage == "with_external":
        right = row.left_last
    if type_ == "representative.message" and row.consultants and tape.happens(3):
        right = tape.pick(row.consultants)
    return right if right is not None else tape.pick(world.representatives)


def _draw_destination(tape: Tape, world: World, row: Conversation | None) -> dict[str, str]:
    kinds = ["representative"] * 4 + ["queue", "bot"] + ["external"] * 8
    if row is not None and not tape.happens(10):
        kinds = [kind for kind in kinds if row.kind in KINDS_OF_TRANSFER[kind]]
    kind = tape.pick(kinds)
    if kind == "representative":
        # Counted from the end, so that it is seldom the primary.
        return {"kind": kind, "id": tape.pick(world.representatives[::-1])}
    return {"kind": kind, "id": tape.pick(QUEUES) if kind == "queue" else f"{kind}-1"}


def draw_start(tape: Tape, world: World, conversation_id: str, now: int) -> Members:
    """The `data` of a start."""
    place = world.conversations.get(conversation_id.partition(".")[0], ("sms", "desk-0"))
    members: Members = {"channel": place[0], "workstream_id": place[1]}
    if world.is_large:
        profiles = [f"{conversation_id}-{number}" for number in range(52)]
        members["profiles"] = profiles
    shape = tape.number(16)
    if shape in (6, 7, 8, 15):
        members["handled_by"] = "bot"
    if shape in (9, 10, 11, 15) or world.is_large:
        whom = world.representatives[0] if world.is_large else tape.pick(world.representatives)
        members |= {"direction": "outbound", "representative_id": whom}
    if shape in (12, 13, 14, 15):
        members["scheduled_for"] = print_time(now + tape.pick(MOMENTS))
        if tape.happens(2):
            members["representative_id"] = tape.pick(world.representatives)
    members["queue_id"] = tape.pick((*QUEUES, None))
    if tape.happens(4):
        members["units"] = tape.pick((5, 0, 100))
    if tape.happens(4) and not world.is_large:
        members["profiles"] = tape.pick((["night"], ["chat"], ["chat", "day"], []))
    if tape.happens(3):
        members["customer_id"] = "customer-1"
    if tape.happens(3):
        members |= {"priority": tape.pick((50, 0)), "attributes": tape.pick(ATTRIBUTES)}
    if tape.happens(16):
        members["workstream_id"] = tape.pick(("nowhere", "desk-0", "desk-1"))
    return members

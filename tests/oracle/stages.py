"""The rows of contract.md#rules, stage by stage, as far as they are of that stage alone.

Pure. What a supervisor or a router moves, and what is recorded everywhere, is in `transitions`.
"""

from __future__ import annotations

from .conversation import Conversation
from .vocabulary import PC, RE, VO
from .wire import Event

RECORDED = "recorded"
DEACTIVATED = {"open": "O11", "scheduled": "S4", "waiting": "X10"}


def rule_in_stage(row: Conversation, event: Event) -> str | None:
    """The rule of this stage's table."""
    question = {
        "awaiting_acceptance": _from_awaiting_acceptance,
        "in_conversation": _from_in_conversation,
        "with_external": _from_with_external,
        "with_bot": _from_with_bot,
        "waiting": _from_waiting,
        "wrap_up": _from_wrap_up,
        "resolved": _from_resolved,
    }.get(row.stage or "", _from_open)
    return question(row, event)


def is_customer_ended(row: Conversation, type_: str) -> bool:
    """ "`customer.disconnected` | LC (VO: same as `customer.ended`)"."""
    return type_ == "customer.ended" or (type_ == "customer.disconnected" and row.kind == VO)


def _is_by(row_id: str | None, event: Event) -> bool:
    return row_id is not None and event.data.get("representative_id") == row_id


def _from_open(row: Conversation, event: Event) -> str | None:
    """From open and from scheduled."""
    if row.stage == "open" and is_customer_ended(row, event.type):
        return "O7"
    if event.type == "record.deactivated":
        return DEACTIVATED[row.stage or ""]
    return None


def _from_awaiting_acceptance(row: Conversation, event: Event) -> str | None:
    type_ = event.type
    if is_customer_ended(row, type_):
        return "A4"
    if event.data.get("representative_id") not in row.offered_ids:
        return None
    if type_ == "representative.transfer":
        return "A8" if event.data["to"]["kind"] == "queue" else None
    return {
        "representative.accept": "A1",
        "representative.reject": "A2",
        "representative.release": "A8",
    }.get(type_)


def _from_in_conversation(row: Conversation, event: Event) -> str | None:
    type_, data = event.type, event.data
    who = data.get("representative_id")
    if is_customer_ended(row, type_):
        return "B2"
    if type_ == "record.deactivated":
        return "B15" if data["outcome"] == "deleted" else "B14"
    if type_ == "representative.accept" and who in row.offered_ids:
        return "B17"
    if type_ == "representative.reject" and who in row.offered_ids:
        return "B18"
    # `representative.message` by the primary or a consultant in in_conversation
    if type_ == "representative.message" and who in (row.representative_id, *row.consultants):
        return RECORDED
    # `consult.started` / `consult.ended` in in_conversation; the ones of somebody who consults
    # already, or does not, are in the no_effect list.
    if type_ == "consult.started" or (type_ == "consult.ended" and who in row.consultants):
        return RECORDED
    return _by_primary(row, event) if _is_by(row.representative_id, event) else None


def _by_primary(row: Conversation, event: Event) -> str | None:
    """What only the primary may do in in_conversation."""
    type_ = event.type
    if type_ == "representative.transfer":
        kind = event.data["to"]["kind"]
        return {"queue": "B7", "representative": "B10", "external": "B11", "bot": "B12"}[kind]
    if type_ == "representative.close_session":
        if row.settings.can_wait:
            return "B9"
        # by the primary of a record that is not resolved yet and cannot wait is recorded
        return RECORDED if row.kind == RE else "B8"
    return {
        "representative.end": "B1",
        "representative.release": "B6",
        "representative.resolve_record": "B14",
        "representative.hold": RECORDED,
        "representative.unhold": RECORDED,
    }.get(type_)


def _from_with_external(row: Conversation, event: Event) -> str | None:
    if is_customer_ended(row, event.type):
        return "E1"
    if event.type == "representative.resume" and _is_by(row.left_last, event):
        # by who was primary last
        return "E5"
    return {"external.failed": "E3", "external.ended": "E4"}.get(event.type)


def _from_with_bot(row: Conversation, event: Event) -> str | None:
    if is_customer_ended(row, event.type):
        return "D3"
    return {"bot.escalate": "D1", "bot.end": "D2", "bot.message": RECORDED}.get(event.type)


def _from_waiting(row: Conversation, event: Event) -> str | None:
    type_ = event.type
    if type_ == "customer.messaged" or (type_ == "customer.reconnected" and row.kind == PC):
        return "X1"
    if type_ == "record.reactivated":
        return "X1"
    if type_ == "record.deactivated":
        return DEACTIVATED["waiting"]
    if not _is_by(row.representative_id, event):
        return None
    return {
        "representative.resume": "X3",
        "representative.end": "X9",
        # `representative.message` ... by the last representative in waiting
        "representative.message": RECORDED,
    }.get(type_)


def _from_wrap_up(row: Conversation, event: Event) -> str | None:
    if event.type == "customer.messaged" and row.settings.reopen_from_wrap_up:
        return "W8"
    if not _is_by(row.representative_id, event):
        return None
    return {
        "representative.close_session": "W1",
        "representative.extend_wrap_up": RECORDED,
    }.get(event.type)


def _from_resolved(row: Conversation, event: Event) -> str | None:
    if event.type == "representative.close_session" and _is_by(row.representative_id, event):
        return "R1"
    if event.type == "record.deactivated" and event.data["outcome"] == "deleted":
        return "R3"
    return "R5" if event.type == "record.reactivated" else None

"""contract.md#rules as a question: which rule answers this input in this stage?

Pure: looks at the row and the event, changes nothing. The answer is a rule id, "recorded", or None
where the contract names neither. That the kind fits the type is checked before (`refusals`).
"""

from __future__ import annotations

from .conversation import Conversation
from .vocabulary import AM, LC, PC, RE, VO
from .wire import Event

RECORDED = "recorded"


def rule_of(row: Conversation, event: Event) -> str | None:
    """The rule of this input, RECORDED, or None."""
    if event.type == "supervisor.force_close":
        return FORCE_CLOSE.get(row.stage or "")
    question = {
        "open": _from_open,
        "awaiting_acceptance": _from_awaiting_acceptance,
        "in_conversation": _from_in_conversation,
        "with_external": _from_with_external,
        "with_bot": _from_with_bot,
        "waiting": _from_waiting,
        "wrap_up": _from_wrap_up,
        "resolved": _from_resolved,
    }.get(row.stage or "")
    return None if question is None else question(row, event)


FORCE_CLOSE = {
    "open": "O10",
    "awaiting_acceptance": "A7",
    "in_conversation": "B16",
    "resolved": "R2",
    "scheduled": "S2",
    "with_external": "E1",
    "with_bot": "D5",
    "wrap_up": "W3",
    "waiting": "X5",
}


def is_customer_ended(row: Conversation, type_: str) -> bool:
    """ "`customer.disconnected` | LC (VO: same as `customer.ended`)"."""
    return type_ == "customer.ended" or (type_ == "customer.disconnected" and row.kind == VO)


def _is_by(row_id: str | None, event: Event) -> bool:
    return row_id is not None and event.data.get("representative_id") == row_id


def _is_recorded_in_open_and_active(row: Conversation, event: Event) -> bool:
    """The inputs that are recorded in open and in all of active."""
    if event.type in ("customer.messaged", "supervisor.monitor"):
        return True
    # `customer.disconnected` / `customer.reconnected` (LC) in open and active
    if event.type in ("customer.disconnected", "customer.reconnected"):
        return row.kind == LC
    return False


def _is_recorded_of_representative(row: Conversation, event: Event) -> bool:
    """`representative.disconnected` / `reconnected` "of the offered or primary ... in active"."""
    return event.type in ("representative.disconnected", "representative.reconnected") and (
        _is_by(row.representative_id, event) or _is_by(row.offered_id, event)
    )


def _from_open(row: Conversation, event: Event) -> str | None:
    type_ = event.type
    if type_ == "router.assign":
        return "O1"
    if type_ == "representative.pick":
        return "O2"
    if type_ == "supervisor.assign":
        return "O3" if "representative_id" in event.data else "O4"
    if type_ == "router.move":
        return "O5"
    if type_ == "router.close":
        return "O6"
    if is_customer_ended(row, type_):
        return "O7"
    if type_ == "record.deactivated":
        return "O11"
    return RECORDED if _is_recorded_in_open_and_active(row, event) else None


def _from_awaiting_acceptance(row: Conversation, event: Event) -> str | None:
    type_, data = event.type, event.data
    is_by_offered = _is_by(row.offered_id, event)
    if type_ == "representative.accept" and is_by_offered:
        return "A1"
    if type_ == "representative.reject" and is_by_offered:
        return "A2"
    if is_customer_ended(row, type_):
        return "A4"
    if type_ == "representative.release" and is_by_offered:
        return "A8"
    if type_ == "representative.transfer" and is_by_offered and data["to"]["kind"] == "queue":
        return "A8"
    if type_ in ("supervisor.assign", "supervisor.transfer") and "representative_id" in data:
        return "A9"
    if type_ in ("supervisor.assign", "router.move"):
        return "A10"
    if _is_recorded_of_representative(row, event):
        return RECORDED
    return RECORDED if _is_recorded_in_open_and_active(row, event) else None


def _from_in_conversation(row: Conversation, event: Event) -> str | None:
    type_, data = event.type, event.data
    who = data.get("representative_id")
    if is_customer_ended(row, type_):
        return "B2"
    if type_ == "record.deactivated":
        return "B15" if data["outcome"] == "deleted" else "B14"
    if type_ in ("supervisor.transfer", "supervisor.assign") and who is not None:
        return "B13"
    if type_ in ("supervisor.assign", "router.move"):
        return "B19"
    if type_ == "representative.accept" and _is_by(row.offered_id, event):
        return "B17"
    if type_ == "representative.reject" and _is_by(row.offered_id, event):
        return "B18"
    if _is_by(row.representative_id, event):
        rule = _by_primary(row, event)
        if rule is not None:
            return rule
    # `representative.message` by the primary or a consultant in in_conversation
    if type_ == "representative.message" and who in (row.representative_id, *row.consultants):
        return RECORDED
    # `consult.started` / `consult.ended` in in_conversation; the ones of somebody who consults
    # already, or does not, are in the no_effect list.
    if type_ == "consult.started":
        return RECORDED
    if type_ == "consult.ended" and who in row.consultants:
        return RECORDED
    if _is_recorded_of_representative(row, event):
        return RECORDED
    return RECORDED if _is_recorded_in_open_and_active(row, event) else None


def _by_primary(row: Conversation, event: Event) -> str | None:
    """What only the primary may do in in_conversation."""
    type_ = event.type
    if type_ == "representative.end":
        return "B1"
    if type_ == "representative.release":
        return "B6"
    if type_ == "representative.transfer":
        kind = event.data["to"]["kind"]
        return {"queue": "B7", "representative": "B10", "external": "B11", "bot": "B12"}[kind]
    if type_ == "representative.close_session":
        # by the primary of a record that is not resolved yet is recorded.
        return {LC: "B8", VO: "B8", PC: "B9", AM: "B9", RE: RECORDED}[row.kind]
    if type_ == "representative.resolve_record":
        return "B14"
    return None


def _from_with_external(row: Conversation, event: Event) -> str | None:
    if is_customer_ended(row, event.type):
        return "E1"
    return RECORDED if _is_recorded_in_open_and_active(row, event) else None


def _from_with_bot(row: Conversation, event: Event) -> str | None:
    if event.type == "bot.escalate":
        return "D1"
    if event.type == "bot.end":
        return "D2"
    if is_customer_ended(row, event.type):
        return "D3"
    return RECORDED if _is_recorded_in_open_and_active(row, event) else None


def _from_waiting(row: Conversation, event: Event) -> str | None:
    type_, data = event.type, event.data
    is_by_last = _is_by(row.last_representative_id, event)
    if type_ == "customer.messaged" or (type_ == "customer.reconnected" and row.kind == PC):
        return "X1"
    if type_ == "representative.resume" and is_by_last:
        return "X3"
    if type_ in ("supervisor.assign", "supervisor.transfer") and "representative_id" in data:
        return "X6"
    if type_ == "supervisor.assign":
        return "X7"
    # `representative.message` ... by the last representative in waiting
    if type_ == "representative.message" and is_by_last:
        return RECORDED
    return RECORDED if type_ == "supervisor.monitor" else None


def _from_wrap_up(row: Conversation, event: Event) -> str | None:
    if event.type == "representative.close_session" and _is_by(row.representative_id, event):
        return "W1"
    return RECORDED if event.type == "supervisor.monitor" else None


def _from_resolved(row: Conversation, event: Event) -> str | None:
    if event.type == "representative.close_session" and _is_by(row.representative_id, event):
        return "R1"
    if event.type == "record.deactivated" and event.data["outcome"] == "deleted":
        return "R3"
    return None

"""What is said of an input that is refused or ignored (contract.md#refusals)."""

from __future__ import annotations

from typing import Any

from .conversation import Conversation
from .members import is_id, is_reservation
from .refusals import is_ignored
from .wire import Event, Record, could_be_id, describe_cause, output

MESSAGE = "This input is not possible, or changes nothing."


def describe_refusal(
    row: Conversation | None, event: Event, origin: dict[str, Any], code: str, now: int
) -> list[Record]:
    """`capacity.declined` of what a gate had granted, then the refusal."""
    named = event.data.get("representative_id")
    data = {
        "conversation_id": event.subject,
        "code": code,
        "message": MESSAGE,
        # A refusal for an unknown conversation carries sequence 0 and status null.
        "status": None if row is None else row.status,
        "detail": None if row is None else row.detail,
        "sequence": 0 if row is None else row.sequence,
        "cause": describe_cause(event),
        "representative_id": named if could_be_id(named) else None,
        "input": origin,
    }
    type_ = "input.ignored" if is_ignored(code, event.type) else "input.rejected"
    refused = output("rejected-inputs", type_, event.subject, now, event, data)
    return [*_describe_decline(event, code, now), refused]


def _describe_decline(event: Event, code: str, now: int) -> list[Record]:
    """A `router.assign` that the gate had granted was refused or ignored.

    A repeat of a grant that is known (`duplicate`) publishes none.
    """
    who, reservation = event.data.get("representative_id"), event.data.get("reservation")
    if event.type != "router.assign" or code == "duplicate":
        return []
    if not is_id(who) or not is_reservation(reservation):
        return []
    data = {
        "representative_id": who,
        "conversation_id": event.subject,
        "code": code,
        "reservation": reservation,
        "cause": describe_cause(event),
    }
    return [output("capacity-changes", "capacity.declined", str(who), now, event, data)]

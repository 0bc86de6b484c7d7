"""What is said of a step: `data` of state changes and of the notes beside them.

Pure: looks at the row, changes nothing (contract.md#state-changes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .conversation import Conversation, Offer
from .timers import describe_next
from .vocabulary import STATE_OF_STATUS
from .wire import Record, describe_cause, output, print_time

if TYPE_CHECKING:
    from .step import Step


def before_change(row: Conversation, at: int) -> dict[str, Any]:
    """What a change says of the stage before it."""
    is_first = row.stage is None
    return {
        "previous_status": row.status,
        "previous_detail": row.detail,
        "previous_queue_id": row.queue_id,
        "previous_representative_id": row.representative_id,
        # since status or detail last changed; null on the first
        "previous_status_seconds": None if is_first else (at - row.stage_since) / 1000,
    }


def describe_change(
    row: Conversation, now: int, at: int, rule: str, more: dict[str, Any], step: Step
) -> Record:
    """`conversation.state_changed`; `more` is what only the step knows."""
    waits = row.queued_at is not None
    data = {
        "conversation_id": row.conversation_id,
        "sequence": row.sequence,
        "rule": rule,
        "state": STATE_OF_STATUS[row.status or ""],
        # `resolved` and `scheduled` are internal stages: their changes carry `internal`.
        "internal": row.stage in ("resolved", "scheduled"),
        **more,
        "status": row.status,
        "detail": row.detail,
        "reason": row.reason,
        "channel": row.channel,
        "workstream_id": row.workstream_id,
        "customer_id": row.customer_id,
        "queue_id": row.queue_id,
        "representative_id": row.representative_id,
        # (all, the oldest offer first; `offered_representative_id` is the first of them)
        "offered_representative_id": row.offered_ids[0] if row.offers else None,
        "offered_representative_ids": row.offered_ids,
        "skipped_representative_ids": list(row.skipped),
        "handler": row.handler,
        "transfer_count": row.transfers,
        "overflow_count": row.overflows,
        "next_timer": describe_next(row),
        "occurred_at": print_time(at),
        "direction": "inbound" if row.inbound else "outbound",
        "started_at": _moment(row.started_at),
        "queued_at": _moment(row.queued_at),
        "queue_since": _moment(row.queue_since),
        # since `queue_since`; published as long as it is
        "decline_count": row.declines if waits else None,
        "representative_since": _moment(row.representative_since),
        "priority": row.priority,
        "attributes": row.attributes,
        "units": row.units,
        "profiles": row.profiles,
        "disposition": row.disposition,
        "merged_into": row.merged_into,
        # published while scheduled
        "scheduled_for": _moment(row.scheduled_for) if row.stage == "scheduled" else None,
        "cause": describe_cause(step.cause.event, step.cause.timer),
        "input": step.cause.origin,
    }
    return _output("conversation-state-changes", "conversation.state_changed", row, now, step, data)


def describe_recorded(row: Conversation, now: int, at: int, step: Step) -> Record:
    """`input.recorded`, which names the conversation's representative."""
    data = _note(row, at, step) | {
        "next_timer": describe_next(row),
        "input": step.cause.origin,
    }
    return _output("recorded-inputs", "input.recorded", row, now, step, data)


def describe_reminder(
    row: Conversation, now: int, at: int, silent: str, after: float, step: Step
) -> Record:
    """`conversation.reminder`."""
    data = _note(row, at, step) | {"silent": silent, "after": after, "then": "remind"}
    return _output("recorded-inputs", "conversation.reminder", row, now, step, data)


def describe_decline(row: Conversation, offer: Offer, code: str, now: int, step: Step) -> Record:
    """`capacity.declined` of an offer that ended before anything was held."""
    data = {
        "representative_id": offer.representative_id,
        "conversation_id": row.conversation_id,
        "code": code,
        "reservation": offer.reservation,
        "cause": describe_cause(step.cause.event, step.cause.timer),
    }
    return output(
        "capacity-changes",
        "capacity.declined",
        offer.representative_id,
        now,
        step.cause.event,
        data,
    )


def _note(row: Conversation, at: int, step: Step) -> dict[str, Any]:
    return {
        "conversation_id": row.conversation_id,
        "sequence": row.sequence,
        "status": row.status,
        "detail": row.detail,
        "representative_id": row.representative_id,
        "occurred_at": print_time(at),
        "cause": describe_cause(step.cause.event, step.cause.timer),
    }


def _moment(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else print_time(milliseconds)


def _output(
    topic: str, type_: str, row: Conversation, now: int, step: Step, data: dict[str, Any]
) -> Record:
    return output(topic, type_, row.conversation_id, now, step.cause.event, data)

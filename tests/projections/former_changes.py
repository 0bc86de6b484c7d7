"""A change as edition 1 published it: with nulls and empty lists, without what edition 2 added."""

from typing import Any

from omnistate_schemas.output_examples import CHANGED

ADDED = (
    "occurred_at",
    "direction",
    "started_at",
    "queued_at",
    "queue_since",
    "left_waiting",
    "representative_since",
    "offered_representative_ids",
    "decline_count",
    "overflow_count",
    "priority",
    "units",
)
# A decline by a timer: the richest in nulls.
FORMER: dict[str, Any] = {
    **{name: value for name, value in CHANGED.items() if name not in ADDED},
    "sequence": 3,
    "rule": "A3",
    "previous_status": "active",
    "previous_detail": "awaiting_acceptance",
    "status": "open",
    "detail": "awaiting_assignment",
    "reason": "awaiting_assignment",
    "customer_id": None,
    "previous_representative_id": "ana",
    "representative_id": None,
    "offered_representative_id": None,
    "skipped_representative_ids": [],
    "handler": None,
    "next_timer": None,
    "cause": {"type": "timer.offer", "id": None, "source": None, "actor_id": None},
    "input": None,
}

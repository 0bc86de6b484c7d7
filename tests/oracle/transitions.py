"""contract.md#rules as a question: which rule answers this fact or action in this stage?

Pure: looks at the row and the event, changes nothing. The answer is a rule id, "recorded", or None
where the contract names neither. That the kind fits the type is checked before (`refusals`);
reports have their own page (`reporting`).
"""

from __future__ import annotations

from .conversation import Conversation
from .reporting import report_rule
from .stages import RECORDED, rule_in_stage
from .vocabulary import ACTIVE_STAGES, KINDS_OF_REPORT, LC
from .wire import Event

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
# From where nobody has it: "`N3`: open, waiting, with_bot", and so on.
NOBODY_HAS_IT = {
    ("bot.take", "open"): "N3",
    ("bot.take", "waiting"): "N3",
    ("bot.take", "with_bot"): "N3",
    ("router.schedule", "open"): "N4",
    ("router.schedule", "waiting"): "N4",
    ("router.schedule", "with_bot"): "N4",
    ("router.schedule", "scheduled"): "N4",
    ("router.close", "open"): "O6",
    ("router.close", "waiting"): "N5",
    ("router.close", "with_bot"): "N5",
    ("router.close", "with_external"): "N5",
    ("router.close", "scheduled"): "N5",
    ("representative.pick", "open"): "O2",
    ("representative.pick", "with_bot"): "N6",
}
# Who is given it by a supervisor, and where it is moved to another queue.
ASSIGNED = {
    "open": "O3",
    "awaiting_acceptance": "A9",
    "in_conversation": "B13",
    "waiting": "X6",
    "with_bot": "N1",
    "with_external": "N1",
}
MOVED = {
    "open": "O4",
    "awaiting_acceptance": "A10",
    "in_conversation": "B19",
    "waiting": "X7",
    "with_bot": "N2",
    "with_external": "N2",
}


def rule_of(row: Conversation, event: Event) -> str | None:
    """The rule of this input, RECORDED, or None."""
    if event.type in KINDS_OF_REPORT:
        return report_rule(row, event)
    if is_written_up(row, event):
        # goes before whatever else a `close_session` could be
        return "W7"
    if row.stage == "closed":
        return None
    if event.type == "supervisor.force_close":
        return FORCE_CLOSE[row.stage or ""]
    if event.type == "conversation.closed":
        return "Z1"
    if event.type == "conversation.updated":
        return "U1"
    rule = _moves(row, event)
    if rule is not None:
        return rule
    rule = rule_in_stage(row, event)
    return RECORDED if rule is None and _is_recorded(row, event) else rule


def is_written_up(row: Conversation, event: Event) -> bool:
    """`representative.close_session` by somebody who still writes up after a transfer."""
    who = event.data.get("representative_id")
    return event.type == "representative.close_session" and row.hold_on(who, "wrap_up") is not None


def _moves(row: Conversation, event: Event) -> str | None:
    """What assigns, moves, withdraws or schedules, and the rules of where nobody has it."""
    type_, data, stage = event.type, event.data, row.stage or ""
    if type_ in ("supervisor.assign", "supervisor.transfer") and "representative_id" in data:
        # no row of the table has `supervisor.transfer` from open
        is_left_out = type_ == "supervisor.transfer" and stage == "open"
        return None if is_left_out else ASSIGNED.get(stage)
    if type_ == "supervisor.assign":
        return MOVED.get(stage)
    if type_ == "router.move":
        return "O5" if stage == "open" else MOVED.get(stage)
    if type_ == "router.assign":
        return _assigned_by_router(row)
    if type_ == "router.withdraw":
        who = data.get("representative_id")
        pending = row.offers if who is None else [o for o in [row.offer_to(who)] if o]
        withdrawn = "B18" if stage == "in_conversation" else "A11"
        return withdrawn if pending else None
    return NOBODY_HAS_IT.get((type_, stage))


def _assigned_by_router(row: Conversation) -> str | None:
    if row.stage == "open":
        return "O1"
    # of another, while fewer offers than `parallel_offers` are pending
    is_short = len(row.offers) < row.settings.parallel_offers
    return "A13" if row.stage == "awaiting_acceptance" and is_short else None


def _is_recorded(row: Conversation, event: Event) -> bool:
    """The list of contract.md#recorded, but for what `stages` says itself."""
    type_, stage = event.type, row.stage
    is_open_or_active = stage in ("open", *ACTIVE_STAGES)
    if type_ in ("customer.messaged", "conversation.progressed"):
        return is_open_or_active
    # `customer.disconnected` / `customer.reconnected` (LC) in open and active
    if type_ in ("customer.disconnected", "customer.reconnected"):
        return is_open_or_active and row.kind == LC
    if type_ in ("supervisor.monitor", "supervisor.leave"):
        return is_open_or_active or stage in ("waiting", "wrap_up")
    if type_ in ("representative.disconnected", "representative.reconnected"):
        # of an offered or the primary representative, or a consultant, in active; of the primary
        # in wrap_up
        who: str = event.data["representative_id"]
        if stage == "wrap_up":
            return who == row.representative_id
        people = (row.representative_id, *row.offered_ids, *row.consultants)
        return stage in ACTIVE_STAGES and who in people
    return False

"""contract.md#codes: the first that applies, in this order.

Pure: says why an input is refused or ignored, or None where it may go on to a rule.
"""

from __future__ import annotations

from .config import Configuration
from .conversation import Conversation
from .members import fault
from .transitions import rule_of
from .vocabulary import FACTS, KIND_OF_CHANNEL, KINDS_OF_TRANSFER, KINDS_OF_TYPE, VO
from .wire import Event

# (the status allows it, but they are not the one who may): the stages in which somebody may.
STAGES_OF_ACTION = {
    "representative.end": ("in_conversation",),
    "representative.close_session": ("in_conversation", "wrap_up", "resolved"),
    "representative.release": ("awaiting_acceptance", "in_conversation"),
    "representative.resume": ("waiting",),
    "representative.resolve_record": ("in_conversation",),
}


def is_ignored(code: str, type_: str) -> bool:
    """contract.md#codes: `duplicate`, `stale`, `no_effect`, and `wrong_channel` of a fact."""
    if code == "wrong_channel":
        return type_ in FACTS
    return code in ("duplicate", "stale", "no_effect")


def refusal(row: Conversation | None, event: Event, configuration: Configuration) -> str | None:
    """The code, or None."""
    if fault(event.type, event.data) is not None or _is_unfit(event, configuration):
        return "invalid_data"
    if row is not None and (event.source, event.id) in row.recent:
        return "duplicate"
    if event.type == "conversation.started":
        # `conversation.started` with the same id is ignored (`duplicate`), in any status
        if row is not None:
            return "duplicate"
        known = configuration.has_workstream(event.data["workstream_id"])
        return None if known else "unknown_workstream"
    if row is None:
        return "unknown_conversation"
    return _refusal_of(row, event)


def _is_unfit(event: Event, configuration: Configuration) -> bool:
    """contract.md#codes: `invalid_data`, too, where the channel does not fit the workstream.

    And where its profiles and the conversation's own are more than 64.
    """
    if event.type != "conversation.started":
        return False
    workstream_id, channel = event.data["workstream_id"], event.data["channel"]
    if not configuration.has_workstream(workstream_id):
        return False
    if not configuration.fits(workstream_id, channel):
        return True
    shared = configuration.settings(workstream_id, KIND_OF_CHANNEL[channel]).profiles
    return len({*shared, *event.data.get("profiles", ())}) > 64


def _refusal_of(row: Conversation, event: Event) -> str | None:
    """The codes from `stale` on, of an input to a conversation that is there."""
    type_, is_fact = event.type, event.type in FACTS
    if row.stage == "closed":
        return "stale" if is_fact else "closed"
    if type_ == "representative.pick" and row.kind == VO:
        return "push_only"
    if row.kind not in KINDS_OF_TYPE[type_]:
        return "wrong_channel"
    if type_ == "representative.transfer" and (
        row.kind not in KINDS_OF_TRANSFER[event.data["to"]["kind"]]
    ):
        return "wrong_channel"
    if type_ == "router.assign" and not row.settings.push:
        return "pick_only"
    if has_no_effect(row, event):
        return "no_effect"
    if rule_of(row, event) is not None:
        return None
    if is_fact:
        # no_effect: any fact without a rule
        return "no_effect"
    if type_ in ("representative.accept", "representative.reject"):
        # accept or reject without an offer to them, in any status
        return "not_offered"
    if row.stage in _stages_of(event):
        return "not_assigned"
    return "invalid_status"


def _stages_of(event: Event) -> tuple[str, ...]:
    """The stages in which somebody may do this action."""
    if event.type == "representative.transfer":
        if event.data["to"]["kind"] == "queue":
            return ("awaiting_acceptance", "in_conversation")
        return ("in_conversation",)
    return STAGES_OF_ACTION.get(event.type, ())


def has_no_effect(row: Conversation, event: Event) -> bool:
    """The list of contract.md#no-effect, in its order; its first item is asked for last."""
    type_, data, stage = event.type, event.data, row.stage
    who = data.get("representative_id")
    is_primary = who is not None and who == row.representative_id
    is_offered = who is not None and who == row.offered_id
    is_last = who is not None and who == row.last_representative_id
    # accept by the primary in in_conversation
    if type_ == "representative.accept" and stage == "in_conversation" and is_primary:
        return True
    # end in wrap_up by the primary
    if type_ == "representative.end" and stage == "wrap_up" and is_primary:
        return True
    # close_session or release by the representative who left last, in open or waiting
    if type_ in ("representative.close_session", "representative.release") and is_last:
        return True
    # `router.assign`, `supervisor.assign` or `supervisor.transfer` of whoever has the offer or is
    # primary ... except where `X6` ... applies
    is_assignment = type_ in ("router.assign", "supervisor.assign", "supervisor.transfer")
    if is_assignment and (is_primary or is_offered) and rule_of(row, event) != "X6":
        return True
    # `router.move` or `supervisor.assign` to the queue it is in, in open
    is_move = type_ in ("router.move", "supervisor.assign") and "queue_id" in data
    if is_move and stage == "open" and data["queue_id"] == row.queue_id:
        return True
    # `representative.transfer` to whoever has the offer; a transfer to oneself
    is_transfer = type_ == "representative.transfer" and data["to"]["kind"] == "representative"
    if is_transfer and data["to"]["id"] in (row.offered_id, who):
        return True
    # resolve_record in resolved
    if type_ == "representative.resolve_record" and stage == "resolved":
        return True
    # a second `...disconnected` while its window runs (it restarts nothing)
    if type_ == "customer.disconnected" and row.customer_window is not None:
        return True
    if type_ == "representative.disconnected" and who in row.representative_windows:
        return True
    # `consult.started` of someone who consults or is primary
    if type_ == "consult.started":
        return who in row.consultants or is_primary
    # `consult.ended` of someone who does not consult
    return type_ == "consult.ended" and who not in row.consultants


def kind_of(event: Event) -> str:
    """The kind of a conversation that is being started."""
    return KIND_OF_CHANNEL[event.data["channel"]]

"""The contract's words: kinds, channels, stages, reasons, input types (contract.md#inputs).

Only names and which belongs to which; no behaviour.
"""

from __future__ import annotations

LC, PC, AM, VO, RE = "live_chat", "persistent_chat", "messaging", "voice", "record"
KINDS = (LC, PC, AM, VO, RE)

# contract.md#channel-kinds: the kinds, and the channels that belong to each.
KIND_OF_CHANNEL = {LC: LC, PC: PC, VO: VO, RE: RE} | dict.fromkeys(
    (
        "sms",
        "whatsapp",
        "facebook",
        "teams",
        "line",
        "wechat",
        "apple_messages",
        "twitter",
        "google_business",
        "custom",
    ),
    AM,
)

# A stage is a status together with its detail; every stage has a word of its own.
STATUS_AND_DETAIL: dict[str, tuple[str, str | None]] = {
    "scheduled": ("scheduled", None),
    "open": ("open", "awaiting_assignment"),
    "awaiting_acceptance": ("active", "awaiting_acceptance"),
    "in_conversation": ("active", "in_conversation"),
    "with_external": ("active", "with_external"),
    "with_bot": ("active", "with_bot"),
    "waiting": ("waiting", "awaiting_customer"),
    "wrap_up": ("wrap_up", "wrapping_up"),
    "resolved": ("resolved", None),
    "closed": ("closed", None),
}
ACTIVE_STAGES = ("awaiting_acceptance", "in_conversation", "with_external", "with_bot")

STATE_OF_STATUS = {
    "open": "open",
    "active": "open",
    "waiting": "open",
    "closed": "closed",
    "wrap_up": "open",
    "resolved": "resolved",
    "scheduled": "scheduled",
}

# contract.md#reasons. A rule that enters wrap_up or closed always names one.
REASON_OF_STAGE = {
    "scheduled": None,
    "resolved": None,
    "open": "awaiting_assignment",
    "awaiting_acceptance": "awaiting_acceptance",
    "in_conversation": "in_conversation",
    "with_external": "in_conversation",
    "with_bot": "in_conversation",
    "waiting": "awaiting_customer",
}

# contract.md#inputs, column *for*: the kinds that an input type is meant for.
KINDS_OF_FACT = {
    "conversation.started": KINDS,
    "conversation.updated": KINDS,
    "conversation.progressed": (LC, PC, AM, VO),
    "conversation.closed": KINDS,
    "customer.messaged": (LC, PC, AM),
    "customer.ended": (LC, VO),
    "customer.disconnected": (LC, VO),
    "customer.reconnected": (LC, PC),
    "record.deactivated": (RE,),
    "record.reactivated": (RE,),
    "external.failed": (VO,),
    "external.ended": (VO,),
}
# Reports: what a system that decides for itself says has happened.
KINDS_OF_REPORT = {
    "conversation.queued": KINDS,
    "conversation.offered": KINDS,
    "conversation.offer_ended": KINDS,
    "conversation.answered": KINDS,
    "conversation.parked": (PC, AM, RE),
    "conversation.ended": KINDS,
    "conversation.wrapped_up": KINDS,
}
KINDS_OF_CHANNEL_EVENT = KINDS_OF_FACT | KINDS_OF_REPORT
KINDS_OF_ACTION = {
    "router.assign": KINDS,
    "router.move": KINDS,
    "router.close": (LC, PC, AM, VO),
    "router.withdraw": KINDS,
    "router.schedule": KINDS,
    "representative.pick": (LC, PC, AM, RE),
    "representative.accept": KINDS,
    "representative.reject": (LC, PC, AM, VO),
    "representative.message": (LC, PC, AM),
    "representative.end": (LC, PC, AM, VO),
    "representative.close_session": KINDS,
    "representative.hold": (VO,),
    "representative.unhold": (VO,),
    "representative.extend_wrap_up": (LC, PC, AM, VO),
    "representative.release": KINDS,
    "representative.transfer": KINDS,
    "representative.resume": (PC, AM, RE, VO),
    "representative.disconnected": KINDS,
    "representative.reconnected": KINDS,
    "representative.resolve_record": (RE,),
    "consult.started": (LC, PC, AM, VO),
    "consult.ended": (LC, PC, AM, VO),
    "supervisor.assign": KINDS,
    "supervisor.transfer": (LC, PC, AM, RE),
    "supervisor.monitor": (LC, PC, AM, VO),
    "supervisor.leave": (LC, PC, AM, VO),
    "supervisor.force_close": KINDS,
    "bot.escalate": (LC, PC, AM, VO),
    "bot.end": (LC, PC, AM, VO),
    "bot.take": (LC, PC, AM, VO),
    "bot.message": (LC, PC, AM),
}
KINDS_OF_TYPE = KINDS_OF_CHANNEL_EVENT | KINDS_OF_ACTION

# contract.md#actions: `external` for VO only, `bot` not for RE.
KINDS_OF_TRANSFER = {
    "queue": KINDS,
    "representative": KINDS,
    "external": (VO,),
    "bot": (LC, PC, AM, VO),
}

# contract.md#facts-and-actions: facts are ignored, all else is rejected.
FACTS_ON_AGENT_ACTIONS = (
    "representative.disconnected",
    "representative.reconnected",
    "representative.message",
    "bot.message",
    "representative.hold",
    "representative.unhold",
    "consult.ended",
    "supervisor.monitor",
    "supervisor.leave",
)
FACTS_AND_REPORTS = (*KINDS_OF_CHANNEL_EVENT, *FACTS_ON_AGENT_ACTIONS)
REPORTS = tuple(KINDS_OF_REPORT)
# What is a message, for the list of repeats and for `input.recorded`.
MESSAGES = (
    "customer.messaged",
    "representative.message",
    "bot.message",
    "conversation.progressed",
)

# contract.md#order: ties of `time` go as a conversation's life goes; what is not named comes first.
RANKS = {
    "conversation.queued": 1,
    "conversation.offered": 2,
    "conversation.answered": 3,
    "conversation.offer_ended": 4,
    "conversation.parked": 5,
    "conversation.ended": 6,
    "customer.ended": 6,
    "conversation.closed": 6,
    "record.deactivated": 6,
    "conversation.wrapped_up": 7,
}


def topic_of(type_: str) -> str | None:
    """The input topic of a type, or None for a type that the contract does not know."""
    if type_ in KINDS_OF_CHANNEL_EVENT:
        return "channel-events"
    if type_ in KINDS_OF_ACTION:
        return "agent-actions"
    return None

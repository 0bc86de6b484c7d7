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
KINDS_OF_CHANNEL_EVENT = {
    "conversation.started": KINDS,
    "customer.messaged": (LC, PC, AM),
    "customer.ended": (LC, VO),
    "customer.disconnected": (LC, VO),
    "customer.reconnected": (LC, PC),
    "record.deactivated": (RE,),
}
KINDS_OF_ACTION = {
    "router.assign": KINDS,
    "router.move": KINDS,
    "router.close": (LC, PC, AM, VO),
    "representative.pick": (LC, PC, AM, RE),
    "representative.accept": KINDS,
    "representative.reject": (LC, PC, AM, VO),
    "representative.message": (LC, PC, AM),
    "representative.end": (LC, PC, AM, VO),
    "representative.close_session": KINDS,
    "representative.release": KINDS,
    "representative.transfer": KINDS,
    "representative.resume": (PC, AM),
    "representative.disconnected": KINDS,
    "representative.reconnected": KINDS,
    "representative.resolve_record": (RE,),
    "consult.started": (LC, PC, AM, VO),
    "consult.ended": (LC, PC, AM, VO),
    "supervisor.assign": KINDS,
    "supervisor.transfer": (LC, PC, AM, RE),
    "supervisor.monitor": (LC, PC, AM, VO),
    "supervisor.force_close": KINDS,
    "bot.escalate": (LC, PC, AM, VO),
    "bot.end": (LC, PC, AM, VO),
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
FACTS = (
    *KINDS_OF_CHANNEL_EVENT,
    "representative.disconnected",
    "representative.reconnected",
    "representative.message",
    "consult.ended",
    "supervisor.monitor",
)


def topic_of(type_: str) -> str | None:
    """The input topic of a type, or None for a type that the contract does not know."""
    if type_ in KINDS_OF_CHANNEL_EVENT:
        return "channel-events"
    if type_ in KINDS_OF_ACTION:
        return "agent-actions"
    return None

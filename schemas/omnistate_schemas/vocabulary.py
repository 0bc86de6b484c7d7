"""The closed vocabularies: channel kinds, statuses, details, reasons, codes and topic names.

Plain string literals with the Dataverse codes beside them; no behaviour and no rules.
"""

from typing import Final, Literal, get_args

Kind = Literal["live_chat", "persistent_chat", "messaging", "voice", "record"]
MessagingChannel = Literal[
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
]
Channel = Literal["live_chat", "persistent_chat", MessagingChannel, "voice", "record"]

LC: Final[Kind] = "live_chat"
PC: Final[Kind] = "persistent_chat"
AM: Final[Kind] = "messaging"
VO: Final[Kind] = "voice"
RE: Final[Kind] = "record"
KINDS: Final[tuple[Kind, ...]] = (LC, PC, AM, VO, RE)
KIND_CODES: Final[dict[str, Kind]] = {"LC": LC, "PC": PC, "AM": AM, "VO": VO, "RE": RE}

MESSAGING_CHANNELS: Final[tuple[MessagingChannel, ...]] = get_args(MessagingChannel)
KIND_OF_CHANNEL: Final[dict[str, Kind]] = {
    "live_chat": LC,
    "persistent_chat": PC,
    **dict.fromkeys(MESSAGING_CHANNELS, AM),
    "voice": VO,
    "record": RE,
}

Status = Literal["open", "active", "waiting", "closed", "wrap_up", "resolved", "scheduled"]
State = Literal["open", "closed", "resolved", "scheduled"]
STATE_OF_STATUS: Final[dict[str, State]] = {
    "open": "open",
    "active": "open",
    "waiting": "open",
    "closed": "closed",
    "wrap_up": "open",
    "resolved": "resolved",
    "scheduled": "scheduled",
}
STATUS_CODES: Final[dict[str, int]] = {
    "open": 1,
    "active": 2,
    "waiting": 3,
    "closed": 4,
    "wrap_up": 5,
    "resolved": 6,
    "scheduled": 7,
}
STATE_CODES: Final[dict[str, int]] = {"open": 0, "closed": 1, "resolved": 2, "scheduled": 3}
INTERNAL_STATUSES: Final = frozenset({"resolved", "scheduled"})

Detail = Literal[
    "awaiting_assignment",
    "awaiting_acceptance",
    "in_conversation",
    "with_external",
    "with_bot",
    "awaiting_customer",
    "wrapping_up",
]

Reason = Literal[
    "awaiting_assignment",
    "awaiting_acceptance",
    "in_conversation",
    "awaiting_customer",
    "representative_ended",
    "customer_left_active",
    "customer_ended",
    "closed_by_representative",
    "auto_closed_from_waiting",
    "auto_closed",
    "overflow",
    "customer_left_open",
    "ended_by_bot",
    "failure",
    "force_closed",
    "closed_by_admin",
    "assigned_by_supervisor",
    "customer_opted_out",
    "merged",
    "duplicate",
    "spam",
    "external_ended",
    "customer_silent",
    "completed",
]
# msdyn_statuschangereason counts up in exactly this order; it has no code for those that follow.
_CODED: Final = 17
REASON_CODES: Final[dict[str, int]] = {
    reason: 192350001 + position for position, reason in enumerate(get_args(Reason)[:_CODED])
}

RejectionCode = Literal[
    "invalid_data",
    "unknown_conversation",
    "unknown_workstream",
    "invalid_status",
    "not_assigned",
    "not_offered",
    "wrong_channel",
    "pick_only",
    "push_only",
    "closed",
    "not_reserved",
    "superseded",
    "too_large",
]
# What the gate says beside those: nothing of the conversation itself is known there.
GateCode = Literal["no_capacity", "not_assignable"]
# What may stand on the wire, whoever refused.
AnyRejectionCode = Literal[RejectionCode, GateCode]
IgnoredCode = Literal[
    "duplicate", "stale", "no_effect", "wrong_channel", "engine_decides", "superseded"
]
# Why a grant of the gate's came to nothing: its assignment was refused, or called off.
DeclinedCode = Literal[RejectionCode, IgnoredCode, "withdrawn"]
DeadLetterCode = Literal[
    "undecodable",
    "oversized",
    "unknown_type",
    "wrong_topic",
    "wrong_key",
    "wrong_partition",
    "unreadable",  # a batch that nobody can unpack, passed over
    "deleted",  # what the log deleted before it was read
]
Direction = Literal["inbound", "outbound"]
RecordOutcome = Literal["resolved", "cancelled", "deleted"]
Resolution = Literal["resolved", "cancelled"]
RouterCloseReason = Literal["overflow", "failure"]
# What a system that decides for itself says has happened (workstreams with authority: upstream).
REPORTS: Final = (
    "conversation.queued",
    "conversation.offered",
    "conversation.offer_ended",
    "conversation.answered",
    "conversation.parked",
    "conversation.ended",
    "conversation.wrapped_up",
)
ClosingReason = Literal["completed", "merged", "duplicate", "spam", "customer_opted_out", "failure"]
Ender = Literal["customer", "representative", "external", "bot", "system"]
Authority = Literal["engine", "upstream"]
SilentSide = Literal["customer", "representative"]
SilenceAction = Literal["remind", "wait", "end", "requeue"]
TransferKind = Literal["queue", "representative", "external", "bot"]
ConsultVia = Literal["direct", "queue"]
HandlerKind = Literal["representative", "bot", "external"]
Role = Literal["primary", "consultant", "daily", "wrap_up"]
TimerName = Literal[
    "early",
    "settle",
    "wrap_up_release",
    "offer",
    "customer_reconnect",
    "representative_reconnect",
    "bot_inactivity",
    "bot_silence",
    "silence",
    "inactivity",
    "wake",
    "auto_close",
    "scheduled",
    "idle",
    "day_reset",
]

Presence = Literal["available", "busy", "do_not_disturb", "away", "offline"]
PresenceReason = Literal[
    "default", "set_by_representative", "set_by_supervisor", "capacity", "lost"
]
# Nobody who is not signed in can be given work by a router.
AssignablePresence = Literal["available", "busy", "do_not_disturb", "away"]
Distribution = Literal["push", "pick"]
WrapUpBlock = Literal["always", "never"]
ProfileReset = Literal["immediate", "end_of_day"]
RoutingMethod = Literal["highest_capacity", "least_active", "round_robin"]
# What stands against giving a conversation to somebody, in the order in which it is looked for.
RoutingObstacle = Literal[
    "rank_not_open",
    "not_signed_in",
    "presence",
    "skills",
    "skipped",
    "capacity",
    "asked_already",
]
OverflowCondition = Literal["closed", "longer_than", "waited", "nobody"]
OverflowAction = Literal["move", "close"]
ChannelOrKind = Literal[Kind, Channel]
WindowSpan = Literal["current", "previous"]
ProblemCode = Literal[
    "invalid_parameter",
    "method_not_allowed",
    "not_found",
    "too_many_streams",
    "unauthorized",
    "unavailable",
]

CHANNEL_EVENTS: Final = "channel-events"
AGENT_ACTIONS: Final = "agent-actions"
STATE_CHANGES: Final = "conversation-state-changes"
CONVERSATION_STATES: Final = "conversation-states"
CAPACITY_CHANGES: Final = "capacity-changes"
REJECTED_INPUTS: Final = "rejected-inputs"
RECORDED_INPUTS: Final = "recorded-inputs"
DEAD_LETTERS: Final = "dead-letters"
ASSIGNMENT_REQUESTS: Final = "assignment-requests"
REPRESENTATIVE_PRESENCE: Final = "representative-presence"
REPRESENTATIVE_CAPACITY: Final = "representative-capacity"

"""What a workstream's key comes to where it is left out, where it is null, and for which kinds.

Nothing is written down here: each answer is what `resolve` makes of a workstream, and what the law
lets a conversation of a channel kind meet where an authority decides. It writes no document.
"""

from collections.abc import Callable
from typing import Any, Final

from omnistate_schemas.applicability import SETTINGS_FOR, kinds_of
from omnistate_schemas.configuration import Workstream
from omnistate_schemas.vocabulary import KINDS, Authority, Kind
from omnistate_schemas.workstream_rules import FOR_AUTHORITY
from pydantic import ValidationError

from omnistate.core.conversation.chart import list_edges, reachable
from omnistate.core.conversation.rule import When
from omnistate.core.conversation.transitions import kinds_meeting
from omnistate.core.settings import WorkstreamSettings, resolve

# Another duration than any default, in seconds: shows whether a key has a say at all.
PROBE_SECONDS: Final = 47

# Each key and what `resolve` makes of it.
RESOLVED: Final[dict[str, Callable[[WorkstreamSettings], Any]]] = {
    "distribution": lambda settings: "pick" if settings.picked else "push",
    "units": lambda settings: settings.units,
    "profiles": lambda settings: list(settings.profiles),
    "block_capacity_for_wrap_up": lambda settings: _describe_block(settings.wrap_up_block_ms),
    "release_on_close": lambda settings: settings.release_on_close,
    "reserve_on_offer": lambda settings: settings.reserve_on_offer,
    "keep_same_representative": lambda settings: settings.keep_same_representative,
    "auto_accept": lambda settings: settings.auto_accept,
    "offer_timeout": lambda settings: _seconds(settings.offer_ms),
    "reconnect_window": lambda settings: _seconds(settings.customer_reconnect_ms),
    "representative_reconnect_window": lambda settings: _seconds(
        settings.representative_reconnect_ms
    ),
    "auto_close.open": lambda settings: _seconds(settings.open_ms),
    "auto_close.active": lambda settings: _seconds(settings.active_ms),
    "auto_close.wrap_up": lambda settings: _seconds(settings.wrap_up_ms),
    "auto_close.waiting": lambda settings: _seconds(settings.waiting_ms),
    "auto_close.resolved": lambda settings: _seconds(settings.resolved_ms),
    "bot_inactivity": lambda settings: _seconds(settings.bot_inactivity_ms),
    "closed_retention": lambda settings: _seconds(settings.closed_retention_ms),
    "consult_blocks_capacity.direct": lambda settings: settings.direct_consult_blocks,
    "consult_blocks_capacity.queue": lambda settings: settings.queue_consult_blocks,
    "authority": lambda settings: "upstream" if settings.follows else "engine",
    "settle_window": lambda settings: _seconds(settings.settle_ms),
    "max_delay": lambda settings: _seconds(settings.max_delay_ms),
    "parallel_offers": lambda settings: settings.parallel_offers,
    "assign_through_gate": lambda settings: settings.through_gate,
    "wrap_up_after_transfer": lambda settings: _seconds(settings.wrap_up_after_transfer_ms),
    "reopen_from_wrap_up": lambda settings: settings.reopens,
    "release_when_idle": lambda settings: _seconds(settings.idle_ms),
    "promote_consultant": lambda settings: settings.promotes,
    "can_wait": lambda settings: settings.may_wait,
    "bot_response_timeout": lambda settings: _seconds(settings.bot_silence_ms),
    "time_out_rules": lambda settings: [
        {"silent": silent, "after": _seconds(after_ms), "then": then}
        for silent, after_ms, then in settings.silence_rules
    ],
    "publish_recorded": lambda settings: settings.tells_recorded,
    "default_queue_id": lambda settings: settings.default_queue_id,
}
# Read by routers, as they are configured; conversations do not keep them.
FOR_ROUTERS: Final = frozenset({"allowed_presences"})
# Where a key matters: in a stage, to an input or timer, or to a rule. Others matter everywhere.
_STAGES: Final = {
    "block_capacity_for_wrap_up": "wrap_up",
    "release_on_close": "wrap_up",
    "reserve_on_offer": "awaiting_acceptance",
    "auto_accept": "awaiting_acceptance",
    "parallel_offers": "awaiting_acceptance",
    "auto_close.open": "open",
    "auto_close.active": "in_conversation",
    "auto_close.wrap_up": "wrap_up",
    "auto_close.waiting": "waiting",
    "auto_close.resolved": "resolved",
    "bot_inactivity": "with_bot",
}
_TRIGGERS: Final = {
    "reconnect_window": "timer.customer_reconnect",
    "representative_reconnect_window": "timer.representative_reconnect",
    "auto_close.waiting": "timer.inactivity",
    "bot_inactivity": "timer.bot_inactivity",
    "consult_blocks_capacity.direct": "consult.started",
    "consult_blocks_capacity.queue": "consult.started",
}
_RULES: Final = {"keep_same_representative": {"X2", "L1"}, "offer_timeout": {"A3", "B18"}}
_CONDITIONS: Final[dict[str, When]] = {
    "reopen_from_wrap_up": "reopens",
    "promote_consultant": "promotes",
    "can_wait": "may_wait",
}


def _seconds(duration_ms: int | None) -> float | None:
    return None if duration_ms is None else duration_ms / 1_000


def _describe_block(block_ms: int | None) -> str | float:
    """As it is configured: `always`, `never`, or seconds."""
    if block_ms is None:
        return "always"
    return block_ms / 1_000 or "never"


def resolve_key(kind: Kind, key: str, *value: object, authority: Authority = "engine") -> Any:
    """What `key` comes to in a workstream of `kind` with that `value`, without one left out.

    A duration is in seconds, None = never. Raises ValidationError for a value that is not allowed.
    """
    configured: dict[str, Any] = {"channel": kind, "authority": authority}
    if value:
        name, _, member = key.partition(".")
        configured[name] = {member: value[0]} if member else value[0]
    workstream = Workstream.model_validate(configured)
    if key in FOR_ROUTERS:
        return getattr(workstream, key)
    return RESOLVED[key](resolve(workstream))


def has_a_say(kind: Kind, key: str, authority: Authority = "engine") -> bool:
    """Whether the key changes anything for conversations of this kind where that one decides."""
    if key in SETTINGS_FOR and kind not in kinds_of(SETTINGS_FOR[key]):
        return False
    if FOR_AUTHORITY.get(key, authority) != authority:
        return False
    if key in _STAGES and _STAGES[key] not in reachable(kind, authority):
        return False
    if key in _TRIGGERS and kind not in kinds_meeting(_TRIGGERS[key]):
        return False
    rules = [edge.rule for edge in list_edges(kind, authority)]
    if key in _RULES and not any(rule.id in _RULES[key] for rule in rules):
        return False
    if key in _CONDITIONS and not any(rule.when == _CONDITIONS[key] for rule in rules):
        return False
    if not _is_duration(key):
        return True
    return bool(resolve_key(kind, key, PROBE_SECONDS, authority=authority) == PROBE_SECONDS)


def _is_duration(key: str) -> bool:
    """Whether some kind takes the probe as what it is, a number of seconds."""
    for kind in KINDS:
        try:
            if resolve_key(kind, key, PROBE_SECONDS) == PROBE_SECONDS:
                return True
        except ValidationError:
            continue
    return False


def explain_null(key: str) -> str:
    """What null means: never, as if left out, or that it is an error."""
    try:
        pairs = [(resolve_key(kind, key, None), resolve_key(kind, key)) for kind in KINDS]
    except ValidationError:
        return "an error"
    if _is_duration(key) and all(null is None for null, _ in pairs):
        return "never"
    if all(null == absent for null, absent in pairs):
        return "as if left out"
    raise ValueError(f"{key}: null is neither never nor the default")

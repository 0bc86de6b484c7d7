"""What a workstream's key comes to where it is left out, where it is null, and for which kinds.

Nothing is written down here: each answer is what `resolve` makes of a workstream, and what the law
lets a conversation of a channel kind meet. It writes no document.
"""

from collections.abc import Callable
from typing import Any, Final

from omnistate_schemas.configuration import Workstream
from omnistate_schemas.vocabulary import KINDS, Kind
from pydantic import ValidationError

from omnistate.core.conversation.chart import edges, reachable
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
}
# The router's own: the engine makes nothing of them.
UNRESOLVED: Final = frozenset({"allowed_presences"})
# Where a key matters: in a stage, to an input or timer, or to a rule. Others matter everywhere.
_STAGES: Final = {
    "block_capacity_for_wrap_up": "wrap_up",
    "release_on_close": "wrap_up",
    "reserve_on_offer": "awaiting_acceptance",
    "auto_accept": "awaiting_acceptance",
    "auto_close.open": "open",
    "auto_close.active": "in_conversation",
    "auto_close.wrap_up": "wrap_up",
    "auto_close.waiting": "waiting",
    "auto_close.resolved": "resolved",
    "bot_inactivity": "with_bot",
}
_TRIGGERS: Final = {
    "offer_timeout": "timer.offer",
    "reconnect_window": "timer.customer_reconnect",
    "representative_reconnect_window": "timer.representative_reconnect",
    "auto_close.waiting": "timer.inactivity",
    "bot_inactivity": "timer.bot_inactivity",
    "consult_blocks_capacity.direct": "consult.started",
    "consult_blocks_capacity.queue": "consult.started",
}
_RULES: Final = {"keep_same_representative": {"X2", "L1"}}


def _seconds(duration_ms: int | None) -> float | None:
    return None if duration_ms is None else duration_ms / 1_000


def _describe_block(block_ms: int | None) -> str | float:
    """As it is configured: `always`, `never`, or seconds."""
    if block_ms is None:
        return "always"
    return block_ms / 1_000 or "never"


def resolve_key(kind: Kind, key: str, *value: object) -> Any:
    """What `key` comes to in a workstream of `kind` with that `value`, without one left out.

    A duration is in seconds, None = never. Raises ValidationError for a value that is not allowed.
    """
    configured: dict[str, Any] = {"channel": kind}
    if value:
        name, _, member = key.partition(".")
        configured[name] = {member: value[0]} if member else value[0]
    workstream = Workstream.model_validate(configured)
    return getattr(workstream, key) if key in UNRESOLVED else RESOLVED[key](resolve(workstream))


def has_a_say(kind: Kind, key: str) -> bool:
    """Whether the key changes anything for conversations of this kind."""
    if key in _STAGES and _STAGES[key] not in reachable(kind):
        return False
    if key in _TRIGGERS and kind not in kinds_meeting(_TRIGGERS[key]):
        return False
    if key in _RULES and not any(rule.id in _RULES[key] for _, _, rule in edges(kind)):
        return False
    return not _is_duration(key) or resolve_key(kind, key, PROBE_SECONDS) == PROBE_SECONDS


def _is_duration(key: str) -> bool:
    """Whether some kind takes the probe as what it is, a number of seconds."""
    for kind in KINDS:
        try:
            if resolve_key(kind, key, PROBE_SECONDS) == PROBE_SECONDS:
                return True
        except ValidationError:
            return False
    return False


def explain_null(key: str) -> str:
    """What null means: never, as if left out, or that it is an error."""
    try:
        pairs = [(resolve_key(kind, key, None), resolve_key(kind, key)) for kind in KINDS]
    except ValidationError:
        return "an error"
    if all(null == absent for null, absent in pairs):
        return "as if left out"
    if all(null is None for null, _ in pairs):
        return "never"
    raise ValueError(f"{key}: null is neither never nor the default")

"""Rules that follow another one in the same step, and when they do."""

from collections.abc import Callable
from typing import Final

from omnistate_schemas.completeness import check_complete

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rules import FOLLOWING
from omnistate.core.settings import WorkstreamSettings

# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_FOLLOWING: Final = FOLLOWING


def _keeps(_: Conversation, settings: WorkstreamSettings) -> bool:
    return settings.affinity


def _comes_to_the_queue(conversation: Conversation, settings: WorkstreamSettings) -> bool:
    return settings.affinity and conversation.stage == "open"


def _is_session_closed(conversation: Conversation, _: WorkstreamSettings) -> bool:
    return conversation.session_closed


def _is_promised(conversation: Conversation, _: WorkstreamSettings) -> bool:
    return conversation.extras is not None and conversation.extras.promised_to is not None


# The condition of each rule that follows another one.
_CONDITIONS: Final[dict[str, Callable[[Conversation, WorkstreamSettings], bool]]] = {
    "X2": _keeps,
    "L1": _comes_to_the_queue,
    "R1": _is_session_closed,
    "S3": _is_promised,
}
check_complete("sequels._CONDITIONS", _CONDITIONS, FOLLOWING, "rule that follows another one")


def follows(rule_id: str, conversation: Conversation, settings: WorkstreamSettings) -> bool:
    """Whether the rule's kind and condition let it follow, now that the former one is done."""
    if settings.kind not in _FOLLOWING[rule_id].kinds:
        return False
    return _CONDITIONS[rule_id](conversation, settings)

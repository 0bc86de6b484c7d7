"""The conditions of rules: what each word of `rule.When` asks of a conversation as it stands.

Named predicates without effects; which rule asks for which stands in `rules`.
"""

from collections.abc import Callable
from typing import Final, get_args

from omnistate_schemas.completeness import check_complete

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rule import When, Who
from omnistate.core.input import Input
from omnistate.core.kinds import TRAITS
from omnistate.core.settings import WorkstreamSettings

# The input is None where a timer asks.
Condition = Callable[[Conversation, WorkstreamSettings, Input | None], bool]


def _of_the_start(_: Conversation, __: WorkstreamSettings, ___: Input | None) -> bool:
    raise AssertionError("only a start asks for it, and `decision` answers")


def asks_nothing(settings: WorkstreamSettings) -> bool:
    """Whether an offer is taken at once: the kind never asks, or `auto_accept`."""
    return settings.auto_accept or not TRAITS[settings.kind].asks


def _is_at_once(_: Conversation, settings: WorkstreamSettings, __: Input | None) -> bool:
    return asks_nothing(settings)


def _follows(_: Conversation, settings: WorkstreamSettings, __: Input | None) -> bool:
    return settings.follows


def _may_wait(_: Conversation, settings: WorkstreamSettings, __: Input | None) -> bool:
    return settings.may_wait


def _reopens(_: Conversation, settings: WorkstreamSettings, __: Input | None) -> bool:
    return settings.reopens


def next_primary(conversation: Conversation) -> str | None:
    """Who has consulted longest and is connected."""
    for consultant_id in conversation.consultants:
        if consultant_id not in conversation.windows:
            return consultant_id
    return None


def _promotes(conversation: Conversation, settings: WorkstreamSettings, __: Input | None) -> bool:
    return settings.promotes and next_primary(conversation) is not None


def _writes_up(conversation: Conversation, _: WorkstreamSettings, input_: Input | None) -> bool:
    return (
        input_ is not None
        and input_.representative_id is not None
        and conversation.hold_of(input_.representative_id, "wrap_up") is not None
    )


def _is_declined(_: Conversation, __: WorkstreamSettings, input_: Input | None) -> bool:
    return input_ is not None and input_.declined


def _takes_over(conversation: Conversation, _: WorkstreamSettings, input_: Input | None) -> bool:
    return input_ is not None and input_.representative_id != conversation.representative_id


def _finishes(conversation: Conversation, _: WorkstreamSettings, input_: Input | None) -> bool:
    named = None if input_ is None else input_.representative_id
    return named is None or named == conversation.representative_id


def _is_by_customer(_: Conversation, __: WorkstreamSettings, input_: Input | None) -> bool:
    return input_ is not None and input_.reason == "customer_ended"


CONDITIONS: Final[dict[When, Condition]] = {
    "always": lambda _, __, ___: True,
    "scheduled": _of_the_start,
    "outbound": _of_the_start,
    "bot": _of_the_start,
    "at_once": _is_at_once,
    "follows": _follows,
    "may_wait": _may_wait,
    "reopens": _reopens,
    "promotes": _promotes,
    "writes_up": _writes_up,
    "declined": _is_declined,
    "takes_over": _takes_over,
    "finishes": _finishes,
    "by_customer": _is_by_customer,
}
check_complete("conditions.CONDITIONS", CONDITIONS, get_args(When), "condition")


def may(who: Who, conversation: Conversation, representative_id: str | None) -> bool:
    """Whether the representative is the one who may."""
    if representative_id is None:
        return False
    if who == "primary":
        return representative_id == conversation.representative_id
    if who == "offered":
        return conversation.offer_of(representative_id) is not None
    if who == "involved":
        return conversation.part_of(representative_id) is not None
    if who == "last":
        return representative_id == conversation.last_representative_id
    if representative_id == conversation.representative_id:
        return True
    return representative_id in conversation.consultants

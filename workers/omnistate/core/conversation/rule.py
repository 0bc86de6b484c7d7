"""The words that rules are made of: whom they concern, on what condition, with what consequences.

Types only; the rules themselves stand in `rules`. Members of these classes are read quicker than
those of a NamedTuple, and each input asks for many.
"""

from dataclasses import dataclass
from typing import Literal

from omnistate_schemas.vocabulary import KINDS, Kind, Reason

from omnistate.core.conversation.stages import Stage

# Who may do it; anybody else is refused as `not_assigned`. The primary of a conversation that waits
# or wraps up is who had it last, and `last` who had it before it went elsewhere.
Who = Literal["anyone", "primary", "primary_or_consultant", "offered", "involved", "last"]

# What becomes of the representative, and of the offers that are pending:
#   kept       stays, or is null where the stage has none; every offer ends
#   offered    the named one gets the offer, or takes it at once where nobody is asked
#   joined     the named one gets an offer beside those that are pending
#   given      the named one has it at once; every offer ends
#   promoted   whoever has consulted longest has it
#   proposed   stays; the named one gets the offer of a transfer
#   unoffered  an offer ends; the stage stays while another is pending
#   forgotten  becomes null even on a closed conversation
#   served     whoever was in conversation last
Party = Literal[
    "kept",
    "offered",
    "joined",
    "given",
    "promoted",
    "proposed",
    "unoffered",
    "forgotten",
    "served",
]

# A condition; of the rules in a cell the first one applies whose condition holds (`conditions`):
#   scheduled    scheduled_for is after now
#   outbound     direction is outbound
#   bot          handled_by is bot
#   at_once      a record, or auto_accept: nobody is asked
#   follows      authority: upstream
#   may_wait     can_wait
#   reopens      reopen_from_wrap_up
#   promotes     somebody consults who is connected, and promote_consultant
#   writes_up    the named one has a hold of role wrap_up; looked for before any code
#   declined     the offer was declined
#   takes_over   the named one is not the primary
#   finishes     the named one is the primary, or nobody is named
#   by_customer  the customer ended it
When = Literal[
    "always",
    "scheduled",
    "outbound",
    "bot",
    "at_once",
    "follows",
    "may_wait",
    "reopens",
    "promotes",
    "writes_up",
    "declined",
    "takes_over",
    "finishes",
    "by_customer",
]

# Who is asked for an offer before it is theirs: all but where a record or `auto_accept` says
# otherwise, all but on records, or all.
Asking = Literal["unless_told", "but_records", "all"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of contract.md#rules; `to` None = the stage stays."""

    id: str
    to: Stage | None
    reason: Reason | None = None
    # Only for triggers that begin so, and only in these stages: one id may have variants.
    on: str = ""
    within: frozenset[Stage] | None = None
    kinds: frozenset[Kind] = frozenset(KINDS)
    who: Who = "anyone"
    when: When = "always"
    party: Party = "kept"
    # None = as the offer was.
    forced: bool | None = False
    # Takes the queue that the input names, where it names one.
    moves: bool = False
    asking: Asking = "unless_told"
    counts_transfer: bool = False
    # Whoever hands over may write up (wrap_up_after_transfer).
    hands_over: bool = False
    # A decline: counted, and they are skipped.
    declined: bool = False
    # Whoever had it is skipped.
    skips: bool = False
    # It is offered to them again, so they are no longer skipped.
    unskips: bool = False
    abandons: bool = False
    # Whatever the wrap-up setting, nothing stays held.
    releases_all: bool = False
    # Nothing but what is known of it changes: no timer moves.
    tells: bool = False
    # The rule that follows in the same step, where its condition holds.
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An input that updates the row and publishes no state change (contract.md#recorded)."""

    kinds: frozenset[Kind] = frozenset(KINDS)
    who: Who = "anyone"
    when: When = "always"
    # Restarts the timers that count from activity (contract.md#activity).
    activity: bool = False
    # A consultant joins or leaves: capacity may be held or given back.
    consult: bool = False
    # The row has nothing of it beyond the activity.
    plain: bool = False
    # A message, or as frequent: remembered apart from others, and never told as recorded.
    message: bool = False
    # The hold that it gives back is its own rule's.
    releases: str | None = None

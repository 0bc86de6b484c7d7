"""What each rule of the contract does: where to, why, whom it concerns and what it counts.

Data only. Which rule applies where stands in `transitions`; how a rule is carried out, in
`effects`; what becomes of the holds follows from the stage alone (`ledger`, `settle`).
"""

from typing import Final, Literal, NamedTuple

from omnistate_schemas.vocabulary import KINDS, Kind, Reason

from omnistate.core.conversation.stages import Stage
from omnistate.core.kinds import kinds_where

# Who may do it; anybody else is refused as `not_assigned`. The primary of a conversation that waits
# or wraps up is who had it last.
Who = Literal["anyone", "primary", "primary_or_consultant", "offered", "offered_or_primary"]

# What becomes of the representative:
#   kept       stays, or is null where the stage has none
#   offered    the named one gets an offer, or takes it at once where nobody is asked
#   given      the named one has it at once
#   proposed   stays; the named one gets the offer of a transfer
#   withdrawn  stays; the offer of a transfer is off
#   forgotten  becomes null even on a closed conversation
Party = Literal["kept", "offered", "given", "proposed", "withdrawn", "forgotten"]

# A condition; of the rules in a cell the first one applies whose condition holds:
#   scheduled  scheduled_for is after now
#   outbound   direction is outbound
#   bot        handled_by is bot
#   at_once    a record, or auto_accept: nobody is asked
When = Literal["always", "scheduled", "outbound", "bot", "at_once"]


class Rule(NamedTuple):
    """One row of contract.md#rules; `to` None = the stage stays."""

    id: str
    to: Stage | None
    reason: Reason | None = None
    # Only for triggers that begin so: one id may have a variant per trigger.
    on: str = ""
    kinds: frozenset[Kind] = frozenset(KINDS)
    who: Who = "anyone"
    when: When = "always"
    party: Party = "kept"
    # None = as the offer was.
    forced: bool | None = False
    # Takes the queue that the input names, where it names one.
    moves: bool = False
    # X2 and L1 always ask: `auto_accept` does not apply to them.
    affinity: bool = False
    counts_transfer: bool = False
    # A decline: counted, and they are skipped.
    declined: bool = False
    skips: bool = False
    # The conversation is theirs again, so they are no longer skipped.
    unskips: bool = False
    abandons: bool = False
    # W3: whatever the wrap-up setting, nothing stays held.
    releases_all: bool = False
    # The rule that follows in the same step, where its condition holds.
    then: str | None = None


def _b17(on: str, who: Who = "anyone", when: When = "always", forced: bool | None = False) -> Rule:
    return Rule(
        "B17",
        None,
        on=on,
        who=who,
        when=when,
        party="given",
        forced=forced,
        unskips=True,
        counts_transfer=True,
    )


# The channel kinds that a rule is for, by the trait that it asks for.
_REQUEUED: Final = kinds_where(lambda kind: kind.leaving == "requeued")
_WAITING: Final = kinds_where(lambda kind: kind.leaving == "waiting")
_KEPT: Final = kinds_where(lambda kind: kind.leaving == "kept")
_WINDOWS: Final = kinds_where(lambda kind: kind.disconnect == "window")
_WITH_BOTS: Final = kinds_where(lambda kind: kind.bot_timer is not None)
_BOT_INACTIVITY: Final = kinds_where(lambda kind: kind.bot_timer == "bot_inactivity")
_BOT_AUTO_CLOSE: Final = kinds_where(lambda kind: kind.bot_timer == "auto_close")
_SILENT_WRAP_UP: Final = kinds_where(lambda kind: kind.silence_to == "wrap_up")
_SILENT_CLOSED: Final = kinds_where(lambda kind: kind.silence_to == "closed")
_CLOSING_OPEN: Final = kinds_where(lambda kind: kind.closes_open)
_RETURNING: Final = kinds_where(lambda kind: kind.returns_when_lost)

RULES: Final = (
    Rule("C1", "open"),
    Rule("C2", "with_bot", when="bot", kinds=_WITH_BOTS),
    Rule("C3", "in_conversation", when="outbound", party="given", forced=True),
    Rule("C4", "scheduled", when="scheduled"),
    Rule("S1", "open"),
    Rule("S2", "closed", "force_closed"),
    # From open
    Rule("O1", "awaiting_acceptance", party="offered", unskips=True),
    Rule("O2", "in_conversation", party="given", forced=True, unskips=True),
    Rule(
        "O3",
        "awaiting_acceptance",
        "assigned_by_supervisor",
        party="offered",
        forced=True,
        unskips=True,
    ),
    Rule("O4", "open", moves=True),
    Rule("O5", "open", moves=True),
    Rule("O6", "closed"),
    Rule("O7", "closed", "customer_left_open", abandons=True),
    Rule("O8", "closed", "customer_left_open", abandons=True),
    Rule("O9", "closed", "auto_closed", kinds=_CLOSING_OPEN),
    Rule("O10", "closed", "force_closed"),
    Rule("O11", "closed", "closed_by_admin"),
    # From active, awaiting acceptance
    Rule("A1", "in_conversation", who="offered", party="given", forced=None, unskips=True),
    Rule("A2", "open", who="offered", declined=True, skips=True),
    Rule("A3", "open", declined=True, skips=True),
    Rule("A4", "closed", "customer_left_open", party="forgotten", abandons=True),
    Rule("A5", "closed", "customer_left_open", party="forgotten", abandons=True),
    Rule("A6", "open", then="L1"),
    Rule("A7", "closed", "force_closed"),
    Rule("A8", "open", who="offered", moves=True),
    Rule(
        "A9",
        "awaiting_acceptance",
        "assigned_by_supervisor",
        party="offered",
        forced=True,
        unskips=True,
    ),
    Rule("A10", "open", moves=True),
    # From active, in conversation
    Rule("B1", "wrap_up", "representative_ended", who="primary"),
    Rule("B2", "wrap_up", "customer_ended"),
    Rule("B3", "wrap_up", "customer_left_active"),
    Rule("B4", "wrap_up", "auto_closed", kinds=_SILENT_WRAP_UP),
    Rule("B4", "closed", "auto_closed", kinds=_SILENT_CLOSED),
    Rule("B5", "open", then="L1"),
    Rule("B6", "open", who="primary"),
    Rule("B7", "open", who="primary", moves=True, counts_transfer=True),
    Rule("B8", "open", kinds=_REQUEUED, who="primary", skips=True),
    Rule("B9", "waiting", kinds=_WAITING, who="primary"),
    Rule("B10", None, who="primary", party="proposed"),
    Rule("B11", "with_external", who="primary", counts_transfer=True),
    Rule("B12", "with_bot", who="primary", counts_transfer=True),
    Rule("B13", None, party="proposed", forced=True),
    Rule("B14", "resolved", on="representative.", who="primary", then="R1"),
    Rule("B14", "resolved", on="record.", then="R1"),
    Rule("B15", "closed", "closed_by_admin"),
    Rule("B16", "closed", "force_closed"),
    _b17(on="representative.accept", who="offered", forced=None),
    _b17(on="representative.transfer", who="primary", when="at_once"),
    _b17(on="supervisor.", forced=True, when="at_once"),
    Rule("B18", None, party="withdrawn"),
    Rule("B19", "open", moves=True),
    # From resolved
    Rule("R1", "closed", "closed_by_representative", who="primary"),
    Rule("R2", "closed", "force_closed"),
    Rule("R3", "closed", "closed_by_admin"),
    Rule("R4", "closed", "auto_closed"),
    # From active, with an external party or a bot
    Rule("E1", "closed", "customer_ended", on="customer."),
    Rule("E1", "closed", "force_closed", on="supervisor."),
    Rule("E2", "closed", "auto_closed"),
    Rule("D1", "open", moves=True),
    Rule("D2", "closed", "ended_by_bot"),
    Rule("D3", "closed", "customer_left_active"),
    Rule("D4", "closed", "auto_closed", on="timer.bot_inactivity", kinds=_BOT_INACTIVITY),
    Rule("D4", "closed", "auto_closed", on="timer.auto_close", kinds=_BOT_AUTO_CLOSE),
    Rule("D5", "closed", "force_closed"),
    # From wrap-up
    Rule("W1", "closed", "closed_by_representative", who="primary"),
    Rule("W2", "closed", "auto_closed"),
    Rule("W3", "closed", "force_closed", releases_all=True),
    # From waiting
    Rule("X1", "open", then="X2"),
    Rule("X2", "awaiting_acceptance", kinds=_WAITING, party="offered", forced=True, affinity=True),
    Rule("X3", "in_conversation", who="primary", party="given", forced=True),
    Rule("X4", "closed", "auto_closed_from_waiting"),
    Rule("X5", "closed", "force_closed"),
    Rule(
        "X6",
        "awaiting_acceptance",
        "assigned_by_supervisor",
        party="offered",
        forced=True,
        unskips=True,
    ),
    Rule("X7", "open", moves=True),
    Rule(
        "L1", "awaiting_acceptance", kinds=_RETURNING, party="offered", forced=True, affinity=True
    ),
)
# Rules under which a hold is taken or given back and nothing else happens.
HOLD_RULES: Final = ("W4", "W5", "K1", "K2", "P1")
RULE_IDS: Final = tuple(dict.fromkeys((*(rule.id for rule in RULES), *HOLD_RULES)))
# Rules that follow another one in the same step.
FOLLOWING: Final = {rule.id: rule for rule in RULES if rule.id in {before.then for before in RULES}}


class Recorded(NamedTuple):
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


RECORDED: Final[dict[str, Recorded]] = {
    "customer.messaged": Recorded(activity=True, plain=True),
    "customer.disconnected": Recorded(kinds=_WINDOWS),
    "customer.reconnected": Recorded(kinds=_WINDOWS, plain=True),
    "representative.message": Recorded(who="primary_or_consultant", activity=True),
    "representative.disconnected": Recorded(who="offered_or_primary"),
    "representative.reconnected": Recorded(who="offered_or_primary", plain=True),
    "representative.close_session": Recorded(kinds=_KEPT, who="primary"),
    "consult.started": Recorded(activity=True, consult=True, plain=True),
    "consult.ended": Recorded(activity=True, consult=True, plain=True),
    "supervisor.monitor": Recorded(activity=True, plain=True),
}

"""What each rule of the contract does: where to, why, whom it concerns and what it counts.

Data only. Which rule applies where stands in `transitions`; how a rule is carried out, in `turn`;
what becomes of the holds follows from the stage alone (`capacity.settle`).
"""

from enum import Enum
from typing import Final, NamedTuple

from schemas.vocabulary import KIND_CODES, KINDS, Kind, Reason
from workers.core.stages import Stage


class Who(Enum):
    """Who may do it; anybody else is refused as `not_assigned`."""

    ANYONE = "anyone"
    PRIMARY = "the primary (in waiting and wrap-up: who had it last)"
    PRIMARY_OR_CONSULTANT = "the primary or a consultant"
    OFFERED = "whoever has the offer"
    OFFERED_OR_PRIMARY = "whoever has the offer, or the primary"


class Party(Enum):
    """What becomes of the representative."""

    KEPT = "stays, or is null where the stage has none"
    OFFERED = "the named one gets an offer, or takes it at once where nothing is asked"
    GIVEN = "the named one has it at once"
    PROPOSED = "stays; the named one gets the offer of a transfer"
    WITHDRAWN = "stays; the offer of a transfer is off"
    FORGOTTEN = "becomes null even on a closed conversation"


class When(Enum):
    """A condition; of the rules in a cell the first one applies whose condition holds."""

    ALWAYS = "always"
    SCHEDULED = "scheduled_for is after now"
    OUTBOUND = "direction is outbound"
    BOT = "handled_by is bot"
    AT_ONCE = "a record, or auto_accept: nobody is asked"


class Rule(NamedTuple):
    """One row of section 5; `to` None = the stage stays."""

    id: str
    to: Stage | None
    reason: Reason | None = None
    # Only for triggers that begin so: one id may have a variant per trigger.
    on: str = ""
    kinds: frozenset[Kind] = frozenset(KINDS)
    who: Who = Who.ANYONE
    when: When = When.ALWAYS
    party: Party = Party.KEPT
    # None = as the offer was.
    forced: bool | None = False
    # Takes the queue that the input names, where it names one.
    moves: bool = False
    # X2 and L1 always ask: `auto_accept` does not apply to them.
    affinity: bool = False
    counts_transfer: bool = False
    # A decline: counted, and he is skipped.
    declined: bool = False
    skips: bool = False
    # The conversation is his again, so he is no longer skipped.
    unskips: bool = False
    abandons: bool = False
    # W3: whatever the wrap-up setting, nothing stays held.
    releases_all: bool = False
    # The rule that follows in the same step, where its condition holds.
    then: str | None = None


def _kinds(codes: str) -> frozenset[Kind]:
    return frozenset(KIND_CODES[code] for code in codes.split())


def _b17(
    on: str, who: Who = Who.ANYONE, when: When = When.ALWAYS, forced: bool | None = False
) -> Rule:
    return Rule(
        "B17",
        None,
        on=on,
        who=who,
        when=when,
        party=Party.GIVEN,
        forced=forced,
        unskips=True,
        counts_transfer=True,
    )


_O, _P, _G = Party.OFFERED, Party.PROPOSED, Party.GIVEN
_VOICE, _NOT_VOICE, _RECORDS = _kinds("VO"), _kinds("LC PC AM RE"), _kinds("RE")

RULES: Final = (
    Rule("C1", "open"),
    Rule("C2", "with_bot", when=When.BOT),
    Rule("C3", "in_conversation", when=When.OUTBOUND, party=_G, forced=True),
    Rule("C4", "scheduled", when=When.SCHEDULED),
    Rule("S1", "open"),
    Rule("S2", "closed", "force_closed"),
    # From open
    Rule("O1", "awaiting_acceptance", party=_O, unskips=True),
    Rule("O2", "in_conversation", party=_G, forced=True, unskips=True),
    Rule(
        "O3", "awaiting_acceptance", "assigned_by_supervisor", party=_O, forced=True, unskips=True
    ),
    Rule("O4", "open", moves=True),
    Rule("O5", "open", moves=True),
    Rule("O6", "closed"),
    Rule("O7", "closed", "customer_left_open", abandons=True),
    Rule("O8", "closed", "customer_left_open", abandons=True),
    Rule("O9", "closed", "auto_closed"),
    Rule("O10", "closed", "force_closed"),
    Rule("O11", "closed", "closed_by_admin"),
    # From active, awaiting acceptance
    Rule("A1", "in_conversation", who=Who.OFFERED, party=_G, forced=None, unskips=True),
    Rule("A2", "open", who=Who.OFFERED, declined=True, skips=True),
    Rule("A3", "open", declined=True, skips=True),
    Rule("A4", "closed", "customer_left_open", party=Party.FORGOTTEN, abandons=True),
    Rule("A5", "closed", "customer_left_open", party=Party.FORGOTTEN, abandons=True),
    Rule("A6", "open", then="L1"),
    Rule("A7", "closed", "force_closed"),
    Rule("A8", "open", who=Who.OFFERED, moves=True),
    Rule(
        "A9", "awaiting_acceptance", "assigned_by_supervisor", party=_O, forced=True, unskips=True
    ),
    Rule("A10", "open", moves=True),
    # From active, in conversation
    Rule("B1", "wrap_up", "representative_ended", who=Who.PRIMARY),
    Rule("B2", "wrap_up", "customer_ended"),
    Rule("B3", "wrap_up", "customer_left_active"),
    Rule("B4", "wrap_up", "auto_closed", kinds=_VOICE),
    Rule("B4", "closed", "auto_closed", kinds=_NOT_VOICE),
    Rule("B5", "open", then="L1"),
    Rule("B6", "open", who=Who.PRIMARY),
    Rule("B7", "open", who=Who.PRIMARY, moves=True, counts_transfer=True),
    Rule("B8", "open", kinds=_kinds("LC VO"), who=Who.PRIMARY, skips=True),
    Rule("B9", "waiting", kinds=_kinds("PC AM"), who=Who.PRIMARY),
    Rule("B10", None, who=Who.PRIMARY, party=_P),
    Rule("B11", "with_external", who=Who.PRIMARY, counts_transfer=True),
    Rule("B12", "with_bot", who=Who.PRIMARY, counts_transfer=True),
    Rule("B13", None, party=_P, forced=True),
    Rule("B14", "resolved", on="representative.", who=Who.PRIMARY, then="R1"),
    Rule("B14", "resolved", on="record.", then="R1"),
    Rule("B15", "closed", "closed_by_admin"),
    Rule("B16", "closed", "force_closed"),
    _b17(on="representative.accept", who=Who.OFFERED, forced=None),
    _b17(on="representative.transfer", who=Who.PRIMARY, when=When.AT_ONCE),
    _b17(on="supervisor.", forced=True, when=When.AT_ONCE),
    Rule("B18", None, party=Party.WITHDRAWN),
    Rule("B19", "open", moves=True),
    # From resolved
    Rule("R1", "closed", "closed_by_representative", who=Who.PRIMARY),
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
    Rule("D4", "closed", "auto_closed"),
    Rule("D5", "closed", "force_closed"),
    # From wrap-up
    Rule("W1", "closed", "closed_by_representative", who=Who.PRIMARY),
    Rule("W2", "closed", "auto_closed"),
    Rule("W3", "closed", "force_closed", releases_all=True),
    # From waiting
    Rule("X1", "open", then="X2"),
    Rule("X2", "awaiting_acceptance", party=_O, forced=True, affinity=True),
    Rule("X3", "in_conversation", who=Who.PRIMARY, party=_G, forced=True),
    Rule("X4", "closed", "auto_closed_from_waiting"),
    Rule("X5", "closed", "force_closed"),
    Rule(
        "X6", "awaiting_acceptance", "assigned_by_supervisor", party=_O, forced=True, unskips=True
    ),
    Rule("X7", "open", moves=True),
    Rule("L1", "awaiting_acceptance", party=_O, forced=True, affinity=True),
)


class Recorded(NamedTuple):
    """An input that updates the row and publishes no state change (section 5, "Recorded")."""

    kinds: frozenset[Kind] = frozenset(KINDS)
    who: Who = Who.ANYONE
    # Restarts the activity timers of section 7.
    activity: bool = False


RECORDED: Final[dict[str, Recorded]] = {
    "customer.messaged": Recorded(activity=True),
    "customer.disconnected": Recorded(kinds=_kinds("LC")),
    "customer.reconnected": Recorded(kinds=_kinds("LC")),
    "representative.message": Recorded(who=Who.PRIMARY_OR_CONSULTANT, activity=True),
    "representative.disconnected": Recorded(who=Who.OFFERED_OR_PRIMARY),
    "representative.reconnected": Recorded(who=Who.OFFERED_OR_PRIMARY),
    "representative.close_session": Recorded(kinds=_RECORDS, who=Who.PRIMARY),
    "consult.started": Recorded(activity=True),
    "consult.ended": Recorded(activity=True),
    "supervisor.monitor": Recorded(activity=True),
}

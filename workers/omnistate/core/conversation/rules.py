"""What each rule of the contract does: where to, why, whom it concerns and what it counts.

Data only; its words are explained in `rule`. Which rule applies where stands in `transitions`; how
a rule is carried out, in `effects`; what becomes of the holds follows from the stage (`ledger`).
"""

from typing import Final

from omnistate.core.conversation.rule import Rule, When, Who
from omnistate.core.conversation.stages import Stage
from omnistate.core.kinds import kinds_where


def _b17(on: str, who: Who = "anyone", when: When = "always", forced: bool | None = False) -> Rule:
    return Rule(
        "B17",
        None,
        on=on,
        who=who,
        when=when,
        party="given",
        forced=forced,
        counts_transfer=True,
        hands_over=True,
    )


def _assigned(id_: str) -> Rule:
    """A supervisor gives it to somebody: O3, and as O3 from elsewhere."""
    return Rule(
        id_,
        "awaiting_acceptance",
        "assigned_by_supervisor",
        party="offered",
        forced=True,
        unskips=True,
    )


# The channel kinds that a rule is for, by the trait that it asks for.
_REQUEUED: Final = kinds_where(lambda kind: kind.leaving == "requeued")
_LEFT_WAITING: Final = kinds_where(lambda kind: kind.leaving == "waiting")
_KEPT: Final = kinds_where(lambda kind: kind.leaving == "kept")
_WAITING: Final = kinds_where(lambda kind: kind.waits is not None)
_WITH_BOTS: Final = kinds_where(lambda kind: kind.bot_timer is not None)
_WRITING: Final = kinds_where(lambda kind: kind.writes)
_WRAPPING_UP: Final = kinds_where(lambda kind: kind.wraps_up)
_NOT_WRAPPING_UP: Final = kinds_where(lambda kind: not kind.wraps_up)
_SILENT_WRAP_UP: Final = kinds_where(lambda kind: kind.silence_to == "wrap_up")
_SILENT_CLOSED: Final = kinds_where(lambda kind: kind.silence_to == "closed")
_ASKED: Final = kinds_where(lambda kind: kind.asks)
_RETURNING: Final = kinds_where(lambda kind: kind.returns_when_lost)
# Stages in which variants of a rule differ.
_TALK: Final[frozenset[Stage]] = frozenset({"in_conversation"})
_QUEUE: Final[frozenset[Stage]] = frozenset({"open", "awaiting_acceptance"})

RULES: Final = (
    Rule("C1", "open"),
    Rule("C2", "with_bot", when="bot", kinds=_WITH_BOTS),
    Rule("C3", "in_conversation", when="outbound", party="given", forced=True),
    Rule("C4", "scheduled", when="scheduled"),
    # From scheduled
    Rule("S1", "open", then="S3"),
    Rule("S2", "closed", "force_closed", releases_all=True),
    Rule("S3", "awaiting_acceptance", party="offered", forced=True, asking="but_records"),
    Rule("S4", "closed", "closed_by_admin"),
    # From open
    Rule("O1", "awaiting_acceptance", party="offered", unskips=True),
    Rule("O2", "in_conversation", party="given", forced=True),
    _assigned("O3"),
    Rule("O4", "open", moves=True),
    Rule("O5", "open", moves=True),
    Rule("O6", "closed"),
    Rule("O7", "closed", "customer_left_open", abandons=True),
    Rule("O8", "closed", "customer_left_open", abandons=True),
    Rule("O9", "closed", "auto_closed"),
    Rule("O10", "closed", "force_closed", releases_all=True),
    Rule("O11", "closed", "closed_by_admin"),
    # From active, awaiting acceptance
    Rule("A1", "in_conversation", who="offered", party="given", forced=None),
    Rule("A2", "open", who="offered", party="unoffered", declined=True),
    Rule("A3", "open", kinds=_ASKED, party="unoffered", declined=True),
    Rule("A4", "closed", "customer_left_open", party="forgotten", abandons=True),
    Rule("A5", "closed", "customer_left_open", party="forgotten", abandons=True),
    Rule("A6", "open", party="unoffered", then="L1"),
    Rule("A7", "closed", "force_closed", releases_all=True),
    Rule("A8", "open", who="offered", party="unoffered", moves=True),
    _assigned("A9"),
    Rule("A10", "open", moves=True),
    Rule("A11", "open", party="unoffered"),
    Rule("A13", "awaiting_acceptance", party="joined", unskips=True),
    Rule("A14", "closed", "auto_closed", party="served"),
    # From active, in conversation
    Rule("B1", "wrap_up", "representative_ended", who="primary"),
    Rule("B2", "wrap_up", "customer_ended"),
    Rule("B3", "wrap_up", "customer_left_active"),
    Rule("B4", "closed", "auto_closed", kinds=_SILENT_WRAP_UP, when="follows"),
    Rule("B4", "wrap_up", "auto_closed", kinds=_SILENT_WRAP_UP),
    Rule("B4", "closed", "auto_closed", kinds=_SILENT_CLOSED),
    Rule("B5", "open", then="L1"),
    Rule("B6", "open", who="primary"),
    Rule("B7", "open", who="primary", moves=True, counts_transfer=True, hands_over=True),
    Rule("B8", "open", kinds=_REQUEUED, who="primary", skips=True),
    Rule("B9", "waiting", kinds=_LEFT_WAITING, who="primary"),
    Rule("B9", "waiting", kinds=_KEPT, who="primary", when="may_wait"),
    Rule("B10", None, who="primary", party="proposed"),
    Rule("B11", "with_external", who="primary", counts_transfer=True, hands_over=True),
    Rule("B12", "with_bot", who="primary", counts_transfer=True, hands_over=True),
    Rule("B13", None, party="proposed", forced=True),
    Rule("B14", "resolved", on="representative.", who="primary", then="R1"),
    Rule("B14", "resolved", on="record.", then="R1"),
    Rule("B15", "closed", "closed_by_admin"),
    Rule("B16", "closed", "force_closed", releases_all=True),
    _b17(on="representative.accept", who="offered", forced=None),
    _b17(on="representative.transfer", who="primary", when="at_once"),
    _b17(on="supervisor.", forced=True, when="at_once"),
    Rule("B18", None, party="unoffered"),
    Rule("B19", "open", moves=True),
    Rule("B20", "waiting", kinds=_LEFT_WAITING),
    Rule("B21", "wrap_up", "customer_silent", kinds=_WRITING),
    Rule("B22", "open", kinds=_WRITING, skips=True),
    Rule(
        "B23", None, on="timer.", kinds=_WITH_BOTS, when="promotes", party="promoted", forced=True
    ),
    Rule(
        "B23",
        None,
        on="representative.",
        kinds=_REQUEUED,
        who="primary",
        when="promotes",
        party="promoted",
        forced=True,
    ),
    # From resolved
    Rule("R1", "closed", "closed_by_representative", who="primary"),
    Rule("R2", "closed", "force_closed", releases_all=True),
    Rule("R3", "closed", "closed_by_admin"),
    Rule("R4", "closed", "auto_closed"),
    Rule("R5", "in_conversation", forced=True),
    # From active, with an external party or a bot
    Rule("E1", "closed", "customer_ended", on="customer."),
    Rule("E1", "closed", "force_closed", on="supervisor.", releases_all=True),
    Rule("E2", "closed", "auto_closed"),
    Rule("E3", "open"),
    Rule("E4", "closed", "external_ended"),
    Rule("E5", "in_conversation", who="last", party="given", forced=True),
    Rule("D1", "open", moves=True),
    Rule("D2", "closed", "ended_by_bot"),
    Rule("D3", "closed", "customer_left_active"),
    Rule("D4", "closed", "auto_closed", kinds=_WITH_BOTS),
    Rule("D5", "closed", "force_closed", releases_all=True),
    Rule("D6", "open"),
    # From wrap-up
    Rule("W1", "closed", "closed_by_representative", who="primary"),
    Rule("W2", "closed", "auto_closed"),
    Rule("W3", "closed", "force_closed", releases_all=True),
    Rule("W8", "in_conversation", kinds=_LEFT_WAITING, when="reopens", forced=True),
    # From waiting
    Rule("X1", "open", then="X2"),
    Rule(
        "X2",
        "awaiting_acceptance",
        kinds=_WAITING,
        party="offered",
        forced=True,
        asking="but_records",
    ),
    Rule("X3", "in_conversation", who="primary", party="given", forced=True),
    Rule("X4", "closed", "auto_closed_from_waiting"),
    Rule("X5", "closed", "force_closed", releases_all=True),
    _assigned("X6"),
    Rule("X7", "open", moves=True),
    Rule("X8", "open", then="X2"),
    Rule("X9", "closed", "closed_by_representative", kinds=_LEFT_WAITING, who="primary"),
    Rule("X10", "closed", "closed_by_admin"),
    Rule(
        "L1",
        "awaiting_acceptance",
        kinds=_RETURNING,
        party="offered",
        forced=True,
        asking="but_records",
    ),
    # From where nobody has it
    _assigned("N1"),
    Rule("N2", "open", moves=True),
    Rule("N3", "with_bot"),
    Rule("N4", "scheduled"),
    Rule("N5", "closed"),
    Rule("N6", "in_conversation", party="given", forced=True),
    # From any stage
    Rule("U1", None, tells=True),
    Rule("Z1", "closed", party="served", releases_all=True),
    # Reports
    Rule("F1", "open", moves=True),
    Rule("F2", None, within=_TALK, party="joined", forced=True, unskips=True, asking="all"),
    Rule(
        "F2",
        "awaiting_acceptance",
        party="joined",
        forced=True,
        unskips=True,
        asking="all",
    ),
    Rule("F3", None, within=_TALK, party="unoffered"),
    Rule("F3", "open", when="declined", party="unoffered", declined=True),
    Rule("F3", "open", party="unoffered"),
    Rule(
        "F4",
        None,
        within=_TALK,
        when="takes_over",
        party="given",
        forced=True,
        counts_transfer=True,
        hands_over=True,
    ),
    Rule("F4", "in_conversation", party="given", forced=True),
    Rule("F5", "wrap_up", within=_TALK, kinds=_WRAPPING_UP),
    Rule("F5", "closed", within=_TALK, kinds=_NOT_WRAPPING_UP),
    Rule(
        "F5",
        "closed",
        "customer_left_open",
        within=_QUEUE,
        when="by_customer",
        party="served",
        abandons=True,
    ),
    Rule("F5", "closed", party="served"),
    Rule("F6", "closed", "closed_by_representative", when="finishes"),
    Rule("F7", "waiting", kinds=_WAITING),
)
# Rules under which a hold is taken or given back and nothing else happens.
HOLD_RULES: Final = (
    "W4",  # wrap-up has blocked capacity for as long as it is to
    "W5",  # the same, after the close
    "W6",  # whoever handed over has written up for as long as they may
    "W7",  # the same, since they say so
    "W9",  # the primary did not come back during wrap-up
    "K1",  # a consultant joins
    "K2",  # a consultant leaves, or did not come back
    "K3",  # nothing happens
    "K4",  # something happens again
    "P1",  # the day of a daily slot is over
)
RULE_IDS: Final = tuple(dict.fromkeys((*(rule.id for rule in RULES), *HOLD_RULES)))
# Rules that follow another one in the same step.
FOLLOWING: Final = {rule.id: rule for rule in RULES if rule.id in {before.then for before in RULES}}

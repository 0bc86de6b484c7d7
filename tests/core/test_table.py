"""The table itself: no hole, no rule out of reach, and each rule where the contract has it.

The expectation is written by hand from contract.md#rules; `tests.engine` proves what a cell is.
"""

import pytest
from omnistate.core.conversation.refusals import CODES, LAW
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.rules import HOLD_RULES, RULES
from omnistate.core.conversation.stages import STAGES, Stage
from omnistate.core.conversation.transitions import (
    CELLS,
    FACTS,
    TIES,
    TRIGGERS,
    kinds_meeting,
    read_table,
)
from omnistate_schemas.completeness import Incomplete
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.vocabulary import KINDS, Kind

INPUT_TRIGGERS = tuple(trigger for trigger in TRIGGERS if not trigger.startswith("timer."))
TIMER_TRIGGERS = tuple(trigger for trigger in TRIGGERS if trigger.startswith("timer."))
WORDS = {"rec", "say", "early", "next", "-", "x", "dup", "stale", "shut", "?", "."}
# Rules that follow another one in the same step, and those that only give or take a hold.
FOLLOWING = {"X2": {"X1", "X8"}, "L1": {"A6", "B5"}, "R1": {"B14"}, "S3": {"S1"}}
OF_HOLDS = {"W4", "W5", "W6", "W7", "W9", "K2", "K3", "P1"}
# These have no cell: a consult begins, and a hold begins again with whatever happens.
WITHOUT_A_CELL = {"K1", "K4"}

ALIVE = {str(stage) for stage in STAGES} - {"nothing", "closed"}
# contract.md#rules: the stages under whose heading a rule stands, and where it leads (None = it
# stays).
Where = dict[str, tuple[set[str], set[str | None]]]


def under(stages: str, leads: str, *ids: str) -> Where:
    """Rules that stand under the same heading and lead to the same stages; `=` is to stay."""
    to: set[str | None] = {None if stage == "=" else stage for stage in leads.split()}
    return {id_: (set(stages.split()), to) for id_ in ids}


HEADINGS: Where = {
    **under("nothing", "open", "C1"),
    **under("nothing", "with_bot", "C2"),
    **under("nothing", "in_conversation", "C3"),
    **under("nothing", "scheduled", "C4"),
    **under("scheduled", "open", "S1"),
    **under("scheduled", "closed", "S2", "S4"),
    **under("open", "awaiting_acceptance", "O1", "O3"),
    **under("open", "in_conversation", "O2"),
    **under("open", "open", "O4", "O5"),
    **under("open", "closed", *(f"O{number}" for number in range(6, 12))),
    **under("awaiting_acceptance", "in_conversation", "A1"),
    **under("awaiting_acceptance", "open", "A2", "A3", "A6", "A8", "A10", "A11"),
    **under("awaiting_acceptance", "closed", "A4", "A5", "A7", "A14"),
    **under("awaiting_acceptance", "awaiting_acceptance", "A9", "A13"),
    **under("in_conversation", "wrap_up", "B1", "B2", "B3", "B21"),
    **under("in_conversation", "wrap_up closed", "B4"),
    **under("in_conversation", "open", "B5", "B6", "B7", "B8", "B19", "B22"),
    **under("in_conversation", "waiting", "B9", "B20"),
    **under("in_conversation", "=", "B10", "B13", "B17", "B18", "B23"),
    **under("in_conversation", "with_external", "B11"),
    **under("in_conversation", "with_bot", "B12"),
    **under("in_conversation", "resolved", "B14"),
    **under("in_conversation", "closed", "B15", "B16"),
    **under("resolved", "closed", "R1", "R2", "R3", "R4"),
    **under("resolved", "in_conversation", "R5"),
    **under("with_external", "closed", "E1", "E2", "E4"),
    **under("with_external", "open", "E3"),
    **under("with_external", "in_conversation", "E5"),
    **under("with_bot", "open", "D1", "D6"),
    **under("with_bot", "closed", "D2", "D3", "D4", "D5"),
    **under("wrap_up", "closed", "W1", "W2", "W3"),
    **under("wrap_up", "in_conversation", "W8"),
    **under("waiting", "open", "X1", "X7", "X8"),
    **under("waiting", "in_conversation", "X3"),
    **under("waiting", "closed", "X4", "X5", "X9", "X10"),
    **under("waiting", "awaiting_acceptance", "X6"),
    **under("with_bot with_external", "awaiting_acceptance", "N1"),
    **under("with_bot with_external", "open", "N2"),
    **under("open waiting with_bot", "with_bot", "N3"),
    **under("open waiting with_bot scheduled", "scheduled", "N4"),
    **under("waiting with_bot with_external scheduled", "closed", "N5"),
    **under("with_bot", "in_conversation", "N6"),
    "U1": (ALIVE, {None}),
    "Z1": (ALIVE, {"closed"}),
    "F1": (ALIVE, {"open"}),
    "F2": (ALIVE, {"awaiting_acceptance", None}),
    **under("awaiting_acceptance in_conversation", "open =", "F3"),
    "F4": (ALIVE, {"in_conversation", None}),
    "F5": (ALIVE - {"scheduled", "wrap_up", "resolved"}, {"wrap_up", "closed"}),
    **under("in_conversation wrap_up", "closed", "F6"),
    **under("in_conversation", "waiting", "F7"),
}
FOLLOWING_LEAD: dict[str, set[str | None]] = {
    "X2": {"awaiting_acceptance"},
    "L1": {"awaiting_acceptance"},
    "S3": {"awaiting_acceptance"},
}


def words_of(stage: Stage) -> set[str]:
    return {word for words in CELLS[stage].values() for word in words}


@pytest.mark.parametrize("stage", STAGES)
def test_every_cell_has_a_word_that_means_something(stage: Stage) -> None:
    assert tuple(CELLS[stage]) == TRIGGERS
    known = WORDS | {rule.id for rule in RULES} | OF_HOLDS
    assert words_of(stage) <= known
    for words in CELLS[stage].values():
        assert words
        assert not set(words[:-1]) & WORDS, "a sign is the last resort"


def test_a_hole_in_the_table_is_an_error() -> None:
    head = "trigger " + " ".join(STAGES)
    with pytest.raises(Incomplete, match=r"customer\.messaged .* lacks the cell of .* closed"):
        read_table(f"{head}\n\ncustomer.messaged {'- ' * (len(STAGES) - 1)}")


def test_every_rule_of_the_contract_is_there_and_no_other() -> None:
    in_table = set().union(*map(words_of, STAGES)) - WORDS
    assert in_table == set(HEADINGS) | OF_HOLDS
    followed = {rule.then for rule in RULES if rule.then}
    assert followed == set(FOLLOWING)
    assert {rule.id for rule in RULES} == set(HEADINGS) | set(FOLLOWING)
    assert not {rule.id for rule in RULES} & (OF_HOLDS | WITHOUT_A_CELL)
    assert set(HOLD_RULES) == OF_HOLDS | WITHOUT_A_CELL


def test_every_rule_stands_under_its_heading_alone() -> None:
    for rule_id, (stages, _) in HEADINGS.items():
        assert {stage for stage in STAGES if rule_id in words_of(stage)} == stages, rule_id


@pytest.mark.parametrize("rule_id", [*HEADINGS, *FOLLOWING_LEAD])
def test_every_rule_leads_where_its_heading_says(rule_id: str) -> None:
    expected = FOLLOWING_LEAD.get(rule_id) or HEADINGS[rule_id][1]
    assert {rule.to for rule in RULES if rule.id == rule_id} == expected


def test_what_follows_fits_where_its_cause_leads() -> None:
    for rule in RULES:
        if rule.then is not None:
            assert rule.id in FOLLOWING[rule.then]
    assert {rule.to for rule in RULES if rule.then == "R1"} == {"resolved"}
    assert {rule.to for rule in RULES if rule.then in {"X2", "L1", "S3"}} == {"open"}


def test_no_rule_is_out_of_reach() -> None:
    reached: set[Rule] = {rule for rule in RULES if rule.id in FOLLOWING_LEAD}
    for kind in KINDS:
        for stage in STAGES:
            for trigger in INPUT_TRIGGERS:
                if stage == "nothing":
                    words = CELLS[stage][trigger]
                    reached |= {rule for rule in RULES if rule.id in words}
                else:
                    choices = LAW[kind][stage][trigger].choices
                    reached |= {each for each in choices if isinstance(each, Rule)}
            for trigger in TIMER_TRIGGERS:
                words = CELLS[stage][trigger]
                reached |= {rule for rule in RULES if rule.id in words and kind in rule.kinds}
    assert set(RULES) - reached == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_ends_in_a_choice_or_a_refusal(kind: Kind) -> None:
    """Whatever has a condition stands before something that has none, or before a sign."""
    for stage in STAGES:
        if stage == "nothing":
            continue
        assert set(LAW[kind][stage]) == set(INPUT_TRIGGERS)
        for trigger, cell in LAW[kind][stage].items():
            certain = bool(cell.questions) and cell.questions[-1][1] is None
            assert all(question is not None for _, question in cell.questions[:-1])
            if not certain and not set(CELLS[stage][trigger]) & {"-", "x"}:
                assert cell.choices[-1].when == "always", (stage, trigger)


def test_the_codes_are_asked_in_the_order_of_the_contract() -> None:
    """contract.md#codes: what `decide` asks before and `judge` after stands around these."""
    assert [code for code, _ in CODES] == [
        "closed",  # or `stale`
        "engine_decides",
        "superseded",
        "push_only",
        "wrong_channel",
        "pick_only",
        "not_reserved",
        "stale",  # a message during wrap-up
        "no_effect",
        "not_offered",
        "invalid_status",
    ]


def test_closed_is_the_end() -> None:
    for trigger in INPUT_TRIGGERS:
        expected = "stale" if trigger in FACTS else "shut"
        if trigger == "conversation.started":
            expected = "dup"
        words = CELLS["closed"][trigger]
        written_up = ("W7",) if trigger == "representative.close_session" else ()
        assert words == (*written_up, expected)
    alive = {trigger: words for trigger, words in CELLS["closed"].items() if words != (".",)}
    assert {trigger: alive[trigger] for trigger in alive if trigger in TIMER_TRIGGERS} == {
        "timer.settle": ("next",),
        "timer.wrap_up_release": ("W5",),
        "timer.wrap_up_release/transfer": ("W6",),
        "timer.day_reset": ("P1",),
    }


def test_the_facts_are_those_of_the_contract() -> None:
    named = {trigger.partition("/")[0] for trigger in FACTS}
    assert named == {name for name, kind in INPUTS.items() if kind.topic == "channel-events"} | {
        "representative.disconnected",
        "representative.reconnected",
        "representative.message",
        "representative.hold",
        "representative.unhold",
        "consult.ended",
        "supervisor.monitor",
        "supervisor.leave",
        "bot.message",
    }


def test_every_input_is_for_some_kind_and_what_is_forgotten_comes_last_of_all() -> None:
    for trigger in INPUT_TRIGGERS:
        assert kinds_meeting(trigger), trigger
    assert TIES[-1] == "forget"

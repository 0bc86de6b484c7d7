"""The table itself: no hole, no rule out of reach, and each rule where the contract has it.

The expectation is written by hand from contract.md#rules; `tests.engine` proves what a cell is.
"""

import pytest
from omnistate.core.conversation.refusals import CODES, LAW
from omnistate.core.conversation.rules import RULES, Rule
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
WORDS = {"rec", "-", "x", "dup", "stale", "shut", "?", "."}
# Rules that follow another one in the same step, and those that only give or take a hold.
FOLLOWING = {"X2": {"X1"}, "L1": {"A6", "B5"}, "R1": {"B14"}}
OF_TIMERS_OF_HOLDS = {"W4", "W5", "P1"}
OF_CONSULTS = {"K1", "K2"}

# contract.md#rules: under which heading a rule stands, and where it leads (None = it stays).
Where = dict[str, tuple[str, set[str | None]]]
HEADINGS: Where = {
    "C1": ("nothing", {"open"}),
    "C2": ("nothing", {"with_bot"}),
    "C3": ("nothing", {"in_conversation"}),
    "C4": ("nothing", {"scheduled"}),
    "O1": ("open", {"awaiting_acceptance"}),
    "O2": ("open", {"in_conversation"}),
    "O3": ("open", {"awaiting_acceptance"}),
    "O4": ("open", {"open"}),
    "O5": ("open", {"open"}),
    **{f"O{number}": ("open", {"closed"}) for number in range(6, 12)},
    "A1": ("awaiting_acceptance", {"in_conversation"}),
    "A2": ("awaiting_acceptance", {"open"}),
    "A3": ("awaiting_acceptance", {"open"}),
    "A4": ("awaiting_acceptance", {"closed"}),
    "A5": ("awaiting_acceptance", {"closed"}),
    "A6": ("awaiting_acceptance", {"open"}),
    "A7": ("awaiting_acceptance", {"closed"}),
    "A8": ("awaiting_acceptance", {"open"}),
    "A9": ("awaiting_acceptance", {"awaiting_acceptance"}),
    "A10": ("awaiting_acceptance", {"open"}),
    "B1": ("in_conversation", {"wrap_up"}),
    "B2": ("in_conversation", {"wrap_up"}),
    "B3": ("in_conversation", {"wrap_up"}),
    "B4": ("in_conversation", {"wrap_up", "closed"}),
    "B5": ("in_conversation", {"open"}),
    "B6": ("in_conversation", {"open"}),
    "B7": ("in_conversation", {"open"}),
    "B8": ("in_conversation", {"open"}),
    "B9": ("in_conversation", {"waiting"}),
    "B10": ("in_conversation", {None}),
    "B11": ("in_conversation", {"with_external"}),
    "B12": ("in_conversation", {"with_bot"}),
    "B13": ("in_conversation", {None}),
    "B14": ("in_conversation", {"resolved"}),
    "B15": ("in_conversation", {"closed"}),
    "B16": ("in_conversation", {"closed"}),
    "B17": ("in_conversation", {None}),
    "B18": ("in_conversation", {None}),
    "B19": ("in_conversation", {"open"}),
    **{f"R{number}": ("resolved", {"closed"}) for number in range(1, 5)},
    "S1": ("scheduled", {"open"}),
    "S2": ("scheduled", {"closed"}),
    "E1": ("with_external", {"closed"}),
    "E2": ("with_external", {"closed"}),
    "D1": ("with_bot", {"open"}),
    **{f"D{number}": ("with_bot", {"closed"}) for number in range(2, 6)},
    "W1": ("wrap_up", {"closed"}),
    "W2": ("wrap_up", {"closed"}),
    "W3": ("wrap_up", {"closed"}),
    "X1": ("waiting", {"open"}),
    "X3": ("waiting", {"in_conversation"}),
    "X4": ("waiting", {"closed"}),
    "X5": ("waiting", {"closed"}),
    "X6": ("waiting", {"awaiting_acceptance"}),
    "X7": ("waiting", {"open"}),
}
FOLLOWING_LEAD: dict[str, set[str | None]] = {
    "X2": {"awaiting_acceptance"},
    "L1": {"awaiting_acceptance"},
}


def words_of(stage: Stage) -> set[str]:
    return {word for words in CELLS[stage].values() for word in words}


@pytest.mark.parametrize("stage", STAGES)
def test_every_cell_has_a_word_that_means_something(stage: Stage) -> None:
    assert tuple(CELLS[stage]) == TRIGGERS
    known = WORDS | {rule.id for rule in RULES} | OF_TIMERS_OF_HOLDS
    assert words_of(stage) <= known
    for words in CELLS[stage].values():
        assert words
        assert len(words) == 1 or not set(words) & (WORDS - {"rec"}), "a choice is among rules"


def test_a_hole_in_the_table_is_an_error() -> None:
    head = "trigger " + " ".join(STAGES)
    with pytest.raises(Incomplete, match=r"customer\.messaged .* lacks the cell of .* closed"):
        read_table(f"{head}\n\ncustomer.messaged {'- ' * (len(STAGES) - 1)}")


def test_every_rule_of_the_contract_is_there_and_no_other() -> None:
    in_table = set().union(*map(words_of, STAGES)) - WORDS
    assert in_table == set(HEADINGS) | OF_TIMERS_OF_HOLDS
    followed = {rule.then for rule in RULES if rule.then}
    assert followed == set(FOLLOWING)
    assert {rule.id for rule in RULES} == set(HEADINGS) | set(FOLLOWING)
    assert not {rule.id for rule in RULES} & (OF_CONSULTS | OF_TIMERS_OF_HOLDS)


def test_every_rule_stands_under_its_heading_alone() -> None:
    for stage in STAGES:
        for rule_id in words_of(stage) & set(HEADINGS):
            assert HEADINGS[rule_id][0] == stage, rule_id


@pytest.mark.parametrize("rule_id", [*HEADINGS, *FOLLOWING_LEAD])
def test_every_rule_leads_where_its_heading_says(rule_id: str) -> None:
    expected = FOLLOWING_LEAD.get(rule_id) or HEADINGS[rule_id][1]
    assert {rule.to for rule in RULES if rule.id == rule_id} == expected


def test_what_follows_fits_where_its_cause_leads() -> None:
    for rule in RULES:
        if rule.then is not None:
            assert rule.id in FOLLOWING[rule.then]
    assert {rule.to for rule in RULES if rule.then == "R1"} == {"resolved"}
    assert {rule.to for rule in RULES if rule.then in {"X2", "L1"}} == {"open"}


def test_no_rule_is_out_of_reach() -> None:
    reached: set[Rule] = {rule for rule in RULES if rule.id in {"X2", "L1"}}
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
                (word,) = CELLS[stage][trigger]
                reached |= {rule for rule in RULES if rule.id == word and kind in rule.kinds}
    assert set(RULES) - reached == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_ends_in_a_choice_or_a_refusal(kind: Kind) -> None:
    """`judge` cannot run out: the last choice has no condition, or the last question no doubt."""
    for stage in STAGES:
        if stage == "nothing":
            continue
        assert set(LAW[kind][stage]) == set(INPUT_TRIGGERS)
        for trigger, cell in LAW[kind][stage].items():
            certain = bool(cell.questions) and cell.questions[-1][1] is None
            assert all(question is not None for _, question in cell.questions[:-1])
            if not certain:
                last = cell.choices[-1]
                assert not isinstance(last, Rule) or last.when == "always", (stage, trigger)


def test_the_codes_are_asked_in_the_order_of_the_contract() -> None:
    """contract.md#codes: what `decide` asks before and `judge` after stands around these."""
    assert [code for code, _ in CODES] == [
        "closed",  # or `stale`
        "push_only",
        "wrong_channel",
        "pick_only",
        "no_effect",
        "not_offered",
        "invalid_status",
    ]


def test_closed_is_the_end() -> None:
    for trigger in INPUT_TRIGGERS:
        expected = "stale" if trigger in FACTS else "shut"
        if trigger == "conversation.started":
            expected = "dup"
        assert CELLS["closed"][trigger] == (expected,)
    alive = {trigger: words for trigger, words in CELLS["closed"].items() if words != (".",)}
    assert {trigger: alive[trigger] for trigger in alive if trigger in TIMER_TRIGGERS} == {
        "timer.wrap_up_release": ("W5",),
        "timer.day_reset": ("P1",),
    }


def test_the_facts_are_those_of_the_contract() -> None:
    named = {trigger.partition("/")[0] for trigger in FACTS}
    assert named == {name for name, kind in INPUTS.items() if kind.topic == "channel-events"} | {
        "representative.disconnected",
        "representative.reconnected",
        "representative.message",
        "consult.ended",
        "supervisor.monitor",
    }


def test_every_input_is_for_some_kind_and_what_is_forgotten_comes_last_of_all() -> None:
    for trigger in INPUT_TRIGGERS:
        assert kinds_meeting(trigger), trigger
    assert TIES[-1] == "forget"

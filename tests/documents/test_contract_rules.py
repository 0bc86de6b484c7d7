"""The contract's tables of rules, statuses, codes and outcomes say what the engine decides.

The contract is written by hand. What a table lists is compared with what decides, name by name;
sentences are for people.
"""

from typing import get_args

import pytest
from omnistate.core.conversation.chart import list_rules
from omnistate.core.conversation.guards import IDLE
from omnistate.core.conversation.recorded import RECORDED, WRITTEN_UP
from omnistate.core.conversation.rules import HOLD_RULES
from omnistate.core.conversation.stages import MEANINGS, Stage
from omnistate.core.conversation.transitions import FACTS
from omnistate.stream.conversation.fact_fills import ENDERS
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.vocabulary import (
    CHANNEL_EVENTS,
    KIND_CODES,
    KIND_OF_CHANNEL,
    REASON_CODES,
    STATE_CODES,
    STATE_OF_STATUS,
    STATUS_CODES,
    ClosingReason,
    DeadLetterCode,
    IgnoredCode,
    Reason,
    RejectionCode,
    RouterCloseReason,
)

from tests.documents.contract_tables import (
    Row,
    names_in,
    parse_tables,
    read_column,
    read_sections,
    read_table,
)

# Where the rules of a letter stand that come from more stages than one.
SECTION_OF = {
    "N": "From where nobody has it",
    "U": "From any stage",
    "Z": "From any stage",
    "F": "Reports",
}
RULE_SECTIONS = (
    *(f"From {stage}" for stage in MEANINGS if stage != "closed"),
    *dict.fromkeys(SECTION_OF.values()),
    "Affinity",
    "Rules of holds",
)
# The reasons that an input gives where its rule names none.
GIVEN: dict[str, tuple[str, ...]] = {
    "O6": get_args(RouterCloseReason),
    "N5": get_args(RouterCloseReason),
    "Z1": get_args(ClosingReason),
    "F5": tuple(ENDERS.values()),
}
(LAW,) = parse_tables(list_rules())


def rule_rows() -> dict[str, tuple[str, Row]]:
    """Rule -> the section it stands in, and its row."""
    found: dict[str, tuple[str, Row]] = {}
    for heading in RULE_SECTIONS:
        for row in read_table(heading):
            (rule,) = names_in(row["rule"])
            assert rule not in found
            assert f'<a id="rule-{rule.lower()}"></a>' in row["rule"]
            found[rule] = heading, row
    return found


def words(cell: str, separator: str = ", ") -> set[str]:
    return {word for word in cell.split(separator) if word}


def test_every_rule_is_there_once() -> None:
    law = {names_in(row["rule"])[0] for row in LAW}
    assert set(rule_rows()) == law | set(HOLD_RULES)


@pytest.mark.parametrize("row", LAW, ids=lambda row: row["rule"].strip("`"))
def test_a_rule_is_what_the_law_has(row: Row) -> None:
    (rule,) = names_in(row["rule"])
    heading, said = rule_rows()[rule]
    triggers = names_in(row["input or timer"])
    # What follows another rule stands where that one does.
    if not triggers[0].startswith("after "):
        assert heading == SECTION_OF.get(rule[0], f"From {row['from']}")
    assert said["kinds"] == row["kinds"]
    assert words(said["to"]) == words(row["to"], "<br>")
    assert words(said["reason"]) == words(row["reason"], "<br>") | {*GIVEN.get(rule, ())}
    # B17 also stands in for B10 and B13, which its row says in words.
    meant = triggers[:1] if rule == "B17" else triggers
    for trigger in meant:
        name = trigger.partition("/")[0]
        if not name.startswith("after "):
            assert name.removeprefix("timer.") in names_in(said["input or timer"])


def test_kinds_and_channels() -> None:
    rows = read_table("Channel kinds")
    assert {row["code"]: names_in(row["kind"])[0] for row in rows} == KIND_CODES
    channels = {
        name: names_in(row["kind"])[0] for row in rows for name in names_in(row["channels"])
    }
    assert channels == KIND_OF_CHANNEL


@pytest.mark.parametrize("stage", [stage for stage in MEANINGS if stage != "nothing"])
def test_a_status(stage: Stage) -> None:
    (row,) = (row for row in read_table("Statuses") if row["stage"] == stage)
    status, detail, _ = MEANINGS[stage]
    assert status is not None
    assert names_in(row["status"]) == [status]
    assert names_in(row["detail"]) == ([] if detail is None else [detail])
    assert names_in(row["state"]) == [STATE_OF_STATUS[status]]
    codes = STATUS_CODES[status], STATE_CODES[STATE_OF_STATUS[status]]
    assert (int(row["statuscode"]), int(row["statecode"])) == codes


def test_reasons() -> None:
    rows = read_table("Reasons")
    assert [names_in(row["reason"])[0] for row in rows] == list(get_args(Reason))
    coded = {names_in(row["reason"])[0]: row["code"] for row in rows if row["code"] != "–"}
    assert {reason: int(code) for reason, code in coded.items()} == REASON_CODES


@pytest.mark.parametrize("row", read_table("Reasons"), ids=lambda row: row["reason"].strip("`"))
def test_the_rules_of_a_reason(row: Row) -> None:
    (reason,) = names_in(row["reason"])
    named = {rule for rule, (_, said) in rule_rows().items() if reason in words(said["reason"])}
    # Those of the stages are there where a rule names none; a force-close has many.
    if reason not in {"force_closed", *(meaning.reason for meaning in MEANINGS.values())}:
        assert set(names_in(row["where"])) == named


def test_codes() -> None:
    codes: dict[str, set[str]] = {"rejected": set(), "ignored": set()}
    for row in read_table("Codes"):
        for outcome in words(row["outcome"]):
            codes[outcome].update(names_in(row["code"]))
    assert codes["rejected"] == set(get_args(RejectionCode))
    assert codes["ignored"] == set(get_args(IgnoredCode))


def test_codes_of_dead_letters() -> None:
    assert read_column("Dead letters", "code", 1) == list(get_args(DeadLetterCode))


def test_facts() -> None:
    said = names_in(read_sections()["Facts and actions"])
    events = {name for name, kind in INPUTS.items() if kind.topic == CHANNEL_EVENTS}
    assert set(said) - {CHANNEL_EVENTS, "agent-actions"} | events == {
        fact.partition("/")[0] for fact in FACTS
    }


def test_what_is_recorded() -> None:
    assert set(read_column("Recorded", "input")) == set(RECORDED)
    for row in read_table("Recorded"):
        for name in names_in(row["input"]):
            kinds = {KIND_CODES[code] for code in row["kinds"].split()}
            recorded = WRITTEN_UP if "writes up" in row["input"] else RECORDED[name]
            assert kinds <= INPUTS[name].kinds & recorded.kinds


def test_what_has_no_effect() -> None:
    said = set(read_column("No effect", "input"))
    assert said == {trigger.partition("/")[0] for trigger in IDLE}

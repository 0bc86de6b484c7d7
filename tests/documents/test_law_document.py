"""docs/reference/law.md is what the law draws; a stale copy fails."""

from typing import get_args

import pytest
from omnistate.cli.documents import law_document
from omnistate.core.conversation.chart import draw_chart, list_edges, reachable
from omnistate.core.conversation.rules import RULES
from omnistate.core.conversation.stages import Stage
from omnistate_schemas.vocabulary import KIND_CODES, KINDS, Authority, Kind


def test_the_document_is_fresh() -> None:
    assert law_document.main(["--check"]) == 0, "run make generate"


def test_a_stale_document_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_document, "describe_law", lambda: "another law")
    assert law_document.main(["--check"]) == 1


@pytest.mark.parametrize("authority", get_args(Authority))
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reaches_what_it_may(kind: Kind, authority: Authority) -> None:
    stages = reachable(kind, authority)
    assert ("waiting" in stages) == (kind in {"persistent_chat", "messaging", "record"})
    # Nobody is asked about a record, unless another system says so.
    asks = kind != "record" or authority == "upstream"
    assert ("awaiting_acceptance" in stages) == asks
    assert ("with_external" in stages) == (kind == "voice")
    assert ("resolved" in stages) == (kind == "record")
    assert ("wrap_up" in stages) == (kind != "record")
    assert "closed --> [*]" in draw_chart(kind, authority)


def test_reports_are_drawn_where_another_system_decides_alone() -> None:
    for kind in KINDS:
        reports = {edge.rule.id for edge in list_edges(kind, "upstream")}
        decided = {edge.rule.id for edge in list_edges(kind, "engine")}
        assert {rule for rule in reports if rule.startswith("F")} >= {"F1", "F2", "F3", "F4", "F5"}
        assert not [rule for rule in decided if rule.startswith("F")]
        assert decided < reports
        assert "any --> open: F1" in draw_chart(kind, "upstream")
        assert "any --> closed: Z1" in draw_chart(kind, "engine")


@pytest.mark.parametrize(
    ("rule", "kind", "authority", "target"),
    [
        ("B4", "voice", "engine", "wrap_up"),
        ("B4", "voice", "upstream", "closed"),
        ("F5", "voice", "upstream", "wrap_up"),
        ("F5", "record", "upstream", "closed"),
        ("O1", "record", "engine", "in_conversation"),
        ("F3", "messaging", "upstream", "in_conversation"),
    ],
)
def test_a_rule_leads_from_in_conversation_or_open_to_one_stage(
    rule: str, kind: Kind, authority: Authority, target: Stage
) -> None:
    edges = [
        edge
        for edge in list_edges(kind, authority)
        if edge.rule.id == rule and edge.stage in {"in_conversation", "open"}
    ]
    assert {edge.target for edge in edges if edge.stage == "in_conversation" or rule == "O1"} == {
        target
    }


def test_every_rule_leads_to_the_contract() -> None:
    text = law_document.describe_law()
    for rule in {rule.id for rule in RULES}:
        assert f"| [`{rule}`](contract.md#rule-{rule.lower()}) |" in text
    for code in KIND_CODES:
        assert f"| {code} |" in text

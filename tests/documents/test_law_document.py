"""docs/reference/law.md is what the law draws; a stale copy fails."""

import pytest
from omnistate.cli.documents import law_document
from omnistate.core.conversation.chart import draw_chart, reachable
from omnistate.core.conversation.rules import RULES
from omnistate_schemas.vocabulary import KIND_CODES, KINDS, Kind


def test_the_document_is_fresh() -> None:
    assert law_document.main(["--check"]) == 0, "run make generate"


def test_a_stale_document_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_document, "describe_law", lambda: "another law")
    assert law_document.main(["--check"]) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reaches_what_it_may(kind: Kind) -> None:
    stages = reachable(kind)
    assert ("waiting" in stages) == (kind in {"persistent_chat", "messaging"})
    assert ("with_external" in stages) == (kind == "voice")
    assert ("resolved" in stages) == (kind == "record")
    assert ("wrap_up" in stages) == (kind != "record")
    assert "closed --> [*]" in draw_chart(kind)


def test_every_rule_leads_to_the_contract() -> None:
    text = law_document.describe_law()
    for rule in {rule.id for rule in RULES}:
        assert f"| [`{rule}`](contract.md#rule-{rule.lower()}) |" in text
    for code in KIND_CODES:
        assert f"| {code} |" in text

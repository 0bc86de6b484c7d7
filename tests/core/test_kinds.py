"""Nothing but `kinds` decides by which channel kind it is, and what it says is the contract's."""

from pathlib import Path

import pytest
from omnistate.core.kinds import TRAITS, KindTraits, kinds_where
from omnistate_schemas.vocabulary import KINDS

from tests.core.kind_comparisons import find_comparisons

ROOT = Path(__file__).parents[2]
ENGINE, SCHEMAS = ROOT / "workers" / "omnistate", ROOT / "schemas" / "omnistate_schemas"
# Where the words are, which input types are for which of them, and what is different for each.
HOMES = {
    SCHEMAS / "vocabulary.py",
    SCHEMAS / "applicability.py",
    ENGINE / "core" / "kinds.py",
}
MODULES = sorted(
    path
    for folder in (ENGINE, SCHEMAS)
    for path in folder.rglob("*.py")
    # The demo plays the outside world, which knows what it calls and writes.
    if path not in HOMES and ENGINE / "demo" not in path.parents
)


def test_no_module_compares_with_a_kind_or_a_channel() -> None:
    assert len(MODULES) > 100
    found = {
        str(path): comparisons
        for path in MODULES
        if (comparisons := find_comparisons(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("path", sorted(HOMES), ids=lambda path: path.name)
def test_the_words_are_found_where_they_are(path: Path) -> None:
    assert find_comparisons(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        'settings.kind == "record"',
        '"voice" != channel',
        "kind in (PC, AM)",
        "None if kind == RE else 1",
        'kind in {"persistent_chat", "messaging"}',
        'change.channel not in frozenset(["sms", "whatsapp"])',
        'match kind:\n    case "voice":\n        pass',
        'match kind:\n    case "live_chat" | "voice":\n        pass',
        'match conversation.stage:\n    case "open" if settings.kind == "voice":\n        pass',
        'TITLES = {"live_chat": "Live chat"}',
        "WINDOWS = {vocabulary.LC: 180}",
        'ms = AUTO_CLOSE_MS["record"]',
        'titles.get("voice")',
        'Rule("B8", "open", kinds=_kinds("LC VO"))',
        'kinds_of("RE")',
        "from omnistate_schemas.vocabulary import AM, KINDS",
        'channel.startswith("sms")',
    ],
)
def test_a_comparison_is_found(text: str) -> None:
    assert find_comparisons(text)


@pytest.mark.parametrize(
    "text",
    [
        "kind in rule.kinds",
        "TRAITS[settings.kind].asks",
        'TRAITS[kind].leaving == "waiting"',
        'example("conversation.started", {"channel": "live_chat"})',
        'Field(description="Default 30 for voice.")',
        'kinds_for("representative.pick")',
        'topic.kind == "input"',
        'input_.type == "record.deactivated"',
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert find_comparisons(text) == []


def test_kinds_are_found_by_their_traits() -> None:
    def holds(traits: KindTraits) -> bool:
        return traits.leaving == "waiting"

    assert kinds_where(holds) == {kind for kind in KINDS if TRAITS[kind].leaving == "waiting"}
    assert 0 < len(kinds_where(holds)) < len(KINDS)

"""Everything that the repository's text refers to is in the repository.

Rules, sections of the contract, links, files and modules; see `references` for what counts as one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.documents.references import (
    CONTRACT,
    ROOT,
    Problem,
    find_anchors,
    find_broken_links,
    find_missing_files,
    find_unknown_rules,
    find_unknown_sections,
    list_files,
    rule_ids,
)

Finder = Callable[[Path, str], Iterator[tuple[int, str]]]


def look_everywhere(find: Finder, *suffixes: str) -> None:
    """Nothing may be found in files of these kinds."""
    found = []
    for path in list_files():
        if path.suffix in suffixes and path != Path(__file__):
            place = path.relative_to(ROOT)
            for line, reference in find(path, path.read_text(encoding="utf-8")):
                found.append(str(Problem(f"{place}:{line}", reference)))
    assert not found, "\n" + "\n".join(found)


def test_every_rule_that_is_named_is_in_the_contract() -> None:
    look_everywhere(lambda _, text: find_unknown_rules(text), ".py", ".md", ".yaml")


def test_every_section_that_is_named_is_in_the_contract() -> None:
    suffixes = (".py", ".md", ".yaml", ".json", ".toml", ".txt")
    look_everywhere(lambda _, text: find_unknown_sections(text), *suffixes)


def test_every_link_leads_somewhere() -> None:
    look_everywhere(find_broken_links, ".md")


def test_every_file_that_prose_names_is_there() -> None:
    look_everywhere(find_missing_files, ".py", ".md")


def test_everything_is_looked_at() -> None:
    found = {str(path.relative_to(ROOT)) for path in list_files()}
    assert {
        "README.md",
        "topics.yaml",
        "docs/reference/contract.md",
        "schemas/openapi.json",
        "schemas/omnistate_schemas/registry.py",
        "tests/oracle/rules.py",
        "workers/omnistate/core/conversation/rules.py",
    } <= found
    assert len(rule_ids()) > 70


RULE = "by " + "B" + "97"
SECTION = "see " + "section" + " 5"


@pytest.mark.parametrize("text", [f"# {RULE}", f"`{RULE[3:]}`, and so on", f"({RULE})"])
def test_an_unknown_rule_is_found(text: str) -> None:
    assert list(find_unknown_rules(f"B9 is one\n{text}")) == [
        (2, f"{RULE[3:]} is no rule of the contract")
    ]


@pytest.mark.parametrize("text", ["# noqa: B904", "#B9979", "v3.B97", "CB97", "Q97"])
def test_what_is_no_rule_is_left_alone(text: str) -> None:
    assert list(find_unknown_rules(text)) == []


@pytest.mark.parametrize("text", [SECTION, "Section" + "s 5 and 6", "contract.md#no" + "where"])
def test_an_unknown_section_is_found(text: str) -> None:
    assert list(find_unknown_sections("contract.md#order")) == []
    assert [line for line, _ in find_unknown_sections(f"\n{text}")] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "[a](nowhere.md)",
        "[a](contract.md#nowhere)",
        "[a](#nowhere)",
        "![a](../pictures/nowhere.png)",
        '<img src="nowhere.png">',
    ],
)
def test_a_broken_link_is_found(text: str) -> None:
    sound = "# One\n[a](contract.md#order) [b](#one) [c](https://example.com/x)\n`[d](x.md)`\n"
    assert list(find_broken_links(CONTRACT, sound)) == []
    assert [line for line, _ in find_broken_links(CONTRACT, sound + text)] == [4]


@pytest.mark.parametrize(
    "text",
    [
        '"""See domain.md."""',
        "# `docs/reference/domain.md`",
        "# workers/omnistate/core/nothing.py",
        "# `omnistate.core.nothing`",
        "# `omnistate.core.settings.Nothing`",
    ],
)
def test_a_missing_file_is_found(text: str) -> None:
    module = Path(__file__)
    sound = '"""See contract.md and `topics.yaml`."""\nX = "domain.md"\n'
    assert list(find_missing_files(module, sound)) == []
    assert len(list(find_missing_files(module, f"{text}\n"))) == 1


def test_a_heading_has_an_anchor_only_where_every_reader_agrees() -> None:
    text = '# One\n## `two` – three\n## Four\n### Four\n<a id="five"></a>\n```\n# Six\n```\n'
    assert sorted(find_anchors(text)) == ["five", "one"]

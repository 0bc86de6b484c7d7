"""docs/reference/glossary.md: each word once, in order, in one sentence."""

from typing import get_args

import pytest
from omnistate.core.conversation.rule import Party
from omnistate_schemas.vocabulary import KIND_CODES, Role

from tests.documents.contract_tables import Row, parse_tables, split_sections
from tests.documents.references import ROOT

TEXT = (ROOT / "docs/reference/glossary.md").read_text(encoding="utf-8")
SECTIONS = dict(split_sections(TEXT))
WORDS = ("The contact centre", "The engine", "Audits and tests")


def rows_of(heading: str) -> list[Row]:
    (rows,) = parse_tables(SECTIONS[heading])
    return rows


def test_every_channel_kind_is_there() -> None:
    assert [row["code"] for row in rows_of("Channel kinds")] == list(KIND_CODES)


@pytest.mark.parametrize("heading", WORDS)
def test_words_are_in_order_and_each_is_there_once(heading: str) -> None:
    words = [row["word"] for row in rows_of(heading)]
    assert words == sorted(set(words), key=str.casefold)


@pytest.mark.parametrize("heading", WORDS)
def test_a_word_has_one_sentence(heading: str) -> None:
    for row in rows_of(heading):
        meaning = row["meaning"]
        assert meaning[0].isupper(), row["word"]
        assert meaning.endswith(".")
        # A second sentence only where code uses the word for another thing.
        assert meaning.count(". ") <= meaning.count("In code also")


@pytest.mark.parametrize(
    "word",
    [
        *("hold", "primary", "offered", "stage", "rule", "reason", "code", "skipped"),
        *("trigger", "cell", "guard", "effect", "fact", "outbox", "overlay", "position", "fence"),
        *("cut", "witness", "oracle", "audit"),
    ],
)
def test_a_word_that_people_ask_for(word: str) -> None:
    assert any(row["word"] == word for heading in WORDS for row in rows_of(heading))


def test_lists_of_the_code_are_whole() -> None:
    found = {row["word"]: row["meaning"] for heading in WORDS for row in rows_of(heading)}
    assert all(f"`{role}`" in found["role"] for role in get_args(Role))
    assert all(party in found["party"] for party in get_args(Party))

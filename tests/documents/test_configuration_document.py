"""docs/reference/configuration.md says what the code resolves; a stale copy fails."""

from typing import Any, get_args

import pytest
from omnistate.cli.documents import configuration_document
from omnistate.cli.documents.configuration_document import list_keys
from omnistate.cli.documents.configuration_examples import EXAMPLES
from omnistate.cli.documents.value_types import describe_type, find_unit
from omnistate.cli.documents.workstream_defaults import (
    FOR_ROUTERS,
    RESOLVED,
    explain_null,
    has_a_say,
    resolve_key,
)
from omnistate.core.directory import Directory
from omnistate.core.settings import WorkstreamSettings
from omnistate_schemas.configuration import (
    CapacityProfile,
    Configuration,
    ContactCentre,
    Representative,
    Workstream,
)
from omnistate_schemas.vocabulary import KINDS, Authority, Kind
from omnistate_schemas.workstream_rules import FOR_AUTHORITY
from pydantic import ValidationError


def test_the_document_is_fresh() -> None:
    assert configuration_document.main(["--check"]) == 0, "run make generate"


def test_a_stale_document_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration_document, "describe_configuration", lambda: "another one")
    assert configuration_document.main(["--check"]) == 1


def test_every_object_is_in_it() -> None:
    objects = {
        get_args(get_args(field.annotation)[1])[0]
        if get_args(get_args(field.annotation)[1])
        else get_args(field.annotation)[1]
        for field in ContactCentre.model_fields.values()
    }
    assert objects == set(EXAMPLES)


@pytest.mark.parametrize("model", EXAMPLES)
def test_every_key_has_a_sentence_and_a_usable_example(model: type[Configuration]) -> None:
    keys = list_keys(model)
    assert list(EXAMPLES[model]) == list(keys)
    for key, example in EXAMPLES[model].items():
        assert keys[key]["description"].endswith(".")
        name, _, member = key.partition(".")
        given = {"channel": "messaging"} if model is Workstream else {}
        if key in FOR_AUTHORITY:
            given["authority"] = FOR_AUTHORITY[key]
        model.model_validate(given | {name: {member: example} if member else example})


def test_every_key_of_a_workstream_is_resolved() -> None:
    assert {*RESOLVED, *FOR_ROUTERS} == set(list_keys(Workstream)) - {"channel"}
    kind_alone = {"channel", "kind"}
    assert len(RESOLVED) == len(WorkstreamSettings.__struct_fields__) - len(kind_alone)


@pytest.mark.parametrize("key", [key for key in EXAMPLES[Workstream] if key != "channel"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_another_value_than_the_default(kind: Kind, key: str) -> None:
    example, authority = EXAMPLES[Workstream][key], FOR_AUTHORITY.get(key, "engine")
    if key in {"distribution", "units", "keep_same_representative"}:
        return
    if has_a_say(kind, key, authority):
        found = resolve_key(kind, key, example, authority=authority)
        assert found == example != resolve_key(kind, key, authority=authority)


@pytest.mark.parametrize("key", [key for key in EXAMPLES[Workstream] if key != "channel"])
@pytest.mark.parametrize("authority", get_args(Authority))
def test_a_key_that_an_authority_cannot_have_has_no_say(authority: Authority, key: str) -> None:
    example = EXAMPLES[Workstream][key]
    for kind in KINDS:
        try:
            resolve_key(kind, key, example, authority=authority)
        except ValidationError:
            assert key == "distribution" or not has_a_say(kind, key, authority)


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("offer_timeout", "never"),
        ("auto_close.open", "never"),
        ("units", "as if left out"),
        ("auto_accept", "an error"),
        ("bot_response_timeout", "never"),
        ("parallel_offers", "as if left out"),
        ("default_queue_id", "as if left out"),
    ],
)
def test_what_null_means(key: str, meaning: str) -> None:
    assert explain_null(key) == meaning


@pytest.mark.parametrize(
    ("key", "kinds"),
    [
        ("auto_close.open", "live_chat persistent_chat messaging voice"),
        ("auto_close.waiting", "persistent_chat messaging record"),
        ("auto_close.resolved", "record"),
        ("reconnect_window", "live_chat"),
        ("bot_inactivity", "live_chat persistent_chat messaging"),
        ("keep_same_representative", "live_chat persistent_chat messaging record"),
        ("can_wait", "record"),
        ("reopen_from_wrap_up", "persistent_chat messaging"),
        ("promote_consultant", "live_chat persistent_chat messaging voice"),
        ("release_when_idle", "live_chat persistent_chat messaging"),
        ("settle_window", ""),
        ("closed_retention", " ".join(KINDS)),
    ],
)
def test_for_which_kinds_a_key_has_a_say(key: str, kinds: str) -> None:
    assert {kind for kind in KINDS if has_a_say(kind, key)} == set(kinds.split())


def test_null_of_a_representatives_profile_is_the_profiles_limit() -> None:
    ana = Representative.model_validate({"profiles": {"chat": None, "case": 2}})
    profiles = {"chat": CapacityProfile(limit=7), "case": CapacityProfile(limit=7)}
    directory = Directory({}, profiles, {"ana": ana})
    assert [directory.limit_of("ana", name) for name in ("chat", "case")] == [7, 2]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 1_000}, "integer, 0–1,000"),
        ({"anyOf": [{"type": "null"}, {"type": "boolean"}]}, "true or false or null"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 3}, "list of text, at most 3"),
        ({"$ref": "#/$defs/Word"}, "`word`"),
    ],
)
def test_a_type_in_words(schema: dict[str, Any], words: str) -> None:
    assert describe_type(schema, {"Word": {"const": "word"}}) == words


def test_a_type_without_words_is_an_error() -> None:
    with pytest.raises(ValueError, match="no words"):
        describe_type({"type": "object"}, {})


def test_a_unit_is_found_within_alternatives() -> None:
    assert find_unit({"anyOf": [{"type": "null"}, {"x-unit": "seconds"}]}, {}) == "seconds"
    assert find_unit({"type": "integer"}, {}) is None

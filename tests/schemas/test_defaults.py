"""Whoever writes the published defaults out changes nothing; null is told from a key left out."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.core.settings import WorkstreamSettings, resolve
from omnistate_schemas.completeness import Incomplete
from omnistate_schemas.configuration import AutoClose, Configuration, Representative, Workstream
from omnistate_schemas.configured import DEFAULT_BY_KIND, DEFAULT_UPSTREAM, by_kind
from omnistate_schemas.published import read_schema
from omnistate_schemas.vocabulary import KIND_OF_CHANNEL, KINDS, Authority, Kind
from pydantic import ValidationError

from tests.schemas.near_values import near

Schema = dict[str, Any]
SCHEMA = read_schema("workstream")


# Those whose default is null, which is as if left out, and `units`, which depends on `profiles`.
WITHOUT = {
    *("bot_response_timeout", "default_queue_id", "release_when_idle", "units"),
    "wrap_up_after_transfer",
}


def written_out(value: Any, schema: Schema, kind: Kind, authority: str = "engine") -> Any:
    """The object with every default that the schema tells in the place of what is left out."""
    if isinstance(value, dict):
        authority = value.get("authority", authority)
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in part:
            target = SCHEMA["$defs"][part["$ref"].removeprefix("#/$defs/")]
            value = written_out(value, target, kind, authority)
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    found = dict(value)
    for name, member in schema["properties"].items():
        if name not in found and DEFAULT_UPSTREAM in member and authority == "upstream":
            found[name] = member[DEFAULT_UPSTREAM]
        elif name not in found and DEFAULT_BY_KIND in member:
            found[name] = member[DEFAULT_BY_KIND][kind]
        elif name not in found and "default" in member:
            found[name] = member["default"]
        elif name not in found and "allOf" in member:
            # An object has no default of its own; its members have theirs.
            found[name] = {}
        if name in found:
            found[name] = written_out(found[name], member, kind, authority)
    return found


def settings_of(value: Any) -> WorkstreamSettings:
    return resolve(Workstream.model_validate(value))


@settings(max_examples=200, deadline=None)
@given(near(SCHEMA))
def test_written_out_defaults_change_nothing(value: Any) -> None:
    try:
        expected = settings_of(value)
    except ValidationError:
        return
    kind = KIND_OF_CHANNEL.get(value["channel"], "messaging")
    full = written_out(value, SCHEMA, kind)
    assert settings_of(full) == expected
    assert full["auto_close"].keys() == AutoClose.model_fields.keys()
    assert Workstream.model_fields.keys() - full.keys() <= WITHOUT


@pytest.mark.parametrize("authority", get_args(Authority))
@pytest.mark.parametrize("kind", KINDS)
def test_each_kinds_defaults_are_those_in_force(kind: Kind, authority: str) -> None:
    bare = {"channel": kind, "authority": authority}
    assert settings_of(written_out(bare, SCHEMA, kind)) == settings_of(bare)
    for status in ("open", "active", "wrap_up"):
        member = SCHEMA["$defs"]["AutoClose"]["properties"][status]
        told = member[DEFAULT_BY_KIND][kind]
        if authority == "upstream":
            told = member[DEFAULT_UPSTREAM]
        in_force = getattr(settings_of(bare), f"{status}_ms")
        assert told == (None if in_force is None else in_force / 1_000), status


def test_null_and_a_key_left_out_are_two_things() -> None:
    member = SCHEMA["$defs"]["AutoClose"]["properties"]["open"]
    assert "default" not in member
    assert "null: never" in member["description"]
    assert "Left out: 1200 for live_chat;" in member["description"]
    assert settings_of({"channel": "live_chat"}).open_ms == 1_200_000
    assert settings_of({"channel": "live_chat", "auto_close": {"open": None}}).open_ms is None


@settings(max_examples=200, deadline=None)
@given(near(SCHEMA))
def test_an_object_is_written_as_it_was_read(value: Any) -> None:
    try:
        workstream = Workstream.model_validate(value)
    except ValidationError:
        return
    for text in (
        workstream.model_dump_json(),
        workstream.model_dump_json(exclude_unset=True),
        json.dumps(workstream.model_dump()),
    ):
        assert json.loads(text) == value
        assert resolve(Workstream.model_validate_json(text)) == resolve(workstream)


@pytest.mark.parametrize(
    ("configured", "text"),
    [
        (Workstream(channel="voice"), '{"channel":"voice"}'),
        (
            Workstream(channel="voice", units=None),
            '{"channel":"voice","units":null}',
        ),
        (AutoClose(open=None), '{"open":null}'),
        (Representative(profiles={"chat": None}), '{"profiles":{"chat":null}}'),
    ],
)
def test_what_was_left_out_stays_left_out(configured: Configuration, text: str) -> None:
    assert configured.model_dump_json() == text


def test_a_default_by_kind_is_told_for_every_kind() -> None:
    with pytest.raises(Incomplete, match="live_chat"):
        by_kind("Seconds.", voice=1)


@given(st.sampled_from(KINDS))
def test_units_follow_the_profiles_where_they_are_left_out(kind: Kind) -> None:
    assert settings_of({"channel": kind}).units == 30
    assert settings_of({"channel": kind, "units": None, "profiles": ["chat"]}).units == 0

"""A validator of JSON Schema and the models accept the same, rules between members included."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from omnistate_schemas.configuration import TIME_ZONE_PATTERN, Configuration, ContactCentre
from omnistate_schemas.generators.documents import MESSAGES
from omnistate_schemas.named_types import TIME_PATTERN
from omnistate_schemas.published import read_schema
from omnistate_schemas.times import parse_time_ms
from pydantic import BaseModel, ValidationError

from tests.schemas.near_values import TIMES, ZONES, near

MODELS: dict[str, type[BaseModel]] = {**MESSAGES, "contact_centre": ContactCentre}
VALIDATORS = {name: Draft202012Validator(read_schema(name)) for name in MODELS}
VALUES = {name: near(read_schema(name)) for name in MODELS}
CONFIGURATIONS = [name for name, model in MODELS.items() if issubclass(model, Configuration)]
TRACES = ("traceparent", "tracestate")


def model_accepts(name: str, value: Any) -> bool:
    try:
        MODELS[name].model_validate_json(json.dumps(value))
    except ValidationError:
        return False
    return True


def schema_accepts(name: str, value: Any) -> bool:
    return VALIDATORS[name].is_valid(value)


def is_excused(value: Any) -> bool:
    """Whether it has what other tests are about: a strange trace, an unknown zone, hours."""
    if isinstance(value, list):
        return any(is_excused(part) for part in value)
    if not isinstance(value, dict):
        return False
    # What windows and days must not have in common is beyond a schema: test_queue_schemas.
    if value.get("operating_hours"):
        return True
    zone = value.get("time_zone")
    if isinstance(zone, str) and re.match(TIME_ZONE_PATTERN, zone) and zone not in ZONES:
        return True
    return any(not isinstance(value.get(name), str | None) for name in TRACES) or any(
        is_excused(part) for part in value.values()
    )


def agree(name: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[name])
    assume(not is_excused(value))
    accepted = schema_accepts(name, value)
    event(f"accepted: {accepted}")
    assert model_accepts(name, value) is accepted, json.dumps(value)


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(sorted(MODELS)), data=st.data())
def test_both_accept_or_both_refuse(name: str, data: st.DataObject) -> None:
    agree(name, data)


@pytest.mark.parametrize("name", ["conversation.started", "supervisor.assign", *CONFIGURATIONS])
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_both_agree_on_what_has_rules_between_members(name: str, data: st.DataObject) -> None:
    agree(name, data)


def changed(name: str, **members: Any) -> Any:
    """The example with members of `data`, or of the object itself, replaced; `...` takes away."""
    example = read_schema(name)["examples"][0]
    within = "data" in example
    found = (example["data"] if within else example) | members
    left = {key: member for key, member in found.items() if member is not ...}
    return {**example, "data": left} if within else left


START, ASSIGN = "conversation.started", "supervisor.assign"


@pytest.mark.parametrize(
    ("name", "members", "accepted"),
    [
        (START, {"direction": "outbound"}, False),
        (START, {"direction": "outbound", "representative_id": None}, False),
        (START, {"direction": "outbound", "representative_id": "ana"}, True),
        (START, {"direction": "inbound"}, True),
        (START, {"direction": None, "representative_id": None}, True),
        (START, {"handled_by": "bot"}, True),
        (START, {"handled_by": "bot", "channel": "record"}, False),
        (START, {"handled_by": None, "channel": "record"}, True),
        (START, {"profiles": ["chat"] * 64}, True),
        (START, {"profiles": ["chat"] * 65}, False),
        (START, {"scheduled_for": "2023-02-29T00:00:00Z"}, False),
        (ASSIGN, {"representative_id": ..., "queue_id": ...}, False),
        (ASSIGN, {"representative_id": None, "queue_id": None}, False),
        (ASSIGN, {"representative_id": "ana", "queue_id": "support"}, False),
        (ASSIGN, {"representative_id": "ana", "queue_id": None}, True),
        (ASSIGN, {"representative_id": None, "queue_id": "support"}, True),
        (ASSIGN, {"representative_id": ..., "queue_id": "support"}, True),
        ("workstream", {"channel": "voice", "distribution": "pick"}, False),
        ("workstream", {"channel": "voice", "distribution": "push"}, True),
        ("workstream", {"channel": "voice", "distribution": ...}, True),
        ("workstream", {"channel": "record", "distribution": "pick"}, True),
        ("workstream", {"block_capacity_for_wrap_up": 29.5}, False),
        ("workstream", {"block_capacity_for_wrap_up": True}, False),
        ("workstream", {"block_capacity_for_wrap_up": 3_600}, True),
        ("workstream", {"profiles": None}, False),
        ("workstream", {"auto_close": {"open": None}}, True),
        ("workstream", {"auto_close": None}, False),
        ("representative", {"profiles": {"": 1}}, False),
        ("representative", {"profiles": {"x" * 257: 1}}, False),
        ("contact_centre", {"queues": None, "representatives": {"ana": None}}, True),
        ("contact_centre", {"workstreams": {"chat": None}}, False),
    ],
)
def test_each_rule_between_members(name: str, members: dict[str, Any], accepted: bool) -> None:
    value = changed(name, **members)
    assert schema_accepts(name, value) is accepted
    assert model_accepts(name, value) is accepted


@pytest.mark.parametrize("text", TIMES)
def test_a_time_matches_exactly_where_it_can_be_read(text: str) -> None:
    value = read_schema("customer.ended")["examples"][0] | {"time": text}
    try:
        parse_time_ms(text)
    except ValueError:
        assert not schema_accepts("customer.ended", value)
    else:
        assert schema_accepts("customer.ended", value)


@settings(max_examples=100, deadline=None)
@given(st.from_regex(TIME_PATTERN.removesuffix("$") + r"\Z"))
def test_whatever_matches_is_a_time_but_for_the_edges_of_the_calendar(text: str) -> None:
    # What lies outside the years 1 to 9999 in UTC alone is beyond a pattern.
    if "0001-01-02" < text[:10] < "9999-12-31":
        parse_time_ms(text)


@pytest.mark.parametrize("trace", [5, {}, [], True])
@pytest.mark.parametrize("member", TRACES)
def test_a_strange_trace_costs_no_event_but_should_not_be_written(member: str, trace: Any) -> None:
    value = read_schema("customer.ended")["examples"][0] | {member: trace}
    assert model_accepts("customer.ended", value)
    assert not schema_accepts("customer.ended", value)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "MARS"])
def test_which_zones_there_are_is_for_the_database_to_say(zone: str) -> None:
    assert schema_accepts("representative", {"time_zone": zone})
    assert not model_accepts("representative", {"time_zone": zone})

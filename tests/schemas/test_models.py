"""The models and the engine say the same: what goes in, what comes out, and what null means.

Documents made from the models are `test_documents`'; here it is what the engine really reads and
writes.
"""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.cli.configuration_file import build_directory
from omnistate.core import facts
from omnistate.core.input import Input, Start
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.conversation.replay import Replay
from omnistate.stream.ports import Record
from omnistate_schemas import output_data, output_members, state_change
from omnistate_schemas.action_data import TransferData
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.inputs import INPUT
from omnistate_schemas.outputs import OUTPUT
from omnistate_schemas.registry import INPUTS, OUTPUTS
from pydantic import BaseModel

from tests.harness import members
from tests.oracle.random_days import day_of

Event = dict[str, Any]


def members_of(value: object) -> dict[str, Any]:
    """What a value consists of; how long an input's text is says nothing."""
    found = members.members_of(value)
    return {**found, "size": 0} if "size" in found else found


SEEDS = st.integers(0, 2**31)
# Each value of the engine's, and the model that describes it to readers.
TWINS: dict[type[msgspec.Struct], type[BaseModel]] = {
    facts.Cause: output_members.Cause,
    facts.InputPosition: output_members.InputPosition,
    facts.NextTimer: output_members.NextTimer,
    facts.Handler: output_members.Handler,
    facts.StateChange: state_change.StateChange,
    facts.Held: output_data.CapacityChange,
    facts.Released: output_data.CapacityChange,
    facts.Rejected: output_data.RejectionData,
    facts.Ignored: output_data.IgnoredData,
}


def example_of(name: str) -> Event:
    extra: Any = INPUTS[name].model.model_config["json_schema_extra"]
    found: Event = extra["examples"][0]
    return found


def decode(event: Event) -> Input:
    """The event through the engine's own decoder."""
    key = event["subject"].encode()
    record = Record(INPUTS[event["type"]].topic, 0, 3, 0, key, json.dumps(event).encode())
    found = decode_record(record, 1)
    assert isinstance(found, Input), found
    return found


def optional_members(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if not field.is_required()]


def data_model(name: str) -> type[BaseModel]:
    model = INPUTS[name].model.model_fields["data"].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return model


@pytest.mark.parametrize("name", INPUTS)
def test_an_example_is_read_alike_by_the_engine_and_by_the_models(name: str) -> None:
    event = example_of(name)
    model: Any = INPUT.validate_json(json.dumps(event))
    input_ = decode(event)
    kind = type(model)
    assert kind is INPUTS[name].model
    assert input_.problem is None
    assert (input_.type, input_.id, input_.source) == (model.type, model.id, model.source)
    assert input_.conversation_id == model.subject
    if name == "conversation.started":
        for member in Start._fields:
            assert getattr(input_.start, member) == getattr(model.data, member)
    actor = {"representative": "representative_id", "supervisor": "supervisor_id"}
    acted = getattr(model.data, actor.get(name.partition(".")[0], "-"), None)
    assert input_.actor_id == acted
    for member in ("representative_id", "queue_id"):
        expected = getattr(model.data, member, None)
        if member == "queue_id" and isinstance(model.data, TransferData):
            expected = model.data.to.id if model.data.to.kind == "queue" else None
        assert getattr(input_, member) == expected


@pytest.mark.parametrize("name", INPUTS)
def test_a_null_of_an_optional_member_is_as_if_left_out(name: str) -> None:
    event = example_of(name)
    optional = optional_members(data_model(name))
    bare = {key: value for key, value in event["data"].items() if key not in optional}
    if name == "supervisor.assign":
        bare["representative_id"] = "ana"
        optional = ["queue_id"]
    without = decode(event | {"data": bare})
    assert without.problem is None
    for member in optional:
        with_null = decode(event | {"data": bare | {member: None}})
        assert members_of(with_null) == members_of(without)
    assert members_of(decode(event | {"data": dict.fromkeys(optional) | bare})) == members_of(
        without
    )


def test_a_null_within_what_was_granted_is_as_if_left_out() -> None:
    event = example_of("router.assign")
    granted = {"id": "ask-1", "source": "/router"}
    bare = {"representative_id": "ana", "reservation": granted}
    reservation = {**granted, "units": None, "profiles": None}
    without = decode(event | {"data": bare})
    assert without.problem is None
    assert without.told.reservation == ("ask-1", "/router", 0, [])
    with_null = decode(event | {"data": bare | {"reservation": reservation}})
    assert members_of(with_null) == members_of(without)


@pytest.mark.parametrize(
    ("name", "member"), [("router.assign", "auto_accept"), ("router.move", "overflow")]
)
def test_a_flag_is_raised_by_true_alone(name: str, member: str) -> None:
    event = example_of(name)
    bare = {key: value for key, value in event["data"].items() if key != member}
    for data in (bare, bare | {member: None}, bare | {member: False}):
        assert getattr(decode(event | {"data": data}), member) is False
    assert getattr(decode(event | {"data": bare | {member: True}}), member) is True


@pytest.mark.parametrize("name", INPUTS)
def test_null_of_a_required_member_or_a_missing_one_is_a_problem(name: str) -> None:
    event = example_of(name)
    for member, field in data_model(name).model_fields.items():
        if field.is_required():
            left = {key: value for key, value in event["data"].items() if key != member}
            for data in (left, left | {member: None}, left | {member: []}):
                problem = decode(event | {"data": data}).problem
                assert problem is not None
                assert member in problem, "the message names it"


@pytest.mark.parametrize("name", INPUTS)
def test_unknown_members_change_nothing(name: str) -> None:
    event = example_of(name)
    more = event["data"] | {"unknown": {"a": [1]}, "Representative_Id": "x"}
    strange = decode(event | {"data": more, "unknown": 1})
    assert members_of(strange) == members_of(decode(event))


def test_an_optional_member_must_not_be_mistyped() -> None:
    for name in INPUTS:
        event = example_of(name)
        for member in optional_members(data_model(name)):
            problem = decode(event | {"data": event["data"] | {member: {"a": {}}}}).problem
            assert problem is not None
            assert member in problem


@pytest.mark.parametrize("struct", TWINS, ids=lambda struct: struct.__name__)
def test_the_engine_writes_exactly_the_members_of_the_model(struct: type[msgspec.Struct]) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    model = TWINS[struct].model_fields
    # Whatever may be left out stands last in the engine's.
    assert set(fields) == set(model)
    for name, field in model.items():
        if issubclass(struct, facts.Refused) and name == "conversation_id":
            # The gate has to answer requests that name none; the engine always knows it.
            continue
        may_be_null = type(None) in get_args(field.annotation) or field.annotation is None
        assert (type(None) in get_args(fields[name].type)) == may_be_null, name


def run(day: tuple[list[bytes], Any, Any]) -> tuple[list[bytes], Replay]:
    lines, configuration, _ = day
    replay = Replay(build_directory(ContactCentre.model_validate(configuration)))
    found = [*replay.feed(lines)]
    found += replay.advance((replay.tables.clock_ms or 0) + 10**11)
    return found, replay


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_every_output_of_a_day_is_what_the_models_say(seed: int) -> None:
    for line in run(day_of(seed))[0]:
        output = json.loads(line)
        if output["topic"] == "dead-letters":
            continue
        value = json.dumps(output["value"])
        event = OUTPUT.validate_json(value)
        model, topic = OUTPUTS[event.type]
        assert (type(event), topic) == (model, output["topic"])
        assert output["key"] == event.subject
        # Nothing more than the model knows, and nothing less: it comes back word for word.
        again = event.model_dump(mode="json", exclude_unset=True)
        assert again == output["value"]
        assert event.causationid == event.data.cause.id
        assert ("causationid" in output["value"]) == (event.data.cause.id is not None)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_a_day_with_every_optional_member_null_is_the_same_day(seed: int) -> None:
    lines, configuration, until = day_of(seed)
    spelled = [_with_nulls(line) for line in lines]
    plain = [json.loads(line) for line in run((lines, configuration, until))[0]]
    quoted = {
        line.decode(errors="replace"): other for line, other in zip(lines, spelled, strict=True)
    }
    for output in plain:
        # A dead letter quotes its line, which reads otherwise on the day with nulls.
        if output["topic"] == "dead-letters":
            output["value"] = quoted[output["value"]].decode(errors="replace")
    assert [json.loads(line) for line in run((spelled, configuration, until))[0]] == plain


def _with_nulls(line: bytes) -> bytes:
    """The event with a null for each optional member that it leaves out."""
    try:
        event = json.loads(line)
        nulls = dict.fromkeys(optional_members(data_model(event["type"])))
        return json.dumps(event | {"data": nulls | event["data"]}).encode()
    except (KeyError, TypeError, ValueError):
        return line


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_reader_passes_over_what_a_later_version_adds(name: str) -> None:
    extra: Any = OUTPUTS[name][0].model_config["json_schema_extra"]
    event = extra["examples"][0]
    later = event | {"added": 1, "data": event["data"] | {"added": {"a": 1}}}
    model = OUTPUTS[name][0]
    assert model.model_validate(later) == model.model_validate(event)

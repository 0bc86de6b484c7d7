"""The decoder, case by case: contract.md#envelope and contract.md#dead-letters, at their borders.

`test_decoding_times` has the times, `test_decoding_fuzz` what nobody thought of.
"""

import json
from typing import Any

import pytest
from omnistate.core.input import Input
from omnistate.stream.cloudevents import DeadLetter
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers
from omnistate_schemas.registry import INPUTS

from tests.harness.events import EVENT, STARTED, STRUCTURED, of, outcome, record


@pytest.mark.parametrize("name", INPUTS)
def test_the_example_of_each_type_decodes_on_its_topic_alone(name: str) -> None:
    examples: Any = INPUTS[name].model.model_config["json_schema_extra"]
    one = examples["examples"][0]
    place: dict[str, Any] = {"key": one["subject"].encode(), "topic": INPUTS[name].topic}
    assert outcome(of(one, **place)) == "decoded"
    (other,) = {kind.topic for kind in INPUTS.values()} - {INPUTS[name].topic}
    assert outcome(of(one, **place | {"topic": other})) == "wrong_topic"


def test_64_kib_of_value_and_not_a_byte_more() -> None:
    text = json.dumps(EVENT).encode()
    assert outcome(record(text.ljust(65_536))) == "decoded"
    assert outcome(record(text.ljust(65_537))) == "oversized"
    assert outcome(record(b"x" * 65_537)) == "oversized"


def test_64_kib_of_headers_and_not_a_byte_more() -> None:
    structured: Headers = (("content-type", STRUCTURED), ("empty", None))
    room = 65_536 - sum(len(name) + len(text or b"") for name, text in structured) - 1
    for size, code in ((room, "decoded"), (room + 1, "oversized")):
        assert outcome(of(EVENT, headers=(*structured, ("x", b"y" * size)))) == code


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"null",
        b"{}",
        b"{",
        json.dumps(EVENT).encode()[:-1],
        json.dumps(EVENT).encode() + b"}",
        b"\xef\xbb\xbf" + json.dumps(EVENT).encode(),
        json.dumps(EVENT).encode() + b"\x00",
        json.dumps(EVENT).encode("utf-16"),
        json.dumps(EVENT).encode().replace(b"/desk", b"/d\xffsk"),
        json.dumps(EVENT).encode().replace(b"/desk", b"/d\xed\xa0\x80sk"),
        json.dumps(EVENT).encode().replace(b"/desk", b"\\ud83d"),
        json.dumps(EVENT).encode().replace(b"/desk", b"\\ude00\\ud83d"),
        json.dumps(EVENT).encode().replace(b"/desk", b"\n"),
        json.dumps(EVENT).encode().replace(b'"/desk"', b"NaN"),
        json.dumps(EVENT).encode().replace(b'"billing"', b"-Infinity"),
        json.dumps(EVENT).encode().replace(b'"billing"', b"1e999"),
        json.dumps(EVENT).encode().replace(b'"billing"', b"9" * 10_000),
    ],
)
def test_bytes_that_are_no_event(value: bytes | None) -> None:
    assert outcome(record(value)) == "undecodable"


@pytest.mark.parametrize(
    "number", ["1e400", "-1e309", "9" * 4_301, "-" + "9" * 4_300, "01", "+1", ".5"]
)
def test_numbers_that_readers_differ_about(number: str) -> None:
    text = json.dumps(EVENT | {"x": 0}).replace('"x": 0', f'"x": {number}')
    assert outcome(record(text.encode())) in {"decoded", "undecodable"}
    # The second look at the members must not stumble where the first one did not.
    assert outcome(record(text.replace('"x":', '"x" :').encode())) in {"decoded", "undecodable"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"specversion": "0.3"}, "undecodable"),
        ({"specversion": 1.0}, "undecodable"),
        ({"source": ""}, "undecodable"),
        ({"source": None}, "undecodable"),
        ({"type": ""}, "undecodable"),
        ({"type": "customer.sneezed"}, "unknown_type"),
        ({"type": "conversation.state_changed"}, "unknown_type"),
        ({"type": "Representative.transfer"}, "unknown_type"),
        ({"type": 5}, "undecodable"),
        ({"data": None}, "problem"),
        ({"data": []}, "undecodable"),
        ({"subject": None, "time": None}, "decoded"),
        ({"data": None, "data_base64": "e30="}, "problem"),
        ({"data": None, "data_base64": "bnVsbA=="}, "problem"),
        ({"data": None, "data_base64": "e30"}, "undecodable"),
        ({"data": None, "data_base64": "WzFd"}, "undecodable"),
        ({"data": None, "data_base64": 5}, "undecodable"),
        ({"data_base64": "e30="}, "undecodable"),
        ({"data_base64": None}, "decoded"),
        ({"data": None, "data_base64": "e30=", "datacontenttype": "text/xml"}, "undecodable"),
        ({"data": None, "data_base64": "e30=", "datacontenttype": "Text/JSON; a=b"}, "problem"),
        ({"partitionkey": EVENT["subject"]}, "decoded"),
        ({"partitionkey": None}, "decoded"),
        ({"partitionkey": "c2"}, "wrong_key"),
        ({"partitionkey": 5}, "wrong_key"),
        ({"data": {}}, "problem"),
        ({"subject": "c2"}, "wrong_key"),
        ({"subject": "C1"}, "wrong_key"),
        ({"unknown": {"a": 1}}, "decoded"),
        ({"data": {**EVENT["data"], "unknown": [1]}}, "decoded"),
        ({"data": {**EVENT["data"], "representative_id": 5}}, "problem"),
        ({"data": {**EVENT["data"], "to": {"kind": "home", "id": "x"}}}, "problem"),
    ],
)
def test_one_attribute_changed(changed: dict[str, Any], code: str) -> None:
    assert outcome(of(EVENT | changed)) == code


# The record lends its key and its timestamp, and no data is {}.
WITHOUT: dict[str, str] = {"subject": "decoded", "time": "decoded", "data": "problem"}


@pytest.mark.parametrize("name", list(EVENT))
def test_every_other_attribute_is_required(name: str) -> None:
    left = {key: value for key, value in EVENT.items() if key != name}
    assert outcome(of(left)) == WITHOUT.get(name, "undecodable")


@pytest.mark.parametrize("colon", [":", " :", "\n:", "\t:", "\r:", " \r\n\t :"])
@pytest.mark.parametrize("name", ['"id"', '"\\u0069d"', '"i\\u0064"'])
def test_a_repeated_member_at_each_level(name: str, colon: str) -> None:
    text = json.dumps(EVENT, separators=(",", ":"))
    again = f'{name}{colon}"i1",'
    assert outcome(record(text.encode())) == "decoded"
    assert outcome(record(("{" + again + text[1:]).encode())) == "undecodable"
    assert outcome(record(text.replace('"to":{', '"to":{' + again).encode())) == "undecodable"
    doubled = text.replace('"data":{', '"data":{"x":1,"x"' + colon + "1,")
    assert outcome(record(doubled.encode())) == "undecodable"
    unread = text.replace('"data":{', '"data":{"x":{"y":[{"z":1,"z"' + colon + "1}]},")
    assert outcome(record(unread.encode())) == "undecodable"


@pytest.mark.parametrize("length", [0, 1, 256, 257])
@pytest.mark.parametrize("letter", ["a", "é", "😀"])
def test_ids_are_1_to_256_characters(length: int, letter: str) -> None:
    id_, fits = letter * length, 1 <= length <= 256
    assert outcome(of(EVENT | {"id": id_})) == ("decoded" if fits else "undecodable")
    subject = of(EVENT | {"subject": id_}, key=id_.encode())
    assert outcome(subject) == ("decoded" if fits else "undecodable")
    data = EVENT["data"] | {"representative_id": id_}
    assert outcome(of(EVENT | {"data": data})) == ("decoded" if fits else "problem")


@pytest.mark.parametrize(
    ("key", "code"),
    [(None, "wrong_key"), (b"", "wrong_key"), (b"c1 ", "wrong_key"), (b"\xff", "wrong_key")],
)
def test_the_key_is_the_subject(key: bytes | None, code: str) -> None:
    assert outcome(of(EVENT, key=key)) == code


def test_only_a_start_must_lie_where_its_key_belongs() -> None:
    home = partition_of(b"c1", 12)
    for partition in range(12):
        started = of(STARTED, topic="channel-events", partition=partition)
        assert outcome(started, 12) == ("decoded" if partition == home else "wrong_partition")
        assert outcome(of(EVENT, partition=partition), 12) == "decoded"


@pytest.mark.parametrize("value", [5, None, [], {}, True, 1.5])
def test_a_trace_context_that_is_no_text_is_left_out(value: object) -> None:
    found = decode_record(of(EVENT | {"traceparent": value, "tracestate": "a=b"}), 1)
    assert isinstance(found, Input)
    assert (found.traceparent, found.tracestate) == (None, "a=b")


@pytest.mark.parametrize("depth", [80, 90, 101, 200, 5_000, 15_000, 60_000])
@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"x":', "}")])
def test_deep_nesting_is_refused_and_never_a_crash(depth: int, left: str, right: str) -> None:
    deep = left * depth + "1" + right * depth
    text = json.dumps(EVENT | {"extra": 0}).replace('"extra": 0', f'"extra": {deep}')
    code = outcome(record(text.encode()))
    if len(text) > 65_534:
        assert code == "oversized"
    else:
        assert code == ("decoded" if depth <= 90 else "undecodable")


def test_a_message_never_quotes_the_content() -> None:
    for name in ("id", "source", "type", "subject", "time", "data", "specversion"):
        found = decode_record(of(EVENT | {name: "s3cret" * 60}), 1)
        assert isinstance(found, DeadLetter) or name == "source"
        assert isinstance(found, Input) or "s3cret" not in found.message
    for data in ({"representative_id": ["s3cret"]}, {"to": "s3cret"}, {"to": {"kind": "s3cret"}}):
        found = decode_record(of(EVENT | {"data": EVENT["data"] | data}), 1)
        assert isinstance(found, Input)
        assert found.problem is not None
        assert "s3cret" not in found.problem

"""Structured and binary mode, and what the `content-type` header does (contract.md#envelope)."""

import json
from typing import Any

import pytest
from omnistate.core.input import Input
from omnistate.stream.cloudevents import BATCH, DeadLetter
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.ports import Headers

from tests.harness.events import EVENT, STRUCTURED, of, outcome, record
from tests.harness.members import members_of

ATTRIBUTES: tuple[tuple[str, bytes], ...] = tuple(
    (f"ce_{name}", str(value).encode()) for name, value in EVENT.items() if name != "data"
)
DATA = json.dumps(EVENT["data"]).encode()


def binary(*headers: tuple[str, bytes], without: str = "") -> Any:
    """A binary event's record with these headers, too."""
    kept = tuple(header for header in ATTRIBUTES if header[0] != without)
    return record(DATA, (*kept, *headers))


@pytest.mark.parametrize(
    "value",
    [
        STRUCTURED,
        b"Application/CloudEvents+JSON",
        b"application/cloudevents+json; charset=utf-8",
        b" APPLICATION/cloudevents+json ;charset=UTF-8;x=y",
    ],
)
@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_structured_without_regard_to_case_and_parameters(name: str, value: bytes) -> None:
    assert outcome(of(EVENT, headers=((name, value),))) == "decoded"


def test_without_the_header_a_json_event_is_accepted() -> None:
    assert outcome(of(EVENT)) == "decoded"
    assert outcome(of(EVENT, headers=(("x-trace", b"1"),))) == "decoded"
    assert outcome(of(EVENT, headers=(("content-type", b""),))) == "decoded"


@pytest.mark.parametrize(
    "value",
    [
        b"text/plain",
        b"application/cloudevents",
        b"application/cloudevents-batch+json",
        b"application/cloudevents+jsonx",
    ],
)
def test_another_content_type_is_no_event(value: bytes) -> None:
    assert outcome(of(EVENT, headers=(("content-type", value),))) == "undecodable"


@pytest.mark.parametrize("value", [b"application/json", b"text/JSON; charset=utf-8"])
def test_json_that_is_a_whole_event_is_taken(value: bytes) -> None:
    """Some SDKs tell the type of the data, also where the event is all in the value."""
    assert outcome(of(EVENT, headers=(("content-type", value),))) == "decoded"
    assert outcome(record(DATA, headers=(("content-type", value),))) == "undecodable"


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("content-type", b"application/json"),),
        (("Content-Type", b"Application/JSON; charset=utf-8"),),
        (("content-type", b"application/vnd.desk+json"),),
    ],
)
def test_binary_mode(headers: tuple[tuple[str, bytes], ...]) -> None:
    found = decode_record(binary(*headers), 1)
    structured = decode_record(of(EVENT), 1)
    assert isinstance(found, Input)
    assert members_of(found) | {"size": 0} == members_of(structured) | {"size": 0}


@pytest.mark.parametrize("value", [b"text/plain", b"application/avro", b"application/xml"])
def test_binary_data_that_is_not_json(value: bytes) -> None:
    assert outcome(binary(("content-type", value))) == "undecodable"


LENT = {"ce_subject", "ce_time"}


@pytest.mark.parametrize("name", [name for name, _ in ATTRIBUTES if name not in LENT])
def test_binary_mode_requires_attributes(name: str) -> None:
    assert outcome(binary(without=name)) == "undecodable"


@pytest.mark.parametrize("name", sorted(LENT))
def test_a_record_lends_its_key_and_timestamp(name: str) -> None:
    found = decode_record(binary(without=name), 1)
    assert isinstance(found, Input)
    assert found.conversation_id == EVENT["subject"]
    if name == "ce_time":
        assert found.time_ms == binary().timestamp_ms


def test_a_batch_is_for_http() -> None:
    found = decode_record(of(EVENT, headers=(("content-type", BATCH.encode()),)), 1)
    assert isinstance(found, DeadLetter)
    assert found.code == "undecodable"
    assert "batches are for HTTP" in found.message


def test_a_header_that_is_not_utf_8_is_passed_over() -> None:
    assert outcome(of(EVENT, headers=(("content-type", b"\xff\xfe"),))) == "decoded"
    assert outcome(record(DATA, (*ATTRIBUTES, ("ce_tracestate", b"\xff")))) == "decoded"


def test_names_of_binary_headers_have_no_case() -> None:
    shouted = tuple((name.upper(), value) for name, value in ATTRIBUTES)
    assert outcome(record(DATA, shouted)) == "decoded"


def test_the_data_of_a_binary_event_is_checked_like_any_other() -> None:
    assert outcome(record(b'{"a":1,"a":2}', ATTRIBUTES)) == "undecodable"
    assert outcome(record(b'{"a" :1,"a" :2}', ATTRIBUTES)) == "undecodable"
    assert outcome(record(b'{"to":{"id":"x","id":"y"}}', ATTRIBUTES)) == "undecodable"
    assert outcome(record(b"[]", ATTRIBUTES)) == "undecodable"
    assert outcome(record(b"{}", ATTRIBUTES)) == "problem"
    # No value, an empty one, or null is no data.
    assert outcome(record(b" null\n", ATTRIBUTES)) == "problem"
    assert outcome(record(b"\x0bnull", ATTRIBUTES)) == "undecodable"
    assert outcome(record(None, ATTRIBUTES)) == "problem"
    assert outcome(record(b"", ATTRIBUTES)) == "problem"


def test_a_structured_event_is_not_disturbed_by_attributes_in_headers() -> None:
    headers: Headers = (("content-type", STRUCTURED), ("ce_id", b"other"), ("ce_type", b"x"))
    found = decode_record(of(EVENT, headers=headers), 1)
    assert isinstance(found, Input)
    assert found.id == "i1"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("ce_subject", b"\xff", "decoded"),
        ("ce_id", b"", "undecodable"),
        ("ce_id", b"x" * 257, "undecodable"),
        ("ce_time", b"yesterday", "undecodable"),
        ("ce_type", b"customer.sneezed", "unknown_type"),
        ("ce_specversion", b"0.3", "undecodable"),
        ("ce_unknown", b"\x00", "decoded"),
        ("ce_traceparent", b"00-aa-bb-01", "decoded"),
    ],
)
def test_one_binary_attribute_changed(name: str, value: bytes, code: str) -> None:
    kept = tuple(header for header in ATTRIBUTES if header[0] != name)
    assert outcome(record(DATA, (*kept, (name, value)))) == code


@pytest.mark.parametrize("name", ["content-type", "ce_id", "ce_type", "x"])
def test_a_header_without_a_value_is_no_crash(name: str) -> None:
    """Kafka knows headers whose value is null; one is as if it were not there."""
    assert outcome(of(EVENT, headers=((name, None),))) == "decoded"
    assert outcome(record(DATA, (*ATTRIBUTES, ("x", None)))) == "decoded"
    without = tuple(header for header in ATTRIBUTES if header[0] != name)
    required = name.startswith("ce_")
    code = "undecodable" if required else "decoded"
    assert outcome(record(DATA, (*without, (name, None)))) == code


@pytest.mark.parametrize("value", [b"\xff", b"\x0a\x10\x80\x01", b"\x00"])
@pytest.mark.parametrize("name", ["x-trace-bin", "grpc-trace-bin", "__schema_id"])
def test_a_header_that_is_none_of_ours_may_hold_any_bytes(name: str, value: bytes) -> None:
    """Tracers and proxies put binary headers on records; they are nobody's business here."""
    other: Headers = ((name, value),)
    assert outcome(of(EVENT, headers=(("content-type", STRUCTURED), *other))) == "decoded"
    assert outcome(of(EVENT, headers=other)) == "decoded"
    assert outcome(record(DATA, (*ATTRIBUTES, *other))) == "decoded"

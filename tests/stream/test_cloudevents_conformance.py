"""The conformance cases of the CloudEvents project, as far as they concern a consumer on Kafka.

From `features/kafka-protocol-binding.feature` of cloudevents/conformance at 7a8ee0a, with its
example event, which has no subject: the record's key is one. Then what the protocol binding and the
JSON format of version 1.0 ask of whoever reads, beyond those cases.
"""

import json
from typing import Any

import pytest
from omnistate.stream.cloudevents import Undecodable, read_event
from omnistate.stream.ports import Headers
from omnistate_schemas.times import format_time

TYPE = "com.example.someevent"
PAYLOAD = b"""
{"message": "Hello World!"}
"""
STRUCTURED = b"""
{
    "specversion": "1.0",
    "type": "com.example.someevent",
    "time": "2018-04-05T03:56:24Z",
    "id": "1234-1234-1234",
    "source": "/mycontext/subcontext",
    "datacontenttype": "application/json",
    "data": {
        "message": "Hello World!"
    }
}
"""
BINARY: Headers = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1234-1234-1234"),
    ("ce_type", b"com.example.someevent"),
    ("ce_source", b"/mycontext/subcontext"),
    ("ce_time", b"2018-04-05T03:56:24Z"),
)
ATTRIBUTES = {
    "id": "1234-1234-1234",
    "specversion": "1.0",
    "type": "com.example.someevent",
    "source": "/mycontext/subcontext",
    "subject": "key-1",
}


def read(value: bytes | None, headers: Headers) -> dict[str, Any]:
    """The attributes and the data, as any type of event has them; the time as it is printed."""
    envelope, time_ms = read_event(value, headers, {TYPE}, key=b"key-1", timestamp_ms=7)
    found: dict[str, Any] = {**envelope}
    assert format_time(time_ms) == "2018-04-05T03:56:24.000Z"
    del found["time"]
    return found


def changed(**members: Any) -> bytes:
    """The structured event with other members."""
    return json.dumps(json.loads(STRUCTURED) | members).encode()


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_binary_content_mode(content_type: str) -> None:
    found = read(PAYLOAD, (*BINARY, ("content-type", content_type.encode())))
    assert found == ATTRIBUTES | {"data": {"message": "Hello World!"}}


@pytest.mark.parametrize(
    "content_type",
    ["application/cloudevents+json", "application/cloudevents+json; charset=utf-8"],
)
def test_structured_content_mode(content_type: str) -> None:
    found = read(STRUCTURED, (("content-type", content_type.encode()),))
    kept = {name: found[name] for name in ATTRIBUTES}
    assert kept == ATTRIBUTES
    assert found["data"] == {"message": "Hello World!"}


def test_attributes_of_structured_mode_stand_in_the_value() -> None:
    """Copies of attributes in headers are not looked at."""
    headers: Headers = (("content-type", b"application/cloudevents+json"), ("ce_id", b"another"))
    assert read(STRUCTURED, headers)["id"] == "1234-1234-1234"


@pytest.mark.parametrize("value", [None, b""])
def test_an_event_without_data(value: bytes | None) -> None:
    assert read(value, BINARY)["data"] == {}
    structured = json.loads(STRUCTURED)
    del structured["data"]
    assert read(json.dumps(structured).encode(), ())["data"] == {}


def test_a_member_that_is_null_is_not_there() -> None:
    """JSON format, 2.2: the same as if it were left out."""
    found = read(changed(subject=None, dataschema=None, traceparent=None, data=None), ())
    assert found["subject"] == "key-1"
    assert found["data"] == {}


def test_data_in_base64() -> None:
    """JSON format, 3.1: data_base64 holds bytes, which are JSON by the content type."""
    encoded = changed(data=None, data_base64="eyJtZXNzYWdlIjogIkhlbGxvIFdvcmxkISJ9")
    assert read(encoded, ())["data"] == {"message": "Hello World!"}


@pytest.mark.parametrize(
    "extension", ["text", 7, True, "2018-04-05T03:56:24Z", "/a/reference", "YmluYXJ5"]
)
def test_extensions_of_every_type(extension: Any) -> None:
    """Whoever does not know an extension takes the event all the same."""
    assert read(changed(comexampleextension1=extension), ())["data"] != {}
    header = ("ce_comexampleextension1", str(extension).encode())
    assert read(PAYLOAD, (*BINARY, header))["data"] != {}


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"[" + STRUCTURED + b"]", (("content-type", b"application/cloudevents-batch+json"),)),
        (b"<xml/>", (*BINARY, ("content-type", b"application/xml"))),
        (STRUCTURED, (("content-type", b"application/cloudevents+avro"),)),
        (changed(specversion="0.3"), ()),
        (changed(data="Hello World!"), ()),
        (changed(data_base64="e30="), ()),
        (PAYLOAD, BINARY[1:]),
    ],
)
def test_what_this_consumer_does_not_read(value: bytes, headers: Headers) -> None:
    """Another format, another version, or data that is no object: a dead letter."""
    with pytest.raises(Undecodable) as refused:
        read(value, headers)
    assert refused.value.code == "undecodable"

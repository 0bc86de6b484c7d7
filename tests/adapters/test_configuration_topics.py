"""Configuration objects as records: as they stand in the file, and compared as such."""

import json

import pytest
from omnistate.adapters.kafka.configuration.configuration_topics import (
    UnusableObject,
    decode_key,
    decode_object,
    encode_object,
    find_changes,
)
from omnistate_schemas.configuration import Queue, Representative, Workstream

STREAMS = "workstreams"


def workstream(text: str) -> Workstream:
    return Workstream.model_validate_json(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"channel":"voice"}',
        '{"channel":"voice","units":null}',
        '{"channel":"sms","auto_close":{"open":null}}',
        '{"channel":"sms","auto_close":{}}',
        '{"channel":"sms","offer_timeout":null,"profiles":[]}',
        '{"channel":"sms","block_capacity_for_wrap_up":45.5}',
    ],
)
def test_an_object_says_what_it_said(text: str) -> None:
    assert json.loads(encode_object(workstream(text))) == json.loads(text)
    again = decode_object(STREAMS, encode_object(workstream(text)))
    assert again.model_fields_set == workstream(text).model_fields_set


@pytest.mark.parametrize(
    ("published", "outcome"),
    [
        ('{"channel":"sms","units":null}', "unchanged"),
        ('{"units": null, "channel": "sms"}', "unchanged"),
        ('{"channel":"sms"}', "changed"),
        ('{"channel":"sms","units":30}', "changed"),
        ('{"channel":"sms","units":null,"offer_timeout":120}', "changed"),
        ("no json", "changed"),
    ],
)
def test_what_counts_as_changed(published: str, outcome: str) -> None:
    wanted = {"a": workstream('{"channel":"sms","units":null}')}
    (change,) = find_changes(STREAMS, wanted, {b"a": published.encode()}, prune=False)
    assert (change.key, change.outcome) == (b"a", outcome)


@pytest.mark.parametrize(("prune", "outcome"), [(True, "pruned"), (False, "kept")])
def test_what_the_file_does_not_have(prune: bool, outcome: str) -> None:
    added, other = find_changes("queues", {"ä": Queue()}, {b"b": b"{}"}, prune=prune)
    assert added == ("queues", "ä".encode(), b"{}", "added")
    assert (other.key, other.outcome) == (b"b", outcome)
    assert (other.value is None) is prune


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"x" * 257])
def test_keys_that_are_no_ids(key: bytes | None) -> None:
    with pytest.raises(UnusableObject, match="the key is no id"):
        decode_key(key)


@pytest.mark.parametrize(
    ("topic", "value", "problem"),
    [
        ("representatives", b'{"time_zone": "Secret/Town"}', "time_zone: unknown time zone"),
        ("representatives", b'{"units": "secret"}', "units: Input should be a valid integer"),
        (STREAMS, b'{"channel": "secret"}', "channel: Input should be"),
        (STREAMS, b"secret", "Invalid JSON"),
    ],
)
def test_problems_quote_nothing(topic: str, value: bytes, problem: str) -> None:
    with pytest.raises(UnusableObject) as caught:
        decode_object(topic, value)
    assert str(caught.value).startswith(problem)
    assert "ecret" not in str(caught.value)


def test_a_representative_round_trip() -> None:
    ana = Representative(profiles={"chat": None})
    assert encode_object(ana) == b'{"profiles":{"chat":null}}'
    assert decode_object("representatives", encode_object(ana)) == ana


@pytest.mark.parametrize("prune", [True, False])
def test_what_a_batch_behind_it_may_have_changed_is_written_anew(*, prune: bool) -> None:
    """None stands for a value that is followed by what nobody can read."""
    wanted = {"a": Queue()}
    same, other = find_changes("queues", wanted, {b"a": None, b"b": None}, prune=prune)
    assert same == ("queues", b"a", b"{}", "changed")
    assert (other.outcome, other.value) == ("pruned" if prune else "kept", None)

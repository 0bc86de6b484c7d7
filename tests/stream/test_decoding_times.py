"""Which times of an event are times, and which none: contract.md#envelope, at its borders."""

import pytest
from omnistate.stream.cloudevents import read_event
from omnistate_schemas.times import FIRST_MS, LAST_MS, parse_time_ms

from tests.harness.events import EVENT, of, outcome


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2025-03-05T09:00:00Z", "2025-03-05T09:00:00Z"),
        ("2025-03-05t09:00:00z", "2025-03-05T09:00:00Z"),
        ("2025-03-05T09:00:00.1239Z", "2025-03-05T09:00:00.123Z"),
        ("2025-03-05T09:00:00.123999999999Z", "2025-03-05T09:00:00.123Z"),
        ("2025-03-05T09:00:00.1Z", "2025-03-05T09:00:00.100Z"),
        ("2025-03-05T09:00:00.0000000001+00:00", "2025-03-05T09:00:00Z"),
        ("2025-03-05T14:45:00+05:45", "2025-03-05T09:00:00Z"),
        ("2025-03-05T09:00:00-00:00", "2025-03-05T09:00:00Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2016-12-31T18:59:60.5-05:00", "2017-01-01T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_times_that_are_times(text: str, same: str) -> None:
    value = of(EVENT | {"time": text}).value
    assert read_event(value, ())[1] == parse_time_ms(same)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-05T09:00:00",
        "2025-03-05T09:00Z",
        "2025-03-05",
        "20250305T090000Z",
        "2025-W10-3T09:00:00Z",
        "2025-03-05T09:00:00.Z",
        "2025-03-05T09:00:00,5Z",
        "2025-03-05T09:00:00+0100",
        "2025-03-05T09:00:00+24:00",
        "2025-03-05T24:00:00Z",
        "2025-02-29T00:00:00Z",
        "2025-03-05T09:60:00Z",
        "2025-03-05T09:00:61Z",
        # Of the form that is read by tables: each part wrong in turn.
        "2025-02-29T09:00:00.123Z",
        "2025-03-05T24:00:00.123Z",
        "2025-03-05T09:60:00.123Z",
        "2025-03-05T09:00:61.123Z",
        "2025-03-05T09:00:00.12 Z",
        "2025-03-05T09:00:00.-12Z",
        "2025-03-05T0٩:00:00.123Z",
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T23:59:60Z",
        "10000-01-01T00:00:00Z",
        "٢٠٢٥-03-05T09:00:00Z",
        " 2025-03-05T09:00:00Z",
        "2025-03-05T09:00:00Z\n",
        "",
    ],
)
def test_times_that_are_none(text: str) -> None:
    # The days of some are known by then.
    assert parse_time_ms("2025-03-05T09:00:00.123Z") == parse_time_ms(
        "2025-03-05T09:00:00.123+00:00"
    )
    assert outcome(of(EVENT | {"time": text})) == "undecodable"


@pytest.mark.parametrize("timestamp_ms", [-(2**62), FIRST_MS - 1, LAST_MS + 1, 2**62])
def test_a_record_lends_no_time_that_is_none(timestamp_ms: int) -> None:
    without = {name: value for name, value in EVENT.items() if name != "time"}
    assert outcome(of(without)) == "decoded"
    assert outcome(of(without)._replace(timestamp_ms=timestamp_ms)) == "undecodable"
    assert outcome(of(EVENT)._replace(timestamp_ms=timestamp_ms)) == "decoded"

"""The engine against the oracle where much is held: the same inputs are too large for both."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from omnistate.stream.ports import Record
from omnistate_schemas.times import format_time

from tests.engine.second_edition import needs_engine
from tests.harness.engine_run import run
from tests.oracle import model
from tests.oracle.comparison import plain
from tests.stream.sizes import STEPS, Said, names, outbound, records_of

pytestmark = needs_engine
DESK: dict[str, Any] = {
    "channel": "live_chat",
    "keep_same_representative": True,
    "auto_close": {"open": None},
}
CENTRE: dict[str, Any] = {
    "workstreams": {"desk": DESK},
    "capacity_profiles": {f"day{n}": {"reset": "end_of_day"} for n in range(0, 600, 2)},
}


def line_of(record: Record) -> bytes:
    """The event as a line of a file, whose time is the record's."""
    event = json.loads(record.value or b"")
    return json.dumps({**event, "time": format_time(record.timestamp_ms)}).encode()


def check(records: list[Record]) -> Counter[str]:
    """Both say the same; which codes they say."""
    lines = [line_of(each) for each in records]
    until = format_time(records[-1].timestamp_ms + 172_800_000)
    outputs, state = plain(*run(lines, CENTRE, until))
    expected_outputs, expected_state = plain(*model.run(lines, CENTRE, until))
    for output, expected in zip(outputs, expected_outputs, strict=True):
        if output != expected:
            note(f"engine {json.dumps(output)[:2_000]}")
            note(f"oracle {json.dumps(expected)[:2_000]}")
        assert output == expected
    assert state == expected_state
    values = [each["value"] for each in outputs if isinstance(each["value"], dict)]
    return Counter(each["data"].get("code") for each in values)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_same_outputs_and_state(steps: list[Said]) -> None:
    check(records_of(steps) or [outbound(0, ["p"])])


def test_both_come_to_the_bound() -> None:
    assert check([outbound(n, names(n, 30, 20)) for n in range(20)])["too_large"] == 12


def test_profiles_of_workstream_and_start_together() -> None:
    own = [f"w{n}" for n in range(40)]
    config = {**CENTRE, "workstreams": {"desk": {**DESK, "profiles": own}}}
    fits = [*own[:10], *(f"s{n}" for n in range(24))]
    lines = [line_of(outbound(0, fits)), line_of(outbound(1, [*fits, "one-more"]))]
    outputs, state = plain(*run(lines, config))
    assert (outputs, state) == plain(*model.run(lines, config))
    assert [each["value"]["data"].get("code") for each in outputs] == [None, None, "invalid_data"]


def test_units() -> None:
    lines = []
    for number, units in enumerate((10_000, 10_001, 2_147_483_647)):
        event = json.loads(line_of(outbound(number, [])))
        event["data"]["units"] = units
        lines.append(json.dumps(event).encode())
    outputs, state = plain(*run(lines, CENTRE))
    assert (outputs, state) == plain(*model.run(lines, CENTRE))
    codes = [each["value"]["data"].get("code") for each in outputs]
    assert codes == [None, None, "invalid_data", "invalid_data"]
    assert state["representatives"]["ana"]["occupied_units"] == 10_000

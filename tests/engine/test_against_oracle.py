"""The engine against the oracle: the same outputs and state for the same random days."""

import json

from hypothesis import HealthCheck, given, note, settings

from tests.engine.second_edition import needs_engine
from tests.harness.engine_run import run
from tests.oracle import model
from tests.oracle.comparison import differences, plain
from tests.oracle.random_days import Day, days


@needs_engine
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days())
def test_same_outputs_and_state(day: Day) -> None:
    """Two programs that were written apart from one contract agree."""
    lines, config, until = day
    outputs, state = plain(*run(lines, config, until))
    expected_outputs, expected_state = plain(*model.run(lines, config, until))
    found = differences(outputs, expected_outputs)
    if found or state != expected_state:
        note(b"\n".join(lines).decode(errors="replace"))
        note(json.dumps(config))
    assert found[:1] == []
    assert state == expected_state

"""The engine against the oracle: the same outputs and state for the same random days."""

import json

from hypothesis import HealthCheck, given, note, settings

from tests.harness.engine_run import canonical, run
from tests.oracle import model
from tests.oracle.random_days import Day, days


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days())
def test_same_outputs_and_state(day: Day) -> None:
    """Two programs that were written apart from one contract agree."""
    lines, config, until = day
    outputs, state = canonical(*run(lines, config, until))
    expected_outputs, expected_state = canonical(*model.run(lines, config, until))
    for output, expected in zip(outputs, expected_outputs, strict=False):
        if output != expected:
            note(b"\n".join(lines).decode(errors="replace"))
            note(json.dumps(config))
            note(f"engine {json.dumps(output)}")
            note(f"oracle {json.dumps(expected)}")
        assert output == expected
    assert len(outputs) == len(expected_outputs)
    assert state == expected_state

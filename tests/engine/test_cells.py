"""Every cell of the table and every story, by an expectation written apart from both programs.

The engine and the oracle pass the same suite.
"""

from collections.abc import Callable
from typing import Any

import pytest
from omnistate.core.conversation import stages, transitions

from tests.harness import engine_run
from tests.harness.engine_run import Output
from tests.oracle import model
from tests.oracle.cells import CELLS, TIMER_CELLS
from tests.oracle.narration import read, tell
from tests.oracle.scenes import config_of, members_of, scene, start_timer, timer_config
from tests.oracle.stories import STORIES

UNTIL = "2025-03-08T00:00:00Z"
Program = Callable[[list[bytes], dict[str, Any], str | None], tuple[list[Output], dict[str, Any]]]
PROGRAMS: dict[str, Program] = {"engine": engine_run.run, "oracle": model.run}
both = pytest.mark.parametrize("program", PROGRAMS)


def outcome_of(outputs: list[Output]) -> str:
    """The outcome of one input, from what it put out, in the words of `cells`."""
    for output in outputs:
        if output["topic"] == "rejected-inputs":
            value = output["value"]
            return f"{value['type'].removeprefix('input.')}:{value['data']['code']}"
    rules = [o["value"]["data"]["rule"] for o in outputs if o["topic"].endswith("state-changes")]
    return "+".join(rules) or "recorded"


@both
@pytest.mark.parametrize(("stage", "kind", "variant"), CELLS)
def test_cell(program: str, stage: str, kind: str, variant: str) -> None:
    """One input variant, in one stage, for one kind."""
    run, config = PROGRAMS[program], config_of(kind)
    before, _ = run(scene(stage, kind), config, None)
    after, _ = run(scene(stage, kind, [(variant, members_of(variant, kind))]), config, None)
    assert after[: len(before)] == before
    assert outcome_of(after[len(before) :]) == CELLS[stage, kind, variant]


@both
@pytest.mark.parametrize(("stage", "kind", "timer"), TIMER_CELLS)
def test_timer_cell(program: str, stage: str, kind: str, timer: str) -> None:
    """One timer, in one stage, for one kind: its first firing after the scene."""
    run, config = PROGRAMS[program], timer_config(kind, timer)
    lines = scene(stage, kind, start_timer(timer, stage, kind))
    before, _ = run(lines, config, None)
    outputs, _ = run(lines, config, UNTIL)
    fired = [
        (output["value"]["data"]["cause"]["type"], output["value"]["data"])
        for output in outputs[len(before) :]
    ]
    # Only what happens before another change takes the conversation out of the stage.
    rule = "-"
    for cause, data in fired:
        if cause == f"timer.{timer.split(':', maxsplit=1)[0]}":
            rule = data["rule"]
            break
        if "sequence" in data:
            break
    assert rule == TIMER_CELLS[stage, kind, timer]


@both
@pytest.mark.parametrize("title", STORIES)
def test_story(program: str, title: str) -> None:
    """A day, hour by hour, as somebody worked it out by hand."""
    lines, config, until, expected = read(STORIES[title])
    outputs, _ = PROGRAMS[program](lines, config, until)
    assert tell(outputs) == expected


def test_the_expectation_covers_the_whole_table() -> None:
    """Every trigger and every stage of the law stands in the hand-written expectation."""
    triggers = {t for t in transitions.TRIGGERS if not t.startswith("timer.")}
    variants = {variant.split(":")[0] for _, _, variant in CELLS}
    assert {trigger.split("/")[0] for trigger in triggers} == variants
    assert {stage for stage, _, _ in CELLS} == set(stages.STAGES)

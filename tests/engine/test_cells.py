"""Every cell of the table and every story, by an expectation written apart from both programs.

The engine and the oracle pass the same suite.
"""

from collections.abc import Callable
from typing import Any

import pytest
from omnistate.core.conversation import stages, transitions

from tests.engine.second_edition import needs_engine
from tests.harness import engine_run
from tests.harness.engine_run import Output
from tests.oracle import model
from tests.oracle.cells import CELLS, CELLS_OF, TIMER_CELLS_OF
from tests.oracle.hand_written import FIGURES, STORIES
from tests.oracle.narration import figures, read, tell
from tests.oracle.scenes import cell_config, members_of, path_to, scene_of
from tests.oracle.timer_scenes import start_timer, timer_config, waking

UNTIL = "2025-03-08T00:00:00Z"
Program = Callable[[list[bytes], dict[str, Any], str | None], tuple[list[Output], dict[str, Any]]]
PROGRAMS: dict[str, Program] = {"engine": engine_run.run, "oracle": model.run}
both = pytest.mark.parametrize("program", [pytest.param("engine", marks=needs_engine), "oracle"])
AUTHORITIES = ("engine", "upstream")


def groups_of(tables: dict[str, dict[tuple[str, str, str], str]]) -> list[tuple[str, str, str]]:
    """Authority, stage and kind: all cells of one such group are looked at together."""
    groups = [
        (authority, stage, kind)
        for authority in AUTHORITIES
        for stage, kind, _ in tables[authority]
    ]
    return list(dict.fromkeys(groups))


def column_of(
    tables: dict[str, dict[tuple[str, str, str], str]], authority: str, stage: str, kind: str
) -> dict[str, str]:
    """What is expected of each input or timer in one group."""
    return {
        name: word
        for (of_stage, of_kind, name), word in tables[authority].items()
        if (of_stage, of_kind) == (stage, kind)
    }


def outcome_of(outputs: list[Output], stage: str) -> str:
    """The outcome of one input, from what it put out, in the words of `cells`."""
    for output in outputs:
        if output["topic"] == "rejected-inputs":
            value = output["value"]
            return f"{value['type'].removeprefix('input.')}:{value['data']['code']}"
    rules = [o["value"]["data"]["rule"] for o in outputs if o["topic"].endswith("state-changes")]
    return "+".join(rules) or ("waits" if stage == "nothing" else "recorded")


@both
@pytest.mark.parametrize(("authority", "stage", "kind"), groups_of(CELLS_OF))
def test_cells(program: str, authority: str, stage: str, kind: str) -> None:
    """Every input variant in one stage, for one kind, where one or the other decides."""
    run, config = PROGRAMS[program], cell_config(stage, kind, authority)
    path, expected = path_to(stage, kind), column_of(CELLS_OF, authority, stage, kind)
    before, _ = run(scene_of(path), config, None)
    outcomes = {}
    for variant in expected:
        outputs, _ = run(scene_of([*path, (variant, members_of(variant, kind))]), config, None)
        assert outputs[: len(before)] == before
        outcomes[variant] = outcome_of(outputs[len(before) :], stage)
    assert outcomes == expected


@pytest.mark.parametrize("authority", AUTHORITIES)
@both
def test_what_waits_is_refused_at_last(program: str, authority: str) -> None:
    """Timer `early`: three seconds after it came there is still no conversation."""
    lines = scene_of([("customer.messaged", {})])
    run, config = PROGRAMS[program], cell_config("nothing", "messaging", authority)
    waited, _ = run(lines, config, "2025-03-05T09:00:02.999Z")
    refused, _ = run(lines, config, "2025-03-05T09:00:03Z")
    assert waited == []
    assert [output["value"]["data"]["code"] for output in refused] == ["unknown_conversation"]
    assert refused[0]["value"]["time"] == "2025-03-05T09:00:03.000Z"


@both
@pytest.mark.parametrize(("authority", "stage", "kind"), groups_of(TIMER_CELLS_OF))
def test_timer_cells(program: str, authority: str, stage: str, kind: str) -> None:
    """Every timer in one stage, for one kind: its first firing after the scene."""
    expected = column_of(TIMER_CELLS_OF, authority, stage, kind)
    outcomes = {}
    for timer in expected:
        config = timer_config(stage, kind, timer, authority)
        path = waking(path_to(stage, kind), timer)
        lines = scene_of([*path, *start_timer(timer, stage, kind, authority)])
        before, _ = PROGRAMS[program](lines, config, None)
        outputs, _ = PROGRAMS[program](lines, config, UNTIL)
        outcomes[timer] = fired_by(timer, outputs[len(before) :])
    assert outcomes == expected


def fired_by(timer: str, outputs: list[Output]) -> str:
    """The rule of a timer, where no other change takes the conversation out of the stage first."""
    for value in (output["value"] for output in outputs):
        if value["data"]["cause"]["type"] == f"timer.{timer.split(':', maxsplit=1)[0]}":
            is_reminder = value["type"] == "conversation.reminder"
            return "reminder" if is_reminder else str(value["data"]["rule"])
        if value["type"] == "conversation.state_changed":
            break
    return "-"


@both
@pytest.mark.parametrize("title", STORIES)
def test_story(program: str, title: str) -> None:
    """A day, hour by hour, as somebody worked it out by hand."""
    lines, config, until, expected = read(STORIES[title])
    outputs, _ = PROGRAMS[program](lines, config, until)
    assert tell(outputs) == expected
    for cause, type_, members in FIGURES.get(title, []):
        told = figures(outputs, cause, type_)
        assert {name: told.get(name) for name in members} == members


@needs_engine
def test_the_expectation_covers_the_whole_table() -> None:
    """Every trigger and every stage of the law stands in the hand-written expectation."""
    triggers = {t for t in transitions.TRIGGERS if not t.startswith("timer.")}
    variants = {variant.split(":")[0] for _, _, variant in CELLS}
    assert {trigger.split("/")[0] for trigger in triggers} == variants
    assert {stage for stage, _, _ in CELLS} == set(stages.STAGES)

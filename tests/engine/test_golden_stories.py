"""Golden stories: one conversation of each channel kind out of a seeded day, change by change.

The stories are checked in as people read them. `python -m tests.engine.test_golden_stories` writes
them anew; whoever does that reads the difference.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from omnistate.demo.day_figures import Figures
from omnistate.demo.day_report import choose_story
from omnistate.demo.simulated_day import Day
from omnistate_schemas.vocabulary import KIND_OF_CHANNEL, KINDS, STATE_CHANGES, Kind

GOLDEN = Path(__file__).parent / "golden"
SEED, CONVERSATIONS = 11, 400


async def tell_day() -> dict[str, list[dict[str, Any]]]:
    """Every conversation's changes on the seeded day."""
    day = Day(SEED, CONVERSATIONS)
    figures = Figures(day.world.start_ms)
    await day.start()
    while (outputs := await day.step()) is not None:
        for topic, event in outputs:
            if topic == STATE_CHANGES:
                figures.read(topic, event)
    return figures.stories


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stories() -> dict[str, list[dict[str, Any]]]:
    """That day, lived once."""
    return await tell_day()


def tell(stories: Mapping[str, list[dict[str, Any]]], kind: Kind) -> str:
    """The most eventful conversation of a kind, a line a change."""
    figures = Figures(0)
    figures.stories = {
        id_: story
        for id_, story in stories.items()
        if KIND_OF_CHANNEL[story[0]["data"]["channel"]] == kind
    }
    story = choose_story(figures)
    lines = [f"{story[0]['subject']} on {story[0]['data']['channel']}, seed {SEED}"]
    for event in story:
        data = event["data"]
        timer = data.get("next_timer")
        after = f"{timer['name']} at {timer['at'][11:19]}" if timer else "no timer"
        whom = data.get("offered_representative_id") or data.get("representative_id", "nobody")
        lines.append(
            f"{event['time'][11:23]} {data['sequence']:>2} {data['rule']:<3} "
            f"{data['status']}/{data.get('detail', '-')}, {whom}, {data.get('queue_id')}, "
            f"because {data.get('reason')}, by {data['cause']['type']}, {after}"
        )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", KINDS)
def test_the_story_is_told_as_ever(stories: Mapping[str, list[dict[str, Any]]], kind: Kind) -> None:
    assert tell(stories, kind) == (GOLDEN / f"{kind}.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    told = asyncio.run(tell_day())
    for each in KINDS:
        (GOLDEN / f"{each}.txt").write_text(tell(told, each), encoding="utf-8")

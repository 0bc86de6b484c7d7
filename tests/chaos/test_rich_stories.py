"""The chaos' traffic says what edition 2 has, and the engine takes it as it is meant."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
import pytest
from omnistate.cli.configuration_file import build_directory
from omnistate.stream.conversation.replay import Replay
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.inputs import INPUT
from omnistate_schemas.registry import INPUTS

from tests.chaos.chaos_traffic import Event, Traffic, hurry
from tests.chaos.lived_day import tell_day
from tests.chaos.rich_stories import STORIES, tell_story
from tests.chaos.rich_workstreams import WORKSTREAMS

PEOPLE = ["ana", "bob", "eve", "dan", "fay"]
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
# Each of these must be seen; what a day of the demo has anyway is not listed.
RULES = {
    *("F1", "F2", "F3", "F4", "F5", "F6", "F7", "A11", "A13", "N3", "N4", "N5", "U1", "Z1"),
    *("B20", "B21", "B22", "D6", "E3", "E4", "E5", "R5", "S1", "S3", "W7", "W8", "X8", "K3"),
}


class Clock:
    """A sixty-fourth of a second passes with each thing that is said."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1 / 64)
        return self.now


def run(
    events: Iterator[Event], clock: Clock, configuration: dict[str, Any], said: list[Event]
) -> list[Any]:
    """The engine's outputs; it takes each input when it is said, which is then put to `said`."""
    replay = Replay(build_directory(ContactCentre.model_validate(configuration)))
    lines: list[bytes] = []
    for event in events:
        said.append(event)
        lines += replay.advance(round(clock.now.timestamp() * 1_000))
        if event.topic in {"channel-events", "agent-actions"}:
            lines += replay.feed([event.value or b""])
    lines += replay.advance(round((clock.now + timedelta(seconds=20)).timestamp() * 1_000))
    return [msgspec.json.decode(line) for line in lines]


@pytest.mark.slow
async def test_the_traffic_holds_what_is_new_and_most_of_it_is_accepted() -> None:
    day, configuration = await tell_day(3, 60)
    clock = Clock()
    said: list[Event] = []
    traffic = islice(iter(Traffic(day, "3", now=clock)), 12_000)
    hurried = hurry(configuration, gate=False)
    outputs = run(traffic, clock, hurried, said)
    of_stories = [each for each in outputs if "story-" in str(each["key"])]
    rules = Counter(each["value"]["data"].get("rule") for each in outputs)
    assert sorted(RULES - set(rules)) == []
    types = Counter(each["value"]["type"] for each in of_stories)
    assert types["conversation.reminder"] > 1
    assert types["input.recorded"] > 30
    codes = Counter(
        each["value"]["data"]["code"] for each in of_stories if each["topic"] == "rejected-inputs"
    )
    # Refused are repeats, clicks on old pictures, and what timers overtook.
    assert sum(codes.values()) < 0.5 * types["conversation.state_changed"], codes
    assert codes["superseded"] > 3
    # None waits for a start that never comes.
    assert not codes["unknown_conversation"]
    # Nobody in so small a day gives a conversation back.
    assert set(INPUTS) - {event.type for event in said} <= {"representative.release"}


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_a_story_is_what_the_schemas_say(story: Any) -> None:
    for seed in range(30):
        draw = random.Random(seed)
        told = story(draw, draw.sample(PEOPLE, 4))
        assert told[0][0] == "conversation.started"
        for number, line in enumerate(told):
            data = line[1] | ({line[2]: "2026-03-02T09:00:00Z"} if len(line) > 2 else {})
            event = {
                "specversion": "1.0",
                "id": str(number),
                "source": "/chaos",
                "subject": "c",
                "type": line[0],
                "time": "2026-03-02T09:00:00Z",
                "data": data,
            }
            parsed: Any = INPUT.validate_python(event)
            assert set(data) <= set(type(parsed.data).model_fields)


def test_followed_ones_are_told_out_of_order_and_some_before_their_start() -> None:
    late = early = 0
    for seed in range(200):
        lines = tell_story(random.Random(seed), PEOPLE)
        times = [line.at_s for line in lines]
        start = next(line for line in lines if line.type == "conversation.started")
        late += times[1:] != sorted(times[1:])
        early += lines[0] is not start
        if lines[0] is not start:
            assert WORKSTREAMS[start.data["workstream_id"]]["authority"] == "upstream"
    assert late > 20
    assert early > 5

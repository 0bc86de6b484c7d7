"""A day of the demo's world through the real engine, as the tests look at it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from omnistate.cli.configuration_file import build_directory
from omnistate.demo.world import World
from omnistate.stream.conversation.replay import Replay
from omnistate_schemas.configuration import ContactCentre

Event = dict[str, Any]


@dataclass
class Day:
    """What was published and what came out, in order."""

    world: World
    inputs: list[Event] = field(default_factory=list)
    outputs: list[tuple[str, Event]] = field(default_factory=list)

    def changes(self) -> Iterator[Event]:
        """The data of every state change."""
        return (each["data"] for topic, each in self.outputs if topic == STATE_CHANGES)

    def capacity(self) -> Iterator[Event]:
        """Every hold and release."""
        return (each for topic, each in self.outputs if topic == CAPACITY_CHANGES)

    def refusals(self) -> Iterator[Event]:
        """Every rejected and ignored input."""
        return (each for topic, each in self.outputs if topic == REJECTED_INPUTS)

    def rules(self) -> Counter[str]:
        """How often each rule was applied, those of capacity alone included."""
        rules = Counter(each["rule"] for each in self.changes())
        alone = (each["data"]["rule"] for each in self.capacity())
        rules.update(rule for rule in alone if rule in {"K1", "K2", "W4", "W5", "P1"})
        return rules


STATE_CHANGES = "conversation-state-changes"
CAPACITY_CHANGES = "capacity-changes"
REJECTED_INPUTS = "rejected-inputs"


def live(seed: int, conversations: int) -> Day:
    """Run the world and the engine against each other until the day is over."""
    world = World(seed, conversations)
    day = Day(world)
    centre = ContactCentre.model_validate_json(msgspec.json.encode(world.configuration))
    replay = Replay(build_directory(centre))
    while (at_ms := world.next_at_ms()) is not None:
        _observe(day, replay.advance(at_ms))
        assert world.next_at_ms() == at_ms, "observing must not change what comes next"
        events = world.act()
        day.inputs += events
        _observe(day, replay.feed([msgspec.json.encode(each) for each in events]))
    return day


def _observe(day: Day, lines: Iterable[bytes]) -> None:
    for line in lines:
        output = msgspec.json.decode(line)
        day.outputs.append((output["topic"], output["value"]))
        day.world.observe(output["topic"], output["value"])

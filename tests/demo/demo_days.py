"""A day of the demo, lived to its end, as the tests look at it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from omnistate.demo.day_figures import OF_HOLDS
from omnistate.demo.simulated_day import Day as SimulatedDay
from omnistate.demo.world import World
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    REJECTED_INPUTS,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
)

Event = dict[str, Any]


@dataclass
class Day:
    """What was published and what came out, in order."""

    lived: SimulatedDay
    # What the engine took: of the world, the router and the gate; and what desktops said of people.
    inputs: list[Event] = field(default_factory=list)
    presence: list[Event] = field(default_factory=list)
    outputs: list[tuple[str, Event]] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The world that lived it."""
        return self.lived.world

    def changes(self) -> Iterator[Event]:
        """The data of every state change."""
        return (each["data"] for topic, each in self.outputs if topic == STATE_CHANGES)

    def capacity(self) -> Iterator[Event]:
        """Every hold and release."""
        return (
            each
            for topic, each in self.outputs
            if topic == CAPACITY_CHANGES and each["type"] != "capacity.declined"
        )

    def refusals(self) -> Iterator[Event]:
        """Every rejected and ignored input."""
        return (each for topic, each in self.outputs if topic == REJECTED_INPUTS)

    def rules(self) -> Counter[str]:
        """How often each rule was applied, those of capacity alone included."""
        rules = Counter(each["rule"] for each in self.changes())
        alone = (each["data"]["rule"] for each in self.capacity())
        rules.update(rule for rule in alone if rule in OF_HOLDS)
        return rules


async def live(seed: int, conversations: int) -> Day:
    """Run the world and the workers against each other until the day is over."""
    lived = SimulatedDay(seed, conversations)
    day = Day(lived)
    presence = lived.log.consumer((REPRESENTATIVE_PRESENCE,))
    await lived.start()
    while (outputs := await lived.step()) is not None:
        day.outputs += outputs
    day.inputs = [msgspec.json.decode(each.value or b"") for each in lived.read_inputs()]
    day.presence = [msgspec.json.decode(each.value or b"") for each in presence.poll()]
    return day

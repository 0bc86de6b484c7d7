"""A day of the demo's as inputs at their times, for a rig whose engine is the only worker."""

import json
from collections import deque
from typing import Any

from omnistate.demo.simulated_day import Day


class ToldDay:
    """A day of the demo's that was lived before, as a world that nobody can surprise.

    It says the same inputs at the same times; what its router was granted, it just assigns.
    """

    def __init__(self, day: Day) -> None:
        """`day` is over."""
        self.start_ms = day.world.start_ms
        workstreams = day.world.configuration["workstreams"]
        self.configuration: dict[str, Any] = {
            **day.world.configuration,
            "workstreams": {
                id_: {**workstream, "assign_through_gate": False}
                for id_, workstream in workstreams.items()
            },
        }
        told: dict[int, list[dict[str, Any]]] = {}
        for record in day.read_inputs():
            event = json.loads(record.value or b"")
            event["data"].pop("reservation", None)
            told.setdefault(record.timestamp_ms, []).append(event)
        self._told = deque(sorted(told.items()))

    def next_at_ms(self) -> int | None:
        """When something is said next."""
        return self._told[0][0] if self._told else None

    def act(self) -> list[dict[str, Any]]:
        """What is said then."""
        return self._told.popleft()[1]


async def tell_day(seed: int, conversations: int) -> ToldDay:
    """A day of the demo's, lived by itself."""
    day = Day(seed, conversations)
    await day.start()
    while await day.step() is not None:
        continue
    return ToldDay(day)

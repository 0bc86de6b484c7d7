"""The demo's day: the world and the workers on the embedded log, in simulated time.

It carries inputs from the world to the log and outputs from the log to the world, and keeps what
was said in the order in which it was said. It decides nothing on either side.
"""

from typing import Any, Final

import msgspec
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from omnistate.demo.day_workers import DayWorkers
from omnistate.demo.world import World
from omnistate.stream.ports import Record

Event = dict[str, Any]
# What the engine publishes of conversations, and, last, what the gate does of people.
OUTPUTS: Final = (
    STATE_CHANGES,
    CAPACITY_CHANGES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
)
_DECODE: Final = msgspec.json.Decoder().decode


class Day:
    """One day: `start` once, then `step` until it says None."""

    def __init__(self, seed: int, conversations: int) -> None:
        """Build the world, and the workers on one partition of each topic."""
        self.world = World(seed, conversations)
        self.now_ms = self.world.start_ms
        self.workers = DayWorkers(self.world.configuration, lambda: self.now_ms)
        self.directory = self.workers.directory
        self.log = self.workers.log
        self.task = self.workers.engine
        self.tally = self.workers.tally
        # The engine's: what `omnistate replay` says of the same inputs.
        self.outputs: list[Record] = []
        self._read_inputs = self.log.consumer((CHANNEL_EVENTS, AGENT_ACTIONS))
        self._read_outputs = self.log.consumer(OUTPUTS)

    async def start(self) -> None:
        """Take the partitions over, before the first step."""
        await self.workers.start()

    async def step(self) -> list[tuple[str, Event]] | None:
        """Whatever comes next: a timer, a turn of the router, or an act of the world.

        Returns the new outputs with their topics, in order; None when the day is over.
        """
        next_ms = self.world.next_at_ms()
        if next_ms is None:
            return None
        due_ms = self.workers.due_ms
        # The world goes first at one instant, so that no order is left to the log's rule for ties.
        if due_ms is not None and due_ms < next_ms:
            self.now_ms = max(self.now_ms, due_ms)
            await self.workers.fire()
            self.world.pass_to(self.now_ms)
            return self._deliver()
        self.now_ms = next_ms
        events = self.world.act()
        for event in events:
            self.workers.publish(event)
        if not events:
            return []
        await self.workers.settle()
        return self._deliver()

    async def pass_time(self, until_ms: int) -> None:
        """Once the day is over: let the workers alone go on until then, whatever is due."""
        while (due_ms := self.workers.due_ms) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            await self.workers.fire()
        self.now_ms = max(self.now_ms, until_ms)
        self._deliver()

    def _deliver(self) -> list[tuple[str, Event]]:
        """Let the world read what has been committed, as any reader of the topics would."""
        found = []
        for record in self._read_outputs.poll():
            event = _DECODE(record.value or b"null")
            found.append((record.topic, event))
            if record.topic != REPRESENTATIVE_CAPACITY and not _is_of_gate(event):
                self.outputs.append(record)
            self.world.observe(record.topic, event)
        return found

    def read_inputs(self) -> list[Record]:
        """Every input in the order in which the engine took it; call it once, at the end."""
        order = {CHANNEL_EVENTS: 0, AGENT_ACTIONS: 1}
        return sorted(
            self._read_inputs.poll(),
            key=lambda record: (record.timestamp_ms, order[record.topic], record.offset),
        )


def _is_of_gate(event: Event) -> bool:
    """Whether the gate has refused a request: the other writer of refusals."""
    read_from = event["data"].get("input", {})
    return bool(read_from.get("topic") == ASSIGNMENT_REQUESTS)

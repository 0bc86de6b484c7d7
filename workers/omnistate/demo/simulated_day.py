"""The demo's day: the world and the engine on the embedded log, in simulated time.

It carries inputs from the world to the log and outputs from the log to the world, and keeps what
was said in the order in which it was said. It decides nothing on either side.
"""

from collections import Counter as Tally
from typing import Any, Final

import msgspec
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.core.directory import Directory
from omnistate.demo.world import World
from omnistate.stream.conversation.processor import process_conversations
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Record
from omnistate.stream.topology import load_topology

Event = dict[str, Any]
GROUP: Final = "conversation"
# As in production: the wall clock fires a timer this long after its deadline (contract.md#timers).
TIMER_GRACE_MS: Final = 1_000
OUTPUTS: Final = (STATE_CHANGES, CAPACITY_CHANGES, RECORDED_INPUTS, REJECTED_INPUTS)
_ENCODE: Final = msgspec.json.Encoder().encode
_DECODE: Final = msgspec.json.Decoder().decode


class Day:
    """One day: `start` once, then `step` until it says None."""

    def __init__(self, seed: int, conversations: int) -> None:
        """Build the world, the log with one partition of each topic, and the partition task."""
        self.world = World(seed, conversations)
        centre = ContactCentre.model_validate(self.world.configuration)
        self.directory = Directory(
            centre.workstreams, centre.capacity_profiles, centre.representatives
        )
        self.now_ms = self.world.start_ms
        topology = load_topology()
        topics = {topic.name: 1 for topic in topology.topics}
        self.log = MemoryLog(topics, lambda: self.now_ms)
        inputs = (CHANNEL_EVENTS, AGENT_ACTIONS)
        tables = topology.group(GROUP).tables
        self.partition = MemoryPartition(self.log, GROUP, 0, inputs, tables)
        self.task = PartitionTask(self.partition, process_conversations(self.directory))
        self.tally: Tally[str] = Tally()
        self.outputs: list[Record] = []
        self._read_inputs = self.log.consumer(inputs)
        self._read_outputs = self.log.consumer(OUTPUTS)

    async def start(self) -> None:
        """Take the partition over, before the first step."""
        await self.task.start()

    async def step(self) -> list[tuple[str, Event]] | None:
        """Whatever comes next: a timer, or an act of the world.

        Returns the new outputs with their topics, in order; None when the day is over.
        """
        next_ms = self.world.next_at_ms()
        if next_ms is None:
            return None
        due_ms = self.task.processor.due_ms
        if due_ms is not None and due_ms + TIMER_GRACE_MS <= next_ms:
            self.now_ms = max(self.now_ms, due_ms + TIMER_GRACE_MS)
            fired = await self.task.fire_timers(due_ms)
            self.tally.update(fired.batch.tally)
            return self._deliver()
        self.now_ms = next_ms
        events = self.world.act()
        for event in events:
            topic = INPUTS[event["type"]].topic
            self.log.append(topic, event["subject"].encode(), _ENCODE(event))
        if not events:
            return []
        committed = await self.task.run_batch()
        self.tally.update(committed.batch.tally)
        return self._deliver()

    def _deliver(self) -> list[tuple[str, Event]]:
        """Let the world read what has been committed, as any reader of the topics would."""
        records = self._read_outputs.poll()
        self.outputs.extend(records)
        events = [(record.topic, _DECODE(record.value or b"null")) for record in records]
        for topic, event in events:
            self.world.observe(topic, event)
        return events

    def read_inputs(self) -> list[Record]:
        """Every input in the order in which the engine took it; call it once, at the end."""
        order = {CHANNEL_EVENTS: 0, AGENT_ACTIONS: 1}
        return sorted(
            self._read_inputs.poll(),
            key=lambda record: (record.timestamp_ms, order[record.topic], record.offset),
        )

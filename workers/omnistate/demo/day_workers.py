"""The workers of the demo's day, on the embedded log: the engine, the gate, and the router.

Each reads what the others publish, as in production; here they take turns until nobody has
anything to do. It decides nothing.
"""

from collections import Counter as Tally
from collections.abc import Callable
from typing import Any, Final

import msgspec
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.registry import ROUTES
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    REPRESENTATIVE_PRESENCE,
)

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.core.directory import Directory
from omnistate.demo.day_router import DayRouter
from omnistate.stream.conversation.processor import process_conversations
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.representative.totals_processor import process_representatives
from omnistate.stream.topology import load_topology

Event = dict[str, Any]
ENGINE: Final = "conversation"
GATE: Final = "representative"
# As in production: the wall clock fires a timer this long after its deadline (contract.md#timers).
TIMER_GRACE_MS: Final = 1_000
CONFIGURATION_TOPICS: Final = {
    "workstreams": "workstreams",
    "capacity_profiles": "capacity-profiles",
    "representatives": "representatives",
    "queues": "queues",
}
_ENCODE: Final = msgspec.json.Encoder().encode


class DayWorkers:
    """One partition of each topic, and whoever works on it; `tally` is the engine's."""

    def __init__(self, configuration: dict[str, Any], now_ms: Callable[[], int]) -> None:
        """`configuration` is the object of CONFIG.yaml, `now_ms` the clock of all of them."""
        centre = ContactCentre.model_validate(configuration)
        self.directory: Final = Directory(
            centre.workstreams, centre.capacity_profiles, centre.representatives
        )
        self._now_ms = now_ms
        topology = load_topology()
        self.log: Final = MemoryLog({topic.name: 1 for topic in topology.topics}, now_ms)
        self._configure(configuration)
        inputs = {
            ENGINE: (CHANNEL_EVENTS, AGENT_ACTIONS),
            GATE: (REPRESENTATIVE_PRESENCE, CAPACITY_CHANGES, ASSIGNMENT_REQUESTS),
        }
        partitions = {
            group: MemoryPartition(self.log, group, 0, topics, topology.group(group).tables)
            for group, topics in inputs.items()
        }
        self.engine: Final = PartitionTask(
            partitions[ENGINE], process_conversations(self.directory)
        )
        self.gate: Final = PartitionTask(partitions[GATE], process_representatives(self.directory))
        self.router: Final = DayRouter(self.log, centre)
        self.tally: Tally[str] = Tally()
        # Who has something to read.
        self._news: set[str] = {ENGINE, GATE}

    def _configure(self, configuration: dict[str, Any]) -> None:
        """Publish it, as an administrator does before anything else."""
        for section, topic in CONFIGURATION_TOPICS.items():
            for id_, settings in configuration[section].items():
                self.log.append(topic, id_.encode(), _ENCODE(settings))

    async def start(self) -> None:
        """Take the partitions over, and publish how everybody stands."""
        await self.engine.start()
        await self.gate.start()
        await self.gate.fire_timers(self._now_ms())
        await self.settle()

    def publish(self, event: Event) -> None:
        """Append an input where its type belongs."""
        topic = ROUTES[event["type"]]
        self.log.append(topic, event["subject"].encode(), _ENCODE(event))
        self._news.add(GATE if topic == REPRESENTATIVE_PRESENCE else ENGINE)

    @property
    def due_ms(self) -> int | None:
        """When something next happens by time alone."""
        timer_ms, lease_ms = self.engine.processor.due_ms, self.gate.processor.due_ms
        due = (
            None if timer_ms is None else timer_ms + TIMER_GRACE_MS,
            lease_ms,
            self.router.due_ms,
        )
        return min((each for each in due if each is not None), default=None)

    async def fire(self) -> None:
        """Let happen what is due now, and what follows."""
        now_ms = self._now_ms()
        due_ms = self.gate.processor.due_ms
        if due_ms is not None and due_ms <= now_ms:
            await self.gate.fire_timers(now_ms)
            self._news.add(ENGINE)
        due_ms = self.engine.processor.due_ms
        if due_ms is not None and due_ms <= now_ms - TIMER_GRACE_MS:
            fired = await self.engine.fire_timers(now_ms - TIMER_GRACE_MS)
            self.tally.update(fired.batch.tally)
            self._news.add(GATE)
        await self.settle()

    async def settle(self) -> None:
        """Let everybody work until there is nothing to do."""
        engine, gate, router = ENGINE in self._news, GATE in self._news, True
        self._news.clear()
        while engine or gate or router:
            if engine:
                committed = await self.engine.run_batch()
                self.tally.update(committed.batch.tally)
                engine = committed.records > 0
                gate = router = gate or bool(committed.batch.outputs)
            if gate:
                counted = await self.gate.run_batch()
                gate = counted.records > 0
                # What it says is read by both of the others.
                engine = engine or bool(counted.batch.outputs)
                router = router or bool(counted.batch.outputs)
            if router:
                router = False
                engine = gate = bool(self.router.act(self._now_ms())) or engine or gate
        self.router.explain(self._now_ms())

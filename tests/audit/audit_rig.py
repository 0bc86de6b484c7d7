"""The engine on the embedded log with several partitions, and an audit of what it leaves there."""

import json
import random
from typing import Any, Final

from omnistate.adapters.memory.memory_log import Entry, MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.audit.auditor import audit
from omnistate.audit.findings import Findings
from omnistate.audit.model_source import ModelSource
from omnistate.audit.source import MemoryReader, TopicReader
from omnistate.cli.configuration_file import build_directory
from omnistate.stream.conversation.processor import ConversationProcessor, process_conversations
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import PartitionLog
from omnistate.stream.topology import load_topology
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    DEAD_LETTERS,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
)

from tests.audit.told_day import ToldDay, tell_day
from tests.harness.events import make_event
from tests.harness.records import day_records
from tests.oracle.random_days import day_of

GROUP: Final = "conversation"
GATE: Final = b"/omnistate/gate"
INPUT_TOPICS: Final = (CHANNEL_EVENTS, AGENT_ACTIONS)
CONVERSATIONS: Final = f"{GROUP}-conversations-changelog"
COUNTERS: Final = f"{GROUP}-counters-changelog"
SETTINGS: Final = f"{GROUP}-settings-changelog"
POSITIONS: Final = f"{GROUP}-positions-changelog"
TOTALS_GROUP: Final = "representative"
TOTALS: Final = f"{TOTALS_GROUP}-totals-changelog"
TOTALS_POSITIONS: Final = f"{TOTALS_GROUP}-positions-changelog"
HOLDINGS: Final = f"{TOTALS_GROUP}-holdings-changelog"
# What the representative worker has as many partitions of as there are of capacity-changes.
TOTALS_TOPICS: Final = (
    CAPACITY_CHANGES,
    REPRESENTATIVE_PRESENCE,
    REPRESENTATIVE_CAPACITY,
    ASSIGNMENT_REQUESTS,
    TOTALS,
    HOLDINGS,
    TOTALS_POSITIONS,
)
CONFIGURATION: Final = {
    "workstreams": "workstreams",
    "capacity_profiles": "capacity-profiles",
    "representatives": "representatives",
    "queues": "queues",
}
TOPOLOGY: Final = load_topology()


class Rig:
    """A log, its configuration, and one task a partition."""

    def __init__(self, configuration: dict[str, Any], now_ms: int, partitions: int = 3) -> None:
        """The configuration is published before anything else."""
        self.now_ms = now_ms
        self.partitions = partitions
        sizes = dict.fromkeys((topic.name for topic in TOPOLOGY.topics), partitions)
        # Not as many as the engine has: nothing may depend on that.
        sizes |= dict.fromkeys((*TOTALS_TOPICS, DEAD_LETTERS), 2)
        sizes |= dict.fromkeys(CONFIGURATION.values(), 1)
        self.sizes = sizes
        self.log = MemoryLog(sizes, lambda: self.now_ms)
        self.configure(configuration)
        self.tasks: list[PartitionTask[ConversationProcessor]] = []

    def configure(self, configuration: dict[str, Any]) -> None:
        """Publish a configuration; tasks that take over from now on go by it."""
        self.configuration = configuration
        self.directory = build_directory(ContactCentre.model_validate(configuration))
        for section, topic in CONFIGURATION.items():
            for key, value in (configuration.get(section) or {}).items():
                self.log.append(topic, key.encode(), json.dumps(value or {}).encode())

    def owner(self, partition: int) -> MemoryPartition:
        """Somebody who may become a partition's one owner."""
        return MemoryPartition(self.log, GROUP, partition, INPUT_TOPICS, TABLES)

    def task(
        self, partition: int, log: PartitionLog | None = None
    ) -> PartitionTask[ConversationProcessor]:
        """A task of one partition, over its log or over another that stands before it."""
        processor = process_conversations(self.directory, partition, self.partitions)
        return PartitionTask(log or self.owner(partition), processor)

    async def take_over(self) -> None:
        """New tasks for every partition."""
        self.tasks = [self.task(number) for number in range(self.partitions)]
        for task in self.tasks:
            await task.start()

    async def drain(self, max_records: int = 2_000) -> None:
        """Let every task take all there is."""
        for task in self.tasks:
            while (await task.run_batch(max_records)).records:
                pass

    async def run(self) -> None:
        """Take over, and take all there is."""
        await self.take_over()
        await self.drain()

    async def fire(self, until_ms: int) -> None:
        """Let the wall clock fire on every partition."""
        self.now_ms = max(self.now_ms, until_ms)
        for task in self.tasks:
            await task.fire_timers(until_ms)

    def send(self, event: dict[str, Any], partition: int | None = None) -> Entry:
        """Publish an input."""
        topic = INPUTS[event["type"]].topic
        value = json.dumps(event).encode()
        return self.log.append(topic, event["subject"].encode(), value, (), partition)

    def event(self, type_: str, subject: str, id_: str, **data: Any) -> dict[str, Any]:
        """An input of now."""
        return make_event(type_, subject, id_, data, time=format_time(self.now_ms))

    def entries(self, topic: str, partition: int) -> list[Entry]:
        """The records of a partition in their places, to be tampered with."""
        return self.log._topics[topic][partition]

    def clone(self) -> "Rig":
        """A copy whose log may be tampered with; nobody runs on it."""
        copy = Rig(self.configuration, self.now_ms, self.partitions)
        copy.log._positions = self.log._positions
        copy.log._next_offsets = dict(self.log._next_offsets)
        copy.log.offsets = dict(self.log.offsets)
        for topic, partitions in self.log._topics.items():
            copy.log._topics[topic] = [
                [Entry(each.record, each.position, each.visibility) for each in entries]
                for entries in partitions
            ]
        return copy

    def reader(self) -> TopicReader:
        """Reads the log."""
        return MemoryReader(self.log)

    async def audit(self, model: ModelSource | None = None) -> Findings:
        """What an audit finds."""
        return await audit(self.reader(), TOPOLOGY, model)


async def live(rig: Rig, world: ToldDay, hours: float = 24, grace_ms: int = 1_000) -> None:
    """Let so much of a day be said to the engine of the rig."""
    until_ms = world.start_ms + int(hours * 3_600_000)
    await rig.take_over()
    while (next_ms := world.next_at_ms()) is not None and next_ms < until_ms:
        due = [task.processor.due_ms for task in rig.tasks]
        due_ms = min((each for each in due if each is not None), default=None)
        if due_ms is not None and due_ms + grace_ms <= next_ms:
            await rig.fire(max(due_ms, rig.now_ms - grace_ms))
        else:
            rig.now_ms = max(rig.now_ms, next_ms)
            for event in world.act():
                rig.send(event)
            await rig.drain()


async def trouble(rig: Rig) -> None:
    """What no well-behaved gateway sends: dead letters, strays, and repeats."""
    for value in (b"{", b"[]", b"x" * 70_000):
        rig.log.append(CHANNEL_EVENTS, None, value, (("h", b"\xff"),), 1)
    rig.log.append(AGENT_ACTIONS, b"k", b"null", (), 2)
    ids = [f"stray-{number}" for number in range(8)]
    for id_ in ids:
        # In one partition all, where few of their keys belong.
        rig.send(rig.event("customer.messaged", id_, f"{id_}-1"), partition=0)
        rig.send(rig.event("representative.end", id_, f"{id_}-2", representative_id="x"), 0)
    await rig.drain()


async def random_rig(seed: int, partitions: int = 3) -> Rig:
    """A day of the oracle's, cut into batches by chance, with the wall clock in between."""
    dice = random.Random(seed)
    # Nobody but the gate speaks as the gate: an audit would tell.
    records = [each for each in day_records(seed)[0] if GATE not in (each.value or b"")]
    configuration = day_of(seed)[1]
    rig = Rig(configuration, min((each.timestamp_ms for each in records), default=0), partitions)
    await rig.take_over()
    for record in records:
        rig.now_ms = max(rig.now_ms, record.timestamp_ms)
        rig.log.append(record.topic, record.key, record.value, record.headers)
        if dice.random() < 0.3:
            await rig.drain(dice.choice((1, 3, 2_000)))
            if dice.random() < 0.3:
                await rig.fire(rig.now_ms)
        if dice.random() < 0.05:
            await rig.take_over()
    await rig.drain()
    if dice.random() < 0.5:
        await rig.fire(rig.now_ms + dice.choice((0, 60_000, 86_400_000, 10**11)))
    return rig


async def demo_rig(seed: int, conversations: int, hours: float = 24, partitions: int = 3) -> Rig:
    """A day of the demo's world, or some hours of it, and some trouble."""
    world = await tell_day(seed, conversations)
    rig = Rig(world.configuration, world.start_ms - 1, partitions)
    await live(rig, world, hours)
    await trouble(rig)
    return rig

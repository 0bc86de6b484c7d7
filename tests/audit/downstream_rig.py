"""What comes after the engine of a rig: the representative worker, and a read model in memory."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.audit.findings import Findings
from omnistate.audit.model_source import Offsets, Stored
from omnistate.projections.keys import Keys as Names
from omnistate.projections.read_model.partition_role import role_of
from omnistate.projections.read_model.projection import Projection
from omnistate.projections.read_model.store_ports import ModelBatch, TopicPartition
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.representative.totals_processor import (
    TotalsProcessor,
    process_representatives,
)
from omnistate_schemas.vocabulary import (
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)
from omnistate_schemas.vocabulary import REPRESENTATIVE_PRESENCE as PRESENCE

from tests.audit.audit_rig import TOTALS_GROUP, Rig
from tests.projections.schedule import Watcher
from tests.projections.twin import TwinStore

INPUTS = (PRESENCE, CAPACITY_CHANGES, ASSIGNMENT_REQUESTS)
TABLES = ("totals", "holdings", "positions")
ASIDE = ("offsets", "counts", "changes", "queues", "representatives", "workstreams")

# Of a read model: hashes and sorted sets are dicts.
Keys = dict[str, Any]


def totals_task(rig: Rig, partition: int) -> PartitionTask[TotalsProcessor]:
    """A task of one partition of the representative worker."""
    log = MemoryPartition(rig.log, TOTALS_GROUP, partition, INPUTS, TABLES)
    size = rig.sizes[CAPACITY_CHANGES]
    return PartitionTask(log, process_representatives(rig.directory, partition, size))


async def add_up(rig: Rig, max_records: int = 2_000, batches: int | None = None) -> None:
    """Let a representative worker take all there is, or so many batches of each partition."""
    for number in range(rig.sizes[CAPACITY_CHANGES]):
        task = totals_task(rig, number)
        await task.start()
        done = 0
        while done != batches and (await task.run_batch(max_records)).records:
            done += 1
        if batches is None and task.processor.due_ms is not None:
            await task.fire_timers(rig.now_ms)


class TwinModel:
    """The port `ModelSource`, and a projection worker, over the store's twin in memory."""

    def __init__(self, rig: Rig) -> None:
        """Empty."""
        self.rig = rig
        self.store = TwinStore(Names(), rig.now_ms)
        self._projection = Projection(self.store, Names(), Watcher(), lambda: self.store.now_ms)
        # Called before each answer, for what happens in the middle.
        self.meanwhile: list[Any] = []
        self.asked = 0

    async def project(self, most: int = 10**9, *, poisoned: bool = False) -> None:
        """Take so many records of each partition."""
        for topic in (CONVERSATION_STATES, STATE_CHANGES, REPRESENTATIVE_CAPACITY):
            for number in range(self.rig.sizes[topic]):
                place = TopicPartition(topic, number)
                stored = self.store.stored.get(place)
                records = self.rig.log.read(topic, number, stored or 0, most)
                if records:
                    role = role_of(place, self.store.stored)
                    effects, unreadable = await self._projection.project(
                        place, role, records, stored, 0
                    )
                    assert poisoned or not unreadable
                    following = records[-1].offset + 1
                    await self.store.apply(ModelBatch(place, stored, following, effects.commands))

    async def _happen(self) -> None:
        self.asked += 1
        if self.meanwhile:
            await self.meanwhile.pop(0)()
        await asyncio.sleep(0)

    async def begin(self) -> tuple[int, Offsets, Mapping[str, str]]:
        await self._happen()
        counts = self.store.keys.get("omnistate:counts", {})
        return self.store.now_ms, self._offsets(), dict(counts)

    async def names(self) -> AsyncGenerator[Sequence[str], None]:
        aside = {f"omnistate:{name}" for name in ASIDE}
        names = sorted(set(self.store.keys) - aside)
        for start in range(0, len(names), 20):
            yield names[start : start + 20]

    async def read(self, names: Sequence[str]) -> tuple[Offsets, Mapping[str, Stored]]:
        await self._happen()
        found: dict[str, Stored] = {}
        for name in names:
            value = self.store.keys.get(name)
            if value:
                found[name] = (value.copy(), self.store.expiries.get(name))
        return self._offsets(), found

    def _offsets(self) -> dict[tuple[str, int], int]:
        return {(place.topic, place.partition): at for place, at in self.store.stored.items()}


def started(rig: Rig, id_: str, **data: Any) -> Keys:
    """Somebody begins a chat."""
    workstreams = rig.configuration["workstreams"]
    chat = next(name for name, each in workstreams.items() if each["channel"] == "live_chat")
    members = {"channel": "live_chat", "workstream_id": chat, **data}
    return rig.event("conversation.started", id_, f"{id_}/1", **members)


async def half_way(rig: Rig, most: int) -> TwinModel:
    """A model that has taken so many records of each partition."""
    await add_up(rig)
    found = TwinModel(rig)
    await found.project(most)
    return found


async def look(model: TwinModel) -> Findings:
    """What an audit finds of topics and model."""
    return await model.rig.audit(model)


def keys_of(findings: Findings) -> set[str]:
    """Of what the law of the read model is said to be broken."""
    return {each.key for each in findings.violations if each.law == "read_model"}

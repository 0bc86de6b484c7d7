"""The witness of those who follow the engine: `representative-capacity`, and the read model.

Each may be behind, and is waited for; but what it shows must at any instant be what the records
that it says it has taken fold to. It reads topics and Redis, and asks no worker.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from heapq import merge
from typing import Any, Final, NamedTuple

from aiokafka import ConsumerRecord
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import AGENT_ACTIONS, REPRESENTATIVE_CAPACITY

from tests.chaos.capacity_pictures import OURS, TOLD, Pictures, read_event
from tests.chaos.positions import Positions
from tests.chaos.read_model_check import ReadModel, Said, compare
from tests.chaos.worker_kinds import PARTITIONS, PROJECTION, REPRESENTATIVE
from tests.harness.tied_process import PATIENCE_S
from tests.harness.topics import Place, TopicReader
from tests.harness.waiting import stretch

Json = dict[str, Any]
TOPICS: Final = frozenset({*REPRESENTATIVE.consumes, *PROJECTION.consumes, AGENT_ACTIONS})
SHOWN: Final = [(topic, n) for topic in PROJECTION.consumes for n in range(PARTITIONS)]
# A timer's change may be under way at any time, and the projection looks at markers once a second.
BEHIND_S: Final = 15.0


class Taken(NamedTuple):
    """An input of the representative worker."""

    append_ms: int
    # How its topic goes where times are the same.
    turn: int
    offset: int
    key: bytes | None
    value: bytes | None


class Goals(NamedTuple):
    """How far everything shall come: pictures, inputs of representatives, the read model."""

    told: Mapping[str, int]
    taken: Mapping[Place, int]
    shown: Mapping[Place, int]


class Downstream:
    """Looks at one installation; `positions` are those of its representative workers."""

    def __init__(
        self, reader: TopicReader, positions: Positions, read_model: ReadModel, configuration: Json
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._reader = reader
        self._positions = positions
        self._read_model = read_model
        self._violations: list[str] = []
        # Where each partition ends, without the markers of transactions.
        self._ends: dict[Place, int] = {}
        self._inputs: defaultdict[Place, list[Taken]] = defaultdict(list)
        # How many positions of each partition are folded.
        self._folded = [0] * PARTITIONS
        self._pictures = Pictures(configuration)
        self._published: defaultdict[str, list[Json]] = defaultdict(list)
        self._clocks: Counter[int] = Counter()
        self._said: list[Said] = []
        # What the representative worker has said to conversations.
        self._acted: Counter[tuple[str, str, str]] = Counter()

    async def ends(self, topics: Iterable[str]) -> dict[Place, int]:
        """Where these topics end now, without the markers of transactions."""
        await self._read()
        return {place: end for place, end in self._ends.items() if place[0] in topics}

    async def look(self) -> list[str]:
        """What does not hold, or is behind what there was when this began, and stays so."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + stretch(BEHIND_S)
        goals: Goals | None = None
        shown: Mapping[Place, int] = {}
        while True:
            await self._read()
            self._fold()
            goals = goals or self._goals()
            differences, offsets = await asyncio.to_thread(self._compare_read_model)
            shown = offsets or shown
            found = [*self._violations, *self._compare_pictures(), *differences]
            self._violations = []
            behind = self._behind(goals, shown)
            # Whatever is behind may still come; what is wrong stays so.
            if found:
                return found
            if not behind or loop.time() > until_s:
                return behind
            await asyncio.sleep(0.3)

    async def _read(self) -> None:
        async with asyncio.timeout(PATIENCE_S), self._reader as reader:
            async for place, record in reader.read_on(TOPICS):
                self._take(place, record)

    def _take(self, place: Place, record: ConsumerRecord) -> None:
        topic, number = place
        if topic == AGENT_ACTIONS:
            self._take_action(record)
            return
        self._ends[place] = record.offset + 1
        if topic in REPRESENTATIVE.consumes:
            turn = REPRESENTATIVE.consumes.index(topic)
            taken = Taken(record.timestamp, turn, record.offset, record.key, record.value)
            self._inputs[place].append(taken)
            return
        event: Json | None = None if record.value is None else json.loads(record.value)
        self._said.append(Said(place, record.offset, record.key.decode(), event))
        if topic == REPRESENTATIVE_CAPACITY:
            self._take_picture(f"{topic}-{number} offset {record.offset}", number, event)

    def _take_action(self, record: ConsumerRecord) -> None:
        event = read_event(record.value)
        if event is not None and event.get("source") in OURS:
            said = event["type"], event["subject"], event["data"]["representative_id"]
            self.counts["actions of ours"] += 1
            self._acted[said] += 1

    def _take_picture(self, where: str, partition: int, event: Json | None) -> None:
        """Nobody is taken out of the configuration; sequences have no gap and no repeat."""
        self.counts["pictures"] += 1
        if event is None:
            self._violations.append(f"{where}: a tombstone for somebody who is configured")
            return
        data = event["data"]
        id_ = data["representative_id"]
        published = self._published[id_]
        if data["sequence"] != len(published) + 1:
            self._violations.append(f"{where}: {id_} {data['sequence']} after {len(published)}")
        at_ms = parse_time_ms(data["changed_at"])
        if at_ms < self._clocks[partition]:
            self._violations.append(f"{where}: the clock of partition {partition} goes back")
        self._clocks[partition] = at_ms
        published.append({name: value for name, value in data.items() if name not in TOLD})

    def _fold(self) -> None:
        """Along the batches that the workers committed: what they took together they tell once."""
        for number, reached in enumerate(self._positions.reached):
            for position in reached[self._folded[number] :]:
                cut = {each: position.offsets.get(each, 0) for each in REPRESENTATIVE.consumes}
                if any(end > self._ends.get((topic, number), 0) for topic, end in cut.items()):
                    # It took what this reader has not seen yet.
                    break
                batch = [self._cut(self._inputs[topic, number], end) for topic, end in cut.items()]
                topics = REPRESENTATIVE.consumes
                taken = (
                    (topics[each.turn], each.key, each.value, each.append_ms)
                    for each in merge(*batch, key=lambda one: (one.append_ms, one.turn))
                )
                self._pictures.take_batch(taken, position.clock_ms, number)
                self._folded[number] += 1

    def _cut(self, waiting: list[Taken], end: int) -> list[Taken]:
        count = sum(each.offset < end for each in waiting)
        batch = waiting[:count]
        del waiting[:count]
        return batch

    def _compare_pictures(self) -> list[str]:
        """What is published otherwise than it must be, so far."""
        wrong = []
        for id_, found in self._published.items():
            pairs = enumerate(zip(self._pictures.of[id_], found, strict=False), start=1)
            for number, (one, other) in pairs:
                if one != other:
                    said = "; ".join(
                        f"{name} is {other.get(name)!r}, not {one[name]!r}"
                        for name in one
                        if one[name] != other.get(name)
                    )
                    wrong.append(f"representative-capacity {id_} {number}: {said}")
                    break
        return wrong

    def _compare_read_model(self) -> tuple[list[str], Mapping[Place, int]]:
        """What it shows otherwise than it must, and how far it says that it is."""
        snapshot = self._read_model.take_snapshot()
        offsets = snapshot.offsets
        if any(offsets.get(place, 0) > self._reader.next_offset(place) for place in SHOWN):
            # It has more than this reader has seen yet.
            return [], {}
        self.counts["read models"] += 1
        self.counts["keys"] += len(snapshot.model.keys)
        return [f"read model: {each}" for each in compare(self._said, snapshot)], offsets

    def _goals(self) -> Goals:
        told = {
            id_: max(len(self._pictures.of[id_]), len(self._published[id_]))
            for id_ in {*self._pictures.of, *self._published}
        }
        taken = {place: end for place, end in self._ends.items() if place not in SHOWN}
        return Goals(told, taken, {place: self._reader.next_offset(place) for place in SHOWN})

    def _behind(self, goals: Goals, offsets: Mapping[Place, int]) -> list[str]:
        """What has not come as far as it shall: pictures, the worker, the read model."""
        behind = []
        for id_, count in goals.told.items():
            expected, found = self._pictures.of[id_], self._published[id_]
            if min(len(expected), len(found)) < count:
                behind.append(
                    f"representative-capacity {id_}: {len(found)} pictures, not {len(expected)}: "
                    f"the last is {found[-1:]}, not {expected[-1:]}"
                )
        for said in {*self._pictures.told, *self._acted}:
            times, acted = self._pictures.told[said], self._acted[said]
            if times != acted:
                behind.append(f"agent-actions: {said} was said {acted} times, not {times}")
        for place, end in goals.taken.items():
            waiting = sum(each.offset < end for each in self._inputs[place])
            if waiting:
                behind.append(f"{place}: {waiting} records are not taken")
        for place, end in goals.shown.items():
            if offsets.get(place, 0) < end:
                behind.append(f"the read model has {offsets.get(place, 0)} of {place}, not {end}")
        return behind

"""Topics in memory as a member of a group sees them, and events to put on them."""

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from omnistate.projections.read_model.store_ports import Bounds, TopicPartition
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import LogUnavailable, Record
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.harness.events import make_event

NOW_MS = 1_772_500_000_000
TOPICS = (CONVERSATION_STATES, STATE_CHANGES, REPRESENTATIVE_CAPACITY)


class Topics:
    """Records by partition; offsets may have gaps, as markers of transactions leave them."""

    def __init__(self, partitions: int) -> None:
        self.partitions = partitions
        self.records: dict[TopicPartition, list[Record]] = {
            TopicPartition(topic, number): [] for topic in TOPICS for number in range(partitions)
        }
        self.bounds = {place: Bounds(0, 0) for place in self.records}

    def append(
        self, topic: str, key: str, event: Mapping[str, Any] | bytes | None, markers: int = 0
    ) -> TopicPartition:
        """Put a record where its key belongs, and markers behind it."""
        place = TopicPartition(topic, partition_of(key.encode(), self.partitions))
        bounds = self.bounds[place]
        value = event if isinstance(event, bytes | None) else json.dumps(event).encode()
        record = Record(*place, bounds.end, NOW_MS + bounds.end, key.encode(), value)
        self.records[place].append(record)
        self.bounds[place] = Bounds(bounds.beginning, bounds.end + 1 + markers)
        return place

    def publish(
        self, event: Mapping[str, Any], markers: int = 0, *, former: bool = False
    ) -> TopicPartition:
        """Put a change where the engine puts it; `former`: as one that knew no states."""
        id_ = event["subject"]
        if not former:
            self.append(CONVERSATION_STATES, id_, event, markers)
        return self.append(STATE_CHANGES, id_, event, markers)

    def publish_batch(
        self, events: Sequence[Mapping[str, Any]], markers: int = 0, *, former: bool = False
    ) -> None:
        """Put changes where the engine puts a batch of them: each, and the last of each."""
        for event in events:
            self.append(STATE_CHANGES, event["subject"], event, markers)
        for id_, event in {each["subject"]: each for each in events}.items():
            if not former:
                self.append(CONVERSATION_STATES, id_, event, markers)

    def forget(self, conversation_id: str) -> None:
        """What the engine does once it remembers a conversation no more."""
        self.append(CONVERSATION_STATES, conversation_id, None, 1)

    def compact(self, topic: str) -> None:
        """What compaction does in the long run: tombstones go, too."""
        for place, records in self.records.items():
            if place.topic == topic:
                last = {each.key: each for each in records}
                self.records[place] = [
                    each for each in records if last[each.key] is each and each.value is not None
                ]

    def trim(self, place: TopicPartition, beginning: int) -> None:
        """What retention does."""
        self.records[place] = [each for each in self.records[place] if each.offset >= beginning]
        self.bounds[place] = Bounds(beginning, max(beginning, self.bounds[place].end))

    def changes(self) -> Iterable[dict[str, Any]]:
        """Every state change that there still is."""
        for place, records in self.records.items():
            if place.topic == STATE_CHANGES:
                yield from (json.loads(each.value or b"") for each in records)

    def states(self) -> Iterable[tuple[str, dict[str, Any] | None]]:
        """Every record of where conversations stand."""
        return self._keyed(CONVERSATION_STATES)

    def capacities(self) -> Iterable[tuple[str, dict[str, Any] | None]]:
        """Every record of representatives' totals."""
        return self._keyed(REPRESENTATIVE_CAPACITY)

    def _keyed(self, topic: str) -> Iterable[tuple[str, dict[str, Any] | None]]:
        for place, records in self.records.items():
            if place.topic == topic:
                for each in records:
                    value = None if each.value is None else json.loads(each.value)
                    yield (each.key or b"").decode(), value


class Member:
    """The port `Source` on topics in memory; `assign` is what the group says."""

    def __init__(self, topics: Topics, at_most: int = 500) -> None:
        self._topics = topics
        self.at_most = at_most
        self.generation = 0
        self.joined = False
        self.assigned: frozenset[TopicPartition] = frozenset()
        self._positions: dict[TopicPartition, int] = {}
        self.broken = False

    def assign(self, places: Iterable[TopicPartition]) -> None:
        """A rebalance ends."""
        self.generation += 1
        self.joined = True
        self.assigned = frozenset(places)
        self._positions = {}

    async def bounds(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, Bounds]:
        await asyncio.sleep(0)
        if self.broken:
            raise LogUnavailable("no broker")
        return {place: self._topics.bounds[place] for place in places}

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place not in self.assigned:
            raise LogUnavailable("not ours")
        self._positions[place] = offset

    async def poll(
        self, places: Iterable[TopicPartition], wait_ms: int
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        assert wait_ms
        found = {}
        for place in places:
            if place not in self._positions:
                continue
            start = self._positions[place]
            records = [each for each in self._topics.records[place] if each.offset >= start]
            if records[: self.at_most]:
                found[place] = records[: self.at_most]
                self._positions[place] = found[place][-1].offset + 1
            if len(records) <= self.at_most:
                self._positions[place] = self._topics.bounds[place].end
        await asyncio.sleep(0)
        return found

    def position(self, place: TopicPartition) -> int | None:
        return self._positions.get(place)

    def backlog(self, place: TopicPartition) -> int:
        return self._topics.bounds[place].end - self._positions.get(place, 0)


def change(
    conversation_id: str,
    sequence: int,
    status: str,
    at_ms: int = NOW_MS,
    **members: Any,
) -> dict[str, Any]:
    """A `conversation.state_changed` with what matters here, and a little more."""
    data = {
        "conversation_id": conversation_id,
        "sequence": sequence,
        "status": status,
        "workstream_id": "chat",
        "queue_id": None,
        "representative_id": None,
        "offered_representative_id": None,
        "internal": status in {"resolved", "scheduled"},
        "skipped_representative_ids": [],
        "handler": None,
        **members,
    }
    return make_event(
        "conversation.state_changed",
        conversation_id,
        f"{conversation_id}.{sequence}",
        data,
        time=format_time(at_ms),
        source="/omnistate",
    )


def capacity(representative_id: str, occupied: int, at_ms: int = NOW_MS) -> dict[str, Any]:
    """A `representative.capacity_changed` with what matters here."""
    data = {
        "representative_id": representative_id,
        "sequence": 1,
        "units": 100,
        "occupied_units": occupied,
        "available_units": 100 - occupied,
        "profiles": {"chat": {"limit": 5, "occupied": 1, "available": 4, "blocking": False}},
        "blocked_by_profile": False,
        "presence": "busy",
        "presence_reason": "capacity",
        "set_presence": None,
        "assignable": True,
        "gaps": 0,
        "changed_at": format_time(at_ms),
        "cause": None,
    }
    return make_event(
        "representative.capacity_changed",
        representative_id,
        f"{representative_id}.{occupied}",
        data,
        time=format_time(at_ms),
        source="/omnistate",
    )

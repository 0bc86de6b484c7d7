"""How far each group is behind, in records and since when, and what holds it up.

It asks the cluster alone, so it is right also when no worker runs. Seconds lead: offsets also count
the markers of transactions and what was aborted or compacted, so a partition with nothing left to
read counts as caught up whatever its offsets say.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from aiokafka import TopicPartition

from omnistate.adapters.kafka.admin.cluster import Cluster, open_cluster
from omnistate.adapters.kafka.admin.differences import TopicState
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import deadline
from omnistate.adapters.kafka.lag.group_lag import Lag, Measurement
from omnistate.adapters.kafka.lag.group_standing import (
    Offsets,
    Standing,
    find_standing,
    kept_elsewhere,
)
from omnistate.adapters.kafka.lag.oldest_records import OldestRecords, Stretch
from omnistate.adapters.kafka.lag.standstill import Whereabouts, find_reason, is_remade
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets, Ends
from omnistate.stream.position import POSITIONS
from omnistate.stream.topology_parts import Group

MEASURE_S: Final = 30.0
# A new leader may need a moment to know its end.
END_TRIES: Final = 3
END_RETRY_S: Final = 0.5
# Transactions of producers that are well end within this.
HELD_UP_MS: Final = 10_000

# By group, for those that keep their offsets elsewhere.
Kept = Mapping[str, Offsets]


class _Bounds(NamedTuple):
    """Where partitions begin, where what is decided ends, and where everything ends."""

    beginnings: Ends
    stable: Ends
    ends: Ends


@asynccontextmanager
async def open_meter(connection: Connection, groups: Sequence[Group]) -> AsyncIterator["LagMeter"]:
    """A meter of these groups, connected. Raises ClusterFailure and LogUnavailable."""
    async with open_cluster(connection) as cluster:
        bounds = EndOffsets(connection)
        committed, written = (
            OldestRecords(connection, level) for level in ("read_committed", "read_uncommitted")
        )
        try:
            await bounds.start()
            yield LagMeter(cluster, bounds, committed, written, groups)
        finally:
            # Together: a broker that is gone may take its time for each.
            await asyncio.gather(bounds.stop(), committed.close(), written.close())


class LagMeter:
    """Measures as often as it is asked to, one measurement after the other."""

    def __init__(
        self,
        cluster: Cluster,
        bounds: EndOffsets,
        committed: OldestRecords,
        written: OldestRecords,
        groups: Sequence[Group],
    ) -> None:
        """All of it connected; `written` also reads what is not decided yet."""
        self._cluster = cluster
        self._connection = cluster.connection
        self._bounds = bounds
        self._committed = committed
        self._written = written
        self._groups = groups
        self._topic_ids: Mapping[str, str] = {}

    async def measure(self, kept: Kept, left_out: Iterable[str] = ()) -> Measurement:
        """The lag of every partition that the groups consume, without topics that are not there.

        `kept` has the offsets of those groups that keep theirs elsewhere; of those `left_out` only
        the members are counted. Raises ClusterFailure and LogUnavailable.
        """
        without = frozenset(left_out)
        groups = [group for group in self._groups if group.name not in without]
        async with deadline(MEASURE_S, "measuring lag"):
            names = [group.name for group in self._groups]
            topics = list(dict.fromkeys(topic for group in groups for topic in group.consumes))
            found, topic_ids, counts = await asyncio.gather(
                self._cluster.describe([*topics, *_positions_topics(groups)]),
                self._cluster.topic_ids(topics),
                asyncio.gather(*map(self._cluster.members, names)),
            )
            if topic_ids != self._topic_ids:
                self._committed.forget()
                self._written.forget()
                self._topic_ids = topic_ids
            # Before the bounds: nobody's position is then beyond an end that was asked for earlier.
            standings = [
                kept_elsewhere(kept[group.name])
                if group.name in kept
                else await find_standing(self._cluster, await self._committed.open(), group, found)
                for group in groups
            ]
            bounds = await self._ask_bounds(groups, standings, found)
            lags: list[Lag] = []
            for group, standing in zip(groups, standings, strict=True):
                lags += await self._measure_group(group, standing, bounds, found)
        members = dict(zip(names, counts, strict=True))
        return Measurement(lags, members, round(time.time() * 1_000))

    async def _ask_bounds(
        self,
        groups: Iterable[Group],
        standings: Iterable[Standing],
        found: Mapping[str, TopicState],
    ) -> _Bounds:
        wanted = [
            (place, standing.offsets.get(names, 0))
            for group, standing in zip(groups, standings, strict=True)
            for place, names in self._places(group, found).items()
        ]
        places = list({place for place, _ in wanted})
        tries = 1
        while True:
            bounds = _Bounds(
                *await asyncio.gather(
                    self._bounds.beginnings(*places),
                    self._bounds.ask(*places),
                    self._bounds.high_watermarks(*places),
                )
            )
            late = any(offset > bounds.ends[place] for place, offset in wanted)
            if tries == END_TRIES or not late:
                return bounds
            tries += 1
            await asyncio.sleep(END_RETRY_S)

    def _places(
        self, group: Group, found: Mapping[str, TopicState]
    ) -> dict[TopicPartition, tuple[str, int]]:
        """What the group consumes: as it is called on the cluster, and by us."""
        return {
            place: (topic, place.partition)
            for topic in group.consumes
            if topic in found
            for place in self._connection.partitions(topic, found[topic].partitions)
        }

    async def _measure_group(
        self,
        group: Group,
        standing: Standing,
        bounds: _Bounds,
        found: Mapping[str, TopicState],
    ) -> list[Lag]:
        places = self._places(group, found)
        starts = {
            place: max(standing.offsets.get(names, 0), bounds.beginnings[place])
            for place, names in places.items()
        }
        readable = _stretches(starts, bounds.stable)
        oldest = await self._committed.find(group.name, readable)
        # Behind an open transaction there are records, too.
        undecided = {place: max(starts[place], bounds.stable[place]) for place in places}
        held_up = _stretches(
            {place: start for place, start in undecided.items() if place not in oldest}, bounds.ends
        )
        waiting = await self._written.find(group.name, held_up) if held_up else {}
        now_ms = time.time() * 1_000
        lags = []
        for place, names in sorted(places.items(), key=lambda item: item[1]):
            first = oldest.get(place) or waiting.get(place)
            topic, number = names
            committed = standing.offsets.get(names)
            lags.append(
                Lag(
                    group.name,
                    *names,
                    committed,
                    bounds.ends[place],
                    # An end before the start is that of a topic that was cut short.
                    max(0, bounds.ends[place] - starts[place]) if first is not None else 0,
                    None if first is None else first.timestamp_ms,
                    _retention_ms(found[topic]),
                    find_reason(
                        group,
                        Whereabouts(
                            committed,
                            bounds.beginnings[place],
                            bounds.ends[place],
                            is_remade(standing.positions.get(number), topic, self._topic_ids),
                            first is not None and not first.readable,
                            place in waiting and now_ms - waiting[place].timestamp_ms > HELD_UP_MS,
                        ),
                    ),
                )
            )
        return lags


def _positions_topics(groups: Iterable[Group]) -> list[str]:
    return [group.tables[POSITIONS] for group in groups if POSITIONS in group.tables]


def _stretches(
    starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Stretch]:
    """Those that are not empty."""
    return {
        place: Stretch(start, ends[place]) for place, start in starts.items() if start < ends[place]
    }


def _retention_ms(state: TopicState) -> int | None:
    """For how long the topic keeps what nobody has read; None where that is no matter of age."""
    retention_ms = int(state.config.get("retention.ms") or -1)
    deletes = "delete" in (state.config.get("cleanup.policy") or "")
    return retention_ms if deletes and retention_ms > 0 else None

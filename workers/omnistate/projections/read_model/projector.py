"""Keeps the read model: reads what the group has given to this worker, and applies it in batches.

The store's offsets count, nobody else's. A batch is applied only where the store still says the
offset that the batch began with, so

- of two workers with the same partition (one is a zombie, or a rebalance is under way) one has its
  batch applied and the other hears of a conflict: nothing is applied twice, no offset goes back;
- a store that was emptied, or came back with an older state, is noticed by the next batch, or by a
  look at the offsets once a second, and is read up from what it has.

After any failure, and a batch of unknown outcome, the offsets are asked for again. What a
partition's records are applied to, `partition_role` says.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from omnistate.projections.keys import Command, Keys
from omnistate.projections.read_model.carrying_over import let_states_begin
from omnistate.projections.read_model.partition_role import Role, role_of
from omnistate.projections.read_model.progress import PartitionProgress, find_lags, sum_progress
from omnistate.projections.read_model.projection import Projection
from omnistate.projections.read_model.projection_observer import Applied, ProjectionObserver
from omnistate.projections.read_model.replacement import is_ahead, make_sure
from omnistate.projections.read_model.store_ports import (
    Conflict,
    ModelBatch,
    Source,
    Store,
    StoreUnavailable,
    TopicPartition,
)
from omnistate.stream.ports import LogUnavailable, Record

WAIT_MS: Final = 100
CHECK_S = 1.0
RETRY_S: Final = 0.5
# So many records are applied in one step: the store serves nobody else meanwhile.
BATCH_RECORDS: Final = 500


class Projector:
    """One worker's part of the read model, from `run` on."""

    def __init__(
        self,
        source: Source,
        store: Store,
        keys: Keys,
        observer: ProjectionObserver,
        clock_ms: Callable[[], int],
    ) -> None:
        """`clock_ms` is the wall clock, which says what has expired already."""
        self._source = source
        self._store = store
        self._keys = keys
        self._observer = observer
        self._clock_ms = clock_ms
        self._projection = Projection(store, keys, observer, clock_ms)
        self.standings: dict[TopicPartition, PartitionProgress] = {}
        self._generation: int | None = None
        self._check_at_s = 0.0
        self._failed = False
        self._told_caught_up = True
        self._taken_at_s = 0.0

    async def run(self) -> None:
        """Until cancelled. Raises TopicReplaced."""
        while True:
            try:
                await self.turn()
            except StoreUnavailable as error:
                self._lose_track()
                self._observer.store_failed(str(error))
                await asyncio.sleep(RETRY_S)
            except LogUnavailable as error:
                self._lose_track()
                self._observer.log_failed(str(error))
                await asyncio.sleep(RETRY_S)
            else:
                if self._failed:
                    self._failed = False
                    self._observer.recovered()

    async def turn(self) -> None:
        """Read once, and apply what has come. Raises what `run` copes with."""
        self._follow_rebalance()
        checked = asyncio.get_running_loop().time() >= self._check_at_s
        # Those that are held are looked at now and then.
        unknown = [each for each in self.standings.values() if each.is_open(now=checked)]
        if unknown:
            await self._settle(unknown)
        if checked:
            self._check_at_s = asyncio.get_running_loop().time() + CHECK_S
            await self._check()
        places = [each.place for each in self.standings.values() if each.known]
        if not places:
            await asyncio.sleep(WAIT_MS / 1_000)
            return
        found = await self._source.poll(places, WAIT_MS)
        if self._source.generation != self._generation:
            # Whatever has come is read again from where the store stands then.
            return
        for place, records in found.items():
            self.standings[place].oldest_ms = records[0].timestamp_ms
        outcomes = await asyncio.gather(
            *(self._apply(self.standings[place], records) for place, records in found.items()),
            return_exceptions=True,
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self._note_progress()

    @property
    def ready(self) -> bool:
        """Whether what there was when the partitions were taken has been applied, all of it."""
        if self._failed or not self._source.joined:
            return False
        same = self._generation == self._source.generation
        return same and all(each.ready for each in self.standings.values())

    @property
    def progress(self) -> tuple[int, int]:
        """Offsets applied of those that there were when the partitions were taken."""
        return sum_progress(self.standings.values())

    def lags(self) -> dict[TopicPartition, tuple[int, float]]:
        """How far each partition is behind, in offsets and in seconds."""
        return find_lags(self.standings, self._source, self._clock_ms())

    def _follow_rebalance(self) -> None:
        if self._source.generation == self._generation:
            return
        self._generation = self._source.generation
        assigned = self._source.assigned
        # What stays ours has not become less ready; the store says whether it was another's.
        kept = {place: each for place, each in self.standings.items() if place in assigned}
        self.standings = {
            place: kept.get(place) or PartitionProgress(place) for place in sorted(assigned)
        }
        for each in self.standings.values():
            each.known = False
        self._observer.assigned(assigned)

    def _lose_track(self) -> None:
        self._failed = True
        for each in self.standings.values():
            each.known = False

    async def _settle(self, unknown: Sequence[PartitionProgress]) -> None:
        """Ask the store where it stands, and read on from there."""
        stored = await self._store.offsets()
        bounds = await self._source.bounds([each.place for each in unknown])
        for each in unknown:
            place = each.place
            if is_ahead(stored.get(place), bounds[place]):
                await make_sure(self._store, self._source, place, CHECK_S)
        if self._source.generation != self._generation:
            return
        for each in unknown:
            place, offset = each.place, stored.get(each.place)
            before, was_ready = each.expected, each.caught_up
            start = each.settle(role_of(place, stored), offset, bounds[place])
            if start is None:
                continue
            self._source.seek(place, start)
            each.tell_start(self._observer, offset, bounds[place], again=before is not None)
            if was_ready > each.caught_up or before is None:
                self._told_caught_up = False
                self._taken_at_s = asyncio.get_running_loop().time()

    async def _check(self) -> None:
        """Look whether the store still says what it shall, and tell it of offsets without records.

        Markers of transactions are such; with them, what it says comes to the topics' ends.
        """
        stored = await self._store.offsets()
        for each in self.standings.values():
            # After a rebalance the log's position is anywhere until it is sought.
            if self._source.generation != self._generation:
                return
            if not each.known:
                continue
            if stored.get(each.place) != each.expected or role_of(each.place, stored) != each.role:
                self._contradict(each, stored.get(each.place))
                continue
            position = self._source.position(each.place)
            if position is not None and (each.expected is None or position > each.expected):
                await self._commit(each, position)
            elif each.role is Role.CARRIED:
                await self._hand_over(each)

    async def _apply(self, standing: PartitionProgress, records: Sequence[Record]) -> None:
        for start in range(0, len(records), BATCH_RECORDS):
            if standing.known:
                await self._apply_batch(standing, records[start : start + BATCH_RECORDS])
        if standing.known:
            standing.oldest_ms = None

    async def _apply_batch(self, standing: PartitionProgress, records: Sequence[Record]) -> None:
        began_s = asyncio.get_running_loop().time()
        try:
            effects, unreadable = await self._projection.project(
                standing.place, standing.role, records, standing.expected, standing.stream_from
            )
        except Conflict as conflict:
            # Another worker went on; the store may be back at our offset before we apply.
            self._contradict(standing, conflict.stored)
            return
        if await self._commit(standing, records[-1].offset + 1, effects.commands):
            standing.latest_ms = records[-1].timestamp_ms
            seconds = asyncio.get_running_loop().time() - began_s
            self._observer.applied(
                Applied(standing.place, effects.applied, effects.skipped, unreadable, seconds)
            )

    async def _hand_over(self, standing: PartitionProgress) -> None:
        commands = await let_states_begin(self._source, self._keys, standing)
        if commands and await self._commit(standing, standing.reached, commands):
            standing.known = False

    async def _commit(
        self, standing: PartitionProgress, offset: int, commands: Sequence[Command] = ()
    ) -> bool:
        place, without = standing.place, standing.without
        try:
            await self._store.apply(ModelBatch(place, standing.expected, offset, commands, without))
        except Conflict as conflict:
            self._contradict(standing, conflict.stored)
            return False
        standing.advance(offset)
        return True

    def _contradict(self, standing: PartitionProgress, stored: int | None) -> None:
        standing.known = False
        self._observer.conflicted(standing.place, standing.expected, stored)

    def _note_progress(self) -> None:
        for each in self.standings.values():
            if each.known and not each.caught_up:
                position = self._source.position(each.place)
                each.caught_up = position is not None and position >= each.target
        self._observer.progressed(*self.progress)
        if not self._told_caught_up and self.ready:
            self._told_caught_up = True
            now_s = asyncio.get_running_loop().time()
            self._observer.caught_up(now_s - self._taken_at_s)

"""Workers on one store, disturbed at random: who runs when, what fails, what is lost."""

import asyncio
import random
from collections.abc import Callable, Sequence

from omnistate.projections.keys import Keys
from omnistate.projections.read_model import projector
from omnistate.projections.read_model.projection_observer import Applied
from omnistate.projections.read_model.projector import Projector
from omnistate.projections.read_model.store_ports import StoreUnavailable, TopicPartition
from omnistate.stream.ports import LogUnavailable

from tests.projections.memory_topics import Member, Topics
from tests.projections.twin import TwinStore

STEPS = 40


class Watcher:
    """An observer that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def names(self) -> list[object]:
        return [each[0] for each in self.told]

    def assigned(self, places: frozenset[TopicPartition]) -> None:
        self.told.append(("assigned", places))

    def rebuilding(self, place: TopicPartition, records: int, *, again: bool) -> None:
        self.told.append(("rebuilding", place, records, again))

    def progressed(self, done: int, total: int) -> None:
        assert 0 <= done <= total

    def caught_up(self, seconds: float) -> None:
        self.told.append(("caught_up", seconds))

    def applied(self, batch: Applied) -> None:
        self.told.append(("applied", batch))

    def conflicted(self, place: TopicPartition, expected: int | None, stored: int | None) -> None:
        self.told.append(("conflicted", place, expected, stored))

    def gone(self, place: TopicPartition, records: int) -> None:
        self.told.append(("gone", place, records))

    def unreadable(self, place: TopicPartition, offset: int, reason: str) -> None:
        self.told.append(("unreadable", place, offset, reason))

    def key_unusable(self, key: str, problem: str) -> None:
        self.told.append(("key_unusable", key, problem))

    def store_failed(self, reason: str) -> None:
        self.told.append(("store_failed", reason))

    def log_failed(self, reason: str) -> None:
        self.told.append(("log_failed", reason))

    def recovered(self) -> None:
        self.told.append(("recovered",))


async def disturb(
    store: TwinStore,
    topics: Topics,
    members: Sequence[Member],
    keys: Keys,
    chance: random.Random,
    publish: Callable[[int], None],
    *,
    empty: bool = True,
) -> None:
    """Publish bit by bit while the members' workers run and things go wrong; then let them end."""
    check_s, projector.CHECK_S = projector.CHECK_S, 0.0
    try:
        workers = [
            Projector(each, store, keys, Watcher(), lambda: store.now_ms) for each in members
        ]
        turns: dict[Projector, asyncio.Task[None]] = {}
        saved = store.snapshot()
        for member in members:
            member.assign(topics.records)
        for _ in range(STEPS):
            publish(chance.randrange(5))
            match chance.randrange(12):
                case 0 if empty:
                    store.empty()
                case 1:
                    saved = store.snapshot()
                case 2:
                    store.restore(saved)
                case 3:
                    chance.choice(members).assign(topics.records)
                case 4 | 5:
                    store.faults = chance.choices(["before", "after", ""], k=2)
            for each in workers:
                if each not in turns or turns[each].done():
                    turns[each] = asyncio.create_task(_turn(each))
            # Some are left in the middle of what they do, as a stopped process is.
            for _ in range(chance.randrange(8)):
                await asyncio.sleep(0)
        publish(1_000_000)
        store.faults = []
        await asyncio.gather(*turns.values())
        for _ in range(200):
            for each in workers:
                await _turn(each)
            if _is_done(store, topics):
                return
        raise AssertionError("the workers do not come to the end")
    finally:
        projector.CHECK_S = check_s


async def _turn(worker: Projector) -> None:
    try:
        await worker.turn()
    except (StoreUnavailable, LogUnavailable):
        worker._lose_track()


def _is_done(store: TwinStore, topics: Topics) -> bool:
    # Where there are no states yet, a store of before them goes on without.
    return all(store.stored.get(place, 0) == each.end for place, each in topics.bounds.items())

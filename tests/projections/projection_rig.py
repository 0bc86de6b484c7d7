"""One partition of each topic, one store, and workers that all think both are theirs."""

from typing import Any

from omnistate.projections.keys import Keys
from omnistate.projections.read_model.projector import Projector
from omnistate.projections.read_model.store_ports import TopicPartition
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.harness.waiting import eventually
from tests.projections.memory_topics import NOW_MS, Member, Topics, change
from tests.projections.schedule import Watcher
from tests.projections.twin import TwinStore

KEYS = Keys()
STATES, CHANGES = TopicPartition(CONVERSATION_STATES, 0), TopicPartition(STATE_CHANGES, 0)
TOTALS = TopicPartition(REPRESENTATIVE_CAPACITY, 0)
HASH = KEYS.conversation("c")


class Bench:
    """The bench; what its workers tell is kept."""

    def __init__(self) -> None:
        self.topics = Topics(1)
        self.store = TwinStore(KEYS, NOW_MS)
        self.members: list[Member] = []
        self.watchers: list[Watcher] = []

    def worker(self) -> Projector:
        member, watcher = Member(self.topics), Watcher()
        member.assign(self.topics.records)
        self.members.append(member)
        self.watchers.append(watcher)
        return Projector(member, self.store, KEYS, watcher, lambda: self.store.now_ms)

    def publish(self, sequence: int, status: str = "active", markers: int = 1) -> None:
        self.topics.publish(change("c", sequence, status, NOW_MS + sequence), markers)

    @property
    def sequence(self) -> str | None:
        """What the store has of the conversation."""
        fields: dict[str, str] = self.store.keys.get(HASH, {})
        return fields.get("sequence")

    def told(self, name: str, worker: int = 0) -> list[Any]:
        return [each[1:] for each in self.watchers[worker].told if each[0] == name]

    async def hears(self, name: str) -> None:
        """Wait until the first worker's watcher is told this."""

        async def names() -> list[object]:
            return self.watchers[0].names()

        await eventually(name, names, lambda told: name in told)


def is_ready(worker: Projector) -> bool:
    return worker.ready


async def turns(*workers: Projector, number: int = 3) -> None:
    for _ in range(number):
        for worker in workers:
            await worker.turn()

"""A broker that is silent holds up who asks about its partitions, and nobody else."""

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.offsets import Bound
from omnistate.adapters.kafka.worker import end_offsets
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.stream.ports import LogUnavailable

NOT_LEADER = 6
OFFSET_OUT_OF_RANGE = 1


class Brokers:
    """Partition n is led by broker n % 2; what each has been asked, and how it answers."""

    def __init__(self) -> None:
        self.silent: set[int] = set()
        self.codes: dict[TopicPartition, list[int]] = {}
        self.asked: list[tuple[int, Bound, list[int]]] = []
        self.moved: set[TopicPartition] = set()

    def leader_of(self, _: AIOKafkaConsumer, place: TopicPartition) -> int:
        return int(place.partition + (place in self.moved)) % 2

    async def answer(
        self, _: Any, node: int, bound: Bound, places: Collection[TopicPartition]
    ) -> dict[TopicPartition, tuple[int, int]]:
        self.asked.append((node, bound, sorted(each.partition for each in places)))
        await asyncio.sleep(0.01)
        if node in self.silent:
            await asyncio.Event().wait()
        codes = {each: self.codes.get(each, [0]) for each in places}
        return {each: (found.pop() if found else 0, 100) for each, found in codes.items()}


@pytest.fixture
def brokers(monkeypatch: pytest.MonkeyPatch) -> Brokers:
    brokers = Brokers()
    monkeypatch.setattr(end_offsets, "leader_of", brokers.leader_of)
    monkeypatch.setattr(end_offsets, "ask_leader", brokers.answer)
    monkeypatch.setattr(end_offsets, "refresh_leaders", lambda _: None)
    return brokers


@pytest.fixture
async def ends() -> AsyncIterator[EndOffsets]:
    ends = EndOffsets(Connection("localhost:1"))
    yield ends
    await ends.stop()


def place(number: int) -> TopicPartition:
    return TopicPartition("inputs", number)


async def test_a_silent_broker_holds_up_its_own_partitions_only(
    brokers: Brokers, ends: EndOffsets
) -> None:
    brokers.silent = {1}
    waiting = asyncio.create_task(ends.high_watermarks(place(1)))
    await asyncio.sleep(0.02)
    for _ in range(3):
        assert await ends.high_watermarks(place(0), place(2)) == {place(0): 100, place(2): 100}
    assert not waiting.done()
    waiting.cancel()


async def test_who_asks_meanwhile_shares_the_next_round(brokers: Brokers, ends: EndOffsets) -> None:
    first = asyncio.create_task(ends.ask(place(0)))
    await asyncio.sleep(0.005)
    others = [asyncio.create_task(ends.ask(place(number))) for number in (2, 4, 2)]
    await asyncio.gather(first, *others)
    assert brokers.asked == [
        (0, Bound.COMMITTED_END, [0]),
        (0, Bound.COMMITTED_END, [2, 4]),
    ]


async def test_a_leader_that_has_moved_is_asked_for_again(
    brokers: Brokers, ends: EndOffsets
) -> None:
    brokers.codes[place(0)] = [NOT_LEADER]
    asking = asyncio.create_task(ends.beginnings(place(0)))
    await asyncio.sleep(0.02)
    brokers.moved = {place(0)}
    assert await asking == {place(0): 100}
    assert [node for node, *_ in brokers.asked] == [0, 1]


async def test_other_errors_are_said(
    brokers: Brokers, ends: EndOffsets, monkeypatch: pytest.MonkeyPatch
) -> None:
    brokers.codes[place(0)] = [29]
    with pytest.raises(LogUnavailable, match="TopicAuthorizationFailed"):
        await ends.ask(place(0))
    monkeypatch.setattr(end_offsets, "PATIENCE_S", 0.05)
    brokers.silent = {0}
    with pytest.raises(LogUnavailable):
        await ends.ask(place(0))

"""Records that are handed over and acknowledged later: nobody waits for it, a failure is told."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import NotLeaderForPartitionError
from omnistate.adapters.kafka.records import acknowledged_sending
from omnistate.adapters.kafka.records.acknowledged_sending import AcknowledgedSending
from omnistate.stream.ports import LogUnavailable, Outgoing


class Producer:
    """Takes what it is given; the test says what becomes of it."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, asyncio.Future[None]]] = []
        self.died: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sender = SimpleNamespace(sender_task=self.died)

    async def start(self) -> None:
        pass

    async def send(self, topic: str, *, value: bytes, **_: Any) -> "asyncio.Future[None]":
        acknowledgement: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.taken.append((value, acknowledgement))
        return acknowledgement


class Connection:
    """One producer after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[Producer] = []
        self.ended: list[Producer] = []
        monkeypatch.setattr(acknowledged_sending, "disconnect", self._disconnect)

    async def _disconnect(self, producer: Producer) -> None:
        self.ended.append(producer)

    def producer(self) -> Producer:
        self.made.append(Producer())
        return self.made[-1]

    def physical(self, name: str) -> str:
        return name


def record(value: bytes) -> Outgoing:
    return Outgoing("assignment-requests", b"ann", value, ())


def sending_over(connection: Any) -> AcknowledgedSending:
    return AcknowledgedSending(connection)


async def test_the_next_go_before_the_last_are_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = Connection(monkeypatch)
    sending = sending_over(connection)
    await sending.send([record(b"1"), record(b"2")])
    await sending.send([record(b"3")])
    await sending.check()
    (producer,) = connection.made
    assert [value for value, _ in producer.taken] == [b"1", b"2", b"3"]
    assert not any(acknowledgement.done() for _, acknowledgement in producer.taken)


@pytest.mark.parametrize("told_by", ["check", "send"])
async def test_what_was_not_taken_is_told_once_and_the_next_get_another_producer(
    monkeypatch: pytest.MonkeyPatch, told_by: str
) -> None:
    connection = Connection(monkeypatch)
    sending = sending_over(connection)
    await sending.send([record(b"1"), record(b"2")])
    first = connection.made[0]
    first.taken[1][1].set_exception(NotLeaderForPartitionError())
    with pytest.raises(LogUnavailable, match="NotLeaderForPartition"):
        await (sending.check() if told_by == "check" else sending.send([record(b"3")]))
    assert connection.ended == [first]
    await sending.check()
    await sending.send([record(b"4")])
    assert [value for value, _ in connection.made[1].taken] == [b"4"]


async def test_a_producer_that_died_within_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Connection(monkeypatch)
    sending = sending_over(connection)
    await sending.send([record(b"1")])
    connection.made[0].died.set_result(None)
    with pytest.raises(LogUnavailable, match="died"):
        await sending.check()
    assert connection.ended == connection.made


async def test_with_too_much_under_way_the_next_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acknowledged_sending, "UNDER_WAY_MAX", 1)
    connection = Connection(monkeypatch)
    sending = sending_over(connection)
    await sending.send([record(b"1"), record(b"2")])
    (producer,) = connection.made
    third = asyncio.create_task(sending.send([record(b"3")]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(producer.taken) == 2
    producer.taken[0][1].set_result(None)
    await third
    assert len(producer.taken) == 3

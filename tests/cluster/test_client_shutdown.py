"""The end of every kind of client, also while its broker hangs: nothing of it is left."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import InvalidProducerEpoch, ProducerFenced
from omnistate.adapters.kafka.clients.client_shutdown import END_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection, Membership
from omnistate.process.event_loop import new_event_loop

from tests.harness.broker import Broker
from tests.harness.waiting import stretch

TOPIC = "anything"
PATIENCE_S = 0.3
# More than the sockets of both sides take, so that some of it cannot be sent.
UNSENT = bytes(20_000_000)


async def start_clients(connection: Connection) -> dict[str, Any]:
    """One of each kind, all of them connected and at work."""
    admin = connection.admin()
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    member, reader = connection.member("group", Membership(6_000)), connection.consumer()
    member.subscribe([TOPIC])
    producer = connection.producer(transactional_id="one", transaction_timeout_ms=10_000)
    for each in (member, reader, producer):
        await each.start()
    while not member.assignment():
        await asyncio.sleep(0.05)
    reader.assign([*member.assignment()])
    await producer.begin_transaction()
    await producer.send_and_wait(TOPIC, b"one")
    assert (await reader.getmany(timeout_ms=100)) == {}
    return {"admin": admin, "member": member, "reader": reader, "producer": producer}


async def end_patiently(client: Any) -> None:
    await disconnect(client, PATIENCE_S)


async def end_cancelled(client: Any) -> None:
    """Whoever ends it is cancelled while it waits."""
    ending = asyncio.ensure_future(disconnect(client, 30))
    await asyncio.sleep(PATIENCE_S)
    ending.cancel()
    with suppress(asyncio.CancelledError):
        await ending
    await asyncio.sleep(0)


async def end_all(broker: Broker, end: Callable[[Any], Awaitable[None]]) -> None:
    """Every client while the broker hangs; raises what was not as it should be."""
    clients = await start_clients(Connection(broker.bootstrap))
    wires = [getattr(each, "client", None) or each._client for each in clients.values()]
    connections = [each for wire in wires for each in wire._conns.values()]
    assert len(connections) >= len(clients)
    transports = [each._writer.transport for each in connections]
    broker.pause()
    try:
        for each in connections:
            each._writer.write(UNSENT)
        began_s = time.monotonic()
        await asyncio.gather(*map(end, clients.values()))
        assert time.monotonic() - began_s < stretch(PATIENCE_S + END_S + 0.5)
        # Were a task left, it would have connected again by now.
        await asyncio.sleep(0.5)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left
        connections += [each for wire in wires for each in wire._conns.values()]
        assert [each for each in connections if each.connected()] == []
        # Closing alone would wait until they have been sent.
        assert {each.get_write_buffer_size() for each in transports} == {0}
    finally:
        broker.resume()
        # Nothing to do where all is well; a loop would not close over what a failure has left.
        await asyncio.gather(*map(disconnect, clients.values()))


@pytest.mark.parametrize("end", [end_patiently, end_cancelled])
@pytest.mark.parametrize("new_loop", [new_event_loop, asyncio.new_event_loop])
def test_nothing_is_left_of_a_client_whose_broker_hangs(
    own_broker: Callable[..., Broker],
    end: Callable[[Any], Awaitable[None]],
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    broker = own_broker()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(end_all(broker, end))


async def end_fenced(brokers: str, topic: str) -> list[str]:
    """A producer whose id another one takes in the middle; what asyncio complains of."""
    complaints: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    connection = Connection(brokers)
    admin = connection.admin()
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
    first, second = (
        connection.producer(transactional_id=topic, transaction_timeout_ms=10_000) for _ in "12"
    )
    await first.start()
    await first.begin_transaction()
    await first.send_and_wait(topic, b"one", partition=0)
    await second.start()
    with pytest.raises((ProducerFenced, InvalidProducerEpoch)):
        await first.send_and_wait(topic, b"two", partition=1)
    await asyncio.gather(*map(disconnect, (admin, first, second)))
    del first, second
    gc.collect()
    return complaints


async def test_nobody_complains_of_a_fenced_producer(brokers: str, prefix: str) -> None:
    assert await end_fenced(brokers, f"{prefix}fenced") == []

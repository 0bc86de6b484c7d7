"""What a client of aiokafka's has open is found, all of it, and closed without a broker."""

import asyncio
import socket

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import MessageBatch
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals import resources, sending

from tests.adapters.unstarted_clients import OTHER, PLACE, Clients, clients, idle

__all__ = ["clients"]


async def test_the_tasks_of_each_client_are_all_that_it_does(clients: Clients) -> None:
    await asyncio.sleep(0)
    pending = idle()
    clients.reader._fetcher._pending_tasks.add(pending)
    found = {
        name: resources.tasks_of(getattr(clients, name))
        for name in ("member", "reader", "producer", "admin")
    }
    assert {name: len(each) for name, each in found.items()} == {
        "member": 5,
        "reader": 4,
        "producer": 2,
        "admin": 1,
    }
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert {task for each in found.values() for task in each} == left
    assert {*resources.vital_tasks_of(clients.member)} < {*found["member"]}
    for task in left:
        task.cancel()
    await asyncio.wait(left)
    assert [resources.tasks_of(client) for client in clients[:4]] == [[], [], [], []]


async def test_a_client_that_was_never_started_does_nothing() -> None:
    consumer, producer, admin = AIOKafkaConsumer(), AIOKafkaProducer(), AIOKafkaAdminClient()
    for client in (consumer, producer, admin):
        assert resources.tasks_of(client) == []
        assert [*resources.futures_of(client)] == []
        assert resources.transports_of(client) == set()
        resources.close_connections(client)
    consumer._closed = producer._closed = True


async def test_what_fails_with_a_transaction_is_found(clients: Clients) -> None:
    producer = clients.producer
    manager = producer._txn_manager
    manager.set_pid_and_epoch(1, 1)
    manager.begin_transaction()
    accumulator = producer._message_accumulator
    waiting, sent = (
        MessageBatch(place, sending.open_batch(1_000, sending.PLAIN), 1.0, 1.0)
        for place in (PLACE, OTHER)
    )
    accumulator._batches[PLACE].append(waiting)
    accumulator._pending_batches.add(sent)
    assert {*resources.futures_of(producer)} == {
        manager._transaction_waiter,
        waiting._drain_waiter,
        sent._drain_waiter,
    }
    assert [*resources.futures_of(clients.member)] == []


async def test_a_batch_that_waits_to_be_sent_again_fails_quietly() -> None:
    """Of aiokafka's own set it is removed twice, and the loop gets a KeyError."""
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, each: complaints.append(each))
    producer = Connection("127.0.0.1:1").producer()
    producer._txn_manager.set_pid_and_epoch(1, 1)
    accumulator = producer._message_accumulator
    accumulator._append_batch(accumulator.create_builder(), PLACE)
    batch = accumulator._pop_batch(PLACE)
    accumulator.reenqueue(batch)
    accumulator.fail_all(KafkaError("gone"))
    await asyncio.wait([batch.future])
    await asyncio.sleep(0)
    assert isinstance(batch.future.exception(), KafkaError)
    assert complaints == []
    producer._closed = True


async def test_connections_are_seen_and_closed(clients: Clients) -> None:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    connection = clients.connection
    assert resources.transports_of(clients.member) == set()
    connection._reader, connection._writer = reader, writer
    connection._read_task = idle()
    assert resources.transports_of(clients.member) == {writer.transport}
    resources.close_connections(clients.member)
    assert writer.transport.is_closing()
    assert resources.transports_of(clients.member) == set()
    await writer.wait_closed()
    theirs.close()

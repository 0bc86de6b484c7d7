"""What may lie on an input: compressed batches, one that nobody can read, an open transaction.

Whatever is put there goes through the generator's lanes, so that the journal knows each offset.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.chaos.chaos_producer import drop
from tests.chaos.chaos_traffic import NOTHING, Event
from tests.chaos.generator import Sent
from tests.chaos.trial import Trial
from tests.chaos.worker_kinds import CONVERSATION, PARTITIONS
from tests.harness.tied_process import PATIENCE_S

CODECS: Final = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
# Unpacked; the least that is too much is 16 MiB.
BOMB_RECORDS: Final = 2
BOMB_RECORD_BYTES: Final = 10_000_000
HANG_S: Final = (3, 9)
LOOK_S: Final = 0.3


async def compress(trial: Trial, draw: random.Random) -> None:
    """For some seconds each, what is sent is compressed with one codec after another."""
    generator = trial.installation.generator
    for name, codec in draw.sample(sorted(CODECS.items()), len(CODECS)):
        trial.say(f"inputs are compressed with {name}")
        generator.codec = codec
        await asyncio.sleep(draw.uniform(0.5, 1.5))
    generator.codec = 0


async def append_unreadable(trial: Trial, draw: random.Random) -> None:
    """A batch that unpacks to more than anybody unpacks; the operator has it passed over."""
    here = trial.installation
    topic, number = draw.choice((CHANNEL_EVENTS, AGENT_ACTIONS)), draw.randrange(PARTITIONS)
    trial.touch([number])
    name = f"bomb-{draw.getrandbits(48):012x}"
    sent = await _do_in_lane(trial, number, lambda: _send_bomb(trial, topic, number, name))
    where = f"{topic}/{number} at offset {sent.offset}"
    trial.say(f"{where}: a batch of {BOMB_RECORDS * BOMB_RECORD_BYTES:,} bytes, unpacked")
    here.passed_over.append((topic, number, sent.offset))
    options = ("--group", CONVERSATION.name, "--topic", topic, "--partition", str(number))
    said = ""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            done = await asyncio.to_thread(
                here.omnistate.attempt, "inputs", "skip", *options, "--offset", str(sent.offset)
            )
            if done.status == 0:
                break
            # Until what lies before it has been taken, and while brokers are away.
            if done.err != said:
                said = done.err
                trial.say(said.strip())
            await asyncio.sleep(LOOK_S)
    trial.say(done.out.strip())


async def hang_transaction(trial: Trial, draw: random.Random) -> None:
    """Somebody writes to an input in a transaction, and is gone before its end."""
    here = trial.installation
    topic, number = draw.choice((CHANNEL_EVENTS, AGENT_ACTIONS)), draw.randrange(PARTITIONS)
    trial.touch([number])
    seconds = draw.randint(*HANG_S)
    name = f"{here.prefix}foreign-{draw.getrandbits(48):012x}"
    here.journal.announce_marker((topic, number))
    sent = await _do_in_lane(
        trial, number, lambda: _leave_open(trial, topic, number, name, seconds)
    )
    trial.say(f"{topic}/{number} at offset {sent.offset}: a transaction stays open, {seconds} s")
    await _await_abort(trial, topic, number, sent.offset)
    trial.say(f"{topic}/{number}: the broker has aborted it")


async def _do_in_lane(trial: Trial, number: int, act: Callable[[], Awaitable[Sent]]) -> Sent:
    """Run it in the generator's thread, and wait for it here."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[Sent] = loop.create_future()

    async def errand() -> Sent:
        try:
            done = await act()
        except BaseException as error:
            loop.call_soon_threadsafe(told.set_exception, error)
            raise
        loop.call_soon_threadsafe(told.set_result, done)
        return done

    trial.installation.generator.run(number, errand)
    async with asyncio.timeout(PATIENCE_S):
        while not told.done():
            trial.installation.generator.check()
            await asyncio.wait([told], timeout=LOOK_S)
    return told.result()


async def _send_bomb(trial: Trial, topic: str, number: int, name: str) -> Sent:
    here = trial.installation
    events = [
        Event(
            *(topic, name.encode(), bytes(BOMB_RECORD_BYTES)),
            type="bomb",
            id=name,
            # One dead letter stands for the batch, at its first offset.
            expected=NOTHING if index else "unreadable",
        )
        for index in range(BOMB_RECORDS)
    ]
    batch = BatchBuilder(BOMB_RECORDS * BOMB_RECORD_BYTES + 10_000, CODECS["gzip"])
    for event in events:
        batch.append(timestamp=None, key=event.key, value=event.value, headers=[])
    batch.close()
    async with AIOKafkaProducer(
        bootstrap_servers=here.brokers,
        enable_idempotence=True,
        request_timeout_ms=120_000,
        max_batch_size=BOMB_RECORDS * BOMB_RECORD_BYTES * 2,
    ) as producer:
        future = await producer.send_batch(batch, here.prefix + topic, partition=number)
        told = await future
    return Sent(topic, events, told.offset, told.timestamp)


async def _leave_open(trial: Trial, topic: str, number: int, name: str, seconds: int) -> Sent:
    here = trial.installation
    event = Event(topic, name.encode(), b"{}", type="uncommitted", id=name, expected=NOTHING)
    producer = AIOKafkaProducer(
        bootstrap_servers=here.brokers,
        transactional_id=name,
        transaction_timeout_ms=seconds * 1_000,
        request_timeout_ms=120_000,
    )
    try:
        await producer.start()
        await producer.begin_transaction()
        sent = await producer.send_and_wait(
            here.prefix + topic, event.value, event.key, partition=number
        )
    finally:
        await drop(producer)
    return Sent(topic, [event], sent.offset, sent.timestamp)


async def _await_abort(trial: Trial, topic: str, number: int, offset: int) -> None:
    """Until readers of committed records may read past the offset."""
    here = trial.installation
    place = TopicPartition(here.prefix + topic, number)
    async with (
        asyncio.timeout(PATIENCE_S),
        AIOKafkaConsumer(
            bootstrap_servers=here.brokers, isolation_level="read_committed"
        ) as consumer,
    ):
        while (await consumer.end_offsets([place]))[place] <= offset:
            await asyncio.sleep(LOOK_S)

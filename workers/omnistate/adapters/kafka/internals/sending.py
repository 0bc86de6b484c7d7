"""What a producer of aiokafka's sends: whole batches; and whether it still sends.

A batch is met a few times, however many lines are appended to it: appending is the caller's loop.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

# Codecs of a batch, as the protocol numbers them.
PLAIN: Final = 0
GZIP: Final = 1

# Gets a line's number in its batch, its time in ms (None = now), key, value and headers; returns
# None where the batch is full.
Append: TypeAlias = Callable[..., Any]


def open_batch(bytes_max: int, codec: int) -> BatchBuilder:
    """An empty batch of a transaction, for `send_batch` of a producer."""
    return BatchBuilder(bytes_max, codec, is_transactional=1)


def appender_of(batch: BatchBuilder) -> Append:
    """What appends a line to the batch. Whoever uses it says afterwards how many with `set_count`.

    The batch's own `append` does nothing more, in Python.
    """
    append: Append = batch._builder.append
    return append


def set_count(batch: BatchBuilder, count: int) -> None:
    """Let a batch know how many lines were appended past it."""
    batch._relative_offset = count


def sender_of(producer: AIOKafkaProducer) -> "asyncio.Task[None]":
    """The task of a started producer that sends everything; it has ended where nothing is sent."""
    task: asyncio.Task[None] = producer._sender.sender_task
    return task

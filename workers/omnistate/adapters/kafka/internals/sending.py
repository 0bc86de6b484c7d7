"""What a producer of aiokafka's sends: whole batches; and whether it still sends.

A batch is met a few times, however many lines are appended to it: appending is the caller's loop.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from omnistate.adapters.kafka.internals.tolerant_records import as_written, is_odd

# Codecs of a batch, as the protocol numbers them.
PLAIN: Final = 0
GZIP: Final = 1

# Gets a line's number in its batch, its time in ms (None = now), key, value and headers; returns
# None where the batch is full.
Append: TypeAlias = Callable[..., Any]


def open_batch(bytes_max: int, codec: int) -> BatchBuilder:
    """An empty batch of a transaction, for `send_batch` of a producer."""
    return BatchBuilder(bytes_max, codec, is_transactional=1)


def open_tolerant_batch(bytes_max: int, codec: int) -> BatchBuilder:
    """The same for lines of which header names may be no UTF-8; slower."""
    return _TolerantBatch(bytes_max, codec, is_transactional=1)


def has_odd_names(lines: Iterable[tuple[Any, Any, Iterable[tuple[str, Any]]]]) -> bool:
    """Whether any header of these lines (key, value, headers) has a name that is no UTF-8."""
    return any(is_odd(name) for *_, headers in lines for name, _ in headers)


class _TolerantBuilder(_DefaultRecordBatchBuilderPy):  # type: ignore[misc]
    """aiokafka's builder in Python, with names that say themselves how they are written."""

    def append(self, offset: int, timestamp: Any, key: Any, value: Any, headers: Any) -> Any:
        return super().append(offset, timestamp, key, value, as_written(headers))


class _TolerantBatch(BatchBuilder):  # type: ignore[misc]
    def __init__(self, bytes_max: int, codec: int, *, is_transactional: int) -> None:
        super().__init__(bytes_max, codec, is_transactional=is_transactional)
        self._builder = _TolerantBuilder(2, codec, is_transactional, -1, -1, 0, bytes_max)

    def _set_producer_state(self, producer_id: int, producer_epoch: int, sequence: int) -> None:
        # aiokafka's own asks for its own kind of builder.
        self._builder.set_producer_state(producer_id, producer_epoch, sequence)


def appender_of(batch: BatchBuilder) -> Append:
    """What appends a line to the batch. Whoever uses it says afterwards how many with `set_count`.

    The batch's own `append` does nothing more, in Python.
    """
    append: Append = batch._builder.append
    return append


def set_count(batch: BatchBuilder, count: int) -> None:
    """Let a batch know how many lines were appended past it."""
    batch._relative_offset = count


class _Pending(set[Any]):
    """The batches under way: aiokafka takes one that was to be sent again out a second time."""

    def remove(self, batch: Any) -> None:
        self.discard(batch)


def forgive_removals(producer: AIOKafkaProducer) -> None:
    """Keep asyncio from logging an error for each batch of a new producer that dies under way."""
    producer._message_accumulator._pending_batches = _Pending()


def sender_of(producer: AIOKafkaProducer) -> "asyncio.Task[None]":
    """The task of a started producer that sends everything; it has ended where nothing is sent."""
    task: asyncio.Task[None] = producer._sender.sender_task
    return task

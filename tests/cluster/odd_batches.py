"""Batches as no well-behaved producer writes them, appended to a real broker."""

from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.tolerant_records import as_written

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
CODECS = {"gzip": GZIP, "snappy": SNAPPY, "lz4": LZ4, "zstd": ZSTD}

Line = tuple[bytes | None, bytes | None, Iterable[tuple[str, bytes | None]]]


class OddBuilder(_DefaultRecordBatchBuilderPy):  # type: ignore[misc]
    """A builder of batches that takes any header name, and values without bound."""

    def append(self, offset: int, timestamp: Any, key: Any, value: Any, headers: Any) -> Any:
        return super().append(offset, timestamp, key, value, as_written(headers))


async def append(
    connection: Connection, topic: str, partition: int, lines: Sequence[Line], codec: int = 0
) -> int:
    """Append one batch of these lines (key, value, headers); its first offset."""
    producer = connection.producer(enable_idempotence=False, max_request_size=400_000_000)
    await producer.start()
    try:
        batch = producer.create_batch()
        batch._builder = OddBuilder(2, codec, 0, -1, -1, -1, 1 << 30)
        for key, value, headers in lines:
            assert batch.append(timestamp=None, key=key, value=value, headers=headers)
        batch.close()
        place = TopicPartition(connection.physical(topic), partition)
        sent = await producer.send_batch(batch, place.topic, partition=partition)
        return int((await sent).offset)
    finally:
        await producer.stop()


def bomb(values: int = 2) -> list[Line]:
    """Lines that take a few bytes in a compressed batch, and 10 MB each out of it."""
    return [(b"bomb", bytes(10_000_000), ())] * values

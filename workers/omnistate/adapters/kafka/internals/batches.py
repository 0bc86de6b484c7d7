"""Batches as a broker sends them, opened one by one; one that cannot be is told of, not lost.

aiokafka's own loop ends at such a batch with an error, loses what it had unpacked before, unpacks
whatever a few bytes say, and takes no header name that is not UTF-8. Here the records before it are
handed out, then an `UnreadableBatch` in the place of those that nobody can read, as the last of
what was fetched. Batches without any of that cost what they did.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import aiokafka.consumer.fetcher
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.memory_records import MemoryRecords

from omnistate.adapters.kafka.internals.inflation import NotInflatable, inflate
from omnistate.adapters.kafka.internals.tolerant_records import read_tolerantly

# What one batch, and what all compressed ones of a fetch together, may unpack to.
UNPACKED_BYTES_MAX: Final = 16 * 1024 * 1024
# Offset, length; and a whole batch's header: offset, length, epoch, magic, checksum, attributes,
# last offset delta, first and newest time, producer and its epoch, sequence, count.
_LENGTH: Final = struct.Struct(">qi")
_HEADER: Final = struct.Struct(">qiibIhiqqqhii")
_ATTRIBUTES: Final = struct.Struct(">h")
_ATTRIBUTES_AT: Final = 21
_MAGIC_AT: Final = 16
_CODEC_MASK: Final = 0x07


class UnreadableBatch(NamedTuple):
    """In the place of records: its offsets, its newest time, ms, and what is wrong."""

    offset: int
    next_offset: int
    timestamp: int
    reason: str

    @property
    def offsets(self) -> str:
        """Its offsets in words."""
        return f"offsets {self.offset} to {self.next_offset - 1}"


class _Unreadable(Exception):
    """What is wrong with a batch."""


class FetchedBatches:
    """In the place of aiokafka's MemoryRecords: the bytes of a fetch, and where each batch is."""

    def __init__(self, data: bytes) -> None:
        """Whole batches, and perhaps a part of one more behind them."""
        self._data = data

    def size_in_bytes(self) -> int:
        """How many bytes were fetched."""
        return len(self._data)

    def has_next(self) -> bool:
        """Whether anything was; if it is less than a batch, that is found out in opening it."""
        return len(self._data) > 0

    def slices(self) -> Iterator[memoryview]:
        """Each batch; the last may be a part of one, but not where it is the first, too."""
        data, at, whole = memoryview(self._data), 0, len(self._data)
        while at < whole:
            end = whole + 1
            if at + _LENGTH.size <= whole:
                end = at + _LENGTH.size + max(0, _LENGTH.unpack_from(data, at)[1])
            if end > whole and at:
                return
            yield data[at:end]
            at = end


class CheckedRecords(PartitionRecords):  # type: ignore[misc]
    """The records of one fetch of a partition, in the place of aiokafka's."""

    # Set, an UnreadableBatch is handed out; otherwise aiokafka's error is raised.
    hands_out_unreadable = False
    next_fetch_offset: int

    def _unpack_records(self) -> Iterator[Any]:
        unpacked_bytes = 0
        make, place = self._consumer_record, self._tp
        for fetched in self._records.slices():
            data, next_offset = fetched, 0
            try:
                batch = _open(data, check_crc=self._check_crcs)
                next_offset = batch.next_offset
                if not self._is_to_be_skipped(batch):
                    codec = batch.compression_type if batch.magic >= 2 else 0
                    if codec:
                        # The rest is fetched again, once these have been taken.
                        if unpacked_bytes >= UNPACKED_BYTES_MAX:
                            return
                        data = _unpack(data, codec)
                        unpacked_bytes += len(data)
                        batch = DefaultRecordBatch(data)
                    for record in batch:
                        # Of a batch that begins before the position.
                        if record.offset < self.next_fetch_offset:
                            continue
                        made = make(place, record)
                        self.next_fetch_offset = record.offset + 1
                        yield made
            except UnicodeDecodeError:
                try:
                    for record in read_tolerantly(data):
                        if record.offset >= self.next_fetch_offset:
                            made = make(place, record)
                            self.next_fetch_offset = record.offset + 1
                            yield made
                except Exception as error:
                    yield self._meet(fetched, error)
                    return
            except Exception as error:
                yield self._meet(fetched, error)
                return
            # Compaction may have taken the last records of a batch.
            self.next_fetch_offset = max(self.next_fetch_offset, next_offset)

    def _is_to_be_skipped(self, batch: Any) -> bool:
        """Whether nothing of it is to be read: it was aborted, or is the end of a transaction."""
        if self._isolation_level == READ_COMMITTED and batch.producer_id is not None:
            self._consume_aborted_up_to(batch.base_offset)
            if batch.is_control_batch and self._contains_abort_marker(batch):
                self._aborted_producers.discard(batch.producer_id)
            if batch.is_transactional and batch.producer_id in self._aborted_producers:
                return True
        return bool(batch.is_control_batch)

    def _meet(self, data: memoryview, error: Exception) -> UnreadableBatch:
        """What is said of a batch that cannot be opened; the position goes past it."""
        if not self.hands_out_unreadable:
            raise error
        first, newest_ms, next_offset = self.next_fetch_offset, -1, 0
        if len(data) >= _HEADER.size:
            base, _, _, _, _, _, last, _, newest_ms, *_ = _HEADER.unpack_from(data)
            first, next_offset = max(base, first), base + max(0, last) + 1
        self.next_fetch_offset = max(first + 1, next_offset)
        return UnreadableBatch(first, self.next_fetch_offset, newest_ms, _describe(error))


def _open(data: memoryview, *, check_crc: bool) -> Any:
    """One batch, of whatever version. Raises what aiokafka raises, and _Unreadable."""
    if len(data) <= _MAGIC_AT or len(data) < _LENGTH.size + _LENGTH.unpack_from(data)[1]:
        raise _Unreadable("it is cut short")
    if data[_MAGIC_AT] < 2:
        batch = MemoryRecords(bytes(data)).next_batch()
    elif len(data) < _HEADER.size:
        raise _Unreadable("it is cut short")
    else:
        batch = DefaultRecordBatch(data)
    if check_crc and not batch.validate_crc():
        raise _Unreadable("its checksum is wrong")
    return batch


def _unpack(data: memoryview, codec: int) -> memoryview:
    """The same batch without compression. Raises NotInflatable."""
    payload = inflate(codec, data[_HEADER.size :], UNPACKED_BYTES_MAX)
    plain = bytearray(data[: _HEADER.size])
    (attributes,) = _ATTRIBUTES.unpack_from(plain, _ATTRIBUTES_AT)
    _ATTRIBUTES.pack_into(plain, _ATTRIBUTES_AT, attributes & ~_CODEC_MASK)
    plain += payload
    return memoryview(plain)


def _describe(error: Exception) -> str:
    """Why, without any content."""
    if isinstance(error, _Unreadable | NotInflatable):
        return str(error)
    return f"its records cannot be told apart ({type(error).__name__})"


# In the whole process: a fetch's bytes are nowhere else to be had.
aiokafka.consumer.fetcher.MemoryRecords = FetchedBatches
aiokafka.consumer.fetcher.PartitionRecords = CheckedRecords

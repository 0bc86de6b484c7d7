"""Fetched batches are opened whatever is in them: all codecs, odd header names, bounds, garbage."""

import gzip
from collections.abc import Iterator
from typing import Any

import aiokafka.consumer.fetcher
import cramjam
import pytest
from aiokafka import TopicPartition
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.consumer.fetcher import READ_COMMITTED
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchBuilderPy
from aiokafka.record.util import calc_crc32c
from omnistate.adapters.kafka.internals import inflation, sending, tolerant_records
from omnistate.adapters.kafka.internals.batches import (
    UNPACKED_BYTES_MAX,
    CheckedRecords,
    FetchedBatches,
    UnreadableBatch,
)
from omnistate.adapters.kafka.internals.inflation import NotInflatable, inflate

PLACE = TopicPartition("things", 0)
MIB = 1024 * 1024
CODECS = {
    inflation.GZIP: gzip_encode,
    inflation.SNAPPY: snappy_encode,
    inflation.LZ4: lz4_encode,
    inflation.ZSTD: zstd_encode,
}
ODD = "\udcff\udcfe-é"
ODD_BYTES = b"\xff\xfe-\xc3\xa9"


def batch_of(
    values: list[bytes], base: int = 7, codec: int = 0, headers: tuple[Any, ...] = ()
) -> bytearray:
    """A batch as a broker sends it."""
    builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, -1, 1 << 30)
    for number, value in enumerate(values):
        named = tolerant_records.as_written(headers)
        assert builder.append(number, 1_000 + number, b"k", value, named) is not None
    bytes_ = bytearray(builder.build())
    bytes_[:8] = base.to_bytes(8, "big")
    return bytes_


def with_payload(payload: bytes, codec: int, count: int = 1) -> bytearray:
    """A batch of this payload, as it is, under this codec's number; its checksum is right."""
    bytes_ = batch_of([b""] * count)[:61]
    bytes_[22] = bytes_[22] & ~7 | codec
    bytes_ += payload
    bytes_[8:12] = (len(bytes_) - 12).to_bytes(4, "big")
    bytes_[17:21] = calc_crc32c(bytes(bytes_[21:])).to_bytes(4, "big")
    return bytes_


def fetched(*batches: bytes | bytearray, position: int = 7) -> CheckedRecords:
    """What a consumer at a position makes of these batches."""
    data = FetchedBatches(b"".join(map(bytes, batches)))
    records = CheckedRecords(PLACE, data, [], position, None, None, True, READ_COMMITTED)
    records.hands_out_unreadable = True
    return records


def offsets(records: Iterator[Any]) -> list[int]:
    return [each.offset for each in records]


def test_aiokafka_uses_them() -> None:
    assert aiokafka.consumer.fetcher.MemoryRecords is FetchedBatches
    assert aiokafka.consumer.fetcher.PartitionRecords is CheckedRecords


@pytest.mark.parametrize("codec", [0, *CODECS])
def test_every_codec_is_read(codec: int) -> None:
    values = [b"v%d" % number * 1_000 for number in range(50)]
    records = fetched(batch_of(values, codec=codec), batch_of(values, base=57, codec=codec))
    found = list(records)
    assert [each.value for each in found] == values * 2
    assert [each.offset for each in found] == list(range(7, 107))
    assert [each.timestamp for each in found[:2]] == [1_000, 1_001]
    assert records.next_fetch_offset == 107


@pytest.mark.parametrize("codec", [0, *CODECS])
def test_header_names_are_any_bytes(codec: int) -> None:
    headers = ((ODD, b"\xff"), ("none", None), ("plain", b""))
    records = fetched(batch_of([b"a", b"b"], codec=codec, headers=headers), batch_of([b"c"], 9))
    found = list(records)
    assert offsets(iter(found)) == [7, 8, 9]
    assert [each.headers for each in found] == [headers, headers, ()]
    assert [each.key for each in found] == [b"k"] * 3
    assert [each.timestamp for each in found] == [1_000, 1_001, 1_000]
    assert records.next_fetch_offset == 10


def test_odd_names_are_written_as_they_came() -> None:
    batch = sending.open_tolerant_batch(10_000, sending.PLAIN)
    batch._set_producer_state(1, 1, 0)
    line = (0, 1_000, b"k", b"v", [(ODD, b"x"), ("plain", None)])
    assert sending.appender_of(batch)(*line) is not None
    sending.set_count(batch, 1)
    bytes_ = bytes(batch._build())
    assert ODD_BYTES in bytes_
    (record,) = fetched(bytes_, position=0)
    assert record.headers == ((ODD, b"x"), ("plain", None))


def test_good_records_come_before_a_broken_checksum() -> None:
    broken = batch_of([b"c", b"d"], base=9)
    broken[-1] ^= 1
    records = fetched(batch_of([b"a", b"b"]), broken, batch_of([b"e"], base=11))
    *good, last = records
    assert offsets(iter(good)) == [7, 8]
    assert last == UnreadableBatch(9, 11, 1_001, "its checksum is wrong")
    assert records.next_fetch_offset == 11


@pytest.mark.parametrize("codec", [*CODECS, 5, 7])
def test_garbage_under_a_right_checksum_is_told_of(codec: int) -> None:
    *good, last = fetched(batch_of([b"a"], base=6), with_payload(b"\x01garbage" * 9, codec, 3))
    assert good == []
    assert (last.offset, last.next_offset) == (7, 10)
    assert "compression" in last.reason


def test_records_that_cannot_be_told_apart_are_told_of() -> None:
    (last,) = fetched(with_payload(b"\x7f" * 40, 0))
    assert isinstance(last, UnreadableBatch)
    assert last.reason.startswith("its records cannot be told apart")


def test_a_batch_whose_end_is_garbage_gives_what_comes_before() -> None:
    payload = bytes(batch_of([b"a", b"b"])[61:-4]) + b"\xff\xff\xff\xff"
    first, last = fetched(with_payload(payload, 0, 2))
    assert first.value == b"a"
    assert (last.offset, last.next_offset) == (8, 9)


def test_a_batch_cut_short_is_told_of_where_it_is_the_first() -> None:
    whole = batch_of([b"a"])
    assert offsets(fetched(whole, batch_of([b"b"], base=8)[:-3])) == [7]
    (last,) = fetched(whole[:-3])
    assert last == UnreadableBatch(7, 8, 1_000, "it is cut short")
    (last,) = fetched(whole[:9])
    assert last == UnreadableBatch(7, 8, -1, "it is cut short")


def test_whoever_does_not_ask_for_it_gets_an_error() -> None:
    records = fetched(with_payload(b"\x7f" * 40, 0))
    records.hands_out_unreadable = False
    with pytest.raises((CorruptRecordException, ValueError, IndexError)):
        list(records)
    assert records.next_fetch_offset == 7


def test_no_batch_is_unpacked_beyond_the_bound() -> None:
    bombs = {
        inflation.GZIP: gzip.compress(bytes(60 * MIB)),
        inflation.SNAPPY: snappy_encode(bytes(17 * MIB)),
        inflation.LZ4: lz4_encode(bytes(60 * MIB)),
        inflation.ZSTD: bytes(cramjam.zstd.compress(bytes(300 * MIB))),
    }
    for codec, bomb in bombs.items():
        (last,) = fetched(with_payload(bomb, codec))
        assert last.reason == "it unpacks to more than 16,777,216 bytes", codec
        for size in (0, 1, 100, 70_000):
            assert bytes(inflate(codec, CODECS[codec](b"x" * size), 70_000)) == b"x" * size
        with pytest.raises(NotInflatable, match="more than 69,999 bytes"):
            inflate(codec, CODECS[codec](b"x" * 70_000), 69_999)


def test_gzip_of_several_members_counts_as_a_whole() -> None:
    members = gzip.compress(b"a" * 600) + gzip.compress(b"b" * 600)
    assert bytes(inflate(inflation.GZIP, members, 1_200)) == b"a" * 600 + b"b" * 600
    with pytest.raises(NotInflatable, match="more than"):
        inflate(inflation.GZIP, members, 1_199)
    with pytest.raises(NotInflatable, match="too early"):
        inflate(inflation.GZIP, members[:-9], 1_200)


def test_many_batches_of_a_fetch_are_not_all_unpacked_at_once() -> None:
    large = [batch_of([b"x" * 9 * MIB], base=7 + n, codec=inflation.ZSTD) for n in range(4)]
    records = fetched(*large)
    assert offsets(records) == [7, 8]
    assert records.next_fetch_offset == 9
    assert UNPACKED_BYTES_MAX == 16 * MIB


def test_what_was_read_before_is_not_read_again() -> None:
    records = fetched(batch_of([b"a", b"b", b"c"], headers=((ODD, b""),)), position=9)
    assert offsets(records) == [9]


def test_plain_batches_are_read_by_aiokafka_itself() -> None:
    assert DefaultRecordBatch.__module__.startswith("aiokafka.record._crecords")

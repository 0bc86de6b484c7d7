"""Kafka's placement of keys: the vectors of its own test suite, and a slower reading of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.stream.partitioning import murmur2, partition_of

# org.apache.kafka.common.utils.UtilsTest.testMurmur2
VECTORS = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


def signed(value: int) -> int:
    return value - 2**32 if value >= 2**31 else value


@pytest.mark.parametrize("key", VECTORS)
def test_the_vectors_of_kafka(key: str) -> None:
    assert signed(murmur2(key.encode())) == VECTORS[key]


def by_the_letter(key: bytes) -> int:
    """Kafka's Java source, line by line, in 32-bit arithmetic that overflows."""

    def times(one: int) -> int:
        return (one * 0x5BD1E995) & 0xFFFFFFFF

    length = len(key)
    h = (0x9747B28C ^ length) & 0xFFFFFFFF
    for i in range(length // 4):
        i4 = i * 4
        k = key[i4] + (key[i4 + 1] << 8) + (key[i4 + 2] << 16) + (key[i4 + 3] << 24)
        k = times(k)
        k ^= k >> 24
        k = times(k)
        h = times(h)
        h ^= k
    rest = length % 4
    if rest == 3:
        h ^= key[(length & ~3) + 2] << 16
    if rest >= 2:
        h ^= key[(length & ~3) + 1] << 8
    if rest >= 1:
        h ^= key[length & ~3]
        h = times(h)
    h ^= h >> 13
    h = times(h)
    h ^= h >> 15
    return h


@given(key=st.binary(max_size=40))
def test_any_key_as_the_java_source_has_it(key: bytes) -> None:
    assert murmur2(key) == by_the_letter(key)


@given(key=st.binary(max_size=40), partitions=st.integers(1, 1_000))
def test_a_partition_is_the_positive_hash_by_the_count(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (by_the_letter(key) & 0x7FFFFFFF) % partitions


def test_a_negative_hash_loses_its_sign_and_is_not_turned() -> None:
    """`Utils.toPositive`: 21 hashes to -973932308, whose lower 31 bits are 1173551340."""
    assert partition_of(b"21", 2**31) == 1_173_551_340
    assert partition_of(b"21", 12) == 1_173_551_340 % 12


def test_keys_spread_over_all_partitions() -> None:
    places = [partition_of(f"conversation-{number}".encode(), 12) for number in range(12_000)]
    assert all(900 < places.count(partition) < 1_100 for partition in range(12))

"""Kafka's default placement of keys: murmur2, as the Java client computes it.

Only the arithmetic; how many partitions there are is the topology's business.
"""

import struct
from functools import lru_cache
from typing import Final

_M: Final = 0x5BD1E995
_MASK: Final = 0xFFFFFFFF
# A key comes in and goes out again within a batch, and hashing it in Python takes microseconds.
KEYS_KEPT: Final = 32_768


@lru_cache(KEYS_KEPT)
def murmur2(key: bytes) -> int:
    """The 32-bit murmur2 hash of a key, seeded as Kafka's `Utils.murmur2` is."""
    length = len(key)
    value = 0x9747B28C ^ length
    whole = length & ~3
    for word in struct.unpack_from(f"<{length // 4}I", key):
        word = word * _M & _MASK  # noqa: PLW2901
        word = (word ^ (word >> 24)) * _M & _MASK  # noqa: PLW2901
        value = (value * _M & _MASK) ^ word
    if length > whole:
        value = (value ^ int.from_bytes(key[whole:], "little")) * _M & _MASK
    value = (value ^ (value >> 13)) * _M & _MASK
    return value ^ (value >> 15)


def partition_of(key: bytes, partitions: int) -> int:
    """The partition number, of `partitions`, that a key belongs to."""
    if partitions == 1:
        return 0
    return (murmur2(key) & 0x7FFFFFFF) % partitions

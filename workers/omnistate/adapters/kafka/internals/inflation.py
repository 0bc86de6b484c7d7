"""Compressed batches, unpacked up to a bound: what a few bytes may become is never held whole.

It knows codecs and no Kafka client: bytes in, bytes out, and one kind of error.
"""

import struct
import zlib
from typing import Final, TypeAlias

import cramjam

GZIP: Final = 1
SNAPPY: Final = 2
LZ4: Final = 3
ZSTD: Final = 4

# Of gzip, zlib's own number for a stream with a gzip header.
_GZIP_HEADER: Final = 31
_XERIAL_MAGIC: Final = b"\x82SNAPPY\x00"
_XERIAL_HEADER_BYTES: Final = 16
# Most batches unpack to less than so many times their size: a first try within a small buffer.
_USUAL_RATIO: Final = 8
_USUAL_BYTES: Final = 65_536

Data: TypeAlias = bytes | memoryview


class NotInflatable(ValueError):
    """These bytes cannot be unpacked, or not within the bound; says why."""


def inflate(codec: int, packed: Data, bytes_max: int) -> Data:
    """What was compressed with a codec of Kafka's. Raises NotInflatable."""
    try:
        match codec:
            case 1:
                return _inflate_gzip(packed, bytes_max)
            case 2:
                return _inflate_snappy(packed, bytes_max)
            case 3:
                return _inflate_into(cramjam.lz4, packed, bytes_max)
            case 4:
                return _inflate_into(cramjam.zstd, packed, bytes_max)
    except (zlib.error, cramjam.DecompressionError, struct.error) as error:
        raise NotInflatable(f"its compression is broken: {error}") from None
    raise NotInflatable(f"its compression (codec {codec}) is not known")


def _inflate_gzip(packed: Data, bytes_max: int) -> bytes:
    """Any number of members one after the other, as gzip allows."""
    parts: list[bytes] = []
    room, rest = bytes_max, packed
    while True:
        stream = zlib.decompressobj(_GZIP_HEADER)
        # One more than there is room for, to see that there is more.
        part = stream.decompress(rest, room + 1)
        parts.append(part)
        room -= len(part)
        if room < 0:
            raise _too_large(bytes_max)
        if not stream.eof:
            raise NotInflatable("its compression is broken: it ends too early")
        rest = stream.unused_data.lstrip(b"\x00")
        if not rest:
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _inflate_snappy(packed: Data, bytes_max: int) -> bytes:
    """Raw, or in the blocks of the Java library; each says first how long it will be."""
    blocks = [packed]
    if bytes(packed[: len(_XERIAL_MAGIC)]) == _XERIAL_MAGIC:
        blocks, at = [], _XERIAL_HEADER_BYTES
        while at < len(packed):
            (size,) = struct.unpack_from(">i", packed, at)
            if size < 0 or at + 4 + size > len(packed):
                raise NotInflatable("its compression is broken: a block is cut short")
            blocks.append(packed[at + 4 : at + 4 + size])
            at += 4 + size
    if sum(cramjam.snappy.decompress_raw_len(block) for block in blocks) > bytes_max:
        raise _too_large(bytes_max)
    return b"".join(bytes(cramjam.snappy.decompress_raw(block)) for block in blocks)


def _inflate_into(library: object, packed: Data, bytes_max: int) -> memoryview:
    """Into a buffer that cannot grow: first one that is enough for nearly all."""
    decompress_into = library.decompress_into  # type: ignore[attr-defined]
    usual = min(bytes_max, max(_USUAL_BYTES, _USUAL_RATIO * len(packed)))
    for size in (usual, bytes_max):
        buffer = bytearray(size)
        try:
            return memoryview(buffer)[: decompress_into(packed, buffer)]
        except cramjam.DecompressionError as error:
            if not _is_full(error):
                raise
    raise _too_large(bytes_max)


def _is_full(error: Exception) -> bool:
    """Whether there was no room; the library says so in words only."""
    return "whole buffer" in str(error)


def _too_large(bytes_max: int) -> NotInflatable:
    return NotInflatable(f"it unpacks to more than {bytes_max:,} bytes")

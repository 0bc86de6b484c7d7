"""Records of a plain batch whose header names are not all UTF-8.

aiokafka takes no such batch, though Kafka does: names are any bytes. This is slower, and only for
batches that aiokafka refuses. A name's odd bytes are kept as lone surrogates (PEP 383), and
`HeaderName` writes them as they came.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from aiokafka.errors import CorruptRecordException
from aiokafka.record.util import decode_varint

_HEADER: Final = struct.Struct(">qiibIhiqqqhii")
_LOG_APPEND_TIME: Final = 0x08

Headers = list[tuple[str, bytes | None]]


class TolerantRecord(NamedTuple):
    """A record as aiokafka would give it; `timestamp_type` 1 is the log's append time."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def checksum(self) -> None:
        """None since version 2 of batches."""
        return


class HeaderName(str):
    """A header's name that is written as the bytes that it came as."""

    __slots__ = ()

    def encode(self, *_: str, **__: str) -> bytes:
        """The bytes, whatever encoding is asked for."""
        return super().encode("utf-8", "surrogateescape")


def is_odd(name: str) -> bool:
    """Whether a header's name came as bytes that are no UTF-8."""
    return not name.isascii() and any("\udc80" <= char <= "\udcff" for char in name)


def as_written(headers: Iterable[tuple[str, bytes | None]]) -> Headers:
    """Headers for a batch that takes odd names."""
    return [(HeaderName(name), value) for name, value in headers]


def read_tolerantly(batch: memoryview) -> Iterator[TolerantRecord]:
    """The records of a batch of version 2 that is not compressed.

    Raises CorruptRecordException, ValueError and IndexError where they cannot be told apart.
    """
    base, _, _, _, _, attributes, _, first_ms, newest_ms, *_, count = _HEADER.unpack_from(batch)
    appended = bool(attributes & _LOG_APPEND_TIME)
    reader = _Reader(bytearray(batch[_HEADER.size :]))
    for _ in range(count):
        end = reader.number() + reader.at
        reader.number()  # attributes, of which there are none yet
        after_ms, after = reader.number(), reader.number()
        key, value = reader.take(), reader.take()
        headers = [reader.header() for _ in range(reader.number())]
        if reader.at != end:
            raise CorruptRecordException("a record has another length than it says")
        time_ms = newest_ms if appended else first_ms + after_ms
        yield TolerantRecord(base + after, time_ms, int(appended), key, value, headers)


class _Reader:
    """What stands one after the other in a buffer."""

    def __init__(self, buffer: bytearray) -> None:
        self.buffer = buffer
        self.at = 0

    def number(self) -> int:
        number, self.at = decode_varint(self.buffer, self.at)
        return int(number)

    def take(self) -> bytes | None:
        length = self.number()
        if length < 0:
            return None
        start, self.at = self.at, self.at + length
        if self.at > len(self.buffer):
            raise CorruptRecordException("a record is cut short")
        return bytes(self.buffer[start : self.at])

    def header(self) -> tuple[str, bytes | None]:
        name = self.take()
        if name is None:
            raise CorruptRecordException("a header has no name")
        return name.decode("utf-8", "surrogateescape"), self.take()

"""Where inputs really begin: behind what the worker was told to pass over.

A broker that dies may forget for up to a minute that records were deleted, and has them again. What
a dead letter says was deleted, and the empty records that an adoption fills a topic up with, are no
inputs, then or ever. It judges no record.
"""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

from omnistate_schemas.vocabulary import DEAD_LETTERS

from omnistate.audit.audit_layout import Layout
from omnistate.audit.source import TopicReader
from omnistate.stream.ports import DeletedRecords, Headers, Record
from omnistate.stream.position import FILLER

DELETED: Final = DeletedRecords.code.encode()
_ORIGIN: Final = re.compile(r"(.+)/([0-9]{1,9})/([0-9]{1,18})")
_LAST: Final = re.compile(r"offsets [0-9]{1,18} to ([0-9]{1,18}):")


class BegunInputs:
    """A reader to which inputs begin there; `starts` are by topic and partition."""

    def __init__(self, reader: TopicReader, starts: Mapping[tuple[str, int], int]) -> None:
        """Whatever is not among `starts` begins where the log says."""
        self._reader = reader
        self._starts = starts
        self.partitions = reader.partitions
        self.ends = reader.ends
        self.committed = reader.committed

    async def beginnings(self, topic: str) -> Sequence[int]:
        """The first offset of each partition that is an input's, or that the log still has."""
        found = await self._reader.beginnings(topic)
        return [max(first, self._starts.get((topic, n), 0)) for n, first in enumerate(found)]

    def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        """The same records."""
        return self._reader.records(topic, partition, start, end)


async def find_beginnings(reader: TopicReader, layout: Layout) -> BegunInputs:
    """Read the dead letters, and of each input whatever was filled up."""
    starts: dict[tuple[str, int], int] = {}
    for partition, end in enumerate(await reader.ends(DEAD_LETTERS)):
        start = layout.beginning(DEAD_LETTERS, partition)
        async with aclosing(reader.records(DEAD_LETTERS, partition, start, end)) as chunks:
            async for chunk in chunks:
                for record in chunk:
                    _note_deleted(record, layout.inputs, starts)
    for topic in layout.inputs:
        for partition, end in enumerate(await reader.ends(topic)):
            place = topic, partition
            first = max(layout.beginning(topic, partition), starts.get(place, 0))
            starts[place] = await _skip_fillers(reader, place, first, end)
    return BegunInputs(reader, starts)


def read_origin(text: bytes | None) -> tuple[str, int, int] | None:
    """Topic, partition and offset of a dead letter's `omnistate-origin`."""
    found = _ORIGIN.fullmatch((text or b"").decode(errors="replace"))
    return None if found is None else (found[1], int(found[2]), int(found[3]))


def read_last_deleted(headers: Mapping[str, bytes | None]) -> int | None:
    """The last offset that a dead letter says was deleted; None where it says nothing of that."""
    said = (headers.get("omnistate-error-message") or b"").decode(errors="replace")
    found = _LAST.match(said)
    return int(found[1]) if found and headers.get("omnistate-error") == DELETED else None


def is_filler(headers: Headers) -> bool:
    """Whether a record only fills a topic up."""
    return any(name == FILLER for name, _ in headers)


def _note_deleted(
    record: Record, inputs: Sequence[str], starts: dict[tuple[str, int], int]
) -> None:
    headers = dict(record.headers)
    origin = read_origin(headers.get("omnistate-origin"))
    last = read_last_deleted(headers)
    # Another worker's are no inputs of this one.
    if origin is not None and last is not None and origin[0] in inputs:
        topic, partition, _ = origin
        starts[topic, partition] = max(last + 1, starts.get((topic, partition), 0))


async def _skip_fillers(reader: TopicReader, place: tuple[str, int], start: int, end: int) -> int:
    topic, partition = place
    async with aclosing(reader.records(topic, partition, start, end)) as chunks:
        async for chunk in chunks:
            for record in chunk:
                if not is_filler(record.headers):
                    return start
                start = record.offset + 1
    return start

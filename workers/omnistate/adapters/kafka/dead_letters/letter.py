"""A dead letter: what the engine put aside, why, and where it goes back to; pure.

The engine appends three headers behind those that it received, so the last of each name is its own.
Anybody who may write to the topic can forge them: a letter goes back to an input topic or nowhere.
"""

import gzip
from collections.abc import Mapping
from typing import Final, NamedTuple

from omnistate.adapters.kafka.records.transactional_publication import Addressed
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import DeletedRecords, Headers, Record, UnreadableRecord
from omnistate.stream.topology import Topology

TOPIC: Final = "dead-letters"
ERROR: Final = "omnistate-error"
MESSAGE: Final = "omnistate-error-message"
ORIGIN: Final = "omnistate-origin"
# What stands for records that nobody has: they could not be unpacked, or were deleted unread.
_NOTHING_LEFT: Final = frozenset({UnreadableRecord.code, DeletedRecords.code})
# What a broker takes with its default settings, less what a batch needs.
BYTES_MAX: Final = 1_048_000


class Origin(NamedTuple):
    """Where a letter was when it could not be decoded."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """As the header has it."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Letter(NamedTuple):
    """A record of the dead-letter topic; `headers` are those of the original."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    error: str | None
    message: str | None
    origin: Origin | None

    @property
    def size(self) -> int:
        """Bytes of the value."""
        return len(self.value or b"")


def read_letter(record: Record) -> Letter:
    """The letter in a record; what its headers do not say is None."""
    texts: dict[str, str] = {}
    rest = list(record.headers)
    for name in (ERROR, MESSAGE, ORIGIN):
        last = max((i for i, header in enumerate(rest) if header[0] == name), default=None)
        if last is not None:
            texts[name] = (rest.pop(last)[1] or b"").decode(errors="replace")
    return Letter(
        record.partition,
        record.offset,
        record.timestamp_ms,
        record.key,
        record.value,
        tuple(rest),
        texts.get(ERROR),
        texts.get(MESSAGE),
        _read_origin(texts.get(ORIGIN, "")),
    )


def find_obstacle(letter: Letter, topology: Topology) -> str | None:
    """Why the letter cannot go back, ever; None where it can."""
    if letter.origin is None or letter.error is None:
        return "it does not say where it comes from"
    inputs = {topic.name for topic in topology.topics if topic.kind == "input"}
    if letter.origin.topic not in inputs:
        # A second copy on a topic of ours would double a fact, or bring back an old row.
        return "it does not come from an input topic"
    if letter.error in _NOTHING_LEFT:
        return "nothing of it is left"
    if letter.value is None and letter.error == "oversized":
        return "it was too large to be kept"
    if _least_size(letter) > BYTES_MAX:
        return "it is too large to be appended again"
    return None


def address_back(letter: Letter, partitions: Mapping[str, int]) -> Addressed:
    """The original record, to the partition that it was in.

    But to the one that its key belongs to, if that was what was wrong with it; `partitions` counts
    those of each input topic.
    """
    assert letter.origin is not None
    topic, partition, _ = letter.origin
    count = partitions[topic]
    astray = letter.error == "wrong_partition" or partition >= count
    if astray and letter.key is not None:
        partition = partition_of(letter.key, count)
    return Addressed(topic, partition % count, letter.key, letter.value, letter.headers)


def _read_origin(text: str) -> Origin | None:
    parts = text.split("/")
    # Longer numbers are none of Kafka's, and Python may refuse to read them.
    if len(parts) != 3 or not all(
        part.isascii() and part.isdecimal() and len(part) <= 18 for part in parts[1:]
    ):
        return None
    return Origin(parts[0], int(parts[1]), int(parts[2]))


def _least_size(letter: Letter) -> int:
    """About how many bytes it takes in a batch, which is compressed."""
    plain = letter.size + len(letter.key or b"")
    plain += sum(len(name) + len(text or b"") for name, text in letter.headers)
    return plain if plain <= BYTES_MAX else len(gzip.compress(letter.value or b""))

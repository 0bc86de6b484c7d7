"""Records on their way out: sorted by where they go, and handed to whatever takes them one by one.

The loops alone, so that they can be compiled; it knows no log.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers, Outgoing, Write

# Key, value and headers.
Line = tuple[bytes | None, bytes | None, Headers]


def sort_outputs(
    outputs: Iterable[Outgoing], counts: Mapping[str, int]
) -> dict[tuple[str, int], list[Line]]:
    """Outputs by topic and partition, where Kafka's default partitioner puts their keys.

    `counts` says how many partitions each topic has; what has no key goes to partition 0.
    """
    places: dict[tuple[str, int], list[Line]] = {}
    for each in outputs:
        topic, key = each.topic, each.key
        place = (topic, 0 if key is None else partition_of(key, counts[topic]))
        lines = places.get(place)
        if lines is None:
            lines = places[place] = []
        lines.append((key, each.value, each.headers))
    return places


def sort_writes(writes: Iterable[Write]) -> dict[str, list[Line]]:
    """Changed rows by table."""
    tables: dict[str, list[Line]] = {}
    for table, key, value in writes:
        lines = tables.get(table)
        if lines is None:
            lines = tables[table] = []
        lines.append((key, value, ()))
    return tables


def append_lines(
    append: Callable[..., Any], lines: list[Line], start: int, at_ms: int | None
) -> int:
    """Append lines from `start` on until `append` says None; the index of the first one left.

    `append` gets the line's number in the batch, the time in ms (None = now), key, value, headers.
    Raises ValueError where not even one is taken: a batch that is new takes any line.
    """
    for index in range(start, len(lines)):
        key, value, headers = lines[index]
        if append(index - start, at_ms, key, value, [*headers]) is None:
            if index == start:
                raise ValueError(f"a new batch refuses a record of {len(value or b'')} bytes")
            return index
    return len(lines)

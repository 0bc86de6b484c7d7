"""Records on their way in: handed to a step one by one, as many as it takes.

The loop alone, so that it can be compiled; it decides nothing and knows no log.
"""

from collections.abc import Callable, Sequence

from omnistate.stream.ports import Record


def take_records(
    take: Callable[[Record], bool],
    records: Sequence[Record],
    start: int,
    stop: int,
    offsets: dict[str, int],
) -> int:
    """Hand the records from `start` up to `stop` to `take` until it refuses one.

    Returns the index of the first one that was not taken; `offsets` gets the next offset of each
    topic of which one was.
    """
    for index in range(start, min(stop, len(records))):
        record = records[index]
        if not take(record):
            return index
        offsets[record.topic] = record.offset + 1
    return min(stop, len(records))

"""The times of a file's events: to take them in that order, and to know the last one beforehand.

It reads lines and times; what the events say is the replay's business.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from omnistate_schemas.times import parse_time_ms

from omnistate.stream.cloudevents import Undecodable, read_event

_BEFORE_ALL: Final = float("-inf")


class _Timed(msgspec.Struct):
    time: str


_TIMED: Final = msgspec.json.Decoder(_Timed)


def sort_by_time(lines: Iterable[bytes]) -> list[bytes]:
    """The lines in order of their events' `time`; of one time as they came.

    What nobody can use has its place, too, where it has a time; what has none stays behind what it
    came after.
    """
    keyed: list[tuple[float, bytes]] = []
    last: float = _BEFORE_ALL
    for line in lines:
        last = _told_time_of(line, last)
        keyed.append((last, line))
    keyed.sort(key=lambda each: each[0])
    return [line for _, line in keyed]


def last_time_ms(lines: Iterable[bytes]) -> int | None:
    """The latest time of all events, in epoch milliseconds; None where there is none."""
    latest = max(_times_of(lines), default=_BEFORE_ALL)
    return None if latest == _BEFORE_ALL else int(latest)


def _times_of(lines: Iterable[bytes]) -> Iterator[float]:
    for line in lines:
        yield _time_of(line, _BEFORE_ALL)


def _told_time_of(line: bytes, otherwise: float) -> float:
    try:
        return parse_time_ms(_TIMED.decode(line).time)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return otherwise


def _time_of(line: bytes, otherwise: float) -> float:
    try:
        return read_event(line, ())[1]
    except Undecodable:
        return otherwise

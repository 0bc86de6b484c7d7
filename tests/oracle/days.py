"""When a representative's day starts next (contract.md#daily-slots)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .wire import EPOCH

MINUTE = timedelta(minutes=1)


def next_day_start(now: int, time_zone: str, day_starts: tuple[int, int]) -> int:
    """The next instant, strictly after `now`, at which a day of theirs starts."""
    zone = ZoneInfo(time_zone)
    today = (EPOCH + timedelta(milliseconds=now)).astimezone(zone).date()
    starts = [start_of(today + timedelta(days=n), zone, day_starts) for n in range(-1, 4)]
    return min(start for start in starts if start > now)


def start_of(day: date, zone: ZoneInfo, day_starts: tuple[int, int]) -> int:
    """The instant at which this day starts, in milliseconds since the epoch.

    "where that instant does not exist, the first that does"; one that comes twice is the first.
    """
    wall = datetime.combine(day, time(*day_starts))
    while not _exists(wall, zone):
        wall += MINUTE
    # `fold` 0 is the first of two.
    return (wall.replace(tzinfo=zone) - EPOCH) // timedelta(milliseconds=1)


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    return instant.astimezone(zone).replace(tzinfo=None) == wall

"""Whether a queue is open at an instant, by its operating hours. Wall-clock time of its zone.

An hour that a change of clocks repeats is open twice, one that it leaves out never comes.
"""

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from omnistate_schemas.operating_hours import DAY_MINUTES, OperatingHours
from omnistate_schemas.times import EPOCH

_DAY: Final = timedelta(days=1)


class OpeningTimes:
    """Operating hours, read once."""

    __slots__ = ("_closed_on", "_windows", "_zone")

    def __init__(self, hours: OperatingHours) -> None:
        """Read what is configured."""
        self._zone = ZoneInfo(hours.time_zone)
        self._windows = hours.windows
        self._closed_on = frozenset(map(date.fromisoformat, hours.closed_on))

    def is_open(self, at_ms: int) -> bool:
        """Whether a window holds at epoch `at_ms`: one of that day, or of the day before."""
        local = (EPOCH + timedelta(milliseconds=at_ms)).astimezone(self._zone)
        minute = local.hour * 60 + local.minute
        today = local.date()
        return self._covers(today, minute) or self._covers(today - _DAY, minute + DAY_MINUTES)

    def _covers(self, day: date, minute: int) -> bool:
        """Whether a window that begins on `day` holds `minute` minutes after its midnight."""
        if day in self._closed_on:
            return False
        return any(start <= minute < end for start, end in self._windows[day.weekday()])

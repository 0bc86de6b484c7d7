"""When a representative's day begins, in their own time zone.

Calendar arithmetic on given instants; the present day is never asked for.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from omnistate_schemas.times import EPOCH

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)


def next_day_ms(now_ms: int, time_zone: str, day_starts: str = "00:00") -> int | None:
    """The first beginning of a local day after `now_ms` (contract.md#daily-slots).

    Where clocks skip `day_starts` it is the instant of the jump; where a day has it twice, the day
    begins with the first. None after the last day of all.
    """
    zone, at = _zone(time_zone), time.fromisoformat(day_starts)
    try:
        day = (EPOCH + timedelta(milliseconds=now_ms)).astimezone(zone).date()
        while True:
            begins_ms = (_beginning_of(day, at, zone) - EPOCH) // _MILLISECOND
            if begins_ms > now_ms:
                return begins_ms
            day += _DAY
    except OverflowError:
        return None


def _beginning_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    first = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).time() == at:
        return first
    # Clocks skip it: before the jump they would say less, and from the jump on they say more.
    early = datetime.combine(day, at, tzinfo=zone).replace(fold=1).astimezone(UTC)
    late = first
    while late - early > _MILLISECOND:
        middle = early + (late - early) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < datetime.combine(day, at):
            early = middle
        else:
            late = middle
    return late


@lru_cache(maxsize=1_024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)

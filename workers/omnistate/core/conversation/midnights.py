"""Midnights: when a representative's day ends, in their own time zone.

Calendar arithmetic on given instants; the present day is never asked for.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from omnistate_schemas.times import EPOCH

_DAY = timedelta(days=1)


def next_midnight_ms(now_ms: int, time_zone: str) -> int | None:
    """The first instant of the next local day, after `now_ms` (contract.md#daily-slots).

    Where clocks skip midnight it is the instant of the jump. None after the last day of all.
    """
    zone = _zone(time_zone)
    try:
        local = (EPOCH + timedelta(milliseconds=now_ms)).astimezone(zone)
        tomorrow = local.date() + _DAY
        for fold in (0, 1):
            # Where clocks go back just after midnight, a day begins twice.
            midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone, fold=fold)
            midnight_ms = (midnight.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)
            if midnight_ms > now_ms:
                return midnight_ms
    except OverflowError:
        return None
    raise AssertionError(f"no midnight after {now_ms} in {time_zone}")


@lru_cache(maxsize=1_024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)

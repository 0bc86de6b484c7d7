"""Operating hours, minute by minute: slow and obvious."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UTC = ZoneInfo("UTC")


def is_open(hours: dict[str, Any] | None, at_ms: int) -> bool:
    """Whether operating hours, as they stand in the file, hold at an instant."""
    if hours is None:
        return True
    zone = ZoneInfo(hours.get("time_zone", "UTC"))
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(zone)
    clock = local.strftime("%H:%M")
    for day, started_yesterday in ((local.date(), False), (local.date() - timedelta(1), True)):
        if day.isoformat() in hours.get("closed_on", []):
            continue
        for window in windows_of(hours, WEEK[day.weekday()]):
            start, end = window.split("-")
            if end <= start:  # goes on into the next day
                if clock >= start and not started_yesterday:
                    return True
                if clock < end and started_yesterday:
                    return True
            elif start <= clock < end and not started_yesterday:
                return True
    return False


def windows_of(hours: dict[str, Any], day: str) -> list[str]:
    """The windows that begin on a day of the week."""
    for key, windows in hours.items():
        if key in ("time_zone", "closed_on"):
            continue
        first, _, last = key.partition("-")
        named = [first]
        while named[-1] != (last or first):
            named.append(WEEK[(WEEK.index(named[-1]) + 1) % 7])
        if day in named:
            return list(windows)
    return []

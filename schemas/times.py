"""RFC 3339 instants and epoch milliseconds, one into the other.

Pure text and arithmetic: nothing here asks for the present time.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?"
    r"(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS: Final = 86_400_000
FIRST_MS: Final = -62_135_596_800_000
LAST_MS: Final = 253_402_300_799_999


def parse_time_ms(text: str) -> int:
    """Milliseconds since the epoch of an RFC 3339 instant; finer digits are cut off.

    A leap second counts as the first instant of the next minute. Raises ValueError where the
    text is no such instant, or one outside the years 1 to 9999 in UTC.
    """
    if RFC3339.fullmatch(text) is None:
        raise ValueError("not an RFC 3339 time with an offset")
    leap_ms = 0
    if text[17:19] == "60":
        text, leap_ms = f"{text[:17]}59{_zone_of(text)}", 1_000
    if text[-1] == "z":
        text = f"{text[:-1]}Z"
    try:
        since = datetime.fromisoformat(text) - EPOCH
    except ValueError:
        raise ValueError("no such day or hour") from None
    time_ms = since.days * DAY_MS + since.seconds * 1_000 + since.microseconds // 1_000 + leap_ms
    if not FIRST_MS <= time_ms <= LAST_MS:
        raise ValueError("outside the years 1 to 9999")
    return time_ms


def format_time(time_ms: int) -> str:
    """The RFC 3339 text (UTC, three fractional digits) of epoch milliseconds."""
    days, rest_ms = divmod(time_ms, DAY_MS)
    day = _DAYS.get(days)
    if day is None:
        if len(_DAYS) >= _DAYS_KEPT:
            _DAYS.clear()
        day = _DAYS[days] = (EPOCH + timedelta(days=days)).strftime("%Y-%m-%dT").rjust(11, "0")
    seconds, millis = divmod(rest_ms, 1_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{day}{hour:02}:{minute:02}:{second:02}.{millis:03}Z"


def _zone_of(text: str) -> str:
    """The offset at the end of a matching text, without a fraction of a leap second."""
    return "Z" if text[-1] in "zZ" else text[-6:]


# The text of a day is the dear part, and events come day by day.
_DAYS: Final[dict[int, str]] = {}
_DAYS_KEPT: Final = 64

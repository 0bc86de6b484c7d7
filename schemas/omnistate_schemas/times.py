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
    # The usual form is read with tables: events come minute by minute.
    minute_ms = _MINUTES_MS.get(text[:17])
    second_ms, millis_ms = _SECONDS_MS.get(text[17:20]), _MILLIS_MS.get(text[20:])
    if second_ms is None or millis_ms is None:
        return _parse_slowly(text)
    if minute_ms is None:
        if len(_MINUTES_MS) >= _MINUTES_KEPT:
            _MINUTES_MS.clear()
        minute_ms = _MINUTES_MS[text[:17]] = _parse_slowly(text) - second_ms - millis_ms
    return minute_ms + second_ms + millis_ms


def _parse_slowly(text: str) -> int:
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
    # Each change of a conversation repeats when it began, and since when it waits.
    text = _TEXTS.get(time_ms)
    return _keep_text(time_ms) if text is None else text


def _keep_text(time_ms: int) -> str:
    days = time_ms // DAY_MS
    day = _DAYS.get(days) or _keep_day(days)
    minute = _MINUTES[time_ms % DAY_MS // 60_000]
    if len(_TEXTS) >= _TEXTS_KEPT:
        _TEXTS.clear()
    text = f"{day}{minute}{_SECONDS[time_ms % 60_000 // 1_000]}{_MILLIS[time_ms % 1_000]}"
    _TEXTS[time_ms] = text
    return text


def _keep_day(days: int) -> str:
    """The text of a day, kept: events come day by day."""
    if len(_DAYS) >= _DAYS_KEPT:
        _DAYS.clear()
    day = _DAYS[days] = (EPOCH + timedelta(days=days)).date().isoformat() + "T"
    return day


def _zone_of(text: str) -> str:
    """The offset at the end of a matching text, without a fraction of a leap second."""
    return "Z" if text[-1] in "zZ" else text[-6:]


_TEXTS_KEPT: Final = 8_192
_TEXTS: Final[dict[int, str]] = {}
_DAYS_KEPT: Final = 64
_DAYS: Final[dict[int, str]] = {}
# By the text up to the seconds.
_MINUTES_MS: Final[dict[str, int]] = {}
_MINUTES_KEPT: Final = 4_096
_MINUTES: Final = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(1_440)]
_SECONDS: Final = [f"{second:02}." for second in range(60)]
_SECONDS_MS: Final = {text: second * 1_000 for second, text in enumerate(_SECONDS)}
_MILLIS: Final = [f"{millis:03}Z" for millis in range(1_000)]
_MILLIS_MS: Final = {text: millis for millis, text in enumerate(_MILLIS)}

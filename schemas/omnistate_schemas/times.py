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
    if len(text) == _USUAL_LENGTH:
        # The usual form is read with tables: events come minute by minute.
        try:
            return _MINUTES_MS[text[:17]] + _SECONDS_MS[text[17:20]] + _MILLIS_MS[text[20:]]
        except KeyError:
            return _parse_and_keep(text)
    return _parse_slowly(text)


def _parse_and_keep(text: str) -> int:
    """As without tables, with the minute kept where the rest has the usual form."""
    time_ms = _parse_slowly(text)
    second_ms, millis_ms = _SECONDS_MS.get(text[17:20]), _MILLIS_MS.get(text[20:])
    if second_ms is not None and millis_ms is not None:
        if len(_MINUTES_MS) >= _MINUTES_KEPT:
            _MINUTES_MS.clear()
        _MINUTES_MS[text[:17]] = time_ms - second_ms - millis_ms
    return time_ms


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
    if len(_TEXTS) >= _TEXTS_KEPT:
        _TEXTS.clear()
    minutes, rest_ms = divmod(time_ms, 60_000)
    minute = _MINUTES.get(minutes) or _keep_minute(minutes)
    text = f"{minute}{_SECONDS[rest_ms // 1_000]}{_MILLIS[rest_ms % 1_000]}"
    _TEXTS[time_ms] = text
    return text


def _keep_minute(minutes: int) -> str:
    """The text up to the seconds, kept: events come minute by minute."""
    if len(_MINUTES) >= _MINUTES_KEPT:
        _MINUTES.clear()
    minute = _MINUTES[minutes] = f"{(EPOCH + timedelta(minutes=minutes)).isoformat()[:16]}:"
    return minute


def _zone_of(text: str) -> str:
    """The offset at the end of a matching text, without a fraction of a leap second."""
    return "Z" if text[-1] in "zZ" else text[-6:]


_USUAL_LENGTH: Final = len("2026-03-02T09:30:00.125Z")
_TEXTS_KEPT: Final = 8_192
_TEXTS: Final[dict[int, str]] = {}
# The text up to the seconds, by the minutes since the epoch, and the other way round.
_MINUTES_KEPT: Final = 4_096
_MINUTES: Final[dict[int, str]] = {}
_MINUTES_MS: Final[dict[str, int]] = {}
_SECONDS: Final = [f"{second:02}." for second in range(60)]
_SECONDS_MS: Final = {text: second * 1_000 for second, text in enumerate(_SECONDS)}
_MILLIS: Final = [f"{millis:03}Z" for millis in range(1_000)]
_MILLIS_MS: Final = {text: millis for millis, text in enumerate(_MILLIS)}

"""When a queue is open: windows by day of the week, in one time zone, and days that are closed.

What may stand there, and which minutes of which day it names. Whether a queue is open at an instant
is for `omnistate.core.router.opening_times`.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from omnistate_schemas.configured import Configuration
from omnistate_schemas.time_zones import TimeZone

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 1_440
_DAY: Final = f"(?:{'|'.join(DAYS)})"
_DAYS: Final = f"{_DAY}(?:-{_DAY})?"
# A day, or a range of days that may go over the week's end.
DAYS_PATTERN: Final = f"^{_DAYS}$"
_CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
WINDOW_PATTERN: Final = f"^{_CLOCK}-(?:{_CLOCK}|24:00)$"
DATE_PATTERN: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class Window(NamedTuple):
    """Minutes from the midnight that its day begins with; `end` is after `start`, not in it."""

    start: int
    end: int


def _check_window(text: str) -> str:
    if re.fullmatch(WINDOW_PATTERN[1:-1], text, re.ASCII) is None:
        raise ValueError(f"{text!r} is no HH:MM-HH:MM; 24:00 may end one")
    return text


def _check_date(text: str) -> str:
    message = f"{text!r} is no day of a calendar, YYYY-MM-DD"
    if re.fullmatch(DATE_PATTERN[1:-1], text, re.ASCII) is None:
        raise ValueError(message)
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(message) from None
    return text


WindowText = Annotated[
    str, AfterValidator(_check_window), Field(json_schema_extra={"pattern": WINDOW_PATTERN})
]
DateText = Annotated[
    str, AfterValidator(_check_date), Field(json_schema_extra={"pattern": DATE_PATTERN})
]
_Windows = Annotated[
    list[WindowText], Field(description="The windows of a day, or of each day of a range.")
]


class OperatingHours(Configuration):
    """When a queue is open. A day that nobody names is closed.

    Its other keys are days, `mon` to `sun` or a range of them such as `mon-fri`, each with its
    windows `HH:MM-HH:MM`. One that ends at or before its start goes on into the next day.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            # Not `patternProperties`: what generators of clients make of those has no types.
            "propertyNames": {"pattern": f"^(?:time_zone|closed_on|{_DAYS})$"},
            "examples": [
                {
                    "time_zone": "Europe/Madrid",
                    "mon-fri": ["08:00-20:00"],
                    "sat": ["09:00-14:00"],
                    "closed_on": ["2026-12-25"],
                }
            ],
        },
    )
    __pydantic_extra__: dict[str, _Windows] = Field(init=False)

    time_zone: TimeZone = Field(
        default="UTC", description="The zone of the windows, by its IANA name."
    )
    closed_on: list[DateText] = Field(
        default=[], description="Days, YYYY-MM-DD, on which no window begins."
    )

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        name_days(self.__pydantic_extra__)
        _check_apart(self.windows)
        return self

    @property
    def windows(self) -> tuple[tuple[Window, ...], ...]:
        """The windows that begin on each day of the week, Monday first, in order of their start."""
        return tuple(
            tuple(sorted(_read_window(text) for text in texts))
            for texts in name_days(self.__pydantic_extra__)
        )


def name_days(windows: Mapping[str, Any]) -> list[Any]:
    """What stands under each day of the week, Monday first; () for a day that nobody names.

    Raises ValueError for a key that names no day, and for a day that is named twice.
    """
    found: dict[int, tuple[str, Any]] = {}
    for key, texts in windows.items():
        if re.fullmatch(DAYS_PATTERN[1:-1], key, re.ASCII) is None:
            raise ValueError(f"{key!r} is neither a key nor a day, mon to sun, nor a range of them")
        first, _, last = key.partition("-")
        start = DAYS.index(first)
        count = 1 + (DAYS.index(last or first) - start) % len(DAYS)
        for day in range(start, start + count):
            number = day % len(DAYS)
            if number in found:
                raise ValueError(f"{DAYS[number]} is named twice, by {found[number][0]} and {key}")
            found[number] = (key, texts)
    return [found[number][1] if number in found else () for number in range(len(DAYS))]


def _read_window(text: str) -> Window:
    start, end = (60 * int(clock[:2]) + int(clock[3:]) for clock in text.split("-"))
    return Window(start, end if end > start else end + DAY_MINUTES)


def _check_apart(windows: tuple[tuple[Window, ...], ...]) -> None:
    """Raise ValueError for windows that overlap, over midnight and over the week's end, too."""
    week = len(DAYS) * DAY_MINUTES
    spans = sorted(
        (day * DAY_MINUTES + window.start, day * DAY_MINUTES + window.end, day)
        for day, of_day in enumerate(windows)
        for window in of_day
    )
    if not spans:
        return
    first_start, _, first_day = spans[0]
    following = [*spans[1:], (first_start + week, 0, first_day)]
    for (_, end, day), (start, _, next_day) in zip(spans, following, strict=True):
        if start < end:
            at = f"{start % DAY_MINUTES // 60:02}:{start % 60:02}"
            where = DAYS[day] if day == next_day else f"{DAYS[day]} and {DAYS[next_day]}"
            raise ValueError(f"windows of {where} overlap at {DAYS[next_day]} {at}")

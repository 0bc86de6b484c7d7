"""Operating hours against a list of every minute that they name, through changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from omnistate.core.router.opening_times import OpeningTimes
from omnistate_schemas.operating_hours import OperatingHours

from tests.core.naive_hours import is_open

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Each with a Sunday on which clocks change, and one zone without any.
CHANGES = [
    ("Europe/Madrid", date(2026, 3, 29)),
    ("Europe/Madrid", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Kolkata", date(2026, 6, 7)),
]
HOURS: dict[str, dict[str, Any]] = {
    "a working week": {"mon-fri": ["08:00-20:00"], "sat": ["09:00-14:00"]},
    "over midnight": {"fri-sun": ["22:00-06:00"], "mon": ["06:00-06:01"]},
    "over the week's end": {"sat-mon": ["23:30-02:15"]},
    "day and night": {"mon-sun": ["00:00-24:00"]},
    "round the clock from noon": {"mon-sun": ["12:00-12:00"]},
    "until midnight": {"sun": ["00:00-01:30", "02:30-24:00"]},
    "closed": {},
}


def minutes_of(hours: dict[str, Any], days: list[date]) -> set[str]:
    """Every wall-clock minute that the windows of these days name."""
    named: dict[str, list[str]] = {}
    for key, windows in hours.items():
        first, _, last = key.partition("-")
        for at in range(WEEK.index(first), WEEK.index(first) + 7):
            named[WEEK[at % 7]] = windows
            if WEEK[at % 7] == (last or first):
                break
    found = set()
    for day in days:
        if day.isoformat() in hours.get("closed_on", ()):
            continue
        for window in named.get(WEEK[day.weekday()], []):
            start, end = (int(text[:2]) * 60 + int(text[3:]) for text in window.split("-"))
            for minute in range(start, end if end > start else end + 1440):
                wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
                found.add(wall.isoformat())
    return found


@pytest.mark.parametrize("name", HOURS)
@pytest.mark.parametrize(("zone", "sunday"), CHANGES)
def test_minute_by_minute_around_a_change_of_clocks(zone: str, sunday: date, name: str) -> None:
    days = [sunday + timedelta(days) for days in range(-4, 4)]
    open_minutes = minutes_of(HOURS[name], days)
    times = OpeningTimes(OperatingHours.model_validate({"time_zone": zone, **HOURS[name]}))
    begin = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(days=2)
    for minute in range(4 * 1440):
        at = begin + timedelta(minutes=minute)
        wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        expected = wall.isoformat() in open_minutes
        at_ms = round(at.timestamp() * 1_000)
        assert times.is_open(at_ms) is expected, wall
        assert times.is_open(at_ms + 59_999) is expected, wall


def test_days_that_are_closed_take_away_what_begins_on_them_and_nothing_else() -> None:
    hours = {"mon-sun": ["22:00-06:00"], "closed_on": ["2026-12-25"]}
    times = OpeningTimes(OperatingHours.model_validate(hours))

    def at(day: int, hour: int) -> bool:
        return times.is_open(round(datetime(2026, 12, day, hour, tzinfo=UTC).timestamp() * 1_000))

    assert at(25, 5)  # since the evening before
    assert not at(25, 23)
    assert not at(26, 5)
    assert at(26, 23)


@pytest.mark.parametrize("seed", range(12))
def test_the_judge_reads_hours_as_they_are_read(seed: int) -> None:
    draw = Random(seed)
    zone, sunday = draw.choice(CHANGES)
    cuts = sorted(draw.sample(range(0, 1440, 5), 4))
    clocks = [f"{cut // 60:02}:{cut % 60:02}" for cut in cuts]
    hours: dict[str, Any] = {
        "time_zone": zone,
        "wed-fri": [f"{clocks[0]}-{clocks[1]}", f"{clocks[2]}-{clocks[3]}"],
        "sat": [f"{clocks[3]}-{clocks[0]}"],
        "closed_on": [(sunday + timedelta(draw.randint(-3, 0))).isoformat()],
    }
    times = OpeningTimes(OperatingHours.model_validate(hours))
    begin = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(days=5)
    for _ in range(400):
        at_ms = round(begin.timestamp() * 1_000) + draw.randrange(8 * 86_400_000)
        assert times.is_open(at_ms) is is_open(hours, at_ms), (seed, at_ms)

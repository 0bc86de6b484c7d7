"""Midnights: after now, in every zone, whatever clocks do then (contract.md#daily-slots)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.core.conversation.day_starts import next_day_ms
from omnistate_schemas.times import EPOCH, FIRST_MS, LAST_MS, format_time, parse_time_ms

HOUR_MS = 3_600_000
ZONES = (
    "UTC",
    "Europe/Madrid",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
)


def midnight(now: str, zone: str) -> str | None:
    found_ms = next_day_ms(parse_time_ms(now), zone)
    return None if found_ms is None else format_time(found_ms)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("UTC", "2025-03-05T09:00:00Z", "2025-03-06T00:00:00.000Z"),
        ("UTC", "2025-03-05T23:59:59.999Z", "2025-03-06T00:00:00.000Z"),
        ("UTC", "2025-03-06T00:00:00Z", "2025-03-07T00:00:00.000Z"),
        ("UTC", "2024-02-28T12:00:00Z", "2024-02-29T00:00:00.000Z"),
        ("Asia/Kathmandu", "2025-03-05T18:14:59.999Z", "2025-03-05T18:15:00.000Z"),
        ("Asia/Kathmandu", "2025-03-05T18:15:00Z", "2025-03-06T18:15:00.000Z"),
        ("Pacific/Kiritimati", "2025-03-05T09:00:00Z", "2025-03-05T10:00:00.000Z"),
        # A day of 23 hours, then one of 25.
        ("Europe/Madrid", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00.000Z"),
        ("Europe/Madrid", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00.000Z"),
        # Clocks that skip midnight: the day begins with the jump, at what is one o'clock.
        ("Africa/Cairo", "2025-04-24T12:00:00Z", "2025-04-24T22:00:00.000Z"),
        ("Asia/Beirut", "2025-03-29T12:00:00Z", "2025-03-29T22:00:00.000Z"),
        ("America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00.000Z"),
        # Clocks that go back at midnight: the hour before it is lived twice.
        ("Africa/Cairo", "2025-10-30T20:30:00Z", "2025-10-30T22:00:00.000Z"),
        ("Africa/Cairo", "2025-10-30T21:30:00Z", "2025-10-30T22:00:00.000Z"),
        ("Asia/Beirut", "2025-10-25T20:30:00Z", "2025-10-25T22:00:00.000Z"),
        ("Asia/Beirut", "2025-10-25T21:30:00Z", "2025-10-25T22:00:00.000Z"),
        ("America/Sao_Paulo", "2018-02-18T01:30:00Z", "2018-02-18T03:00:00.000Z"),
        ("America/Sao_Paulo", "2018-02-18T02:30:00Z", "2018-02-18T03:00:00.000Z"),
        # Clocks that go back to midnight: it comes twice, and the first one counts.
        ("America/Havana", "2025-11-02T03:30:00Z", "2025-11-02T04:00:00.000Z"),
        ("America/Havana", "2025-11-02T04:30:00Z", "2025-11-03T05:00:00.000Z"),
        ("America/Havana", "2025-11-02T05:30:00Z", "2025-11-03T05:00:00.000Z"),
        # The 30th of December 2011 was left out.
        ("Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-30T10:00:00.000Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00.000Z"),
        ("UTC", "9999-12-30T12:00:00Z", "9999-12-31T00:00:00.000Z"),
        ("UTC", "9999-12-31T12:00:00Z", None),
    ],
)
def test_a_known_midnight(zone: str, now: str, expected: str | None) -> None:
    assert midnight(now, zone) == expected


def day_of(at_ms: int, zone: str) -> str:
    instant = EPOCH + timedelta(milliseconds=at_ms)
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")


@settings(max_examples=500, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(1975, 1, 1), datetime(2037, 12, 31)),  # noqa: DTZ001
)
def test_strictly_after_now_and_the_first_instant_of_another_day(zone: str, now: datetime) -> None:
    now_ms = (now.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
    found_ms = next_day_ms(now_ms, zone)
    assert found_ms is not None
    assert now_ms < found_ms <= now_ms + 49 * HOUR_MS
    assert day_of(found_ms, zone) > day_of(now_ms, zone)
    assert day_of(found_ms - 1, zone) == day_of(now_ms, zone)


def _instants_around_changes(zone: str) -> list[int]:
    """Every quarter of an hour around each change of the clocks since 1975."""
    info, found = ZoneInfo(zone), []
    start = datetime(1975, 1, 1, tzinfo=UTC)
    last = start.astimezone(info).utcoffset()
    for half_day in range(1, 2 * 366 * 60):
        at = start + timedelta(hours=12 * half_day)
        offset = at.astimezone(info).utcoffset()
        if offset != last:
            base_ms = (at - EPOCH) // timedelta(milliseconds=1)
            found += [base_ms - quarter * HOUR_MS // 4 for quarter in range(-8, 200)]
        last = offset
    return found


@pytest.mark.parametrize("zone", ["Africa/Cairo", "America/Sao_Paulo", "Asia/Beirut", "Asia/Gaza"])
def test_around_every_change_of_the_clocks(zone: str) -> None:
    for now_ms in _instants_around_changes(zone):
        found_ms = next_day_ms(now_ms, zone)
        assert found_ms is not None
        assert found_ms > now_ms, format_time(now_ms)
        assert day_of(found_ms, zone) > day_of(now_ms, zone), format_time(now_ms)


@pytest.mark.parametrize("now", ["2010-11-07T02:00:00Z", "2010-11-07T03:00:00Z"])
def test_clocks_that_went_back_just_after_midnight(now: str) -> None:
    """St. John's until 2011: at one minute past midnight it was 23:01 of the day before again."""
    found_ms = next_day_ms(parse_time_ms(now), "America/St_Johns")
    assert found_ms is not None
    assert found_ms > parse_time_ms(now)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("edge_ms", [FIRST_MS, LAST_MS])
def test_the_ends_of_all_time_are_no_crash(zone: str, edge_ms: int) -> None:
    for distance_ms in (0, 1, HOUR_MS, 15 * HOUR_MS, 48 * HOUR_MS):
        now_ms = edge_ms + distance_ms if edge_ms < 0 else edge_ms - distance_ms
        found_ms = next_day_ms(now_ms, zone)
        assert found_ms is None or now_ms < found_ms <= LAST_MS

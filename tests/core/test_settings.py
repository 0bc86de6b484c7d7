"""A workstream's settings: defaults by kind (contract.md#timers), null against absent, limits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.core.directory import Directory
from omnistate.core.settings import WorkstreamSettings, decode_settings, encode_settings, resolve
from omnistate_schemas.configuration import (
    CapacityProfile,
    ContactCentre,
    Representative,
    Workstream,
)
from omnistate_schemas.vocabulary import KIND_OF_CHANNEL
from pydantic import ValidationError

from tests.core.core_centre import KINDS

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LC, PC, AM, VO, RE = KINDS

# contract.md#timers, by hand: milliseconds, None = never.
DEFAULTS: dict[str, dict[str, int | None]] = {
    "open_ms": {LC: 20 * MINUTE, PC: 30 * DAY, AM: 30 * DAY, VO: 30 * DAY, RE: None},
    "active_ms": {LC: None, PC: None, AM: 30 * DAY, VO: 2 * HOUR, RE: None},
    "waiting_ms": {**dict.fromkeys(KINDS, 28 * DAY), RE: None},
    "customer_reconnect_ms": dict.fromkeys(KINDS, 180_000),
    "representative_reconnect_ms": {**dict.fromkeys(KINDS, 150_000), VO: 30_000, RE: None},
    "offer_ms": dict.fromkeys(KINDS, 120_000),
    "bot_inactivity_ms": {**dict.fromkeys(KINDS, 30 * MINUTE), VO: None},
    "resolved_ms": dict.fromkeys(KINDS, DAY),
    "closed_retention_ms": dict.fromkeys(KINDS, DAY),
}
WRAP_UP_MS = {LC: 15 * MINUTE, PC: DAY, AM: DAY, VO: DAY}
# The key in the configuration, and the setting it becomes.
DURATIONS = {
    "offer_timeout": "offer_ms",
    "reconnect_window": "customer_reconnect_ms",
    "representative_reconnect_window": "representative_reconnect_ms",
    "bot_inactivity": "bot_inactivity_ms",
    "closed_retention": "closed_retention_ms",
}
CLOSINGS = ("open", "active", "wrap_up", "waiting", "resolved")


def of(kind: str, **configured: Any) -> WorkstreamSettings:
    return resolve(Workstream.model_validate({"channel": kind, **configured}))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DEFAULTS)
def test_the_default_of_each_duration(name: str, kind: str) -> None:
    assert getattr(of(kind), name) == DEFAULTS[name][kind]


@pytest.mark.parametrize("kind", WRAP_UP_MS)
def test_the_default_of_wrap_up(kind: str) -> None:
    assert of(kind).wrap_up_ms == WRAP_UP_MS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_defaults(kind: str) -> None:
    settings = of(kind)
    assert (settings.kind, settings.picked, settings.units, settings.profiles) == (
        kind,
        False,
        30,
        (),
    )
    assert settings.wrap_up_block_ms is None
    assert (settings.release_on_close, settings.reserve_on_offer) == (False, True)
    assert settings.keep_same_representative == (kind in {PC, AM})
    assert not settings.auto_accept
    assert (settings.direct_consult_blocks, settings.queue_consult_blocks) == (False, True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_system_forgets_is_over_after_a_day(kind: str) -> None:
    """contract.md#reports: with `authority: upstream` nothing else ends by itself."""
    settings = of(kind, authority="upstream")
    for name in ("offer_ms", "customer_reconnect_ms", "representative_reconnect_ms"):
        assert getattr(settings, name) is None
    assert settings.bot_inactivity_ms is None
    for name in ("open_ms", "active_ms", "wrap_up_ms", "resolved_ms"):
        assert getattr(settings, name) == DAY
    assert settings.waiting_ms == 28 * DAY
    assert (settings.follows, settings.parallel_offers, of(kind).parallel_offers) == (True, 20, 1)
    assert of(kind, authority="upstream", auto_close={"open": 7}).open_ms == 7_000


@pytest.mark.parametrize("channel", KIND_OF_CHANNEL)
def test_a_channel_has_the_defaults_of_its_kind(channel: str) -> None:
    kind = KIND_OF_CHANNEL[channel]
    settings = of(channel)
    assert settings.kind == kind
    for name, by_kind in DEFAULTS.items():
        assert getattr(settings, name) == by_kind[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", DURATIONS)
def test_null_is_never_and_absent_is_the_default(key: str, kind: str) -> None:
    name = DURATIONS[key]
    assert getattr(of(kind, **{key: None}), name) is None
    assert getattr(of(kind), name) == DEFAULTS[name][kind]
    ignored = key == "bot_inactivity" and kind == VO
    assert getattr(of(kind, **{key: 7.25}), name) == (None if ignored else 7_250)
    assert getattr(of(kind, **{key: 0}), name) == (None if ignored else 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", CLOSINGS)
def test_null_is_never_for_each_auto_close_alone(key: str, kind: str) -> None:
    plain = of(kind)
    for value, expected in ((None, None), (45, 45_000), (0, 0)):
        settings = of(kind, auto_close={key: value})
        ignored = key == "open" and kind == RE
        assert getattr(settings, f"{key}_ms") == (None if ignored else expected)
        for other in set(CLOSINGS) - {key}:
            assert getattr(settings, f"{other}_ms") == getattr(plain, f"{other}_ms")


@pytest.mark.parametrize(
    ("value", "block_ms"), [("always", None), ("never", 0), (30, 30_000), (3_600.0, 3_600_000)]
)
def test_the_wrap_up_block(value: str | float, block_ms: int | None) -> None:
    assert of(LC, block_capacity_for_wrap_up=value).wrap_up_block_ms == block_ms


@pytest.mark.parametrize("value", [29, 3_601, -1, 0, "sometimes", True, None, float("nan")])
def test_a_wrap_up_block_out_of_bounds_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        of(LC, block_capacity_for_wrap_up=value)


def test_units_are_nothing_where_profiles_are_given_and_units_are_not() -> None:
    assert of(LC, profiles=["chat"]).units == 0
    assert of(LC, profiles=["chat"], units=5).units == 5
    assert of(LC, profiles=[]).units == 30
    assert of(LC, units=0).units == 0
    assert of(LC, profiles=["b", "a", "b"]).profiles == ("b", "a")


def test_affinity_needs_push() -> None:
    assert of(PC).affinity
    assert not of(PC, distribution="pick").affinity
    assert not of(PC, keep_same_representative=False).affinity
    assert of(LC, keep_same_representative=True).affinity


def test_a_voice_workstream_cannot_be_picked() -> None:
    with pytest.raises(ValidationError):
        of(VO, distribution="pick")


def test_a_kind_takes_its_channels_and_a_channel_itself() -> None:
    assert of("messaging").takes("sms")
    assert of("sms").takes("sms")
    assert not of("sms").takes("whatsapp")
    assert not of("messaging").takes("live_chat")


WORKSTREAMS = st.sampled_from(KINDS).flatmap(
    lambda kind: st.fixed_dictionaries(
        {"channel": st.just(kind)},
        optional={
            key: st.none() | st.floats(0, 315_576_000) | st.integers(0, 10**8) for key in DURATIONS
        },
    )
)


@given(configured=WORKSTREAMS, other=WORKSTREAMS)
def test_interned_settings_come_back_and_keys_tell_them_apart(
    configured: dict[str, Any], other: dict[str, Any]
) -> None:
    one, two = of(configured.pop("channel"), **configured), of(other.pop("channel"), **other)
    key, row = encode_settings(one)
    assert decode_settings(row) == one
    assert (encode_settings(two)[0] == key) == (one == two)
    assert len(key) == 8


def test_limits_count_at_once_and_null_is_the_profiles_own() -> None:
    directory = Directory(
        {},
        {"chat": CapacityProfile(limit=3), "day": CapacityProfile(reset="end_of_day")},
        {"ana": Representative(units=60, profiles={"chat": 5}, time_zone="Asia/Tokyo")},
    )
    assert [directory.units_of(who) for who in ("ana", "nobody")] == [60, 100]
    assert [directory.limit_of("ana", name) for name in ("chat", "day", "none")] == [5, 1, 0]
    assert directory.limit_of("nobody", "chat") == 3
    assert [directory.time_zone_of(who) for who in ("ana", "nobody")] == ["Asia/Tokyo", "UTC"]
    assert directory.split_by_reset(["day", "chat", "none"]) == (["chat", "none"], ["day"])
    own = Representative.model_validate({"profiles": {"chat": None, "day": 0}})
    assert Directory({}, directory.profiles, {"ana": own}).limit_of("ana", "chat") == 3
    assert Directory({}, directory.profiles, {"ana": own}).limit_of("ana", "day") == 0


def test_an_object_left_empty_has_its_defaults() -> None:
    centre = ContactCentre.model_validate(
        {
            "representatives": {"ana": None},
            "capacity_profiles": {"chat": None},
            "queues": {"q": None},
        }
    )
    assert centre.representatives["ana"] == Representative()
    assert centre.capacity_profiles["chat"] == CapacityProfile()

"""A day in a hurry: its configuration, its inputs and its outputs, at another pace."""

from typing import Any

import pytest
from omnistate.demo.world import World
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.times import format_time, parse_time_ms

from deploy.live.live_pace import Pace, quicken

SPEED = 30.0
BEGAN_MS = 1_790_000_000_000
START_MS = 1_772_431_200_000
QUEUE = {
    "priority": 7,
    "widen_after": 60,
    "relax_skills_after": None,
    "max_declines": 5,
    "operating_hours": {"time_zone": "Europe/Madrid", "mon-sun": ["08:00-20:00"]},
    "overflow": [
        {"when": "closed", "do": "close"},
        {"when": "longer_than", "conversations": 9, "do": "move", "queue_id": "second"},
        {"when": "waited", "seconds": 240, "do": "move", "queue_id": "second"},
    ],
}
WORKSTREAM = {
    "channel": "sms",
    "units": 30,
    "offer_timeout": 60,
    "reconnect_window": None,
    "block_capacity_for_wrap_up": 45,
    "auto_close": {"open": 1_200, "active": None},
    "time_out_rules": [{"silent": "customer", "after": 90, "then": "end"}],
}
CENTRE: dict[str, Any] = {
    "workstreams": {"texts": WORKSTREAM, "chats": {"channel": "live_chat"}},
    "capacity_profiles": {},
    "representatives": {"ana": {"queues": {"first": 1}}},
    "queues": {"first": QUEUE, "second": {}},
}


@pytest.fixture
def pace() -> Pace:
    return Pace(SPEED, START_MS, BEGAN_MS)


def test_durations_are_shorter_and_all_else_stays() -> None:
    found = quicken(CENTRE, SPEED)
    assert found["workstreams"]["texts"] == {
        **WORKSTREAM,
        "offer_timeout": 2,
        "auto_close": {"open": 40, "active": None},
        "time_out_rules": [{"silent": "customer", "after": 3, "then": "end"}],
    }
    assert found["queues"]["first"] == {
        "priority": 7,
        "widen_after": 2,
        "relax_skills_after": None,
        "max_declines": 5,
        "overflow": [
            QUEUE["overflow"][1],  # type: ignore[index]
            {"when": "waited", "seconds": 8, "do": "move", "queue_id": "second"},
        ],
    }
    assert found["representatives"] == CENTRE["representatives"]
    assert QUEUE["widen_after"] == 60, "what was given is left alone"
    ContactCentre.model_validate(found)


@pytest.mark.parametrize("speed", [0.5, SPEED, 400.0])
def test_the_demos_centre_is_a_configuration_at_any_pace(speed: float) -> None:
    found = ContactCentre.model_validate(quicken(World(7, 3_000).configuration, speed))
    assert found.queues
    assert all(each.operating_hours is None for each in found.queues.values())


def test_times_go_there_and_back(pace: Pace) -> None:
    assert pace.to_theirs(BEGAN_MS) == START_MS
    assert pace.to_theirs(BEGAN_MS + 2_000) == START_MS + 60_000
    assert pace.to_ours(START_MS + 60_000) == BEGAN_MS + 2_000


def said(type_: str, **data: Any) -> dict[str, Any]:
    return {"id": "1", "type": type_, "time": format_time(START_MS + 30_000), "data": data}


def test_what_is_promised_is_promised_by_our_clock(pace: Pace) -> None:
    later = format_time(START_MS + 600_000)
    for name in ("scheduled_for", "resume_at"):
        event = said("conversation.started", channel="voice", **{name: later})
        told = pace.say(event)
        assert told["time"] == format_time(BEGAN_MS + 1_000)
        assert told["data"] == {"channel": "voice", name: format_time(BEGAN_MS + 20_000)}
        assert event["data"][name] == later, "they may say it once more"


@pytest.mark.parametrize(
    ("theirs_s", "speed", "ours_s"), [(600, 30, 20), (300, 60, 10), (3_000, 0.5, 3_600)]
)
def test_leases_are_shorter_but_within_their_bounds(
    theirs_s: int, speed: float, ours_s: float
) -> None:
    pace = Pace(speed, START_MS, BEGAN_MS)
    event = said("representative.presence", presence="available", lease_seconds=theirs_s)
    assert pace.say(event)["data"]["lease_seconds"] == ours_s
    assert "lease_seconds" not in pace.say(said("x", presence="away"))["data"]


def test_they_hear_of_things_by_their_clock(pace: Pace) -> None:
    output = {
        "time": format_time(BEGAN_MS + 1_000),
        "data": {"next_timer": {"name": "offer", "at": format_time(BEGAN_MS + 3_000)}},
    }
    heard = pace.hear(output)
    assert parse_time_ms(heard["time"]) == START_MS + 30_000
    assert heard["data"]["next_timer"] == {"name": "offer", "at": format_time(START_MS + 90_000)}
    assert pace.hear(said("y"))["data"] == {}

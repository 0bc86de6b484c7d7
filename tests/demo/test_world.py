from collections import Counter
from itertools import pairwise

import pytest
import pytest_asyncio
from omnistate.demo.world import World
from omnistate_schemas.agent_actions import AgentAction
from omnistate_schemas.channel_events import ChannelEvent
from omnistate_schemas.inputs import INPUT
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY

from tests.demo.demo_days import Day, Event, live

CONVERSATIONS = 1_500
# What nobody in this centre has a button for.
NOT_SAID = frozenset({"conversation.parked", "conversation.queued", "router.withdraw"})
# What edition 2 of the contract made possible, by rules that the day goes through.
EDITION_TWO = {
    "a follower's voice line, rung at several": ("F2", "F3", "F4", "F5", "F6"),
    "a bot that gives up": ("D6",),
    "a bot that keeps company": ("N3",),
    "callbacks": ("N4", "S3"),
    "silence": ("B20", "B21", "B22"),
    "capacity of idle talks": ("K3", "K4"),
    "a desktop that is lost": ("B5",),
    "opt-outs, spam, duplicates": ("Z1",),
    "wrap-up after a transfer": ("W6", "W7"),
    "urgent after all": ("U1",),
    "parked until then, or written to in wrap-up": ("X8", "W8"),
    "somebody outside": ("E3", "E4", "E5"),
    "a record that goes on": ("R5",),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day() -> Day:
    return await live(1, CONVERSATIONS)


async def test_the_same_seed_gives_the_same_day() -> None:
    assert (await live(5, 80)).inputs == (await live(5, 80)).inputs


async def test_another_seed_gives_another_day() -> None:
    assert (await live(5, 80)).inputs != (await live(6, 80)).inputs


@pytest.mark.parametrize("conversations", [0, 1, 20])
async def test_a_small_day_ends_with_an_input(conversations: int) -> None:
    day = await live(3, conversations)
    started = Counter(each["type"] for each in day.inputs)["conversation.started"]
    assert conversations * 0.8 <= started <= conversations * 1.2 + 2
    assert parse_time_ms(day.inputs[-1]["time"]) == day.world.end_ms
    assert day.world.next_at_ms() is None
    assert day.world.act() == []


def test_a_larger_centre_has_more_people() -> None:
    small, large = World(1, 1_500), World(1, 20_000)
    assert 18 <= len(small.configuration["representatives"]) <= 26
    assert len(large.configuration["representatives"]) > 200


def test_inputs_are_what_the_schemas_say(day: Day) -> None:
    for event in day.inputs:
        parsed: ChannelEvent | AgentAction = INPUT.validate_python(event)
        assert parsed.id == event["id"]
        assert set(event["data"]) <= set(type(parsed.data).model_fields), "nothing but members"


def test_inputs_are_in_order_and_within_the_day(day: Day) -> None:
    # The hotline tells some things late, with the time at which they happened.
    times_ms = [
        parse_time_ms(each["time"]) for each in day.inputs if each["source"] != "/platforms/hotline"
    ]
    assert all(earlier <= later for earlier, later in pairwise(times_ms))
    assert (day.world.start_ms <= times_ms[0], times_ms[-1]) == (True, day.world.end_ms)
    assert times_ms[-1] - day.world.start_ms < 86_400_000


def test_only_repeats_share_an_id(day: Day) -> None:
    by_id: dict[str, tuple[str, str, str]] = {}
    repeats = 0
    for event in day.inputs:
        said = event["source"], event["type"], event["subject"]
        repeats += event["id"] in by_id
        assert by_id.setdefault(event["id"], said) == said
    assert 20 <= repeats <= len(day.inputs) // 50
    duplicates = sum(each["data"]["code"] == "duplicate" for each in day.refusals())
    assert duplicates == repeats


def test_every_input_type_is_published(day: Day) -> None:
    types = Counter(each["type"] for each in day.inputs)
    assert set(types) == set(INPUTS) - NOT_SAID
    assert min(types.values()) >= 2


def test_all_kinds_of_channel_come_in(day: Day) -> None:
    started = [each["data"] for each in day.inputs if each["type"] == "conversation.started"]
    channels = Counter(each["channel"] for each in started)
    for channel in ("live_chat", "persistent_chat", "sms", "whatsapp", "facebook", "voice"):
        assert channels[channel] >= 10, channel
    assert channels["record"] >= 100
    assert sum("scheduled_for" in each for each in started) >= 20
    assert sum(each.get("handled_by") == "bot" for each in started) >= 150
    assert sum(each.get("direction") == "outbound" for each in started) >= 20


def test_the_day_shows_what_a_contact_centre_knows(day: Day) -> None:
    rules = day.rules()
    often = {
        "offered, picked, accepted": ("C1", "O1", "O2", "A1"),
        "rejected, missed": ("A2", "A3"),
        "bots": ("C2", "D1", "D2", "D3", "D4"),
        "outbound and scheduled": ("C3", "C4", "S1"),
        "ended and wrapped up": ("B1", "B2", "B3", "W1", "W2", "W4", "W5"),
        "waiting and back": ("B9", "X1", "X2", "X3", "X4"),
        "transfers": ("B7", "B10", "B17"),
        "consults": ("K1", "K2"),
        "abandoned and overflowed": ("O5", "O6", "O7"),
        "laptops lost": ("B5",),
        "records": ("B14", "R1"),
        "supervisors": ("O3", "B13", "X6"),
        "end of the day": ("P1",),
    }
    for what, ids in often.items():
        for rule in ids:
            assert rules[rule] >= 8, f"{what}: {rule} {rules[rule]}"
    now_and_then = {
        "offers and open work": ("A4", "O4", "O8", "O9", "O10", "O11"),
        "conversations": ("B6", "B8", "B11", "B12", "B15", "B16", "B18", "B19"),
        "elsewhere": ("D5", "E1", "W3", "X5", "X7"),
    }
    for what, ids in now_and_then.items():
        assert [rule for rule in ids if not rules[rule]] == [], what


def test_the_day_uses_most_of_edition_two(day: Day) -> None:
    rules = day.rules()
    for what, ids in EDITION_TWO.items():
        assert [rule for rule in ids if not rules[rule]] == [], what
    reminders = Counter(
        each["data"]["silent"] for _, each in day.outputs if each["type"] == "conversation.reminder"
    )
    assert min(reminders["customer"], reminders["representative"]) >= 3
    said = Counter(each["data"]["presence"] for each in day.presence)
    assert set(said) == {"available", "away", "do_not_disturb", "offline"}
    standings = [each["data"] for topic, each in day.outputs if topic == REPRESENTATIVE_CAPACITY]
    lost = {each["representative_id"] for each in standings if each["presence_reason"] == "lost"}
    assert len(lost) >= 3
    reasons = {each.get("reason") for each in day.changes() if each["rule"] == "Z1"}
    assert reasons == {"customer_opted_out", "spam", "duplicate"}


def test_few_inputs_are_refused_and_all_for_human_reasons(day: Day) -> None:
    codes = Counter(each["data"]["code"] for each in day.refusals())
    assert sum(codes.values()) < 0.03 * len(day.inputs)
    assert set(codes) <= {
        "duplicate",
        "stale",
        "no_effect",
        "not_offered",
        "invalid_status",
        "not_assigned",
        "closed",
    }
    for code in ("duplicate", "stale", "not_offered", "invalid_status"):
        assert codes[code] >= 3, code


def test_most_work_is_done_by_the_evening(day: Day) -> None:
    last = {each["conversation_id"]: each["status"] for each in day.changes()}
    statuses = Counter(last.values())
    assert statuses["closed"] > 0.95 * len(last)
    assert statuses["waiting"] >= 1
    assert statuses["open"] >= 1


def test_a_midnight_of_each_time_zone_gives_daily_slots_back(day: Day) -> None:
    midnights = {each["time"] for each in day.capacity() if each["data"]["rule"] == "P1"}
    assert midnights == {
        "2026-03-02T16:00:00.000Z",
        "2026-03-02T23:00:00.000Z",
        "2026-03-03T05:00:00.000Z",
    }


def test_the_router_never_offers_beyond_capacity(day: Day) -> None:
    """What supervisors, the hotline and promises put on top is forced, and no router's doing."""
    representatives = day.world.configuration["representatives"]
    limits = day.world.configuration["capacity_profiles"]
    held: dict[str, dict[str, Event]] = {}
    offered = 0
    for event in day.capacity():
        data = event["data"]
        mine = held.setdefault(data["representative_id"], {})
        if event["type"] == "capacity.released":
            mine.pop(data["hold_id"], None)
            continue
        if not data["forced"]:
            mine[data["hold_id"]] = data
        if data["rule"] != "O1":
            continue
        offered += 1
        person = representatives[data["representative_id"]]
        assert sum(hold["units"] for hold in mine.values()) <= person["units"]
        for name in data.get("profiles", ()):
            own = person["profiles"].get(name)
            occupied = sum(name in hold.get("profiles", ()) for hold in mine.values())
            assert occupied <= (limits[name]["limit"] if own is None else own), name
    assert offered > 500


def test_the_router_offers_nothing_that_is_picked_nor_what_was_declined_too_often(
    day: Day,
) -> None:
    workstreams = day.world.configuration["workstreams"]
    queues = day.world.configuration["queues"]
    declines: dict[str, int] = {}
    for data in day.changes():
        id_ = data["conversation_id"]
        if data["rule"] == "O1":
            assert workstreams[data["workstream_id"]].get("distribution") != "pick"
            assert declines[id_] < queues[data["queue_id"]].get("max_declines", 3)
        declines[id_] = data.get("decline_count", 0)
    assert max(declines.values()) >= 1


def test_nobody_acts_before_reading_what_he_acts_on(day: Day) -> None:
    started_ms: dict[str, int] = {}
    for event in day.inputs:
        at_ms = parse_time_ms(event["time"])
        if event["type"] == "conversation.started":
            started_ms[event["subject"]] = at_ms
        elif event["source"].startswith("/omnistate/"):
            assert started_ms[event["subject"]] <= at_ms
        else:
            assert started_ms[event["subject"]] < at_ms


def test_there_are_rush_hours_and_quiet_hours(day: Day) -> None:
    hours = Counter(
        each["time"][8:13] for each in day.inputs if each["type"] == "conversation.started"
    )
    assert hours["02T09"] > 100
    assert hours["02T14"] > 120
    assert hours["03T02"] < 15

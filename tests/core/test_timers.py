"""Deadlines: what starts and restarts them, what never runs, and which of several comes first."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Hold, Offer
from omnistate.core.conversation.timers import after, start
from omnistate_schemas.times import LAST_MS, format_time

from tests.core.core_centre import CHANNELS, LIMITS, MONDAY_MS, Centre

MINUTE_MS, DAY_MS = 60_000, 86_400_000
# contract.md#ties.
ORDER = (
    "early",
    "settle",
    "wrap_up_release",
    "offer",
    "customer_reconnect",
    "representative_reconnect",
    "bot_inactivity",
    "bot_silence",
    "silence",
    "inactivity",
    "wake",
    "auto_close",
    "scheduled",
    "idle",
    "day_reset",
)
# Whose deadlines stand with a representative, and which no reader waits for.
OF_PEOPLE = {"offer", "representative_reconnect"}
OF_THE_ENGINE = {"early", "settle"}
OF_HOLDS = {"wrap_up_release": "primary", "day_reset": "daily"}
INSTANTS = st.integers(0, 3)


def empty(**members: Any) -> Conversation:
    row = Conversation(b"k", "sms", "desk", "0-0")
    for name, value in members.items():
        setattr(row, name, value)
    return row


def centre_of(kind: str, now_ms: int = MONDAY_MS, **settings: Any) -> Centre:
    """One conversation `c`, started under these settings."""
    centre = Centre({"workstreams": {"desk": {"channel": kind, **settings}}, **LIMITS}, now_ms)
    centre.say("conversation.started", channel=CHANNELS[kind], workstream_id="desk")
    return centre


@given(start_ms=st.integers(0, LAST_MS), duration_ms=st.none() | st.integers(0, 2 * LAST_MS))
def test_a_deadline_past_the_year_9999_is_none(start_ms: int, duration_ms: int | None) -> None:
    deadline_ms = after(start_ms, duration_ms)
    conversation = empty(deadlines={"offer": 1})
    start(conversation, "offer", start_ms, duration_ms)
    if duration_ms is None or start_ms + duration_ms > LAST_MS:
        assert deadline_ms is None
        assert not conversation.deadlines, "an earlier deadline does not stay"
    else:
        assert deadline_ms == start_ms + duration_ms
        assert conversation.deadlines == {"offer": deadline_ms}
        assert format_time(deadline_ms)


def test_on_the_last_day_of_all_nothing_runs_out() -> None:
    centre = centre_of("live_chat", LAST_MS - 1_000)
    for type_ in ("router.assign", "representative.accept", "representative.disconnected"):
        centre.say(type_, representative_id="ana")
    centre.say("customer.disconnected")
    assert centre.rows["c"].deadlines == {}
    centre.say("representative.end", representative_id="ana")
    centre.say("representative.close_session", representative_id="ana")
    assert centre.rows["c"].stage == "closed"
    assert centre.next_due_ms() is None


@given(times=st.dictionaries(st.sampled_from(ORDER), INSTANTS, min_size=1))
def test_the_earliest_comes_first_and_ties_as_listed(times: dict[str, int]) -> None:
    holds = [
        Hold(number, "ana", role, 0, [], forced=False, until_ms=times[name])  # type: ignore[arg-type]
        for number, (name, role) in enumerate(OF_HOLDS.items(), 1)
        if name in times
    ]
    own = {name: at for name, at in times.items() if name not in OF_HOLDS}
    conversation = empty(
        holds=holds, deadlines={name: at for name, at in own.items() if name not in OF_PEOPLE}
    )
    if "offer" in times:
        conversation.offers = [Offer("ben", forced=False, until_ms=times["offer"])]
    if "representative_reconnect" in times:
        conversation.windows = {"eva": times["representative_reconnect"]}
    expected = min(times, key=lambda name: (times[name], ORDER.index(name)))
    found = conversation.next_deadline()
    assert found is not None
    assert found[:2] == (times[expected], expected)
    assert (found[2] is not None) == (expected in OF_HOLDS)
    assert found[3] == {"offer": "ben", "representative_reconnect": "eva"}.get(expected)
    assert conversation.earliest_ms() == times[expected]
    own = {name: at for name, at in own.items() if name not in OF_THE_ENGINE}
    mine = min(own, key=lambda name: (own[name], ORDER.index(name)), default=None)
    assert conversation.next_own_timer() == (None if mine is None else (own[mine], mine))


@given(times=st.lists(INSTANTS, min_size=1, max_size=4))
def test_the_older_hold_comes_before_the_younger(times: list[int]) -> None:
    holds = [
        Hold(number, f"r{number}", "daily", 0, ["day"], forced=False, until_ms=at)
        for number, at in enumerate(times, 1)
    ]
    found = empty(holds=holds).next_deadline()
    assert found is not None
    assert found[2] is holds[times.index(min(times))]


def test_windows_of_one_instant_go_by_what_their_people_are() -> None:
    """The primary's, those offered, the consultants', each in the order in which they came."""
    row = empty(stage="in_conversation", representative_id="ana", consultants=["eva", "dan"])
    row.offers = [Offer("ben", forced=False), Offer("cem", forced=False)]
    row.windows = dict.fromkeys(("dan", "cem", "eva", "ana", "ben"), 7)
    order = []
    while (found := row.next_deadline()) is not None:
        order.append(found[3])
        del row.windows[found[3] or ""]
    assert order == ["ana", "ben", "cem", "eva", "dan"]


def test_nothing_runs_in_an_empty_row() -> None:
    assert empty().next_deadline() is None
    assert empty().earliest_ms() is None
    assert empty().next_own_timer() is None


ACTIVITIES = (
    "customer.messaged",
    "representative.message",
    "supervisor.monitor",
    "consult.started",
)


@pytest.mark.parametrize("type_", ACTIVITIES)
def test_activity_starts_auto_close_anew(type_: str) -> None:
    centre = centre_of("messaging", auto_close={"active": 600})
    centre.say("representative.pick", representative_id="ana")
    members: dict[str, Any] = {
        "representative.message": {"representative_id": "ana"},
        "supervisor.monitor": {"supervisor_id": "sam"},
        "consult.started": {"representative_id": "ben", "via": "direct"},
    }.get(type_, {})
    assert centre.rows["c"].deadlines == {"auto_close": MONDAY_MS + 10 * MINUTE_MS}
    centre.now_ms += MINUTE_MS
    assert centre.say(type_, **members).outcome == "recorded"
    assert centre.rows["c"].deadlines == {"auto_close": MONDAY_MS + 11 * MINUTE_MS}


def test_what_is_refused_or_is_no_activity_starts_nothing_anew() -> None:
    centre = centre_of("live_chat", auto_close={"active": 600})
    centre.say("representative.pick", representative_id="ana")
    deadlines = dict(centre.rows["c"].deadlines)
    centre.now_ms += MINUTE_MS
    centre.say("representative.accept", representative_id="eva")
    centre.say("representative.message", representative_id="eva")
    centre.say("customer.disconnected")
    assert centre.rows["c"].deadlines.pop("customer_reconnect") == centre.now_ms + 180_000
    centre.say("representative.disconnected", representative_id="ana")
    assert centre.rows["c"].windows == {"ana": centre.now_ms + 150_000}
    assert centre.rows["c"].deadlines == deadlines


def test_a_second_disconnected_starts_nothing_anew() -> None:
    centre = centre_of("live_chat")
    centre.say("customer.disconnected")
    centre.now_ms += MINUTE_MS
    assert centre.say("customer.disconnected").outcome == "ignored"
    assert centre.rows["c"].deadlines["customer_reconnect"] == MONDAY_MS + 180_000


@pytest.mark.parametrize(
    ("block", "closing", "after_ms"),
    [
        ("always", 60, 60_000),
        ("never", 60, 60_000),
        (600, 60, 600_000),
        (30, 60, 60_000),
        (600, None, None),
        ("always", 0, 0),
    ],
)
def test_wrap_up_ends_at_the_later_of_auto_close_and_block(
    block: str | int, closing: int | None, after_ms: int | None
) -> None:
    centre = centre_of(
        "live_chat", block_capacity_for_wrap_up=block, auto_close={"wrap_up": closing}
    )
    centre.say("representative.pick", representative_id="ana")
    centre.say("representative.end", representative_id="ana")
    found = centre.rows["c"].deadlines.get("auto_close")
    assert found == (None if after_ms is None else MONDAY_MS + after_ms)


def test_ties_of_one_instant_fire_in_order_and_an_ended_one_does_not_fire() -> None:
    """The wrap-up block ends before the conversation closes; the offer goes before auto-close."""
    centre = centre_of("live_chat", block_capacity_for_wrap_up=60, auto_close={"wrap_up": 60})
    centre.say("representative.pick", representative_id="ana")
    centre.say("representative.end", representative_id="ana")
    centre.now_ms += MINUTE_MS
    fired = [centre.fire_next(), centre.fire_next()]
    assert [each.name for each in fired if each] == ["wrap_up_release", "auto_close"]
    centre = centre_of("live_chat", offer_timeout=60, reconnect_window=60)
    centre.say("router.assign", representative_id="ana")
    centre.say("customer.disconnected")
    centre.say("representative.disconnected", representative_id="ana")
    centre.now_ms += 150_000
    names = []
    while (one := centre.fire_next()) is not None:
        names.append((one.name, one.at_ms - MONDAY_MS))
    # A3 opens it, so the representative's window is over; then O8 closes it.
    assert names == [("offer", 60_000), ("customer_reconnect", 60_000)]


def test_a_closed_conversation_is_forgotten_after_its_last_hold() -> None:
    centre = centre_of("live_chat", closed_retention=60, block_capacity_for_wrap_up=300)
    centre.say("representative.pick", representative_id="ana")
    centre.say("representative.end", representative_id="ana")
    centre.say("representative.close_session", representative_id="ana")
    assert "forget" not in centre.rows["c"].deadlines
    centre.now_ms += 300_000
    assert (one := centre.fire_next()) is not None
    assert one.name == "wrap_up_release"
    assert centre.rows["c"].deadlines == {"forget": MONDAY_MS + 360_000}
    centre.now_ms += 59_999
    assert centre.say("customer.messaged").outcome == "ignored"
    centre.now_ms += 1
    assert centre.say("representative.end", representative_id="ana").outcome == "rejected"
    assert "c" not in centre.rows


def test_a_null_retention_is_for_ever() -> None:
    centre = centre_of("live_chat", closed_retention=None)
    centre.say("supervisor.force_close", supervisor_id="sam")
    centre.now_ms += 36_500 * DAY_MS
    assert (
        centre.say("conversation.started", channel="live_chat", workstream_id="desk").outcome
        == "ignored"
    )

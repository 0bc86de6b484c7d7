"""When something happened, beside when the engine came to know of it (contract.md#two-clocks)."""

from omnistate.core.facts import StateChange
from omnistate_schemas.times import format_time, parse_time_ms

from tests.core.core_centre import MONDAY_MS
from tests.core.story import Story


def seconds(text: str | None) -> float:
    """Seconds since the centre opened."""
    assert text is not None
    return (parse_time_ms(text) - MONDAY_MS) / 1_000


def test_a_late_webhook_delays_the_change_and_not_the_figures() -> None:
    story = Story("voice")
    story.wait(30)
    story.assign("ana", late_s=20)
    assert (seconds(story.last.occurred_at), story.last.previous_status_seconds) == (10, 10)
    story.wait(30)
    story.by("ana", "accept", late_s=45)
    assert (seconds(story.last.occurred_at), story.last.previous_status_seconds) == (15, 5)


def test_it_is_neither_before_the_last_nor_after_the_clock() -> None:
    story = Story("voice")
    story.wait(30)
    story.assign("ana", late_s=5)
    story.by("ana", "accept", late_s=20)
    assert (seconds(story.last.occurred_at), story.last.previous_status_seconds) == (25, 0)
    story.by("ana", "end", late_s=-1_000)
    assert seconds(story.last.occurred_at) == 30


def test_how_late_an_event_is_believed() -> None:
    story = Story("voice", max_delay=60)
    story.wait(100)
    story.assign("ana", late_s=61)
    assert seconds(story.last.occurred_at) == 100
    story = Story("voice", max_delay=60)
    story.wait(100)
    story.assign("ana", late_s=60)
    assert seconds(story.last.occurred_at) == 40


def test_history_is_loaded_with_its_own_times() -> None:
    story = Story("voice", begin=False, authority="upstream")
    story.begin(late_s=86_400)
    assert seconds(story.last.started_at) == -86_400
    story.say("conversation.answered", representative_id="ana", late_s=86_390)
    assert story.last.previous_status_seconds == 10


def test_a_timer_happens_at_its_deadline() -> None:
    story = Story("live_chat")
    story.assign("ana")
    story.wait(300)
    assert (story.last.rule, seconds(story.last.occurred_at)) == ("A3", 120)


def test_recorded_inputs_and_timers_of_holds_move_it_and_refusals_do_not() -> None:
    story = Story("live_chat", block_capacity_for_wrap_up=60).talk("ana")
    story.wait(10)
    story.say("customer.messaged")
    assert story.row.occurred_ms == MONDAY_MS + 10_000
    story.wait(10)
    story.by("ben", "end")
    assert story.row.occurred_ms == MONDAY_MS + 10_000
    story.by("ana", "end")
    story.wait(60)
    assert story.row.occurred_ms == MONDAY_MS + 80_000


def test_the_wait_is_told_from_its_beginning_to_its_end() -> None:
    story = Story("live_chat")
    story.wait(10)
    story.assign("ana")
    story.wait(10)
    story.by("ana", "reject", reason="lunch")
    assert (story.last.decline_reason, story.last.decline_count) == ("lunch", 1)
    assert (seconds(story.last.queued_at), seconds(story.last.queue_since)) == (0, 0)
    story.wait(10)
    story.say("router.move", queue_id="billing", overflow=True)
    assert (seconds(story.last.queued_at), seconds(story.last.queue_since)) == (0, 30)
    assert (story.last.decline_count, story.last.overflow_count) == (0, 1)
    story.wait(10)
    story.assign("ben")
    story.by("ben", "accept")
    assert seconds(story.last.occurred_at) - seconds(story.last.queued_at) == 40
    story.by("ben", "end")
    assert (story.last.queued_at, story.last.queue_since) == (None, None)
    assert story.last.decline_count is None


def test_a_decline_that_begins_the_wait_counts() -> None:
    story = Story("messaging").talk("ana")
    story.by("ana", "close_session")
    story.say("supervisor.assign", supervisor_id="sam", representative_id="ben")
    assert (story.last.rule, story.last.queued_at) == ("X6", None)
    story.wait(5)
    story.by("ben", "reject")
    assert (seconds(story.last.queued_at), story.last.decline_count) == (5, 1)


def test_who_comes_back_to_the_same_representative_waits_from_then_on() -> None:
    story = Story("live_chat", keep_same_representative=True, representative_reconnect_window=10)
    story.talk("ana").by("ana", "disconnected")
    story.wait(10)
    first, second = [fact for fact in story.facts if isinstance(fact, StateChange)][-2:]
    assert [first.rule, second.rule] == ["B5", "L1"]
    assert first.queued_at == second.queued_at == format_time(MONDAY_MS + 10_000)


def test_since_when_the_representative_has_it() -> None:
    story = Story("live_chat").talk("ana")
    story.wait(120)
    story.transfer("ana", "representative", "ben")
    assert seconds(story.last.representative_since) == 0
    story.by("ben", "accept")
    assert seconds(story.last.representative_since) == 120
    story.by("ben", "release")
    assert story.last.representative_since is None


def test_who_left_waiting_whoever_had_served_them_before() -> None:
    story = Story("voice").talk("ana")
    story.by("ana", "release")
    story.say("customer.ended")
    assert (story.last.left_waiting, story.last.abandoned) == (True, False)
    story = Story("voice", begin=False)
    story.begin()
    story.say("customer.ended")
    assert (story.last.left_waiting, story.last.abandoned) == (True, True)

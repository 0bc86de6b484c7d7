"""Bots, outside parties, promises, records that wait: who may take a conversation from there."""

from typing import Any

import pytest
from omnistate_schemas.times import format_time

from tests.core.story import Story

SUPERVISOR: dict[str, Any] = {"supervisor_id": "sam"}


def at(story: Story, seconds: float) -> str:
    return format_time(story.centre.now_ms + round(seconds * 1_000))


def scene(stage: str, kind: str = "live_chat", **settings: Any) -> Story:
    match stage:
        case "with_bot":
            story = Story(kind, begin=False, **settings)
            story.begin(handled_by="bot")
        case "with_external":
            story = Story("voice", **settings).talk("ana")
            story.transfer("ana", "external", "garage")
        case "waiting":
            story = Story("messaging", **settings).talk("ana")
            story.by("ana", "close_session")
        case "scheduled":
            story = Story(kind, begin=False, **settings)
            story.begin(scheduled_for=at(story, 600))
        case _:
            story = Story(kind, **settings)
    assert story.row.stage == stage
    return story


TAKEN = ("with_bot", "with_external")


@pytest.mark.parametrize("stage", TAKEN)
def test_a_supervisor_assigns_it(stage: str) -> None:
    story = scene(stage)
    said = story.say("supervisor.assign", **SUPERVISOR, representative_id="ben")
    assert said == ["N1", "+ben/primary:N1"]
    assert (story.last.reason, story.row.holds[0].forced) == ("assigned_by_supervisor", True)


@pytest.mark.parametrize("stage", TAKEN)
@pytest.mark.parametrize("type_", ["supervisor.assign", "router.move"])
def test_it_is_taken_into_a_queue(stage: str, type_: str) -> None:
    story, named = scene(stage), SUPERVISOR if type_.startswith("supervisor") else {}
    assert story.say(type_, **named, queue_id="billing") == ["N2"]
    assert (story.last.status, story.last.queue_id) == ("open", "billing")


@pytest.mark.parametrize("stage", ["open", "waiting", "with_bot"])
def test_a_bot_takes_it(stage: str) -> None:
    story = scene(stage)
    assert story.say("bot.take", bot_id="concierge") == ["N3"]
    assert story.last.handler is not None
    assert (story.last.handler.kind, story.last.handler.id) == ("bot", "concierge")
    assert story.say("bot.take", bot_id="concierge") == ["no_effect"]
    assert story.say("bot.take", bot_id="other") == ["N3"]


@pytest.mark.parametrize("stage", ["open", "waiting", "with_bot", "scheduled"])
def test_it_is_put_off_and_promised(stage: str) -> None:
    story = scene(stage)
    assert story.say("router.schedule", scheduled_for=at(story, 60), representative_id="eva") == [
        "N4"
    ]
    assert story.last.scheduled_for == at(story, 60)
    assert story.say("customer.ended" if stage != "waiting" else "customer.messaged") == [
        "no_effect"
    ]
    assert story.wait(60) == ["S1", "S3", "+eva/primary:S3"]
    assert story.row.holds[0].forced
    assert story.last.scheduled_for is None


def test_a_promise_is_kept_once_and_replaced_by_another() -> None:
    story = scene("scheduled")
    story.say("router.schedule", scheduled_for=at(story, 60), representative_id="eva")
    story.say("router.schedule", scheduled_for=at(story, 60))
    assert story.wait(60) == ["S1"]


def test_it_is_not_put_off_until_a_time_that_has_passed() -> None:
    story = scene("open")
    assert story.say("router.schedule", scheduled_for=at(story, 0)) == ["invalid_data"]


def test_a_start_that_is_scheduled_may_be_promised() -> None:
    story = Story("voice", begin=False)
    story.begin(scheduled_for=at(story, 60), direction="outbound", representative_id="ana")
    assert story.wait(60) == ["S1", "S3", "+ana/primary:S3"]
    assert story.last.direction == "outbound"
    story = Story("record", begin=False)
    story.begin(scheduled_for=at(story, 60), representative_id="ana")
    assert story.wait(60) == ["S1", "S3", "+ana/primary:S3"]
    assert story.row.stage == "in_conversation"


@pytest.mark.parametrize("stage", ["waiting", "with_bot", "with_external", "scheduled"])
def test_the_router_closes_it(stage: str) -> None:
    story = scene(stage)
    assert story.say("router.close", reason="overflow") == ["N5"]
    assert (story.last.status, story.last.reason) == ("closed", "overflow")


def test_a_representative_picks_it_from_a_bot() -> None:
    assert scene("with_bot").by("ben", "pick") == ["N6", "+ben/primary:N6"]
    assert scene("with_bot", "voice").by("ben", "pick") == ["push_only"]


def test_an_outside_party_that_does_not_answer_or_hangs_up() -> None:
    story = scene("with_external")
    assert story.say("external.failed") == ["E3"]
    assert (story.last.status, story.last.queue_id) == ("open", "support")
    story = scene("with_external")
    assert story.say("external.ended") == ["E4"]
    assert (story.last.status, story.last.reason) == ("closed", "external_ended")
    story = scene("with_external")
    assert story.by("ben", "resume") == ["not_assigned"]
    assert story.by("ana", "resume") == ["E5", "+ana/primary:E5"]


def test_a_bot_that_does_not_answer() -> None:
    story = scene("with_bot", bot_response_timeout=20)
    assert story.wait(60) == []
    story.say("customer.messaged")
    story.wait(10)
    story.say("customer.messaged")
    assert story.wait(10) == ["D6"]
    story = scene("with_bot", bot_response_timeout=20)
    story.say("customer.messaged")
    story.say("bot.message")
    assert story.wait(60) == []
    story.say("customer.messaged")
    story.say("bot.take", bot_id="other")
    assert story.wait(60) == []


def test_it_wakes_when_it_was_asked_to() -> None:
    story = Story("messaging").talk("ana")
    assert story.by("ana", "close_session", resume_at=at(story, 60))[0] == "B9"
    assert story.last.next_timer is not None
    assert story.last.next_timer.name == "wake"
    assert story.wait(60) == ["X8", "X2", "+ana/primary:X2"]
    story = Story("messaging").talk("ana")
    story.by("ana", "close_session", resume_at=at(story, 0))
    assert story.wait(60) == []


def test_the_last_representative_ends_what_waits() -> None:
    story = scene("waiting")
    assert story.by("ben", "end") == ["not_assigned"]
    assert story.by("ana", "end", disposition="no answer") == ["X9"]
    assert (story.last.reason, story.last.disposition) == ("closed_by_representative", "no answer")


def test_a_record_that_can_wait() -> None:
    story = Story("record", can_wait=True).talk("ana")
    assert story.by("ana", "close_session") == ["B9", "-ana/primary:B9"]
    assert story.say("record.reactivated") == ["X1"]
    story = Story("record", can_wait=True, keep_same_representative=True).talk("ana")
    story.by("ana", "close_session")
    assert story.say("record.reactivated") == ["X1", "X2", "+ana/primary:X2"]
    assert story.row.stage == "in_conversation"
    story.by("ana", "close_session")
    assert story.by("ana", "end") == ["wrong_channel"]
    assert story.by("ana", "resume") == ["X3", "+ana/primary:X3"]
    story.by("ana", "close_session")
    assert story.say("record.deactivated", outcome="resolved") == ["X10"]


def test_a_record_that_cannot_wait_keeps_it() -> None:
    story = Story("record").talk("ana")
    assert story.by("ana", "close_session") == ["recorded"]
    assert story.held == ["ana/primary"]


def test_a_record_is_closed_before_its_time_or_goes_on_after_it() -> None:
    story = scene("scheduled", "record")
    assert story.say("record.deactivated", outcome="cancelled") == ["S4"]
    story = Story("record").talk("ana")
    story.by("ana", "resolve_record", outcome="resolved", disposition="fixed")
    assert (story.row.stage, story.last.disposition) == ("resolved", "fixed")
    assert story.say("record.reactivated") == ["R5", "+ana/primary:R5"]
    assert (story.row.stage, story.row.session_closed) == ("in_conversation", False)


def test_a_record_has_no_reconnect_window_of_its_own() -> None:
    story = Story("record").talk("ana")
    assert story.by("ana", "disconnected") == ["recorded"]
    assert story.wait(100_000) == []
    story = Story("record", representative_reconnect_window=30).talk("ana")
    story.by("ana", "disconnected")
    assert story.wait(30) == ["B5", "-ana/primary:B5"]


@pytest.mark.parametrize("stage", ["open", "with_bot", "with_external", "waiting", "scheduled"])
def test_it_is_closed_from_outside(stage: str) -> None:
    story = scene(stage)
    said = story.say("conversation.closed", reason="merged", merged_into="other")
    assert said == ["Z1"]
    assert (story.last.reason, story.last.merged_into) == ("merged", "other")
    assert not story.last.abandoned
    assert story.say("conversation.closed", reason="merged") == ["stale"]


def test_a_sign_of_life_keeps_a_call_open() -> None:
    story = Story("voice").talk("ana")
    for _ in range(5):
        assert story.wait(7_000) == []
        assert story.say("conversation.progressed") == []
    assert story.wait(7_200) == ["B4"]


def test_an_action_on_an_old_picture_does_nothing() -> None:
    story = Story("live_chat")
    assert story.assign("ana", expected_sequence=2) == ["superseded"]
    assert story.assign("ana", expected_sequence=1)[0] == "O1"
    assert story.by("ana", "disconnected", expected_sequence=7) == ["recorded"]

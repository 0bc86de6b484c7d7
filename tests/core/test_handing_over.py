"""Who hands over, who takes over, and what they still hold (contract.md#wrap-up-holds)."""

from typing import Any

import pytest

from tests.core.story import Story

GOING = {
    "B7": ("queue", "billing"),
    "B11": ("external", "garage"),
    "B12": ("bot", "concierge"),
}


def handed_over(rule: str = "B7", **settings: Any) -> Story:
    story = Story("voice", wrap_up_after_transfer=60, **settings).talk("ana")
    said = story.transfer("ana", *GOING[rule])
    assert said == [rule, f"-ana/primary:{rule}", f"+ana/wrap_up:{rule}"]
    return story


@pytest.mark.parametrize("rule", GOING)
def test_whoever_hands_over_writes_up(rule: str) -> None:
    story = handed_over(rule)
    assert (story.row.holds[0].units, story.row.holds[0].forced) == (30, False)
    assert story.wait(59) == []
    assert story.wait(1) == ["-ana/wrap_up:W6"]
    assert story.held == []


def test_a_colleague_takes_over_and_the_first_writes_up() -> None:
    story = Story("voice", wrap_up_after_transfer=60).talk("ana")
    story.transfer("ana", "representative", "ben")
    assert story.by("ben", "accept") == ["B17", "-ana/primary:B17", "+ana/wrap_up:B17"]
    assert story.held == ["ben/primary", "ana/wrap_up"]
    assert story.by("ana", "close_session") == ["-ana/wrap_up:W7", "recorded"]
    assert story.by("ana", "close_session") == ["not_assigned"]


@pytest.mark.parametrize("rule", ["B5", "B6", "B8", "B19"])
def test_who_does_not_hand_over_does_not_write_up(rule: str) -> None:
    story = Story("voice", wrap_up_after_transfer=60).talk("ana")
    match rule:
        case "B5":
            story.by("ana", "disconnected")
            said = story.wait(30)
        case "B6":
            said = story.by("ana", "release")
        case "B8":
            said = story.by("ana", "close_session")
        case _:
            said = story.say("router.move", queue_id="billing")
    assert said == [rule, f"-ana/primary:{rule}"]


def test_writing_up_outlives_the_conversation() -> None:
    story = handed_over()
    story.say("customer.ended")
    assert (story.row.stage, story.held) == ("closed", ["ana/wrap_up"])
    assert story.by("ana", "close_session") == ["-ana/wrap_up:W7", "recorded"]
    assert "forget" in story.row.deadlines
    assert story.by("ana", "close_session") == ["closed"]


@pytest.mark.parametrize("how", ["force_close", "closed", "offered", "given"])
def test_what_ends_writing_up_at_once(how: str) -> None:
    story = handed_over()
    match how:
        case "force_close":
            said = story.say("supervisor.force_close", supervisor_id="sam")
        case "closed":
            said = story.say("conversation.closed", reason="spam")
        case "offered":
            said = story.assign("ana")
        case _:
            said = story.assign("ana", auto_accept=True)
    assert said[1].startswith("-ana/wrap_up:")


def test_a_third_persons_x_is_judged_as_if_nobody_wrote_up() -> None:
    story = handed_over()
    assert story.by("ben", "close_session") == ["invalid_status"]
    assert story.by("ana", "close_session", expected_sequence=1) == ["superseded"]


def test_a_consultant_takes_over_from_whoever_is_lost() -> None:
    story = Story("live_chat", representative_reconnect_window=10).talk("ana")
    story.say("consult.started", representative_id="ben", via="direct")
    story.say("consult.started", representative_id="eva", via="queue")
    story.by("ana", "disconnected")
    said = story.wait(10)
    assert said == ["B23", "-ana/primary:B23", "+ben/primary:B23"]
    assert (story.last.representative_id, story.last.transfer_count) == ("ben", 0)
    assert (story.row.consultants, story.row.skipped) == (["eva"], [])


def test_a_consultant_who_is_away_too_is_passed_over() -> None:
    story = Story("voice", representative_reconnect_window=10).talk("ana")
    story.say("consult.started", representative_id="ben", via="direct")
    story.say("consult.started", representative_id="eva", via="queue")
    story.by("ben", "disconnected")
    said = story.by("ana", "close_session")
    assert said == ["B23", "-ana/primary:B23", "-eva/consultant:B23", "+eva/primary:B23"]
    assert story.wait(10) == [], "ben consulted without a hold"
    assert story.row.consultants == []


def test_nobody_is_promoted_where_nobody_may_be() -> None:
    story = Story("voice", promote_consultant=False).talk("ana")
    story.say("consult.started", representative_id="ben", via="queue")
    assert story.by("ana", "close_session")[0] == "B8"
    story = Story("voice", representative_reconnect_window=10).talk("ana")
    story.say("consult.started", representative_id="ben", via="queue")
    story.by("ben", "disconnected")
    assert story.by("ana", "close_session")[0] == "B8"
    assert story.last.skipped_representative_ids == ["ana"]


def test_a_consultants_window_ends_the_consult() -> None:
    story = Story("live_chat", representative_reconnect_window=10).talk("ana")
    story.say("consult.started", representative_id="ben", via="queue")
    assert story.by("ben", "disconnected") == ["recorded"]
    assert story.wait(10) == ["-ben/consultant:K2"]
    assert story.row.stage == "in_conversation"


def test_the_primarys_window_in_wrap_up_gives_capacity_back() -> None:
    story = Story("voice").talk("ana")
    story.by("ana", "disconnected")
    story.say("customer.ended")
    assert story.wait(29) == []
    assert story.wait(1) == ["-ana/primary:W9"]
    assert story.row.stage == "wrap_up"
    assert story.by("ana", "close_session") == ["W1"]


def test_wrap_up_is_extended_by_an_hour_at_most() -> None:
    story = Story("live_chat", block_capacity_for_wrap_up=60).talk("ana")
    story.by("ana", "end")
    assert story.by("ben", "extend_wrap_up", seconds=60) == ["not_assigned"]
    assert story.by("ana", "extend_wrap_up", seconds=3_000) == ["recorded"]
    assert story.by("ana", "extend_wrap_up", seconds=3_000) == ["recorded"]
    assert story.by("ana", "extend_wrap_up", seconds=1) == ["no_effect"]
    assert story.wait(3_659) == []
    assert story.wait(1) == ["-ana/primary:W4"]
    assert story.wait(839) == []
    assert story.wait(1) == ["W2"]


def test_each_wrap_up_may_be_extended_by_an_hour() -> None:
    """The customer writes during wrap-up, and it ends once more."""
    story = Story("messaging", reopen_from_wrap_up=True)
    story.by("ana", "pick")
    for _ in range(2):
        story.by("ana", "end")
        assert story.by("ana", "extend_wrap_up", seconds=3_600) == ["recorded"]
        assert story.by("ana", "extend_wrap_up", seconds=1) == ["no_effect"]
        story.say("customer.messaged")


def test_a_message_during_wrap_up_opens_it_again() -> None:
    story = Story("persistent_chat", reopen_from_wrap_up=True, block_capacity_for_wrap_up="never")
    story.talk("ana").by("ana", "end")
    assert story.held == []
    assert story.say("customer.messaged") == ["W8", "+ana/primary:W8"]
    assert story.row.holds[0].forced
    story = Story("persistent_chat", reopen_from_wrap_up=True, block_capacity_for_wrap_up=60)
    story.talk("ana").by("ana", "end")
    assert story.say("customer.messaged") == ["W8"]
    assert story.wait(120) == []


@pytest.mark.parametrize("kind", ["live_chat", "messaging"])
def test_a_message_during_wrap_up_is_stale_else(kind: str) -> None:
    story = Story(kind).talk("ana")
    story.by("ana", "end")
    assert story.say("customer.messaged") == ["stale"]
    assert story.last.rule == "B1"


def test_an_idle_conversation_gives_capacity_back_until_something_happens() -> None:
    story = Story("messaging", release_when_idle=60).talk("ana")
    story.wait(30)
    story.say("customer.messaged")
    assert story.wait(59) == []
    assert story.wait(1) == ["-ana/primary:K3"]
    assert story.wait(600) == []
    assert story.by("ana", "message") == ["+ana/primary:K4"]
    assert story.row.holds[0].forced
    story.wait(60)
    assert story.transfer("ana", "representative", "ben") == [
        "B10",
        "+ana/primary:K4",
        "+ben/primary:B10",
    ]


def test_wrap_up_keeps_what_idleness_had_given_back() -> None:
    story = Story("messaging", release_when_idle=60, block_capacity_for_wrap_up=30).talk("ana")
    story.wait(60)
    assert story.by("ana", "end") == ["B1", "+ana/primary:B1"]
    assert story.wait(30) == ["-ana/primary:W4"]


def test_a_caller_on_hold() -> None:
    story = Story("voice").talk("ana")
    assert story.by("ana", "hold") == ["recorded"]
    assert story.by("ana", "hold") == ["no_effect"]
    assert story.by("ben", "unhold") == ["no_effect"]
    story.wait(20)
    assert story.by("ana", "unhold") == ["recorded"]
    story.wait(10)
    story.by("ana", "hold")
    story.wait(5)
    story.transfer("ana", "representative", "ben")
    assert story.last.hold_seconds == 25
    story.wait(5)
    story.by("ben", "accept")
    assert (story.last.rule, story.last.hold_seconds) == ("B17", 30)
    story.by("ben", "end")
    assert story.last.hold_seconds is None

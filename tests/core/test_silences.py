"""Who owes an answer, and what becomes of the conversation meanwhile (contract.md#silences)."""

from typing import Any

import pytest
from omnistate.core.facts import Reminder

from tests.core.story import Story


def rule(silent: str, after: int, then: str) -> dict[str, Any]:
    return {"silent": silent, "after": after, "then": then}


RULES = [
    rule("representative", 60, "requeue"),
    rule("representative", 30, "remind"),
    rule("customer", 40, "remind"),
    rule("customer", 90, "wait"),
]


def talking(*rules: dict[str, Any], kind: str = "messaging") -> Story:
    return Story(kind, time_out_rules=list(rules or RULES)).talk("ana")


def test_nobody_owes_anything_before_the_first_message() -> None:
    assert talking().wait(1_000) == []


def test_a_silent_representative_is_reminded_and_then_loses_it() -> None:
    story = talking()
    story.say("customer.messaged")
    assert story.wait(29) == []
    story.say("customer.messaged")
    assert story.wait(1) == ["remind representative 30"]
    assert story.wait(30) == ["B22", "-ana/primary:B22"]
    assert (story.last.status, story.last.skipped_representative_ids) == ("open", ["ana"])
    assert story.wait(1_000) == []


def test_a_reminder_says_how_things_stand() -> None:
    story = talking()
    story.say("customer.messaged")
    story.wait(30)
    (told,) = [fact for fact in story.facts if isinstance(fact, Reminder)]
    assert (told.sequence, told.status, told.detail) == (2, "active", "in_conversation")
    assert (told.representative_id, told.then) == ("ana", "remind")
    assert told.cause.type == "timer.silence"
    assert told.number == 1


def test_an_answer_ends_the_silence_and_begins_the_other_sides() -> None:
    story = talking()
    story.say("customer.messaged")
    story.wait(29)
    story.by("ana", "message")
    assert story.wait(39) == []
    assert story.wait(1) == ["remind customer 40"]
    assert story.wait(50) == ["B20", "-ana/primary:B20"]
    assert story.row.stage == "waiting"


def test_each_rule_fires_once_a_silence() -> None:
    story = talking(rule("customer", 10, "remind"))
    story.by("ana", "message")
    story.wait(10)
    story.by("ana", "message")
    assert story.wait(100) == []
    story.say("customer.messaged")
    story.by("ana", "message")
    assert story.wait(10) == ["remind customer 10"]


def test_rules_of_one_time_fire_as_they_are_listed() -> None:
    story = talking(rule("customer", 10, "remind"), rule("customer", 10, "end"))
    story.by("ana", "message")
    assert story.wait(10) == ["remind customer 10", "B21"]
    assert (story.last.status, story.last.reason) == ("wrap_up", "customer_silent")


def test_a_silence_goes_on_through_a_change_of_primary() -> None:
    story = talking()
    story.say("customer.messaged")
    story.wait(20)
    story.transfer("ana", "representative", "ben")
    story.by("ben", "accept")
    assert story.wait(10) == ["remind representative 30"]
    assert story.wait(30) == ["B22", "-ben/primary:B22"]


def test_leaving_the_conversation_ends_it() -> None:
    story = talking()
    story.say("customer.messaged")
    story.by("ana", "release")
    story.talk("ben")
    assert story.wait(1_000) == []


def test_a_consultants_message_is_an_answer() -> None:
    story = talking()
    story.say("consult.started", representative_id="ben", via="direct")
    story.say("customer.messaged")
    story.by("ben", "message")
    assert story.wait(30) == []


def test_the_message_that_opens_it_again_begins_one() -> None:
    story = Story("messaging", time_out_rules=RULES, reopen_from_wrap_up=True).talk("ana")
    story.by("ana", "end")
    assert story.say("customer.messaged")[0] == "W8"
    assert story.last.next_timer is not None
    assert story.last.next_timer.name == "silence"
    assert story.wait(30) == ["remind representative 30"]


@pytest.mark.parametrize("kind", ["voice", "record"])
def test_who_does_not_write_is_never_silent(kind: str) -> None:
    with pytest.raises(ValueError, match="time_out_rules"):
        Story(kind, time_out_rules=RULES)


def test_nobody_waits_on_live_chat() -> None:
    with pytest.raises(ValueError, match="wait"):
        talking(kind="live_chat")


@pytest.mark.parametrize(("silent", "then"), [("customer", "requeue"), ("representative", "wait")])
def test_each_consequence_is_for_one_side(silent: str, then: str) -> None:
    with pytest.raises(ValueError, match="is for a silent"):
        talking(rule(silent, 10, then))

"""What another system reports: applied whatever the stage (contract.md#reports)."""

from typing import Any

import pytest

from tests.core.story import Story

DAY = 86_400


def followed(kind: str = "voice", **settings: Any) -> Story:
    return Story(kind, authority="upstream", **settings)


def report(story: Story, what: str, representative_id: str | None = None, **data: Any) -> list[str]:
    if representative_id is not None:
        data["representative_id"] = representative_id
    return story.say(f"conversation.{what}", **data)


def test_this_engine_decides_by_default() -> None:
    story = Story("voice")
    for what in ("queued", "ended", "parked", "wrapped_up"):
        assert report(story, what) == ["engine_decides"]
    for what in ("offered", "offer_ended", "answered"):
        assert report(story, what, "ana") == ["engine_decides"]


def test_a_call_from_its_ring_to_its_wrap_up() -> None:
    story = followed()
    assert report(story, "offered", "ana") == ["F2", "+ana/primary:F2"]
    assert report(story, "offered", "ana") == ["no_effect"]
    assert report(story, "offered", "ben") == ["F2", "+ben/primary:F2"]
    assert report(story, "offer_ended", "ana", declined=True) == ["F3", "-ana/primary:F3"]
    assert (story.last.decline_count, story.last.skipped_representative_ids) == (1, ["ana"])
    assert report(story, "offer_ended", "ana") == ["no_effect"]
    assert report(story, "answered", "ben") == ["F4"]
    assert report(story, "answered", "ben") == ["no_effect"]
    assert report(story, "ended") == ["F5"]
    assert (story.last.status, story.last.reason) == ("wrap_up", "customer_ended")
    assert report(story, "ended") == ["no_effect"]
    assert report(story, "wrapped_up", "ben") == ["F6", "-ben/primary:F6"]
    assert (story.last.status, story.last.reason) == ("closed", "closed_by_representative")
    assert report(story, "wrapped_up", "ben") == ["stale"]


def test_an_answer_comes_from_anywhere() -> None:
    story = followed()
    assert report(story, "answered", "ana") == ["F4", "+ana/primary:F4"]
    assert story.row.holds[0].forced
    story = followed(begin=False)
    story.begin(handled_by="bot")
    assert report(story, "answered", "ana")[0] == "F4"


def test_somebody_else_answers_and_a_transfer_counts_in_a_talk_alone() -> None:
    story = followed(wrap_up_after_transfer=60)
    report(story, "answered", "ana")
    assert report(story, "answered", "ben") == [
        "F4",
        "-ana/primary:F4",
        "+ben/primary:F4",
        "+ana/wrap_up:F4",
    ]
    assert story.last.transfer_count == 1
    report(story, "ended", by="representative")
    assert report(story, "answered", "eva")[0] == "F4"
    assert story.last.transfer_count == 1
    assert "ben/wrap_up" not in story.held


def test_an_offer_during_a_talk_is_one_of_a_transfer() -> None:
    story = followed()
    report(story, "answered", "ana")
    assert report(story, "offered", "ana") == ["no_effect"]
    assert report(story, "offered", "ben") == ["F2", "+ben/primary:F2"]
    assert (story.last.detail, story.last.offered_representative_id) == ("in_conversation", "ben")
    assert report(story, "offered", "eva") == ["F2", "+eva/primary:F2"]
    assert report(story, "offer_ended", "ben", declined=True) == ["F3", "-ben/primary:F3"]
    assert story.last.skipped_representative_ids == []
    assert report(story, "answered", "ana") == ["F4", "-eva/primary:F4"]
    assert story.last.offered_representative_ids == []


def test_the_queue_takes_it_back_from_anybody() -> None:
    story = followed()
    report(story, "answered", "ana")
    assert report(story, "queued", queue_id="billing") == ["F1", "-ana/primary:F1"]
    assert (story.last.status, story.last.queue_id) == ("open", "billing")
    assert report(story, "queued", queue_id="billing") == ["no_effect"]
    assert report(story, "queued") == ["no_effect"]
    assert report(story, "queued", queue_id="support") == ["F1"]


REASONS = {
    "customer": "customer_ended",
    "representative": "representative_ended",
    "external": "external_ended",
    "bot": "ended_by_bot",
    "system": "failure",
}


@pytest.mark.parametrize("by", REASONS)
def test_who_ended_it(by: str) -> None:
    story = followed()
    report(story, "answered", "ana")
    assert report(story, "ended", by=by)[0] == "F5"
    assert story.last.reason == REASONS[by]
    story = followed("record")
    report(story, "answered", "ana")
    assert report(story, "ended", by=by) == ["F5", "-ana/primary:F5"]
    assert story.last.status == "closed"


def test_a_customer_who_hangs_up_while_it_rings_has_left() -> None:
    story = followed()
    report(story, "offered", "ana")
    assert report(story, "ended") == ["F5", "-ana/primary:F5"]
    last = story.last
    assert (last.reason, last.abandoned, last.left_waiting) == ("customer_left_open", True, True)
    assert last.representative_id is None
    story = followed()
    assert report(story, "ended", by="system") == ["F5"]
    last = story.last
    assert (last.reason, last.abandoned, last.left_waiting) == ("failure", False, False)


def test_it_is_parked_where_a_kind_can_wait() -> None:
    story = followed("record")
    assert report(story, "parked") == ["no_effect"]
    report(story, "answered", "ana")
    assert report(story, "parked") == ["F7", "-ana/primary:F7"]
    assert story.row.stage == "waiting"
    story = followed("voice")
    assert report(story, "parked") == ["wrong_channel"]


def test_wrapped_up_before_the_end_closes_it() -> None:
    story = followed()
    report(story, "answered", "ana")
    assert report(story, "wrapped_up", "ben") == ["no_effect"]
    assert report(story, "wrapped_up") == ["F6", "-ana/primary:F6"]
    assert story.last.status == "closed"


def test_wrapped_up_after_a_transfer_gives_the_hold_back() -> None:
    story = followed(wrap_up_after_transfer=60)
    report(story, "answered", "ana")
    report(story, "answered", "ben")
    assert report(story, "wrapped_up", "ana") == ["-ana/wrap_up:W7", "recorded"]
    assert report(story, "wrapped_up", "ana") == ["no_effect"]


def test_a_report_of_an_earlier_time_is_overtaken() -> None:
    story = followed()
    story.wait(10)
    report(story, "answered", "ana")
    assert report(story, "offered", "ana", late_s=1) == ["superseded"]
    assert report(story, "queued", late_s=0)[0] == "F1"


def test_whatever_is_forgotten_is_over_after_a_day() -> None:
    story = followed()
    report(story, "offered", "ana")
    assert story.wait(DAY - 1) == []
    assert story.wait(1) == ["A14", "-ana/primary:A14"]
    assert (story.last.reason, story.last.representative_id) == ("auto_closed", None)
    story = followed()
    report(story, "answered", "ana")
    assert story.wait(DAY) == ["B4", "-ana/primary:B4"]
    assert story.last.status == "closed"
    for kind in ("voice", "record", "live_chat"):
        assert followed(kind).wait(DAY) == ["O9"]
    story = followed("live_chat", begin=False)
    story.begin(handled_by="bot")
    assert story.wait(DAY) == ["D4"]


def test_a_records_offer_has_no_timer_and_its_transfer_has() -> None:
    story = followed("record", offer_timeout=60)
    report(story, "offered", "ana")
    assert story.row.stage == "awaiting_acceptance"
    assert story.wait(60) == []
    report(story, "answered", "ana")
    report(story, "offered", "ben")
    assert story.wait(60) == ["B18", "-ben/primary:B18"]


def test_no_more_is_offered_than_may_be() -> None:
    story = followed(parallel_offers=1)
    report(story, "offered", "ana")
    assert report(story, "offered", "ben") == ["no_effect"]


def test_actions_work_beside_reports() -> None:
    story = followed()
    assert story.assign("ana")[0] == "O1"
    assert story.by("ana", "accept") == ["A1"]
    assert story.say("supervisor.force_close", supervisor_id="sam")[0] == "B16"

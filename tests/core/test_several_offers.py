"""Several offers at once: each has its own hold, timer and window (contract.md#several-offers)."""

from typing import Any

import pytest

from tests.core.story import Story


def offered(*names: str, kind: str = "live_chat", **settings: Any) -> Story:
    story = Story(kind, parallel_offers=3, **settings)
    for name in names:
        story.assign(name)
    return story


def test_another_offer_joins_and_has_its_own_hold() -> None:
    story = Story("live_chat", parallel_offers=2)
    assert story.assign("ana") == ["O1", "+ana/primary:O1"]
    assert story.assign("ben") == ["A13", "+ben/primary:A13"]
    assert story.last.offered_representative_ids == ["ana", "ben"]
    assert (story.last.offered_representative_id, story.last.representative_id) == ("ana", "ana")
    assert story.assign("eva") == ["invalid_status"]
    assert story.assign("ben") == ["no_effect"]


def test_one_offer_alone_is_the_default() -> None:
    story = Story("live_chat")
    story.assign("ana")
    assert story.assign("ben") == ["invalid_status"]


def test_whoever_accepts_has_it_and_every_other_offer_ends() -> None:
    story = offered("ana", "ben", "eva")
    assert story.by("ben", "accept") == ["A1", "-ana/primary:A1", "-eva/primary:A1"]
    assert (story.last.representative_id, story.held) == ("ben", ["ben/primary"])
    assert story.last.offered_representative_ids == []
    assert not story.row.offers


@pytest.mark.parametrize(
    ("type_", "data", "rule", "skipped"),
    [
        ("representative.reject", {"representative_id": "ana"}, "A2", ["ana"]),
        ("representative.release", {"representative_id": "ana"}, "A8", []),
        ("router.withdraw", {"representative_id": "ana"}, "A11", []),
    ],
)
def test_one_of_several_goes_and_the_others_stay(
    type_: str, data: dict[str, Any], rule: str, skipped: list[str]
) -> None:
    story = offered("ana", "ben")
    assert story.say(type_, **data) == [rule, f"-ana/primary:{rule}"]
    assert (story.last.detail, story.last.representative_id) == ("awaiting_acceptance", "ben")
    assert story.last.skipped_representative_ids == skipped
    assert story.say(type_, representative_id="ben") == [rule, f"-ben/primary:{rule}"]
    assert (story.last.status, story.last.representative_id) == ("open", None)


def test_each_offer_has_its_own_timer_and_the_older_fires_first() -> None:
    story = offered("ana", offer_timeout=60)
    story.wait(10)
    story.assign("ben")
    assert story.wait(50) == ["A3", "-ana/primary:A3"]
    assert story.last.detail == "awaiting_acceptance"
    assert story.wait(10) == ["A3", "-ben/primary:A3"]
    assert story.last.status == "open"
    assert story.last.skipped_representative_ids == ["ana", "ben"]
    assert story.last.decline_count == 2


def test_each_offer_has_its_own_window() -> None:
    story = offered("ana", "ben", offer_timeout=None, representative_reconnect_window=30)
    story.by("ben", "disconnected")
    story.wait(10)
    story.by("ana", "disconnected")
    assert story.wait(20) == ["A6", "-ben/primary:A6"]
    assert story.last.detail == "awaiting_acceptance"
    story.by("ana", "reconnected")
    assert story.wait(60) == []


def test_all_are_withdrawn_where_nobody_is_named() -> None:
    story = offered("ana", "ben")
    assert story.say("router.withdraw") == ["A11", "-ana/primary:A11", "-ben/primary:A11"]
    assert story.last.status == "open"
    assert story.say("router.withdraw") == ["not_offered"]
    assert story.say("router.withdraw", representative_id="ana") == ["not_offered"]


@pytest.mark.parametrize(
    ("type_", "data", "rule", "status"),
    [
        ("customer.ended", {}, "A4", "closed"),
        ("supervisor.force_close", {"supervisor_id": "sam"}, "A7", "closed"),
        ("router.move", {"queue_id": "billing"}, "A10", "open"),
    ],
)
def test_what_ends_them_all(type_: str, data: dict[str, Any], rule: str, status: str) -> None:
    story = offered("ana", "ben")
    assert story.say(type_, **data) == [rule, f"-ana/primary:{rule}", f"-ben/primary:{rule}"]
    assert story.last.status == status
    assert not story.row.offers


def test_a_supervisor_gives_it_to_another_in_place_of_all() -> None:
    story = offered("ana", "ben")
    said = story.say("supervisor.assign", supervisor_id="sam", representative_id="eva")
    assert said == ["A9", "-ana/primary:A9", "-ben/primary:A9", "+eva/primary:A9"]
    assert story.last.offered_representative_ids == ["eva"]


def test_a_transfer_to_a_queue_by_one_of_several_leaves_the_queue() -> None:
    story = offered("ana", "ben")
    assert story.transfer("ana", "queue", "billing")[0] == "A8"
    assert story.last.queue_id == "support"
    assert story.transfer("ben", "queue", "billing")[0] == "A8"
    assert story.last.queue_id == "billing"


def test_at_once_for_one_ends_the_others_offers() -> None:
    story = offered("ana")
    assert story.assign("ben", auto_accept=True) == ["A13", "-ana/primary:A13", "+ben/primary:A13"]
    assert story.last.detail == "in_conversation"
    assert not story.row.offers


def test_without_a_reservation_on_offer_nothing_is_held_until_somebody_accepts() -> None:
    story = Story("live_chat", parallel_offers=2, reserve_on_offer=False, auto_accept=False)
    assert story.assign("ana") == ["O1"]
    assert story.say("supervisor.assign", supervisor_id="sam", representative_id="ben") == ["A9"]
    assert story.by("ben", "accept") == ["A1", "+ben/primary:A1"]
    assert story.row.holds[0].forced, "as the supervisor's offer was"


def test_whom_a_transfer_is_offered_to_holds_from_then_on() -> None:
    story = Story("voice").talk("ana")
    assert story.transfer("ana", "representative", "ben") == ["B10", "+ben/primary:B10"]
    assert story.by("ben", "accept") == ["B17", "-ana/primary:B17"]
    assert (story.held, story.last.transfer_count) == (["ben/primary"], 1)


@pytest.mark.parametrize("how", ["reject", "timer", "window", "withdraw"])
def test_a_transfer_that_is_not_taken_up_gives_the_hold_back(how: str) -> None:
    story = Story("voice", representative_reconnect_window=5).talk("ana")
    story.transfer("ana", "representative", "ben")
    match how:
        case "reject":
            said = story.by("ben", "reject")
        case "timer":
            said = story.wait(120)
        case "withdraw":
            said = story.say("router.withdraw")
        case _:
            story.by("ben", "disconnected")
            said = story.wait(5)
    assert said == ["B18", "-ben/primary:B18"]
    assert (story.last.representative_id, story.held) == ("ana", ["ana/primary"])
    assert story.last.skipped_representative_ids == []


def test_a_window_over_ends_an_offer_and_a_consult_of_one_person() -> None:
    story = Story("voice", representative_reconnect_window=5).talk("ana")
    story.say("consult.started", representative_id="ben", via="queue")
    story.transfer("ana", "representative", "ben")
    story.by("ben", "disconnected")
    said = story.wait(5)
    assert said == ["B18", "-ben/primary:B18", "-ben/consultant:K2"]
    assert story.row.consultants == []

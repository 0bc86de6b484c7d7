"""Overflow, and a picture that changes."""

from typing import Any

from omnistate.core.router.actions import AssignmentRequest, OverflowClosing, QueueMove
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.times import format_time

from tests.core.router_centre import CHAT, Centre, in_support
from tests.core.router_members import START_MS

MOVE = {"do": "move", "queue_id": "second"}


def overflow_of(*rules: dict[str, Any], **more: Any) -> Centre:
    return Centre(
        workstreams={"chat": CHAT, "cases": {"channel": "record"}},
        queues={"support": {"overflow": list(rules), **more}, "second": {}},
        representatives=in_support("ana"),
    )


def test_waited() -> None:
    centre = overflow_of({"when": "waited", "seconds": 300, **MOVE})
    centre.wait("c")
    assert centre.decide(299.999) == []
    assert centre.router.next_turn_ms == START_MS + 300_000
    (move,) = centre.decide(300)
    assert isinstance(move, QueueMove)
    assert move[1:] == ("c", "second", 1)
    assert centre.decide(309.999) == []
    assert centre.decide(310) == [move]
    centre.wait("c", 311, sequence=2, queue_id="second")
    assert centre.decide(400) == []


def test_it_goes_before_giving() -> None:
    centre = overflow_of({"when": "waited", "seconds": 5, "do": "close"})
    centre.wait("c")
    centre.decide(0)
    centre.sit("ana")
    (closing,) = centre.decide(5)
    assert isinstance(closing, OverflowClosing)
    assert closing[1:] == ("c", 1)


def test_what_is_asked_for_already_is_not_taken_away() -> None:
    centre = overflow_of({"when": "waited", "seconds": 5, "do": "close"})
    centre.wait("c")
    centre.sit("ana")
    (request,) = centre.decide(4)
    assert centre.decide(6) == []
    (closing,) = centre.decide(14)  # no answer: it would be made again, and overflow goes first
    assert isinstance(closing, OverflowClosing)
    assert isinstance(request, AssignmentRequest)


def test_longer_than_counts_what_came_before_and_would_be_pushed() -> None:
    centre = overflow_of({"when": "longer_than", "conversations": 2, **MOVE})
    centre.wait("a", 1)
    centre.wait("exhausted", 1, decline_count=3)
    centre.wait("unknown", 1, workstream_id="unknown")
    centre.offer("offered", 1, "ben", queued_at=format_time(START_MS))
    centre.wait("b", 2)
    assert centre.decide(5) == []
    centre.wait("d", 4)
    assert [each.conversation_id for each in centre.decide(5)] == ["d"]
    centre.wait("c", 3)
    assert [each.conversation_id for each in centre.decide(6)] == ["c"]


def test_one_that_comes_back_pushes_out_the_last() -> None:
    centre = overflow_of({"when": "longer_than", "conversations": 2, **MOVE})
    centre.wait("b", 2)
    centre.wait("c", 3)
    assert centre.decide(5) == []
    centre.wait("a", 1, decline_count=1)
    assert [each.conversation_id for each in centre.decide(6)] == ["c"]


def test_nobody_is_signed_in() -> None:
    centre = overflow_of({"when": "nobody", **MOVE})
    centre.sit("ana", 0, presence="away", presence_reason="set_by_representative")
    centre.sit("zoe", 100)
    centre.wait("c")
    assert centre.decide() == []
    centre.sit("ana", 0, presence="offline", presence_reason="lost")
    assert [each.conversation_id for each in centre.decide(1)] == ["c"]


def test_closed_is_when_it_came() -> None:
    hours = {"time_zone": "UTC", "mon": ["09:00-09:01"]}  # closes after 20 s
    centre = overflow_of({"when": "closed", "do": "close"}, operating_hours=hours)
    centre.wait("in time", 19.999)
    centre.wait("late", 20)
    assert [each.conversation_id for each in centre.decide(100)] == ["late"]
    assert centre.decide(105) == []
    centre.sit("ana")  # who is signed in is given work, whatever the hours say
    assert centre.asked(106) == [("in time", "ana")]


def test_the_first_rule_that_holds_and_records_are_never_closed() -> None:
    rules = (
        {"when": "longer_than", "conversations": 9, "do": "close"},
        {"when": "waited", "seconds": 5, "do": "close"},
        {"when": "waited", "seconds": 5, **MOVE},
    )
    centre = overflow_of(*rules)
    centre.wait("c")
    centre.wait("r", channel="record", workstream_id="cases")
    assert [type(each) for each in centre.decide(5)] == [OverflowClosing, QueueMove]


def test_a_move_that_leads_nowhere_or_back_is_passed_over() -> None:
    centre = Centre(
        queues={
            "support": {"overflow": [{"when": "nobody", **MOVE}]},
            "second": {"overflow": [{"when": "nobody", "do": "move", "queue_id": "support"}]},
            "third": {"overflow": [{"when": "nobody", "do": "move", "queue_id": "nowhere"}]},
            "fourth": {"overflow": [{"when": "nobody", "do": "move", "queue_id": "support"}]},
        }
    )
    for queue_id in ("support", "second", "third", "fourth"):
        centre.wait(queue_id, queue_id=queue_id)
    assert [each.conversation_id for each in centre.decide()] == ["fourth"]


def test_a_queue_that_comes_later_and_goes_again() -> None:
    centre = Centre(queues={}, representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.wait("c")
    assert centre.decide() == []
    queue = ContactCentre.model_validate({"queues": {"support": {}}}).queues["support"]
    centre.router.picture.put_queue("support", queue)
    assert centre.asked(1) == [("c", "ana")]
    centre.sit("ben")
    centre.wait("d")
    centre.router.picture.put_queue("support", None)
    assert centre.decide(2) == []


def test_what_is_over_is_forgotten() -> None:
    centre = Centre(representatives=in_support("ana"))
    centre.wait("c")
    centre.wait("d")
    centre.decide()
    centre.router.picture.put_conversation("c", None)
    centre.wait("d", sequence=2, status="closed", detail=None)
    centre.sit("ana")
    assert centre.decide(1) == []
    assert centre.router.picture.works == {}


def test_turns_of_former_changes_are_not_kept_and_the_last_one_is() -> None:
    centre = overflow_of({"when": "waited", "seconds": 172_800, **MOVE})
    for sequence in range(1, 5_000):
        centre.wait("c", sequence=sequence)
        assert centre.decide(sequence / 1_000) == []
    assert len(centre.router._turns) < 2_000
    assert centre.router.next_turn_ms == START_MS + 172_800_000
    (move,) = centre.decide(172_800)
    assert isinstance(move, QueueMove)
    assert move.expected_sequence == 4_999

"""Declines, requests one at a time, and what is asked again."""

from omnistate.core.router.actions import AssignmentRequest
from omnistate_schemas.times import format_time

from tests.core.router_centre import CHAT, Centre, in_support
from tests.core.router_members import START_MS


def test_who_was_skipped_is_asked_again_once_everybody_was_but_not_for_ever() -> None:
    centre = Centre(representatives=in_support("ana", "ben", "cat"))
    centre.sit("ana")
    centre.sit("ben", 0)
    skipped = {"skipped_representative_ids": ["ana"], "decline_count": 1}
    centre.wait("c", sequence=2, **skipped)
    assert centre.asked() == []  # ben could be asked, with room or without
    centre.sit("ben", presence="offline")
    assert centre.asked() == [("c", "ana")]
    centre.wait("d", sequence=3, decline_count=3)
    centre.sit("cat")
    assert centre.asked() == []  # declined often enough
    centre.wait("d", sequence=4, decline_count=2)
    assert centre.asked() == [("d", "cat")]


def test_a_newcomer_ends_the_asking_again() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana", 0)
    skipped = {"skipped_representative_ids": ["ana"], "decline_count": 1}
    centre.wait("c", sequence=2, **skipped)
    assert centre.asked() == []
    centre.sit("ben", 0)
    centre.sit("ana")
    assert centre.asked() == []
    centre.sit("ben")
    assert centre.asked() == [("c", "ben")]


def test_what_was_asked_again_fits_no_more_once_somebody_else_could_be_asked() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    skipped = {"skipped_representative_ids": ["ana"], "decline_count": 1}
    centre.wait("c", sequence=2, **skipped)
    assert centre.asked() == [("c", "ana")]
    centre.sit("ben", 0)
    assert centre.decide(10) == []


def test_whoever_is_preferred_and_has_room_again_is_asked_with_any_rank() -> None:
    centre = Centre(
        queues={"support": {"widen_after": 1_000}},
        representatives={
            "ana": {"queues": {"support": 1}},
            "ben": {"queues": {"support": 2}},
        },
    )
    centre.wait("c", attributes={"preferred_representatives": "ben"})
    centre.wait("d", 1)
    assert centre.asked(2) == []
    centre.sit("ben")
    assert centre.asked(3) == [("c", "ben")]


def test_two_who_have_room_at_the_same_time_are_both_asked() -> None:
    centre = Centre(representatives=in_support("ana", "ben", "cat"))
    for number in range(5):
        centre.wait(f"c{number}", number)
    assert centre.asked(9) == []
    for id_, units in (("ana", 30), ("ben", 60), ("cat", 40)):
        centre.sit(id_, units)
    assert centre.asked(9) == [("c0", "ben"), ("c1", "cat"), ("c2", "ana")]


def test_somebody_is_asked_for_the_next_only_when_the_answer_is_there() -> None:
    centre = Centre(representatives=in_support("ana"))
    centre.wait("c")
    centre.wait("d", 1)
    centre.sit("ana")
    (request,) = centre.decide(2)
    assert isinstance(request, AssignmentRequest)
    centre.sit("ana", 90)  # not the answer
    assert centre.decide(3) == []
    centre.grant("ana", request)
    assert centre.asked(3) == [("d", "ana")]


def test_parallel_offers_are_asked_for_one_after_the_other_and_never_more() -> None:
    centre = Centre(
        workstreams={"chat": {**CHAT, "parallel_offers": 2}},
        representatives=in_support("ana", "ben", "cat"),
    )
    for id_ in ("ana", "ben", "cat"):
        centre.sit(id_)
    centre.wait("c")
    (first,) = centre.decide()
    assert isinstance(first, AssignmentRequest)
    centre.grant("ana", first)
    assert centre.decide() == []
    centre.offer("c", 2, "ana")
    (second,) = centre.decide()
    assert isinstance(second, AssignmentRequest)
    assert (second.representative_id, second.expected_sequence) == ("ben", 2)
    centre.grant("ben", second)
    centre.offer("c", 3, "ana", "ben")
    assert centre.decide() == []
    for id_ in ("ana", "ben"):
        centre.sit(id_, 70)
    centre.offer("c", 4, "ben", skipped_representative_ids=["ana"], decline_count=1)
    assert centre.asked() == [("c", "cat")]


def test_a_request_without_an_answer_is_made_again_while_it_fits() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.sit("ben", 40)
    centre.wait("c")
    (request,) = centre.decide()
    assert centre.decide(9.999) == []
    assert centre.decide(10) == [request]
    assert centre.decide(19.999) == []
    centre.sit("ana", 20)
    assert centre.asked(20) == [("c", "ben")]


def test_whoever_was_refused_is_asked_again_when_something_is_known_of_them_or_later() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.sit("ben", 20)
    centre.wait("c")
    (request,) = centre.decide()
    centre.refuse(request, 1)
    assert centre.decide(1) == []
    assert centre.decide(10.999) == []
    assert centre.decide(11) == [request]
    centre.refuse(request, 12)
    assert centre.decide(12) == []
    centre.sit("ana", 99)
    assert centre.decide(12) == [request]
    centre.refuse(request, 13)
    centre.sit("ben", 30)
    assert centre.asked(13) == [("c", "ben")]


def test_a_grant_that_is_over_is_not_asked_for_again_before_the_change_is_seen() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.wait("c")
    (request,) = centre.decide()
    assert isinstance(request, AssignmentRequest)
    centre.grant("ana", request)
    centre.decide()
    centre.sit("ben")
    centre.sit("ana", 70)  # held: the change of the conversation lies on another topic
    assert centre.decide(1) == []
    centre.wait("c", sequence=3, queued_at=format_time(START_MS))
    assert centre.asked(2) == [("c", "ben")]


def test_a_repeat_says_nothing_new_and_nobody_else_is_asked() -> None:
    """`duplicate`: it was granted before, and its grant is on the way to the router's picture."""
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.sit("ben", 40)
    centre.wait("c")
    (request,) = centre.decide()
    assert centre.decide(10) == [request]
    centre.refuse(request, 10.5, "duplicate")
    assert centre.decide(10.5) == []
    assert isinstance(request, AssignmentRequest)
    centre.grant("ana", request)
    assert centre.decide(25) == []
    # Nothing came of it: whoever it was granted to is not asked once more, others are.
    centre.sit("ana")
    assert centre.decide(26) == []
    assert centre.asked(36) == [("c", "ben")]


def test_where_a_grant_was_never_seen_somebody_else_is_asked_in_time() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.sit("ben", 40)
    centre.wait("c")
    (request,) = centre.decide()
    centre.refuse(request, 1, "duplicate")
    assert centre.decide(9.999) == []
    assert centre.asked(10) == [("c", "ben")]


def test_what_the_engine_never_takes_is_not_asked_for_without_end() -> None:
    """A conversation that was started as pick, say: each grant of it comes back."""
    people = ("ana", "ben", "cat", "dan", "eve")
    centre = Centre(representatives=in_support(*people))
    for id_ in people:
        centre.sit(id_)
    centre.wait("c")
    asked = []
    for second in range(0, 600, 5):
        for request in centre.decide(second):
            assert isinstance(request, AssignmentRequest)
            asked.append(request.representative_id)
            centre.grant(request.representative_id, request)
            centre.decide(second + 1)
            centre.sit(request.representative_id)
    assert asked == ["ana", "ben", "cat"]
    # Once it changes it is asked for again.
    centre.wait("c", sequence=2)
    assert centre.asked(700) == [("c", "ana")]


def test_a_repeat_of_what_is_known_asks_nothing() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.sit("ben")
    centre.wait("c")
    assert centre.asked() == [("c", "ana")]
    centre.sit("ana")
    centre.wait("c")
    assert centre.decide(1) == []

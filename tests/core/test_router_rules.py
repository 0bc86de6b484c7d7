"""What contract.md says of the router, sentence by sentence: small pictures and what is asked."""

from typing import Any

import msgspec
import pytest
from omnistate.core.router.actions import Action, AssignmentRequest, OverflowClosing, QueueMove
from omnistate.core.router.router import Router
from omnistate.core.router.seen import CapacitySeen, CauseSeen, ConversationSeen, RefusalSeen
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.times import format_time

from tests.core.router_world import START_MS, describe_waiting

CHAT = {"channel": "live_chat"}


class Centre:
    """A router over a whole configuration; seconds count from the start."""

    def __init__(self, **configuration: Any) -> None:
        configuration.setdefault("workstreams", {"chat": CHAT})
        configuration.setdefault("queues", {"support": {}})
        centre = ContactCentre.model_validate(configuration)
        self.router = Router()
        picture = self.router.picture
        for id_, workstream in centre.workstreams.items():
            picture.put_workstream(id_, workstream)
        for id_, profile in centre.capacity_profiles.items():
            picture.put_profile(id_, profile)
        for id_, queue in centre.queues.items():
            picture.put_queue(id_, queue)
        for id_, person in centre.representatives.items():
            picture.put_representative(id_, person)

    def wait(self, id_: str, since_s: Any = 0, **more: Any) -> None:
        since = format_time(START_MS + round(since_s * 1_000))
        seen = describe_waiting(id_, since, **more)
        self.router.picture.put_conversation(id_, msgspec.convert(seen, ConversationSeen))

    def offer(self, id_: str, sequence: int, *people: str, **more: Any) -> None:
        """It is offered to them."""
        detail = {"status": "active", "detail": "awaiting_acceptance"}
        self.wait(id_, sequence=sequence, offered_representative_ids=people, **detail, **more)

    def sit(self, id_: str, units: int = 100, **more: Any) -> None:
        seen = {
            "representative_id": id_,
            "presence": "available",
            "available_units": units,
            **more,
        }
        self.router.picture.put_capacity(id_, msgspec.convert(seen, CapacitySeen))

    def grant(self, id_: str, request: AssignmentRequest, units: int = 70) -> None:
        reservation = {"id": request.id, "source": "/omnistate/router"}
        grant = {"conversation_id": request.conversation_id, "reservation": reservation}
        self.sit(id_, units, grants=[grant])

    def refuse(self, request: Action, at_s: float, code: str = "no_capacity") -> None:
        cause = CauseSeen("assignment.requested", request.id, "/omnistate/router")
        refusal = RefusalSeen(code=code, cause=cause)
        self.router.take_refusal(refusal, START_MS + round(at_s * 1_000))

    def decide(self, at_s: float = 0) -> list[Action]:
        return self.router.decide(START_MS + round(at_s * 1_000))

    def asked(self, at_s: float = 0) -> list[tuple[str, str]]:
        """Conversation and representative of each request; nothing else is done."""
        actions = self.decide(at_s)
        assert all(isinstance(each, AssignmentRequest) for each in actions), actions
        return [
            (each.conversation_id, each.representative_id)
            for each in actions
            if isinstance(each, AssignmentRequest)
        ]


def in_support(*ids: str, **more: Any) -> dict[str, dict[str, Any]]:
    return {id_: {"queues": ["support"], **more} for id_ in ids}


# Which work.


def test_work_goes_by_queue_then_priority_then_time_then_id() -> None:
    centre = Centre(
        queues={"low": {}, "high": {"priority": 1}},
        representatives={f"p{each}": {"queues": ["low", "high"]} for each in range(6)},
    )
    centre.wait("d", 3, queue_id="low", priority=100)
    centre.wait("b", 2, queue_id="high")
    centre.wait("c", 2, queue_id="high")
    centre.wait("a", 9, queue_id="high", priority=1)
    centre.wait("f", 1, queue_id="low")
    centre.wait("e", 1, queue_id="low")
    for each in range(6):
        centre.sit(f"p{each}", 30)
    assert [conversation_id for conversation_id, _ in centre.asked(10)] == list("abcdef")


def test_what_nobody_can_be_given_is_passed_over_and_not_waited_for() -> None:
    centre = Centre(representatives=in_support("ana"))
    centre.wait("large", 0, units=90)
    centre.wait("small", 1, units=20)
    centre.sit("ana", 50)
    assert centre.asked(5) == [("small", "ana")]


@pytest.mark.parametrize(
    "more",
    [
        {"workstream_id": "picked"},
        {"workstream_id": "theirs"},
        {"workstream_id": "unknown"},
        {"queue_id": "unknown"},
        {"queue_id": None},
        {"status": "active", "detail": "in_conversation", "representative_id": "ben"},
        {"status": "active", "detail": "with_bot"},
        {"status": "scheduled"},
        {"status": "waiting", "detail": "awaiting_customer"},
    ],
)
def test_what_the_router_leaves_alone(more: dict[str, Any]) -> None:
    centre = Centre(
        workstreams={
            "chat": CHAT,
            "picked": {**CHAT, "distribution": "pick"},
            "theirs": {**CHAT, "authority": "upstream"},
        },
        representatives=in_support("ana"),
    )
    centre.sit("ana")
    centre.wait("c", **more)
    assert centre.decide() == []
    centre.wait("c", sequence=2)
    assert centre.asked() == [("c", "ana")]


# To whom.


def test_a_request_says_what_it_was_decided_on() -> None:
    centre = Centre(
        workstreams={"chat": {**CHAT, "allowed_presences": ["busy", "away"]}},
        capacity_profiles={"chat": {"limit": 3}},
        representatives=in_support("ana"),
    )
    centre.sit("ana", presence="away", presence_reason="set_by_representative")
    centre.wait("c", sequence=7, units=20, profiles=["chat"])
    (request,) = centre.decide()
    assert isinstance(request, AssignmentRequest)
    assert request[1:] == ("ana", "c", 20, ("chat",), 7, ("away", "busy"))


METHODS = {
    "highest_capacity": {
        "ana": {"units": 60, "last_released_at": 5},
        "ben": {"units": 90, "last_released_at": 9},
        "cat": {"units": 90, "last_released_at": 2},
        "dan": {"units": 90, "last_released_at": 9},
    },
    "least_active": {
        "ana": {"last_released_at": 5},
        "ben": {"last_released_at": 3},
        "cat": {"last_granted_at": 3},
        "dan": {"last_granted_at": 1},
    },
    "round_robin": {
        "ana": {"last_granted_at": 5},
        "ben": {"last_granted_at": 3},
        "cat": {"last_released_at": 1},
        "dan": {"last_granted_at": 3},
    },
}


@pytest.mark.parametrize(
    ("method", "order"),
    [
        ("highest_capacity", ["cat", "ben", "dan", "ana"]),
        ("least_active", ["cat", "dan", "ben", "ana"]),
        ("round_robin", ["cat", "ben", "dan", "ana"]),
    ],
)
def test_the_three_methods(method: str, order: list[str]) -> None:
    centre = Centre(
        queues={"support": {"method": method}}, representatives=in_support(*METHODS[method])
    )
    for id_, seen in METHODS[method].items():
        times = {
            name: format_time(START_MS + 1_000 * at) for name, at in seen.items() if name != "units"
        }
        centre.sit(id_, seen.get("units", 100), **times)
    for number in range(4):
        centre.wait(f"c{number}", number)
    assert [representative_id for _, representative_id in centre.asked(9)] == order


def test_what_costs_profiles_only_goes_by_the_scarcest_of_them() -> None:
    centre = Centre(
        capacity_profiles={"chat": {"limit": 9}, "gold": {"limit": 2}},
        representatives={
            **in_support("ana"),
            "ben": {"queues": ["support"], "profiles": {"chat": 3, "gold": 3}},
        },
    )
    centre.sit("ana", 100)
    centre.sit("ben", 0)
    centre.wait("both", units=0, profiles=["chat", "gold"])
    assert centre.asked() == [("both", "ben")]
    centre.wait("one", units=0, profiles=["chat"])
    assert centre.asked() == [("one", "ana")]


def test_ranks_are_opened_one_after_the_other_and_only_those_that_somebody_has() -> None:
    centre = Centre(
        queues={"support": {"widen_after": 30}},
        representatives={
            "ana": {"queues": {"support": 2}},
            "ben": {"queues": {"support": 5}},
            "cat": {"queues": {"support": 90}},
        },
    )
    centre.sit("cat")
    centre.wait("c")
    assert centre.asked(59.999) == []
    assert centre.router.next_turn_ms == START_MS + 60_000
    assert centre.asked(60) == [("c", "cat")]
    centre.wait("c", sequence=2, status="closed")
    centre.sit("ben")
    centre.wait("d", 100)
    assert centre.asked(129.999) == []
    assert centre.asked(130) == [("d", "ben")]


def test_the_lower_rank_goes_before_the_method() -> None:
    ranks = {"ana": 3, "ben": 1, "cat": 2}
    centre = Centre(
        representatives={id_: {"queues": {"support": rank}} for id_, rank in ranks.items()}
    )
    for id_, units in {"ana": 100, "ben": 40, "cat": 90}.items():
        centre.sit(id_, units)
    for number in range(3):
        centre.wait(f"c{number}", number)
    assert [each for _, each in centre.asked(3)] == ["ben", "cat", "ana"]


def test_three_preferred_people_go_first_with_whatever_rank_they_have() -> None:
    ranks = {"ana": 1, "ben": 9, "cat": 9, "dan": 9, "eve": 9}
    centre = Centre(
        queues={"support": {"widen_after": 1_000}},
        representatives={id_: {"queues": {"support": rank}} for id_, rank in ranks.items()},
    )
    preferred = {"preferred_representatives": ["zoe", "dan", "ben", "cat"]}
    for id_ in ("ben", "cat", "dan"):
        centre.sit(id_)
    for number in range(3):
        centre.wait(f"c{number}", number, attributes=preferred)
    assert centre.asked(5) == [("c0", "dan"), ("c1", "ben")]
    centre.sit("ana")
    assert centre.asked(5) == [("c2", "ana")]


def test_skills_count_until_they_are_relaxed() -> None:
    centre = Centre(
        queues={"support": {"relax_skills_after": 60}},
        representatives={
            **in_support("ana", skills=["french"]),
            **in_support("ben", skills=["french", "sales", "more"]),
        },
    )
    centre.sit("ana")
    centre.wait("c", attributes={"skills": ["french", "sales"]})
    assert centre.asked(59.999) == []
    centre.wait("d", 59, attributes={"skills": ["sales", "french"]})
    centre.sit("ben", 30)
    assert centre.asked(59.999) == [("c", "ben")]
    centre.wait("e", 0, attributes={"skills": ["german"]})
    assert centre.asked(60) == [("e", "ana")]


@pytest.mark.parametrize("skills", [7, True, None, [], 1.5])
def test_skills_that_are_no_texts_say_nothing(skills: Any) -> None:
    centre = Centre(representatives=in_support("ana"))
    centre.sit("ana")
    centre.wait("c", attributes={"skills": skills})
    assert centre.asked() == [("c", "ana")]


@pytest.mark.parametrize(
    ("presence", "reason", "default", "allowed", "asked"),
    [
        ("available", "set_by_representative", "offline", None, True),
        ("busy", "set_by_representative", "offline", None, True),
        ("busy", "set_by_representative", "offline", ["available"], False),
        ("busy", "capacity", "offline", ["available"], True),
        ("do_not_disturb", "capacity", "offline", None, True),
        ("do_not_disturb", "set_by_supervisor", "offline", None, False),
        ("do_not_disturb", "default", "do_not_disturb", None, False),
        ("available", "default", "available", ["busy"], True),
        ("away", "set_by_representative", "offline", None, False),
        ("away", "set_by_representative", "offline", ["away"], True),
        ("offline", "lost", "available", None, False),
        ("offline", "default", "offline", None, False),
        (None, None, "offline", None, False),
        (None, None, "available", None, True),
        (None, None, "available", ["busy"], True),
        (None, None, "busy", None, True),
        (None, None, "away", None, False),
    ],
)
def test_presences(
    presence: str | None,
    reason: str | None,
    default: str,
    allowed: list[str] | None,
    asked: bool,
) -> None:
    chat = CHAT if allowed is None else {**CHAT, "allowed_presences": allowed}
    centre = Centre(
        workstreams={"chat": chat}, representatives=in_support("ana", default_presence=default)
    )
    if presence is not None:
        centre.sit("ana", presence=presence, presence_reason=reason)
    centre.wait("c")
    assert bool(centre.asked()) is asked


@pytest.mark.parametrize(
    ("seen", "cost", "asked"),
    [
        ({"units": 30}, {"units": 30}, True),
        ({"units": 29}, {"units": 30}, False),
        ({"units": -5}, {"units": 0}, False),
        ({"units": 0}, {"units": 0}, True),
        ({}, {"units": 0, "profiles": ["chat"]}, True),
        ({"profiles": {"chat": {"available": 0}}}, {"profiles": ["chat"]}, False),
        ({"profiles": {"chat": {"available": 0}}}, {"profiles": ["gold"]}, True),
        ({"profiles": {"chat": {"available": 1}}}, {"profiles": ["chat", "gold"]}, True),
        ({}, {"profiles": ["unknown"]}, False),
        ({"blocked_by_profile": True}, {}, False),
        ({"profiles": {"solo": {"available": 0, "occupied": 1, "blocking": True}}}, {}, False),
        ({"profiles": {"solo": {"available": 0, "granted": 1, "blocking": True}}}, {}, False),
        ({"profiles": {"solo": {"available": 0, "blocking": True}}}, {}, True),
    ],
)
def test_room(seen: dict[str, Any], cost: dict[str, Any], asked: bool) -> None:
    centre = Centre(
        capacity_profiles={"chat": {"limit": 2}, "gold": {}}, representatives=in_support("ana")
    )
    centre.sit("ana", **seen)
    centre.wait("c", **cost)
    assert bool(centre.asked()) is asked


# Declines.


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


# One at a time.


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


def test_a_repeat_of_what_is_known_asks_nothing() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana")
    centre.sit("ben")
    centre.wait("c")
    assert centre.asked() == [("c", "ana")]
    centre.sit("ana")
    centre.wait("c")
    assert centre.decide(1) == []


# Overflow.

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


# A picture that changes.


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

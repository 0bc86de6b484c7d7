"""Which work goes to whom, sentence by sentence of the contract."""

from typing import Any

import pytest
from omnistate.core.router.actions import AssignmentRequest
from omnistate_schemas.times import format_time

from tests.core.router_centre import CHAT, Centre, in_support
from tests.core.router_members import START_MS


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

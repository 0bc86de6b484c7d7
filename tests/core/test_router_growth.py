"""What one change costs, in calls: in a centre ten times as large not much more."""

import sys
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from omnistate.core.router.router import Router
from omnistate.core.router.seen import CapacitySeen, ConversationSeen
from omnistate_schemas.configuration import Queue, Representative, Workstream
from omnistate_schemas.times import format_time

from tests.core.router_members import START_MS, describe_waiting

FEW, MANY = 150, 1_500


class Centre:
    """So many people without room and as many who wait; or people with room, and nobody waits."""

    def __init__(self, size: int, units: int) -> None:
        self.size = size
        self.router = Router()
        picture = self.router.picture
        picture.put_workstream("chat", Workstream(channel="live_chat"))
        rules = [
            {"when": "longer_than", "conversations": 100_000, "do": "close"},
            {"when": "nobody", "do": "close"},
        ]
        queue = {"widen_after": 30, "relax_skills_after": 60, "overflow": rules}
        picture.put_queue("support", Queue.model_validate(queue))
        for number in range(size):
            person = Representative(queues={"support": 1 + number % 3}, skills=["french"])
            picture.put_representative(f"p{number}", person)
            self.sit(number, units)
        # The first one with a need looks at everybody once.
        for number in range(1 if units else size):
            self.wait(number)
        self.router.decide(START_MS + 100_000)

    def sit(self, number: int, units: int) -> None:
        seen = CapacitySeen(representative_id=f"p{number}", presence="busy", available_units=units)
        self.router.picture.put_capacity(f"p{number}", seen)

    def wait(self, number: int, sequence: int = 1, **more: Any) -> None:
        seen = describe_waiting(
            f"c{number}",
            format_time(START_MS + number),
            sequence=sequence,
            attributes={"skills": ["french"]},
            **more,
        )
        self.router.picture.put_conversation(f"c{number}", msgspec.convert(seen, ConversationSeen))


def free_up(centre: Centre) -> None:
    centre.sit(centre.size // 2, 30)


def free_too_little(centre: Centre) -> None:
    centre.sit(centre.size // 2, 20)


def sign_out(centre: Centre) -> None:
    seen = CapacitySeen(representative_id="p7", presence="offline")
    centre.router.picture.put_capacity("p7", seen)


def change(centre: Centre) -> None:
    centre.wait(centre.size // 2, 2, priority=5)


def decline(centre: Centre) -> None:
    centre.wait(3, 2, skipped_representative_ids=["p1"], decline_count=1)


def end(centre: Centre) -> None:
    centre.wait(centre.size // 2, 2, status="closed")


def retrain(centre: Centre) -> None:
    person = Representative(queues={"support": 1 + 9 % 3}, skills=["french", "sales"])
    centre.router.picture.put_representative("p9", person)


def arrive(centre: Centre) -> None:
    centre.wait(100_000)


def count_calls(centre: Centre, act: Callable[[Centre], None]) -> int:
    calls = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    former = sys.getprofile()
    sys.setprofile(count)
    try:
        act(centre)
        centre.router.decide(START_MS + 100_001)
    finally:
        sys.setprofile(former)
    return calls


@pytest.mark.parametrize(
    ("act", "units"),
    [
        (free_up, 0),
        (free_too_little, 0),
        (sign_out, 0),
        (change, 0),
        (decline, 0),
        (end, 0),
        (retrain, 0),
        (arrive, 0),
        (arrive, 100),
    ],
)
def test_one_change_costs_as_much_in_a_larger_centre(
    act: Callable[[Centre], None], units: int
) -> None:
    few, many = (count_calls(Centre(size, units), act) for size in (FEW, MANY))
    assert few > 5
    assert many < 2 * few, (few, many)

"""The recount of capacity says what does not follow, once each."""

from typing import Any

import pytest

from tests.harness.capacity_recount import CapacityRecount


def change(number: int, shown: int, **members: Any) -> dict[str, Any]:
    """The `number`th change of ana's account, after which it shows so many units."""
    return {
        "partition": 0,
        "representative_id": "ana",
        "hold_id": "0-1.h1",
        "conversation_id": "c",
        "role": "primary",
        "units": 30,
        "profiles": ["chat"],
        "forced": False,
        "partition_sequence": number,
        "partition_units": shown,
        "partition_profiles": {"chat": 1} if shown else {},
        **members,
    }


def test_what_is_given_back_as_it_was_taken_leaves_nothing() -> None:
    recount = CapacityRecount()
    assert recount.take(change(1, 30), held=True) == []
    assert (recount.units_of(), len(recount.open)) == ({"ana": 30}, 1)
    assert recount.take(change(2, 0), held=False) == []
    assert (recount.units_of(), len(recount.open)) == ({}, 0)


@pytest.mark.parametrize(
    ("second", "held", "said"),
    [
        (change(3, 0), False, "gap"),
        (change(2, 0, role="consultant"), False, "was not held so"),
        (change(2, 10, units=20, partition_profiles={}), False, "was not held so"),
        (change(2, 5), False, "drift"),
        (change(2, 0, partition_profiles={"call": 1}), False, "drift"),
        (change(2, 60, partition_profiles={"chat": 2}), True, "doubled"),
    ],
)
def test_what_does_not_follow_is_said_once(second: dict[str, Any], held: bool, said: str) -> None:
    recount = CapacityRecount()
    recount.take(change(1, 30), held=True)
    (sentence,) = recount.take(second, held=held)
    assert said in sentence
    units, slots = second["partition_units"], second["partition_profiles"]
    third = change(second["partition_sequence"] + 1, units + 30, hold_id="0-1.h2")
    third["partition_profiles"] = {**slots, "chat": slots.get("chat", 0) + 1}
    assert recount.take(third, held=True) == []

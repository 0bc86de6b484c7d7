"""The gate: what it grants, what it refuses and in which order, and when a grant is over."""

from typing import Any

import pytest
from omnistate.core.representative.gate import GRANTS_BYTES_MAX
from omnistate_schemas.assignment import GRANTS_MAX
from omnistate_schemas.vocabulary import AGENT_ACTIONS, DEAD_LETTERS, REJECTED_INPUTS

from tests.stream.gate_rig import GateRig
from tests.stream.representative_rig import directory_of
from tests.stream.test_presence_leases import Task, settle

HERE = {"default_presence": "available"}
CENTRE: dict[str, Any] = {
    "capacity_profiles": {
        "chat": {"limit": 2},
        "call": {"limit": 1, "blocking": True},
        "case": {"limit": 2, "reset": "end_of_day"},
    },
    "representatives": {
        "ana": {"units": 100, **HERE},
        "bob": {"units": 100, "default_presence": "away"},
        "dan": {"units": 0, "profiles": {"case": None}, **HERE},
    },
}


async def desk() -> tuple[GateRig, Task]:
    rig = GateRig(directory_of(CENTRE))
    task = await rig.take_over()
    await settle(rig, task)
    return rig, task


def codes(rig: GateRig) -> list[str]:
    return [each["data"]["code"] for each in rig.answers()]


def granted(rig: GateRig) -> list[tuple[str, str]]:
    return [
        (each["data"]["representative_id"], each["subject"])
        for each in rig.orders()
        if each["type"] == "router.assign"
    ]


async def test_a_grant_is_an_offer_with_its_reservation_and_counts_at_once() -> None:
    rig, task = await desk()
    members = {"units": 60, "profiles": ["chat"], "expected_sequence": 3, "auto_accept": True}
    rig.ask("ana", "chat-1", "r-1", **members)
    rig.ask("ana", "chat-2", units=60)
    await settle(rig, task)
    (order,) = rig.orders()
    assert order["type"] == "router.assign"
    assert order["source"] == "/omnistate/gate"
    assert order["causationid"] == "r-1"
    reservation = {"id": "r-1", "source": "/tests", "units": 60, "profiles": ["chat"]}
    assert order["data"] == {
        "representative_id": "ana",
        "auto_accept": True,
        "expected_sequence": 3,
        "reservation": reservation,
    }
    (answer,) = rig.answers()
    assert answer["type"] == "input.rejected"
    assert answer["subject"] == "chat-2"
    assert answer["data"]["code"] == "no_capacity"
    assert "60 are asked for, 40 are left" in answer["data"]["message"]
    assert answer["data"]["sequence"] == 0
    assert answer["data"]["input"] == {"topic": "assignment-requests", "partition": 0, "offset": 1}
    assert not {"status", "detail"} & set(answer["data"])
    last = rig.last("ana")
    assert (last["occupied_units"], last["granted_units"], last["available_units"]) == (0, 60, 40)
    assert last["profiles"]["chat"]["granted"] == 1
    assert last["grants"] == [
        {"conversation_id": "chat-1", "reservation": reservation, "at": order["time"]}
    ]
    assert last["last_granted_at"] == order["time"]
    # Presence is what is held; a grant is nobody's conversation yet.
    assert last["presence"] == "available"


async def test_a_grant_ends_with_its_hold_or_with_its_decline() -> None:
    rig, task = await desk()
    first, second = rig.ask("ana", "chat-1", units=30), rig.ask("ana", "chat-2", units=30)
    await settle(rig, task)
    task = await rig.take_over()
    rig.begin("ana", "chat-1", 30, reservation={"id": first, "source": "/tests"})
    # A hold that went past the gate, or bears another reservation, ends none.
    rig.begin("ana", "chat-3", 10)
    rig.begin("ana", "chat-3", 0, role="consultant", reservation={"id": second, "source": "/x"})
    await settle(rig, task)
    last = rig.last("ana")
    assert (last["occupied_units"], last["granted_units"], last["available_units"]) == (40, 30, 30)
    rig.decline("ana", "chat-2", {"id": second, "source": "/tests"})
    await settle(rig, task)
    last = rig.last("ana")
    assert (last["granted_units"], last["available_units"]) == (0, 60)
    assert "grants" not in last


async def test_a_repeat_of_what_was_granted_is_ignored_and_of_what_was_refused_judged_anew() -> (
    None
):
    rig, task = await desk()
    rig.ask("ana", "chat-1", "r-1", units=60)
    rig.ask("ana", "chat-1", "r-1", units=60)
    rig.ask("ana", "chat-2", "r-2", units=60)
    rig.decline("ana", "chat-1", {"id": "r-1", "source": "/tests"})
    rig.ask("ana", "chat-1", "r-1", units=60)
    rig.ask("ana", "chat-2", "r-2", units=60)
    await settle(rig, task)
    assert codes(rig) == ["duplicate", "no_capacity", "duplicate"]
    assert rig.answers()[0]["type"] == "input.ignored"
    assert granted(rig) == [("ana", "chat-1"), ("ana", "chat-2")]


async def test_64_granted_requests_are_remembered_and_the_one_before_is_granted_anew() -> None:
    rig, task = await desk()
    for number in range(65):
        rig.ask("ana", "chat-1", f"r-{number}")
        rig.decline("ana", "chat-1", {"id": f"r-{number}", "source": "/tests"})
    rig.ask("ana", "chat-1", "r-1")
    rig.ask("ana", "chat-1", "r-0")
    await settle(rig, task)
    assert codes(rig) == ["duplicate"]
    orders = rig.orders()
    assert len(orders) == len({each["id"] for each in orders}) == 66


@pytest.mark.parametrize(
    ("units", "profiles", "short"),
    [
        (101, [], "Units"),
        (0, ["chat", "call", "nothing"], "nothing"),
        (10, ["chat"], "chat"),
        (10, [], "call"),
    ],
)
async def test_what_is_short_is_named(units: int, profiles: list[str], short: str) -> None:
    rig, task = await desk()
    if short in {"chat", "call"}:
        rig.begin("ana", "chat-8", 10, (short,))
        rig.ask("ana", "chat-9", units=1, profiles=["chat"] if short == "chat" else [])
    rig.ask("ana", "chat-1", units=units, profiles=profiles)
    await settle(rig, task)
    assert codes(rig)[-1] == "no_capacity"
    assert short in rig.answers()[-1]["data"]["message"]


async def test_a_blocking_profile_that_is_granted_blocks() -> None:
    rig, task = await desk()
    rig.ask("ana", "call-1", profiles=["call"])
    rig.ask("ana", "chat-1", units=10)
    await settle(rig, task)
    assert codes(rig) == ["no_capacity"]
    last = rig.last("ana")
    assert (last["blocked_by_profile"], last["assignable"]) == (True, False)


async def test_presence_is_looked_at_unless_it_only_follows_from_capacity() -> None:
    rig, task = await desk()
    rig.ask("bob", "chat-1", units=10)
    rig.ask("bob", "chat-1", units=10, allowed_presences=["away"])
    rig.ask("bob", "chat-2", units=200, allowed_presences=["busy"])
    rig.begin("ana", "chat-3", 10)
    rig.ask("ana", "chat-4", units=10, allowed_presences=["available"])
    rig.sign("ana", "busy")
    rig.ask("ana", "chat-5", units=10, allowed_presences=["available"])
    rig.ask("stranger", "chat-6", units=10)
    await settle(rig, task)
    assert codes(rig) == ["not_assignable", "no_capacity", "not_assignable", "not_assignable"]
    assert granted(rig) == [("bob", "chat-1"), ("ana", "chat-4")]


async def test_a_daily_slot_of_the_conversation_is_not_counted_again() -> None:
    rig, task = await desk()
    rig.begin("dan", "case-1", 0, ("case",), role="daily")
    rig.begin("dan", "case-2", 0, ("case",), role="daily")
    rig.ask("dan", "case-3", profiles=["case"])
    rig.ask("dan", "case-1", profiles=["case"])
    await settle(rig, task)
    assert codes(rig) == ["no_capacity"]
    (order,) = rig.orders()
    # It is granted as asked for: what the conversation costs.
    assert order["data"]["reservation"]["profiles"] == ["case"]
    assert rig.last("dan")["profiles"]["case"]["granted"] == 0


async def test_daily_slots_count_until_their_own_hold_has_come() -> None:
    rig, task = await desk()
    request = rig.ask("dan", "case-1", profiles=["case"])
    await settle(rig, task)
    rig.begin("dan", "case-1", reservation={"id": request, "source": "/tests"})
    await settle(rig, task)
    case = rig.last("dan")["profiles"]["case"]
    assert (case["occupied"], case["granted"], case["available"]) == (0, 1, 1)
    rig.begin("dan", "case-1", 0, ("case",), role="daily")
    await settle(rig, task)
    case = rig.last("dan")["profiles"]["case"]
    assert (case["occupied"], case["granted"], case["available"]) == (1, 0, 1)
    assert "grants" not in rig.last("dan")


async def test_so_many_grants_and_so_many_bytes_of_them() -> None:
    rig, task = await desk()
    for number in range(GRANTS_MAX + 1):
        rig.ask("ana", f"chat-{number}")
    await settle(rig, task)
    assert codes(rig) == ["no_capacity"]
    assert len(rig.last("ana")["grants"]) == GRANTS_MAX
    names = [f"{number}" * 120 for number in range(10, 70)]
    centre = {**CENTRE, "capacity_profiles": {name: {"limit": 99} for name in names}}
    rig = GateRig(directory_of(centre))
    task = await rig.take_over()
    for number in range(9):
        rig.ask("ana", f"chat-{number}", profiles=names)
    await settle(rig, task)
    assert set(codes(rig)) == {"too_large"}
    assert granted(rig)
    row = task.processor.table.rows["ana"]
    assert len(row) < GRANTS_BYTES_MAX


async def test_what_cannot_be_used_is_answered_and_makes_nobody_known() -> None:
    rig, task = await desk()
    rig.ask("nobody", None)
    rig.ask("nobody", "chat-1", units=-1)
    rig.ask("nobody", "c" * 257)
    rig.ask("nobody", "chat-1", allowed_presences=["asleep"])
    rig.ask("ana", "chat-1", "r-1", units=1.5)
    await settle(rig, task)
    assert codes(rig) == ["invalid_data"] * 5
    assert [each["subject"] for each in rig.answers()] == [
        "nobody", "chat-1", "nobody", "chat-1", "chat-1",
    ]  # fmt: skip
    assert "conversation_id" not in rig.answers()[0]["data"]
    assert rig.answers()[0]["data"]["representative_id"] == "nobody"
    assert set(task.processor.table.rows) == {"ana", "bob", "dan"}
    assert not rig.log.read(DEAD_LETTERS, 0, 0)
    assert not rig.log.read(AGENT_ACTIONS, 0, 0)
    assert len(rig.log.read(REJECTED_INPUTS, 0, 0)) == 5

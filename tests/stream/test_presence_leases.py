"""Sign-in, leases, who is lost and back: by record time, once, and for what they handle."""

from collections.abc import Callable
from typing import Any

import pytest
from omnistate.core.representative.standing import FOLLOWING, GONE, Following, Standing
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.representative.totals_processor import TotalsProcessor
from omnistate_schemas.presence import LEASE_SECONDS_MAX, LEASE_SECONDS_MIN
from omnistate_schemas.vocabulary import DEAD_LETTERS, REPRESENTATIVE_PRESENCE

from tests.stream.gate_rig import GateRig, connections
from tests.stream.representative_rig import directory_of

CENTRE = {
    "representatives": {
        "ana": {"units": 100},
        "bob": {"default_presence": "available"},
        "cleo": {"default_presence": "away"},
    }
}
Task = PartitionTask[TotalsProcessor]


async def rig_of(centre: dict[str, Any] = CENTRE) -> tuple[GateRig, Task]:
    rig = GateRig(directory_of(centre))
    task = await rig.take_over()
    await settle(rig, task)
    return rig, task


async def settle(rig: GateRig, task: Task) -> None:
    """Everything is read, and whatever is due by the clock has fired."""
    while (await task.run_batch()).records:
        continue
    while (due_ms := task.processor.due_ms) is not None and due_ms <= rig.now_ms:
        await task.fire_timers(rig.now_ms)


def presence(rig: GateRig, id_: str) -> tuple[str, str]:
    last = rig.last(id_)
    return last["presence"], last["presence_reason"]


def test_the_table_of_standings_is_whole() -> None:
    standings = set(Standing.__args__)  # type: ignore[attr-defined]
    assert set(FOLLOWING) == standings
    for standing, following in FOLLOWING.items():
        assert {each for each in following if each} <= standings, standing
        # Nobody is lost who has no lease, and nobody has one who has gone or never came.
        assert (following.lapsed is None) == (standing in GONE or standing == "default")
    assert Following._fields == ("working", "resting", "offline", "held", "lapsed")


async def test_until_somebody_says_something_the_default_counts() -> None:
    rig, task = await rig_of()
    rig.begin("stranger", "chat-9", 10)
    await settle(rig, task)
    assert presence(rig, "ana") == ("offline", "default")
    assert presence(rig, "cleo") == ("away", "default")
    assert presence(rig, "stranger") == ("offline", "default")
    assert presence(rig, "bob") == ("available", "default")
    assert rig.last("ana")["assignable"] is False
    rig.begin("bob", "chat-1", 30)
    rig.begin("ana", "chat-2", 30)
    await settle(rig, task)
    assert presence(rig, "bob") == ("busy", "capacity")
    assert presence(rig, "ana") == ("offline", "default")
    # By default nobody has gone: what is given to them is not disconnected.
    assert connections(rig) == []


async def test_signed_in_presence_follows_from_capacity_once_that_changes() -> None:
    rig, task = await rig_of()
    rig.sign("ana")
    await settle(rig, task)
    assert presence(rig, "ana") == ("available", "set_by_representative")
    rig.begin("ana", "chat-1", 100)
    await settle(rig, task)
    assert presence(rig, "ana") == ("do_not_disturb", "capacity")
    assert "set_presence" not in rig.last("ana")


@pytest.mark.parametrize("read", ["a record", "the clock"])
async def test_a_lease_runs_out_at_its_deadline(read: str) -> None:
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=30)
    signed_ms = rig.now_ms
    rig.begin("ana", "chat-1", 10)
    await settle(rig, task)
    assert task.processor.due_ms == signed_ms + 30_000
    rig.wait(29.9)
    await settle(rig, task)
    assert presence(rig, "ana") == ("busy", "capacity")
    rig.wait(5)
    if read == "a record":
        rig.sign("bob", "away")
    await settle(rig, task)
    assert presence(rig, "ana") == ("offline", "lost")
    last = rig.last("ana")
    assert last["changed_at"] == "1970-01-01T00:17:10.010Z"
    assert last["cause"] == {"type": "timer.lease"}
    (order,) = rig.orders()
    assert order["source"] == "/omnistate/presence"
    assert (order["time"], order["data"]) == (last["changed_at"], {"representative_id": "ana"})
    assert "causationid" not in order
    assert task.processor.due_ms is None


async def test_a_renewal_that_was_not_read_yet_counts() -> None:
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=30)
    await settle(rig, task)
    rig.wait(20)
    rig.sign("ana", lease_seconds=30)
    rig.wait(20)
    # The worker was away until now; by the clock the first lease is over.
    await settle(rig, await rig.take_over())
    assert presence(rig, "ana") == ("available", "set_by_representative")


async def test_who_renews_at_the_very_end_was_lost_and_is_back() -> None:
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=30)
    rig.begin("ana", "chat-1", 10)
    await settle(rig, task)
    # The next record comes 10 ms later: 20 ms after the sign-in and 29.98 s are the deadline.
    rig.wait(29.98)
    rig.sign("ana", lease_seconds=30)
    await settle(rig, task)
    assert connections(rig) == [("disconnected", "chat-1"), ("reconnected", "chat-1")]


@pytest.mark.parametrize(
    ("after", "leased"),
    [
        ({"presence": "away"}, False),
        ({"presence": "available", "supervisor_id": "sue"}, False),
        ({"presence": "do_not_disturb", "lease_seconds": 40}, True),
        ({"presence": "offline", "lease_seconds": 40}, False),
    ],
)
async def test_the_next_presence_ends_a_lease(after: dict[str, Any], leased: bool) -> None:
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=30)
    rig.sign("ana", **after)
    await settle(rig, task)
    due_ms = task.processor.due_ms
    assert due_ms == (rig.now_ms + 40_000 if leased else None)
    rig.wait(3_600)
    await settle(rig, task)
    lost = presence(rig, "ana")[1] == "lost"
    assert lost is leased


@pytest.mark.parametrize("seconds", [LEASE_SECONDS_MIN - 1, LEASE_SECONDS_MAX + 1, "30", True])
async def test_no_other_lease_is_taken(seconds: object) -> None:
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=seconds)
    await settle(rig, task)
    assert presence(rig, "ana") == ("offline", "default")
    (letter,) = rig.log.read(DEAD_LETTERS, 0, 0)
    assert dict(letter.headers)["omnistate-error"] == b"undecodable"


def lose(rig: GateRig) -> None:
    rig.wait(31)


def leave(rig: GateRig) -> None:
    rig.sign("ana", "offline")


@pytest.mark.parametrize("go", [lose, leave])
async def test_all_that_they_handle_is_disconnected_once(go: Callable[[GateRig], None]) -> None:
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=30)
    primary = rig.begin("ana", "chat-2", 10)
    rig.begin("ana", "chat-1", 0, role="consultant")
    rig.begin("ana", "chat-1", 10)
    rig.begin("ana", "chat-3", 10, role="wrap_up")
    rig.begin("ana", "chat-4", 0, ("day",), role="daily")
    over = rig.begin("ana", "chat-5", 10)
    rig.end(over)
    rig.begin("bob", "chat-6", 10)
    go(rig)
    await settle(rig, task)
    gone = [("disconnected", "chat-1"), ("disconnected", "chat-2")]
    assert connections(rig) == gone
    # What is given to them meanwhile, too; and not once more what is said already.
    rig.begin("ana", "chat-7", 10)
    rig.begin("ana", "chat-2", 0, role="consultant")
    rig.begin("ana", "chat-8", 10, role="wrap_up")
    rig.sign("ana", "offline")
    await settle(rig, await rig.take_over())
    gone.append(("disconnected", "chat-7"))
    assert connections(rig) == gone
    rig.end(primary)
    rig.sign("ana", "away")
    await settle(rig, await rig.take_over())
    back = [("reconnected", each) for each in ("chat-1", "chat-2", "chat-7")]
    assert connections(rig) == gone + back
    ids = [each["id"] for each in rig.orders()]
    assert len(set(ids)) == len(ids)
    causes = {each.get("causationid") for each in rig.orders()[-3:]}
    assert len(causes) == 1
    assert None not in causes


async def test_ids_are_short_enough_and_name_nobody_else() -> None:
    rig, task = await rig_of()
    long, longer = "r" * 255 + "a", "r" * 255 + "b"
    for who in (long, longer):
        rig.sign(who, "offline")
        rig.begin(who, "c" * 256, 1)
    await settle(rig, task)
    ids = [each["id"] for each in rig.orders()]
    assert len(set(ids)) == 2
    assert max(map(len, ids)) <= 256


async def test_a_type_of_the_other_input_is_put_aside() -> None:
    rig, task = await rig_of()
    rig._append(REPRESENTATIVE_PRESENCE, "assignment.requested", "ana", {}, "x")
    await settle(rig, task)
    (letter,) = rig.log.read(DEAD_LETTERS, 0, 0)
    assert dict(letter.headers)["omnistate-error"] == b"wrong_topic"

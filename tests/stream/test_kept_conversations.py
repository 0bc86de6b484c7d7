"""Who comes back is back in all that is still theirs, whatever is held of them for it now."""

import msgspec
import pytest
from omnistate.core.representative.holdings import KEEPING, decode_holding
from omnistate.core.row_version import ROW_VERSION

from tests.stream.gate_rig import connections
from tests.stream.test_presence_leases import rig_of, settle


@pytest.mark.parametrize("rule", sorted(KEEPING))
async def test_what_gave_capacity_back_and_is_theirs_is_told_that_they_are_back(rule: str) -> None:
    """Else its window would run out, and it would be taken from whoever is there."""
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=30)
    idle = rig.begin("ana", "chat-1", 10)
    lost = rig.begin("ana", "chat-2", 10)
    rig.begin("ana", "chat-3", 10)
    rig.wait(31)
    await settle(rig, task)
    rig.end(idle, rule)
    rig.end(lost, "B5")
    await settle(rig, await rig.take_over())
    rig.sign("ana")
    task = await rig.take_over()
    await settle(rig, task)
    back = [each for each in connections(rig) if each[0] == "reconnected"]
    assert back == [("reconnected", "chat-1"), ("reconnected", "chat-3")]
    # Told once, and no row is left of it.
    assert list(task.processor.table.holdings["ana"]) == ["chat-3"]
    assert task.processor.rows["holdings"] == 1
    rig.sign("ana", "offline")
    rig.sign("ana")
    await settle(rig, task)
    assert [each[1] for each in connections(rig)[-2:]] == ["chat-3", "chat-3"]


async def test_what_is_held_again_is_told_once_when_they_are_back() -> None:
    rig, _ = await rig_of()
    rig.sign("ana", "offline")
    for _ in range(2):
        hold = rig.begin("ana", "chat-1", 10)
        rig.end(hold, "K3")
        rig.begin("ana", "chat-1", 10, role="consultant")
        await settle(rig, await rig.take_over())
    last = rig.begin("ana", "chat-1", 10)
    rig.sign("ana")
    rig.end(last, "K3")
    rig.sign("ana", "offline")
    await settle(rig, await rig.take_over())
    back = [each for each in connections(rig) if each[0] == "reconnected"]
    assert back == [("reconnected", "chat-1")]


async def test_what_was_given_back_while_they_were_there_was_never_told() -> None:
    rig, task = await rig_of()
    rig.sign("ana")
    rig.end(rig.begin("ana", "chat-1", 10), "K3")
    rig.sign("ana", "offline")
    rig.sign("ana")
    await settle(rig, task)
    assert connections(rig) == []
    assert task.processor.rows["holdings"] == 0


def test_a_row_that_says_nothing_of_it_is_read() -> None:
    hold = ("3-17.h1", "primary", 30, ["chat"])
    row = msgspec.msgpack.encode((ROW_VERSION, 3, [hold]))
    assert decode_holding(row).kept is False
    assert decode_holding(row).handled

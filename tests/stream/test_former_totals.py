"""Rows of representatives that a former version wrote: whoever takes over goes on with them."""

from typing import Any

import msgspec
from omnistate.core.representative.totals import decode_totals

from tests.stream.gate_rig import connections
from tests.stream.test_presence_leases import rig_of, settle


async def test_rows_of_the_former_version_go_on() -> None:
    """Leases and grants begin at once; what was held before is on no list."""
    rig, _ = await rig_of()
    row: tuple[Any, ...] = (2, 4, {0: (1, 40, {})}, "away", False, 0, b"", b"")
    rig.log.append(
        "representative-totals-changelog", b"ana", msgspec.msgpack.encode(row), partition=0
    )
    rig.numbers["ana", 0] = 1
    task = await rig.take_over()
    assert decode_totals(task.processor.table.rows["ana"]).units == 40
    rig.sign("ana", lease_seconds=30)
    late = rig.begin("ana", "chat-3", 10)
    rig.ask("ana", "chat-2", units=10)
    await settle(rig, task)
    assert rig.last("ana")["granted_units"] == 10
    rig.wait(31)
    await settle(rig, task)
    assert connections(rig) == [("disconnected", "chat-3")]
    rig.end(late)
    await settle(rig, await rig.take_over())
    assert task.processor.table.totals("ana").unlisted == {0: 1}

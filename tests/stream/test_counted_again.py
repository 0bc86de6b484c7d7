"""Tables that are given up to be counted again: a restore takes what is left of them."""

from omnistate.core.representative.totals import Totals, encode_totals
from omnistate.stream.ports import Write
from omnistate.stream.representative.totals_table import HOLDINGS, TOTALS

from tests.stream.test_presence_leases import rig_of, settle


async def test_rows_that_are_given_up_are_gone_after_a_restore() -> None:
    rig, task = await rig_of()
    rig.sign("ana")
    rig.begin("ana", "chat-1", 10)
    await settle(rig, task)
    table = task.processor.table
    assert (len(table.rows), table.held_rows) == (3, 1)
    (key,) = [each.key for each in rig.log.read("representative-holdings-changelog", 0, 0)]
    assert key is not None
    table.merge([Write(TOTALS, b"ana", None), Write(HOLDINGS, key, None)])
    assert (sorted(table.rows), table.held_rows) == (["bob", "cleo"], 0)
    table.merge([Write(TOTALS, b"ana", None), Write(HOLDINGS, key, None)])
    table.merge([Write(TOTALS, b"dan", encode_totals(Totals()))])
    assert (len(table.rows), table.held_rows, table.holdings) == (3, 0, {})

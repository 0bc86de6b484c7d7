"""What a run of the gate published and keeps, held against what the naive one knows."""

from omnistate.core.representative.holdings import decode_holding
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.representative.totals_processor import TotalsProcessor

from tests.stream.gate_rig import GateRig
from tests.stream.naive_gate import NaiveGate


def compare_pictures(rig: GateRig, judge: NaiveGate, where: str) -> None:
    """What was published last is what is held and granted; numbers have no gaps."""
    told: dict[str, list[int]] = {}
    for each in rig.told():
        told.setdefault(each["representative_id"], []).append(each["sequence"])
    for numbers in told.values():
        assert numbers == list(range(1, len(numbers) + 1)), where
    for who, person in judge.people.items():
        if who not in told:
            said_nothing = person.said is None and not person.came
            assert said_nothing, where
            assert not person.holds, where
            continue
        last = rig.last(who)
        units, slots = judge.taken(person)
        assert last["occupied_units"] + last["granted_units"] == units, where
        found = {
            name: each["occupied"] + each["granted"]
            for name, each in last.get("profiles", {}).items()
            if each["occupied"] + each["granted"]
        }
        assert found == slots, where
        assert last["gaps"] == 0, where
        # Everything was answered.
        assert last["granted_units"] == 0, where
        shown = judge.shown(who, person)
        if shown is not None:
            assert last["presence"] == shown, where
        else:
            assert last["presence_reason"] in {"capacity", "default"}, where


def compare_holdings(rig: GateRig, task: PartitionTask[TotalsProcessor], where: str) -> None:
    """The table of holdings is what is held."""
    found = {
        hold.hold_id: [who, conversation, hold.role, hold.units, hold.profiles]
        for who, rows in task.processor.table.holdings.items()
        for conversation, row in rows.items()
        for hold in decode_holding(row).holds
    }
    names = ("representative_id", "conversation_id", "role", "units", "profiles")
    held = {id_: [hold[name] for name in names] for id_, hold in rig.held_by.items()}
    assert found == held, where
    assert task.processor.rows["holdings"] == sum(map(len, task.processor.table.holdings.values()))

"""The law of the gate and the table of holdings: what is done to them is named where it shows."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from omnistate.adapters.memory.memory_log import Entry
from omnistate.audit.audit_layout import Layout, read_totals_layout
from omnistate.audit.audited_rows import Rows
from omnistate.audit.configuration_history import Configured
from omnistate.audit.cut import Cut, Reached, read_cut
from omnistate.audit.findings import Findings
from omnistate.audit.gate_law import GateCheck
from omnistate.audit.grant_ages import check_ages
from omnistate.audit.holdings_law import check_holdings
from omnistate.audit.source import MemoryReader
from omnistate.audit.totals_law import TotalsCheck
from omnistate.audit.totals_rows import read_totals
from omnistate.core.representative.grants import Grant
from omnistate.core.representative.holdings import decode_holding, encode_holding
from omnistate.core.representative.totals import decode_totals, encode_totals
from omnistate.stream.topology import load_topology
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    REJECTED_INPUTS,
)

from tests.stream.gate_rig import GateRig
from tests.stream.test_gate_runs import play

HOLDINGS = "representative-holdings-changelog"
TOTALS = "representative-totals-changelog"
Place = tuple[str, int, int]


class HalfKept(MemoryReader):
    """Retention took the first half of the actions, and with it answers of the gate."""

    async def beginnings(self, topic: str) -> Sequence[int]:
        """Of the actions in their middle."""
        if topic == AGENT_ACTIONS:
            return [end // 2 for end in await self.ends(topic)]
        return await super().beginnings(topic)


async def audit(
    rig: GateRig,
    read: type[MemoryReader] = MemoryReader,
    *,
    now_ms: int | None = None,
    taken: int = 2**40,
) -> Findings:
    """The checks over a gate's topics, where nobody is at work; an engine has `taken` so many."""
    findings, reader = Findings(), read(rig.log)
    layout = await read_totals_layout(reader, load_topology())
    cut = await read_cut(reader, layout, findings)
    totals = await read_totals(reader, layout, findings)
    engine = Layout((), "", "", "", "", (), 1, {CAPACITY_CHANGES: [0]})
    check = TotalsCheck(engine, layout, cut, totals, Rows(1), findings)
    configured = Configured({}, rig.directory.profiles, rig.directory.representatives, None)
    accounts = await GateCheck(check, Rows(1), configured, findings).run(reader)
    engine_cut = Cut([Reached(None, {AGENT_ACTIONS: taken})], [0])
    await check_ages(reader, check, engine_cut, Rows(1), findings, at_rest={0}, now_ms=now_ms)
    await check_holdings(reader, check, accounts, {0}, findings)
    return findings


def places(findings: Findings) -> set[Place]:
    return {(each.topic, each.partition, each.offset) for each in findings.violations}


def entries(rig: GateRig, topic: str) -> list[Entry]:
    """Those that a reader sees."""
    return rig.log.stable(topic, 0, 0)


def alter(entry: Entry, change: Callable[[dict[str, Any]], Any]) -> Place:
    record = entry.record
    event = json.loads(record.value or b"")
    change(event)
    entry.record = record._replace(value=json.dumps(event).encode())
    return record.topic, record.partition, record.offset


def first_grant(rig: GateRig) -> Entry:
    return next(each for each in entries(rig, AGENT_ACTIONS) if b"router.assign" in _of(each))


def _of(entry: Entry) -> bytes:
    return entry.record.value or b""


def dropped(rig: GateRig, entry: Entry) -> Place:
    record = entry.record
    rig.log._topics[record.topic][record.partition].remove(entry)
    return record.topic, record.partition, record.offset


def forged(rig: GateRig) -> Place:
    """A grant that nobody asked for."""
    event = json.loads(_of(first_grant(rig)))
    event["id"], event["data"]["reservation"]["id"] = "forged", "nobody's"
    entry = rig.log.append(AGENT_ACTIONS, b"x", json.dumps(event).encode())
    return entry.record.topic, 0, entry.record.offset


def doubled(rig: GateRig) -> Place:
    """The same grant once more."""
    entry = rig.log.append(AGENT_ACTIONS, b"x", _of(first_grant(rig)))
    return entry.record.topic, 0, entry.record.offset


def unanswered(rig: GateRig) -> Place:
    event = json.loads(_of(first_grant(rig)))
    dropped(rig, first_grant(rig))
    wanted = event["causationid"]
    found = [each for each in entries(rig, ASSIGNMENT_REQUESTS) if wanted.encode() in _of(each)]
    offsets = {
        json.loads(_of(each))["data"]["input"]["offset"] for each in entries(rig, REJECTED_INPUTS)
    }
    record = next(each.record for each in found if each.record.offset not in offsets)
    return record.topic, 0, record.offset


def unrefused(rig: GateRig) -> Place:
    given = {json.loads(_of(each)).get("causationid") for each in entries(rig, AGENT_ACTIONS)}
    entry = next(
        each
        for each in entries(rig, REJECTED_INPUTS)
        if json.loads(_of(each))["causationid"] not in given
    )
    offset = json.loads(_of(entry))["data"]["input"]["offset"]
    dropped(rig, entry)
    return ASSIGNMENT_REQUESTS, 0, offset


def other_cost(rig: GateRig) -> Place:
    return alter(first_grant(rig), lambda it: it["data"]["reservation"].update(units=77))


def nobodys_reservation(rig: GateRig) -> Place:
    held = next(
        each
        for each in entries(rig, CAPACITY_CHANGES)
        if b"capacity.held" in _of(each) and b"reservation" in _of(each)
    )
    named = {"id": "nobody's", "source": "/x"}
    return alter(held, lambda it: it["data"].update(reservation=named))


def fewer_units(rig: GateRig) -> Place:
    """Everybody who is configured has less than was granted."""
    for id_, each in list(rig.directory.representatives.items()):
        rig.directory.put_representative(id_, each.model_copy(update={"units": 5}))
    for entry in entries(rig, AGENT_ACTIONS):
        data = json.loads(_of(entry))["data"]
        known = data.get("representative_id") in rig.directory.representatives
        if known and data.get("reservation", {}).get("units", 0) > 5:
            return AGENT_ACTIONS, 0, entry.record.offset
    raise AssertionError("nobody who is configured was granted more than five units")


def last_of(rig: GateRig, topic: str, wanted: Callable[[Any], bool], decode: Any) -> Entry:
    last = {each.record.key: each for each in entries(rig, topic)}
    return next(each for each in last.values() if _of(each) and wanted(decode(_of(each))))


def old_grant(rig: GateRig) -> Place:
    entry = last_of(rig, TOTALS, lambda row: bool(row.published), decode_totals)
    row = decode_totals(_of(entry))
    given = json.loads(_of(first_grant(rig)))["data"]["reservation"]
    row.grants = [Grant("chat-1", given["id"], given["source"], 0, [], 0, 0, [])]
    entry.record = entry.record._replace(value=encode_totals(row))
    return TOTALS, 0, entry.record.offset


def another_hold(rig: GateRig) -> Place:
    entry = last_of(rig, HOLDINGS, lambda row: bool(row.holds), decode_holding)
    row = decode_holding(_of(entry))
    row.holds[0].units += 1
    entry.record = entry.record._replace(value=encode_holding(row))
    return HOLDINGS, 0, entry.record.offset


def no_hold(rig: GateRig) -> Place:
    entry = last_of(rig, HOLDINGS, lambda row: bool(row.holds), decode_holding)
    mine = [each for each in entries(rig, HOLDINGS) if each.record.key == entry.record.key]
    for each in mine:
        dropped(rig, each)
    who, _ = msgspec.msgpack.decode(entry.record.key or b"")
    row = {each.record.key: each for each in entries(rig, TOTALS)}[who.encode()]
    return TOTALS, 0, row.record.offset


TAMPERS = (
    forged,
    doubled,
    unanswered,
    unrefused,
    other_cost,
    nobodys_reservation,
    fewer_units,
    old_grant,
    another_hold,
    no_hold,
)


@pytest.fixture(scope="module")
def seed() -> int:
    return random.randrange(2**32)


async def played(seed: int) -> GateRig:
    rig = (await play(seed)).rig
    task = await rig.take_over()
    while (await task.run_batch()).records:
        continue
    return rig


@pytest.mark.parametrize("number", range(8))
async def test_nothing_is_wrong_with_what_the_gate_did(seed: int, number: int) -> None:
    rig = await played(seed + number)
    findings = await audit(rig)
    assert findings.ok, (seed + number, findings.violations[:5])
    assert findings.counts["requests"] == len(entries(rig, ASSIGNMENT_REQUESTS))
    assert findings.counts["grants"] > 3
    assert findings.counts["holdings"] == len(rig.held_by)


async def test_answers_that_retention_took_are_no_violation(seed: int) -> None:
    rig = await played(seed)
    findings = await audit(rig, HalfKept)
    assert findings.ok, (seed, findings.violations[:5])
    assert any("no answer that retention has left" in each for each in findings.notes), seed


@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda it: it.__name__)
async def test_what_is_wrong_is_named(tamper: Callable[[GateRig], Place], seed: int) -> None:
    rig = await played(seed)
    place = tamper(rig)
    findings = await audit(rig)
    assert place in places(findings), (seed, place, findings.violations[:10])

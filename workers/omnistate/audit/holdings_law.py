"""The representative worker's table of holdings: what each conversation holds of each of them.

Part of the law of totals. It is compared with the holds that the changes leave open, where nobody
has written since; what was held before the table began is on no list.
"""

from collections.abc import Mapping, Set

import msgspec

from omnistate.audit.cut import place_of
from omnistate.audit.findings import Findings
from omnistate.audit.gate_account import GateAccount
from omnistate.audit.gate_records import each_record
from omnistate.audit.source import TopicReader
from omnistate.audit.totals_law import TotalsCheck
from omnistate.core.representative.holdings import decode_holding, decode_holding_key
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

Terms = tuple[str, str, str, int, tuple[str, ...]]


async def check_holdings(
    reader: TopicReader,
    totals: TotalsCheck,
    accounts: Mapping[str, GateAccount],
    at_rest: Set[int],
    findings: Findings,
) -> None:
    """Compare every hold of partitions at rest, and each row's key with where it lies."""
    listed: dict[str, tuple[tuple[str, int, int], Terms]] = {}
    last: dict[bytes, Record] = {}
    async for record in each_record(reader, totals.layout.holdings):
        last[record.key or b""] = record
    # Whoever writes a holding writes a position: the table may be newer than what was at rest.
    positions = await reader.ends(totals.layout.positions)
    at_rest = {number for number in at_rest if positions[number] == totals.cut.ends[number]}
    for key, record in last.items():
        if record.value is None:
            continue
        try:
            who, conversation_id = decode_holding_key(key)
            holding = decode_holding(record.value)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            findings.add("totals", *place_of(record), "this is no row of the holdings")
            continue
        if partition_of(who.encode(), totals.layout.partitions) != record.partition:
            findings.add("totals", *place_of(record), "the key belongs to another partition")
        for hold in holding.holds:
            terms = (who, conversation_id, hold.role, hold.units, tuple(hold.profiles))
            listed[hold.hold_id] = (place_of(record), terms)
    held: dict[str, Terms] = {}
    for who, account in accounts.items():
        home = partition_of(who.encode(), totals.layout.partitions)
        row = totals.totals.rows.get(who)
        if home not in at_rest or row is None:
            continue
        for hold_id, open_ in account.holds.items():
            if open_.partition_sequence > row.unlisted.get(open_.partition, 0):
                cost = (open_.role, open_.units, tuple(open_.profiles))
                held[hold_id] = (who, open_.conversation_id, *cost)
    _compare(listed, held, accounts, at_rest, totals, findings)


def _compare(
    listed: Mapping[str, tuple[tuple[str, int, int], Terms]],
    held: Mapping[str, Terms],
    accounts: Mapping[str, GateAccount],
    at_rest: Set[int],
    totals: TotalsCheck,
    findings: Findings,
) -> None:
    for hold_id, (place, terms) in listed.items():
        who = terms[0]
        if place[1] not in at_rest or who not in accounts:
            continue
        findings.counts["holdings"] += 1
        if held.get(hold_id) != terms:
            findings.add("totals", *place, f"hold {hold_id} of the holdings is not held so")
    for hold_id, terms in held.items():
        row = totals.totals.rows[terms[0]]
        if hold_id not in listed:
            findings.add("totals", *row.place, f"hold {hold_id} is held, but on no list")

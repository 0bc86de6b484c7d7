"""The law of the gate on time: no grant is older than a minute where everything was read.

A grant that nobody takes or declines counts for ever. Clocks of partitions stand still in a quiet
centre, so the age is measured by the time of whoever audits. It judges only what every worker had
read: what still lies before an engine may be answered yet.
"""

from collections.abc import Set
from typing import Final

from omnistate_schemas.vocabulary import AGENT_ACTIONS, ASSIGNMENT_REQUESTS, CAPACITY_CHANGES

from omnistate.audit.audited_rows import Rows
from omnistate.audit.cut import Cut
from omnistate.audit.findings import Findings
from omnistate.audit.gate_records import each_record
from omnistate.audit.source import TopicReader
from omnistate.audit.totals_law import TotalsCheck

GRANT_AGE_MS: Final = 60_000


async def check_ages(
    reader: TopicReader,
    totals: TotalsCheck,
    engine: Cut,
    rows: Rows,
    findings: Findings,
    *,
    at_rest: Set[int],
    now_ms: int | None,
) -> None:
    """Judge the grants in the rows; `now_ms` is epoch milliseconds, None = the furthest clock.

    `at_rest` are the partitions of the totals that nobody has written to since the cut.
    """
    for number in range(len(engine.reached)):
        if await _has_more(reader, engine, AGENT_ACTIONS, number):
            return
    layout, cut = totals.layout, totals.cut
    if now_ms is None:
        now_ms = max(each.clock_ms or 0 for each in (*cut.reached, *engine.reached))
    offered = {
        (id_, who)
        for part in rows.conversations
        for id_, row in part.items()
        for who in row.offered_representative_ids
    }
    # What came before its conversation waits for it, and is answered then.
    early = {id_ for part in rows.early for id_ in part}
    judged = set()
    for number in at_rest & set(range(layout.partitions)):
        topics = (CAPACITY_CHANGES, ASSIGNMENT_REQUESTS)
        if not any([await _has_more(reader, cut, topic, number) for topic in topics]):
            judged.add(number)
    for who, row in totals.totals.rows.items():
        if row.place[1] not in judged:
            continue
        for grant in row.grants:
            waits = grant.conversation_id in early or (grant.conversation_id, who) in offered
            if now_ms - grant.at_ms > GRANT_AGE_MS and not waits:
                findings.add(
                    "gate",
                    *row.place,
                    "a grant is older than a minute, and nobody has taken or declined it",
                )


async def _has_more(reader: TopicReader, cut: Cut, topic: str, partition: int) -> bool:
    """Whether anything lies there that had not been read at the cut."""
    async for _ in each_record(reader, topic, partition, cut.offset(partition, topic)):
        return True
    return False

"""A day of the oracle's on two partitions, and audits beside whoever works on it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from omnistate.audit import source
from omnistate.audit.auditor import audit
from omnistate.audit.source import MemoryReader
from omnistate.stream.ports import Record

from tests.audit.audit_rig import GATE, TOPOLOGY, Rig
from tests.harness.records import day_records
from tests.oracle.random_days import day_of


def empty_rig(seed: int) -> tuple[Rig, list[Record]]:
    """A rig before the day of a seed, and the day's records."""
    # What a gate says, or somebody in its name, is for rigs that have one.
    records = [
        each
        for each in day_records(seed)[0]
        if GATE not in (each.value or b"") and b'"reservation"' not in (each.value or b"")
    ]
    began_ms = min((each.timestamp_ms for each in records), default=0)
    return Rig(day_of(seed)[1], began_ms, 2), records


async def see_in_order(rig: Rig, work: Coroutine[Any, Any, None]) -> None:
    """Audit over and over while the work goes on, in small chunks: nothing is ever wrong."""
    chunk = source.CHUNK_RECORDS
    source.CHUNK_RECORDS = 3  # type: ignore[misc]
    working = asyncio.create_task(work)
    try:
        at_work = True
        while at_work:
            at_work = not working.done()
            findings = await audit(MemoryReader(rig.log), TOPOLOGY)
            assert findings.ok, findings.violations[:5]
            await asyncio.sleep(0)
        await working
    finally:
        source.CHUNK_RECORDS = chunk  # type: ignore[misc]
        working.cancel()

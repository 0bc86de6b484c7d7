"""The law of offsets: the group has committed exactly as far as the tables have come.

And the last question of an audit: which partitions committed nothing while it ran.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from omnistate.audit.audit_layout import WORKER, Layout
from omnistate.audit.cut import Cut, find_partitions_at_rest
from omnistate.audit.findings import Findings
from omnistate.audit.source import TopicReader

# The coordinator may show what a transaction has committed a moment later than the topics do.
ATTEMPTS: Final = 4
PAUSE_S: Final = 1.0


async def check_offsets(reader: TopicReader, layout: Layout, cut: Cut, findings: Findings) -> None:
    """Compare, and decide the doubts."""
    committed: Mapping[tuple[str, int], int] = {}
    wrong: list[tuple[str, int]] = []
    at_rest: set[int] = set()
    for attempt in range(ATTEMPTS):
        committed = await reader.committed(WORKER, layout.inputs)
        # Asked for later, so whatever was committed is among the positions by then.
        at_rest, since = await find_partitions_at_rest(reader, layout, cut)
        wrong = [
            (topic, partition)
            for (topic, partition), offset in committed.items()
            if offset != cut.offset(partition, topic)
            and all(offset != offsets.get(topic) for offsets in since.get(partition, ()))
        ]
        if not wrong:
            break
        if attempt < ATTEMPTS - 1:
            await asyncio.sleep(PAUSE_S)
    for topic, partition in wrong:
        sentence = (
            f"the group has committed this; the tables have come to {cut.offset(partition, topic)}"
        )
        findings.add("offsets", topic, partition, committed[topic, partition], sentence)
    expired = [
        f"{topic}/{partition}"
        for partition in range(layout.partitions)
        for topic in layout.inputs
        if cut.offset(partition, topic) > 0 and (topic, partition) not in committed
    ]
    if expired:
        findings.note(
            f"the group has no committed offset of {', '.join(expired)}; "
            "the next worker goes by the tables"
        )
    findings.settle(at_rest)

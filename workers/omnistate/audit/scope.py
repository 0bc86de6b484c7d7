"""What of a partition a replay can prove, found out before anything else is read of it.

Where inputs were deleted, a replay proves nothing. Where the configuration changed after a
partition's first input, the engine may rightly have done otherwise than today's configuration
would: conversations that anything was said of before the change had settled are left out, and so
are the partition's holds, whose counters add all conversations up.
"""

from collections.abc import AsyncGenerator, Set
from contextlib import aclosing
from typing import Final, NamedTuple

from omnistate.audit.audit_layout import Layout
from omnistate.audit.configuration_history import Configured
from omnistate.audit.cut import Cut
from omnistate.audit.findings import Findings
from omnistate.audit.source import TopicReader
from omnistate.stream.ports import Record

# How long it may take until every worker goes by a new configuration.
SETTLING_MS: Final = 60_000


class Scope(NamedTuple):
    """What is replayed of one partition, and what is left out of the comparison."""

    replayed: bool
    # The configuration changed under way.
    changed: bool = False
    # The keys of the conversations that are left out, as numbers.
    left_out: Set[int] = frozenset()
    # The configuration changed so soon before the first input that a worker may not have known.
    fresh: bool = False


async def find_scopes(
    reader: TopicReader, layout: Layout, cut: Cut, configured: Configured, findings: Findings
) -> list[Scope]:
    """The scope of every partition, with a note where it is not the whole."""
    scopes = [
        await _find_scope(reader, layout, cut, configured, partition)
        for partition in range(layout.partitions)
    ]
    lacking = [str(number) for number, scope in enumerate(scopes) if not scope.replayed]
    if lacking:
        findings.note(
            f"not replayed, since inputs were deleted by retention: partition {', '.join(lacking)}"
        )
    if any(scope.changed for scope in scopes):
        findings.note(
            f"the configuration changed at {configured.changed_ms}, after inputs had come: "
            f"{sum(len(scope.left_out) for scope in scopes)} conversations of before, and the "
            f"holds of {sum(scope.changed for scope in scopes)} partitions, are replayed but "
            "not compared"
        )
    return scopes


async def _find_scope(
    reader: TopicReader, layout: Layout, cut: Cut, configured: Configured, partition: int
) -> Scope:
    if layout.lacks_inputs(partition):
        return Scope(replayed=False)
    changed_ms = configured.changed_ms
    if changed_ms is None:
        return Scope(replayed=True)
    ends = {topic: cut.offset(partition, topic) for topic in layout.inputs}
    firsts_ms = [
        first_ms
        for topic, end in ends.items()
        if (first_ms := await _find_first_ms(reader, (topic, partition), end)) is not None
    ]
    if not firsts_ms or min(firsts_ms) >= changed_ms:
        fresh = bool(firsts_ms) and min(firsts_ms) < changed_ms + SETTLING_MS
        return Scope(replayed=True, fresh=fresh)
    left_out = {
        hash(record.key)
        for topic, end in ends.items()
        async for record in _inputs_before(
            reader, (topic, partition), end, changed_ms + SETTLING_MS
        )
    }
    return Scope(replayed=True, changed=True, left_out=left_out)


async def _find_first_ms(reader: TopicReader, place: tuple[str, int], end: int) -> int | None:
    """When the first input of a partition was appended."""
    async with aclosing(reader.records(*place, 0, end)) as chunks:
        async for chunk in chunks:
            return chunk[0].timestamp_ms
    return None


async def _inputs_before(
    reader: TopicReader, place: tuple[str, int], end: int, until_ms: int
) -> AsyncGenerator[Record, None]:
    """The inputs up to an offset that were appended before an instant."""
    async with aclosing(reader.records(*place, 0, end)) as chunks:
        async for chunk in chunks:
            for record in chunk:
                if record.timestamp_ms >= until_ms:
                    return
                yield record

"""What the topics come to for the read model, by the audit's own reading of contract.md#read-model.

It shares nothing with `omnistate.projections`, and knows no Redis. Both topics are tables: the last
record of a key counts, and a tombstone takes it away. Memory: some 300 bytes for each
conversation that is not closed or closed within a day, and a number for each representative.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from sys import intern
from typing import Any, Final

import msgspec
from omnistate_schemas.times import DAY_MS, parse_time_ms
from omnistate_schemas.vocabulary import CONVERSATION_STATES, REPRESENTATIVE_CAPACITY

from omnistate.audit.model_records import (
    UNREADABLE,
    State,
    read_fields,
    read_state,
    read_totals,
)
from omnistate.audit.model_source import Offsets
from omnistate.audit.source import TopicReader
from omnistate.stream.ports import Record

# A closed conversation stays for as long.
KEPT_MS: Final = DAY_MS
CLOSED: Final = "closed"
# Statuses and details of conversations that nobody of ours has.
LISTED: Final = frozenset({"open", "scheduled", "with_bot", "with_external"})


class Known(msgspec.Struct, gc=False):
    """A conversation as its last change leaves it; that lies at `partition` and `offset`."""

    partition: int
    offset: int
    sequence: int
    status: str
    workstream_id: str
    queue_id: str | None
    representative_id: str | None
    offered_representative_ids: tuple[str, ...]
    at_ms: int
    # The list that it is in while nobody of ours has it: `open`, `scheduled`, `with_bot`,
    # `with_external`; and its score there.
    listed: str | None
    listed_ms: int
    digest: int

    @property
    def queue(self) -> str | None:
        """The queue that it is open in; the empty one where it is open in none."""
        return (self.queue_id or "") if self.listed == "open" else None


class Told(msgspec.Struct, gc=False):
    """A representative's totals as they were published last, at `partition` and `offset`."""

    partition: int
    offset: int
    digest: int


_ANY: Final = msgspec.json.Decoder().decode
_ENCODE: Final = msgspec.json.Encoder(order="deterministic").encode


async def fold_states(reader: TopicReader, offsets: Offsets, since_ms: int) -> dict[str, Known]:
    """Every conversation up to these offsets but those that closed a day before `since_ms`."""
    known: dict[str, Known] = {}
    async for record in _read_up_to(reader, CONVERSATION_STATES, offsets):
        try:
            id_, fields, at_ms, state = read_state(record)
            found = None if state is None else _known(record, state, at_ms, digest_of(fields))
        except UNREADABLE:
            continue
        if found is None or (found.status == CLOSED and at_ms + KEPT_MS <= since_ms):
            known.pop(id_, None)
        else:
            known[id_] = found
    return known


async def fold_capacities(reader: TopicReader, offsets: Offsets) -> dict[str, Told]:
    """Every representative up to these offsets, as far as compaction has left them there."""
    told: dict[str, Told] = {}
    async for record in _read_up_to(reader, REPRESENTATIVE_CAPACITY, offsets):
        try:
            id_, fields = read_totals(record)
        except UNREADABLE:
            continue
        if record.value is None:
            told.pop(id_, None)
        else:
            told[id_] = Told(record.partition, record.offset, digest_of(fields))
    return told


async def find_changed(
    reader: TopicReader, topic: str, start: Offsets, end: Mapping[int, int]
) -> set[str]:
    """Whom anything is said of from offsets to offsets, by partition."""
    found: set[str] = set()
    for partition, until in end.items():
        begin = start.get((topic, partition), 0)
        async with aclosing(reader.records(topic, partition, begin, until)) as chunks:
            async for chunk in chunks:
                for record in chunk:
                    try:
                        found.add(read_fields(record)[0])
                    except UNREADABLE:
                        continue
    return found


def digest_of(fields: Mapping[str, Any]) -> int:
    """One number for a hash's fields, whatever form its JSON is written in."""
    return hash(frozenset((name, _plain(text)) for name, text in fields.items()))


async def _read_up_to(
    reader: TopicReader, topic: str, offsets: Offsets
) -> AsyncGenerator[Record, None]:
    beginnings, ends = await reader.beginnings(topic), await reader.ends(topic)
    for partition, end in enumerate(ends):
        until = min(end, offsets.get((topic, partition), 0))
        chunks = reader.records(topic, partition, beginnings[partition], until)
        async with aclosing(chunks):
            async for chunk in chunks:
                for record in chunk:
                    yield record


def _known(record: Record, data: State, at_ms: int, digest: int) -> Known:
    queue, who, first = [
        None if each is None else intern(each)
        for each in (data.queue_id, data.representative_id, data.offered_representative_id)
    ]
    offered = tuple(intern(each) for each in data.offered_representative_ids)
    listed = data.status if data.status in LISTED else data.detail
    return Known(
        record.partition,
        record.offset,
        data.sequence,
        intern(data.status),
        intern(data.workstream_id),
        queue,
        who,
        offered or (() if first is None else (first,)),
        at_ms,
        listed if listed in LISTED and data.status != CLOSED else None,
        _listed_ms(data, at_ms),
        digest,
    )


def _listed_ms(data: State, at_ms: int) -> int:
    """Since when it waits, or is where it is; when it is due."""
    timer = data.next_timer
    match data.status:
        case "open" if data.queued_at is not None:
            return parse_time_ms(data.queued_at)
        case "scheduled" if data.scheduled_for is not None:
            return parse_time_ms(data.scheduled_for)
        case "scheduled" if timer is not None and timer.name == "scheduled":
            return parse_time_ms(timer.at)
    happened_ms = at_ms if data.occurred_at is None else parse_time_ms(data.occurred_at)
    stayed = data.previous_status == data.status and data.previous_detail == data.detail
    stayed_s = (data.previous_status_seconds or 0) if stayed else 0
    return happened_ms - round(stayed_s * 1_000)


def _plain(text: Any) -> Any:
    if not isinstance(text, str) or text[:1] not in {"{", "["}:
        return text
    try:
        return _ENCODE(_ANY(text))
    except UNREADABLE:
        return text

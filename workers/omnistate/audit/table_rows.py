"""The rows of the tables as the changelogs have them: the last value of each key.

Read whole, of every partition, before any output is read: what the rows say must then be on the
output topics. Memory is bounded by the conversations that are remembered (some 600 bytes each), by
the holds that are open, and by representatives times partitions.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from sys import intern
from typing import Final

import msgspec
from omnistate_schemas.completeness import check_complete

from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import (
    ConversationRow,
    CounterRow,
    EarlyRow,
    RowHold,
    Rows,
    WaitingInput,
)
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings
from omnistate.audit.gated_settings import find_gated
from omnistate.audit.source import TopicReader
from omnistate.audit.trail import digest
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.counter_row import decode_counter, encode_counter
from omnistate.core.conversation.row import (
    decode_conversation,
    encode_conversation,
    upgrade_conversation,
)
from omnistate.core.conversation.row_header import read_header
from omnistate.core.conversation.stages import STAGES
from omnistate.core.conversation.waiting import WAITING_MAX
from omnistate.core.settings import digest_settings
from omnistate.stream.ports import Record

# A row where inputs wait for a conversation to begin.
NOTHING: Final = "nothing"
# Stages, the rows' words, and what the outputs call them.
MEANINGS: Final = {
    "scheduled": ("scheduled", None),
    "open": ("open", "awaiting_assignment"),
    "awaiting_acceptance": ("active", "awaiting_acceptance"),
    "in_conversation": ("active", "in_conversation"),
    "with_external": ("active", "with_external"),
    "with_bot": ("active", "with_bot"),
    "waiting": ("waiting", "awaiting_customer"),
    "wrap_up": ("wrap_up", "wrapping_up"),
    "resolved": ("resolved", None),
    "closed": ("closed", None),
}
check_complete("table_rows.MEANINGS", [NOTHING, *MEANINGS], STAGES, "stage")


async def read_rows(reader: TopicReader, layout: Layout, cut: Cut, findings: Findings) -> Rows:
    """Read the changelogs. A row that cannot be read, or whose timer was skipped, breaks a law."""
    rows = Rows(layout.partitions)
    # Before the rows that name them: with the last of these they are deleted.
    before = [
        set(await _read_latest(reader, layout.settings, partition, end))
        for partition, end in enumerate(await reader.ends(layout.settings))
    ]
    ends = await reader.ends(layout.counters)
    for partition in range(layout.partitions):
        latest = await _read_latest(reader, layout.counters, partition, ends[partition])
        for record in latest.values():
            _take_counter(rows, record, findings)
    ends = await reader.ends(layout.conversations)
    for partition in range(layout.partitions):
        latest = await _read_latest(reader, layout.conversations, partition, ends[partition])
        for record in latest.values():
            _take_conversation(rows, record, cut, findings)
    # And after them: settings are written with the first of these.
    ends = await reader.ends(layout.settings)
    for partition in range(layout.partitions):
        latest = await _read_latest(reader, layout.settings, partition, ends[partition])
        known = before[partition] | set(latest)
        rows.gated |= find_gated(latest)
        _check_settings(rows.conversations[partition], latest, known, layout, partition, findings)
    findings.counts["rows"] = sum(map(len, rows.conversations))
    findings.counts["counters"] = len(rows.counters)
    return rows


async def _read_latest(
    reader: TopicReader, topic: str, partition: int, end: int
) -> dict[bytes | None, Record]:
    latest: dict[bytes | None, Record] = {}
    async for chunk in reader.records(topic, partition, 0, end):
        for record in chunk:
            if record.value is None:
                latest.pop(record.key, None)
            else:
                latest[record.key] = record
    return latest


def _take_counter(rows: Rows, record: Record, findings: Findings) -> None:
    try:
        counter = decode_counter(record.value or b"")
        representative_id = intern((record.key or b"").decode())
    except (msgspec.MsgspecError, UnicodeDecodeError):
        findings.add("tables", *place_of(record), "this is no row of a counter")
        return
    rows.counters[record.partition, representative_id] = CounterRow(
        record.offset,
        # As the present version writes it: a replay has no other rows.
        digest(record.key, encode_counter(counter), ()),
        counter.sequence,
        counter.units,
        {name: count for name, count in counter.profiles.items() if count},
    )


def _take_conversation(rows: Rows, record: Record, cut: Cut, findings: Findings) -> None:
    try:
        row = decode_conversation(record.value or b"")
        conversation_id = (record.key or b"").decode()
        meaning = None if row.stage == NOTHING else MEANINGS[row.stage]
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
        findings.add("tables", *place_of(record), "this is no row of a conversation")
        return
    clock_ms = cut.clock_ms(record.partition)
    due_ms = row.earliest_ms()
    if read_header(upgrade_conversation(record.value or b"")).due_ms != due_ms:
        findings.add("tables", *place_of(record), f"it says another deadline than {due_ms}")
    if clock_ms is not None and due_ms is not None and due_ms < clock_ms:
        findings.add("tables", *place_of(record), f"a timer was due at {due_ms} and did not fire")
    mark = digest(record.key, encode_conversation(row), ())
    _take_waiting(rows, record, row, findings)
    if meaning is None:
        rows.early[record.partition][conversation_id] = EarlyRow(record.offset, mark)
        return
    status, detail = meaning
    rows.conversations[record.partition][conversation_id] = ConversationRow(
        record.offset,
        mark,
        row.origin,
        row.sequence,
        status,
        detail,
        row.stage_since_ms,
        intern(row.channel),
        intern(row.workstream_id),
        row.customer_id,
        _shared(row.queue_id),
        _shared(row.representative_id),
        tuple(intern(offer.representative_id) for offer in row.offers),
        tuple(map(intern, row.skipped)),
        row.transfer_count,
        row.overflow_count,
        0 if row.extras is None else row.extras.priority,
        row.occurred_ms,
        row.settings_key,
    )
    for hold in row.holds:
        rows.holds[f"{row.origin}.h{hold.number}"] = RowHold(
            record.partition,
            record.offset,
            (
                intern(hold.representative_id),
                hold.role,
                hold.units,
                tuple(map(intern, hold.profiles)),
                hold.forced,
            ),
        )


def _check_settings(
    rows: Mapping[str, ConversationRow],
    latest: Mapping[bytes | None, Record],
    known: AbstractSet[bytes | None],
    layout: Layout,
    partition: int,
    findings: Findings,
) -> None:
    """Each settings row is what its key is the digest of; each conversation's is `known`.

    It breaks a law only at rest: whoever began, ended and was forgotten between the two looks left
    no trace of theirs.
    """
    for record in latest.values():
        try:
            key = digest_settings(record.value or b"")
        except msgspec.DecodeError:
            findings.add("tables", *place_of(record), "this is no row of settings")
            continue
        if key != record.key:
            findings.add("tables", *place_of(record), "the key is not the digest of the settings")
    for row in rows.values():
        if row.settings_key not in known:
            place = (layout.conversations, partition, row.offset)
            sentence = "the settings that it was started with are gone"
            findings.doubt("tables", place, sentence, of=partition)


def _take_waiting(rows: Rows, record: Record, row: Conversation, findings: Findings) -> None:
    """What waits in a row; where nothing has begun, something does (contract.md#early-inputs)."""
    waiting = [] if row.extras is None else row.extras.waiting
    if row.stage == NOTHING and not waiting:
        findings.add("tables", *place_of(record), "nothing has begun, and no input waits for it")
    if len(waiting) > WAITING_MAX:
        findings.add("tables", *place_of(record), f"more than {WAITING_MAX} inputs wait")
    for each in waiting:
        input_ = each.input
        if input_.partition != record.partition:
            findings.add("tables", *place_of(record), "an input of another partition waits")
            continue
        found = WaitingInput(intern(input_.topic), input_.offset, record.offset)
        rows.waiting[record.partition].append(found)


def _shared(text: str | None) -> str | None:
    return None if text is None else intern(text)

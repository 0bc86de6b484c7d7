"""Inputs that were recorded, and reminders: which, where that is said, and a trail of it.

Both lie in the partition of their conversation, so they are read with its changes. Memory: 16 bytes
a record of one partition at a time.
"""

from collections.abc import Set
from typing import Final

from omnistate_schemas.outputs import ConversationReminder, InputRecorded
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import RECORDED_INPUTS
from pydantic import TypeAdapter, ValidationError

from omnistate.audit.accounting_law import RECORDABLE, RECORDED, Inputs
from omnistate.audit.audit_layout import Layout
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side, describe_error
from omnistate.audit.source import TopicReader
from omnistate.audit.trail import Trail
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

HEAD_BYTES: Final = 400
# Too many of them, and nobody waits for the answer (contract.md#recorded-inputs).
UNPUBLISHED: Final = frozenset(
    {"customer.messaged", "representative.message", "bot.message", "conversation.progressed"}
)
_RECORDED: Final = TypeAdapter(InputRecorded).validator.validate_json
_REMINDER: Final = TypeAdapter(ConversationReminder).validator.validate_json
Recording = InputRecorded | ConversationReminder


class Recordings:
    """The recorded inputs and the reminders of one partition, in the order of their offsets."""

    def __init__(self, layout: Layout, cut: Cut, inputs: Inputs, findings: Findings) -> None:
        """`inputs` are told which of them were recorded."""
        self._layout = layout
        self._cut = cut
        self._inputs = inputs
        self._partition = inputs.partition
        self._findings = findings
        self._at_ms = 0

    async def read(self, reader: TopicReader, published: Trail, left_out: Set[int]) -> None:
        """Read the partition whole, and write its trail; not of the keys that are `left_out`."""
        partition = self._partition
        start = self._layout.beginning(RECORDED_INPUTS, partition)
        end = (await reader.ends(RECORDED_INPUTS))[partition]
        async for chunk in reader.records(RECORDED_INPUTS, partition, start, end):
            for record in chunk:
                side = self._take(record)
                if hash(record.key) not in left_out:
                    published.append(record, side)

    def _take(self, record: Record) -> Side:
        """Check one; where it lies, seen from the cut."""
        event = self._read_event(record)
        if event is None:
            return Side.WITHIN
        at_ms = parse_time_ms(event.time)
        if isinstance(event, InputRecorded):
            self._findings.counts["recordings"] += 1
            side = self._take_recorded(record, event, at_ms)
        else:
            self._findings.counts["reminders"] += 1
            if event.causationid is not None or event.data.cause.type != "timer.silence":
                self._complain(record, "cause: a reminder is of the timer silence")
            side = self._cut.side_of_time(self._partition, at_ms)
        self._check(record, event, at_ms)
        if side is Side.BEYOND:
            sentence = "of a later batch than the last that was committed"
            self._findings.doubt("accounting", place_of(record), sentence, of=self._partition)
        return side

    def _take_recorded(self, record: Record, event: InputRecorded, at_ms: int) -> Side:
        data, place = event.data, event.data.input
        if event.id != f"{place.topic}-{place.partition}-{place.offset}":
            self._complain(record, "id: is not that of its input")
        if event.causationid != data.cause.id:
            self._complain(record, "causationid: is not the id of the cause")
        if data.cause.type not in RECORDABLE - UNPUBLISHED:
            self._complain(record, "cause: an input of this type is never published as recorded")
        where = (place.topic, place.offset)
        if place.topic not in self._layout.inputs or place.partition != self._partition:
            self._complain(record, "input: is not of this partition")
            return Side.WITHIN
        side = self._cut.side_of_answer(self._partition, where, at_ms, data.cause.type)
        if self._cut.side_of_input(self._partition, *where) is Side.WITHIN:
            self._inputs.mark(RECORDED, place_of(record), where)
        return side

    def _read_event(self, record: Record) -> Recording | None:
        value = record.value or b""
        read = _REMINDER if b'"conversation.reminder"' in value[:HEAD_BYTES] else _RECORDED
        try:
            event: Recording = read(value)
        except ValidationError as error:
            self._complain(record, f"not as published: {describe_error(error)}")
            return None
        return event

    def _check(self, record: Record, event: Recording, at_ms: int) -> None:
        """The members agree with each other and with the record."""
        data, key = event.data, event.subject.encode()
        if record.key != key or data.conversation_id != event.subject:
            self._complain(record, "key, subject and conversation_id are not the same")
        if partition_of(key, self._layout.partitions) != self._partition:
            self._complain(record, "the key belongs to another partition")
        if parse_time_ms(data.occurred_at) > at_ms:
            self._complain(record, "occurred_at: is after time")
        if at_ms < self._at_ms:
            self._complain(record, "time: goes back")
        self._at_ms = at_ms

    def _complain(self, record: Record, sentence: str) -> None:
        self._findings.add("accounting", *place_of(record), sentence)

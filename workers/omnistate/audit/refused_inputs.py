"""Inputs that were refused or ignored: which, where that is said, and a trail of it.

A refusal lies in the partition of its input, or, of a key that belongs elsewhere, where that key
belongs. So they are read first, of all partitions; 32 bytes each.
"""

from array import array
from collections.abc import Mapping, Sequence, Set
from typing import Final

from omnistate_schemas.outputs import InputIgnored, InputRejected
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import ASSIGNMENT_REQUESTS, REJECTED_INPUTS
from pydantic import TypeAdapter, ValidationError

from omnistate.audit.accounting_law import REFUSED, Inputs
from omnistate.audit.audit_layout import Layout
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side, describe_error
from omnistate.audit.source import TopicReader
from omnistate.audit.trail import Trail
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

HEAD_BYTES: Final = 400
_REJECTED: Final = TypeAdapter(InputRejected).validator.validate_json
_IGNORED: Final = TypeAdapter(InputIgnored).validator.validate_json
Refusal = InputRejected | InputIgnored


class Named:
    """The inputs of one partition that one partition of the topic names, in its order."""

    def __init__(self, partition: int, *, lacking: bool) -> None:
        """None yet; `partition` is the topic's, `lacking` says that its beginning is gone."""
        self.inputs = array("q")
        self.offsets = array("q")
        self.trail = Trail(REJECTED_INPUTS, partition, lacking=lacking)


class Refusals:
    """Every refusal, by the partition of its input and the one that it lies in."""

    def __init__(
        self, layout: Layout, cut: Cut, left_out: Sequence[Set[int]], findings: Findings
    ) -> None:
        """`left_out` are the keys, as numbers, that no replay is compared with, by partition."""
        self._layout = layout
        self._cut = cut
        self._left_out = left_out
        self._findings = findings
        self._named: dict[int, dict[int, Named]] = {}

    async def read(self, reader: TopicReader) -> None:
        """Read the topic whole."""
        for partition, end in enumerate(await reader.ends(REJECTED_INPUTS)):
            start = self._layout.beginning(REJECTED_INPUTS, partition)
            async for chunk in reader.records(REJECTED_INPUTS, partition, start, end):
                for record in chunk:
                    self._take(record)

    def mark(self, inputs: Inputs) -> None:
        """Tell the inputs of a partition which of them were refused."""
        topics = self._layout.inputs
        for partition, named in self._of(inputs.partition).items():
            for number, offset in zip(named.inputs, named.offsets, strict=True):
                place = (REJECTED_INPUTS, partition, offset)
                inputs.mark(REFUSED, place, (topics[number % len(topics)], number // len(topics)))

    def trail_of(self, partition: int, key: bytes) -> Trail:
        """The trail on which a refusal of this key's input, of this partition, should be."""
        named = self._of(partition)
        if len(named) > 1:
            home = partition_of(key, self._layout.partitions)
            if home in named:
                return named[home].trail
        return self._named_in(partition, partition).trail

    def trails_of(self, partition: int) -> list[Trail]:
        """Every trail of the inputs of a partition."""
        return [named.trail for named in self._of(partition).values()]

    def _of(self, partition: int) -> Mapping[int, Named]:
        return self._named.get(partition, {})

    def _named_in(self, partition: int, lies_in: int) -> Named:
        of_one = self._named.setdefault(partition, {})
        named = of_one.get(lies_in)
        if named is None:
            lacking = self._layout.lacks_records(REJECTED_INPUTS, lies_in)
            named = of_one[lies_in] = Named(lies_in, lacking=lacking)
        return named

    def _take(self, record: Record) -> None:
        event = self._read_event(record)
        if event is None:
            return
        self._findings.counts["refusals"] += 1
        place = event.data.input
        self._check(record, event)
        if self._cut.side_of_input(place.partition, place.topic, place.offset) is Side.BEYOND:
            sentence = "names an input after those that were committed"
            self._findings.doubt("accounting", place_of(record), sentence, of=place.partition)
            return
        at_ms, type_ = parse_time_ms(event.time), event.data.cause.type
        where = (place.topic, place.offset)
        side = self._cut.side_of_answer(place.partition, where, at_ms, type_)
        if side is Side.BEYOND:
            sentence = "of a later batch than the last that was committed"
            self._findings.doubt("accounting", place_of(record), sentence, of=place.partition)
        named = self._named_in(place.partition, record.partition)
        topics = self._layout.inputs
        named.inputs.append(place.offset * len(topics) + topics.index(place.topic))
        named.offsets.append(record.offset)
        if hash(record.key) not in self._left_out[place.partition]:
            named.trail.append(record, side)

    def _read_event(self, record: Record) -> Refusal | None:
        value = record.value or b""
        first, second = _REJECTED, _IGNORED
        if b'"input.ignored"' in value[:HEAD_BYTES]:
            first, second = second, first
        event: Refusal
        try:
            try:
                event = first(value)
            except ValidationError:
                event = second(value)
        except ValidationError as error:
            self._complain(record, f"not as published: {describe_error(error)}")
            return None
        place = event.data.input
        if place.topic == ASSIGNMENT_REQUESTS:
            # The gate's; the law of the gate has them.
            return None
        if place.topic not in self._layout.inputs or place.partition >= self._layout.partitions:
            self._complain(record, "input: there is no such partition")
            return None
        return event

    def _check(self, record: Record, event: Refusal) -> None:
        """The members agree with each other and with the record."""
        data, place = event.data, event.data.input
        key = event.subject.encode()
        if record.key != key or data.conversation_id != event.subject:
            self._complain(record, "key, subject and conversation_id are not the same")
        if event.id != f"{place.topic}-{place.partition}-{place.offset}":
            self._complain(record, "id: is not that of its input")
        if event.causationid != data.cause.id:
            self._complain(record, "causationid: is not the id of the cause")
        if record.partition != place.partition and record.partition != partition_of(
            key, self._layout.partitions
        ):
            self._complain(record, "lies neither in the partition of its input nor in its key's")

    def _complain(self, record: Record, sentence: str) -> None:
        self._findings.add("accounting", *place_of(record), sentence)

"""The law of accounting: each input of a partition has exactly one outcome, named by an output.

An input has changed its conversation (one or two changes), was refused, is a dead letter, was
recorded, or waits in a row. What was recorded may be named by no output: only what
contract.md#recorded lists may be so. One byte an input, one partition at a time.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from omnistate_schemas.registry import INPUTS

from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import WaitingInput
from omnistate.audit.cut import Cut
from omnistate.audit.findings import Findings
from omnistate.audit.source import TopicReader
from omnistate.stream.ports import Headers, Record, UnreadableRecord

# contract.md#recorded: what may update a row without a change being published. The one list of the
# schemas: the law is held to it at import, so that no type is accused that the law records.
RECORDABLE: Final = frozenset(name for name, type_ in INPUTS.items() if type_.recordable)
EXISTS: Final = 1
MAY_BE_RECORDED: Final = 2
CHANGED: Final = 4
REFUSED: Final = 8
DEAD: Final = 16
RECORDED: Final = 32
WAITS: Final = 64
_OUTCOMES: Final = {
    CHANGED: "changed its conversation",
    REFUSED: "was refused or ignored",
    DEAD: "is a dead letter",
    RECORDED: "was recorded",
}


_COUNTED: Final = {
    CHANGED: "changed",
    REFUSED: "refused",
    DEAD: "dead letters",
    RECORDED: "recorded",
    WAITS: "waiting",
}


class _Typed(msgspec.Struct, gc=False):
    type: str


_DECODE: Final = msgspec.json.Decoder(_Typed).decode


class Inputs:
    """The inputs of one partition up to the cut, and what became of each."""

    def __init__(self, partition: int, layout: Layout, cut: Cut, findings: Findings) -> None:
        """Nothing is known of any yet."""
        self.partition = partition
        self._findings = findings
        self._first: dict[str, int] = {}
        self._ends = {topic: cut.offset(partition, topic) for topic in layout.inputs}
        self._marks: dict[str, bytearray] = {}

    async def measure(self, reader: TopicReader) -> None:
        """Make room for a mark an input; more were taken than there are, where inputs are lost."""
        for topic, end in self._ends.items():
            first = self._first[topic] = (await reader.beginnings(topic))[self.partition]
            written = (await reader.ends(topic))[self.partition]
            if first > end:
                self._findings.add(
                    "offsets",
                    topic,
                    self.partition,
                    end,
                    f"taken up to here; the topic begins at {first}: inputs were deleted unread",
                )
            if written < end:
                self._findings.add(
                    "offsets",
                    topic,
                    self.partition,
                    written,
                    f"taken up to {end}, but the topic ends here: inputs were lost",
                )
            self._marks[topic] = bytearray(max(0, min(end, written) - first))

    async def read(self, reader: TopicReader) -> None:
        """See every input, where nobody else reads them."""
        for topic, first in self._first.items():
            async for chunk in reader.records(topic, self.partition, first, self._ends[topic]):
                self.see(topic, chunk)

    def see(self, topic: str, records: Sequence[Record]) -> None:
        """These records are there, if they are inputs."""
        marks = self._marks.get(topic)
        if marks is None:
            return
        first = self._first[topic]
        for record in records:
            may_be_recorded = _type_of(record) in RECORDABLE
            # A batch that nobody can read counts as one input, at the offset that its letter names.
            offset = record.first_offset if isinstance(record, UnreadableRecord) else record.offset
            marks[offset - first] |= EXISTS | may_be_recorded * MAY_BE_RECORDED
        self._findings.counts["inputs"] += len(records)

    def mark(
        self,
        outcome: int,
        place: tuple[str, int, int],
        named: tuple[str, int],
        *,
        goes_on: bool = False,
    ) -> None:
        """An output at `place` names the input at (topic, offset), which is within the cut.

        `goes_on`: it is the second change by the same input, right after the first one.
        """
        topic, offset = named
        position = offset - self._first[topic]
        if position < 0:
            return
        marks = self._marks[topic]
        name = f"{topic}/{self.partition}/{offset}"
        if position >= len(marks):
            self._findings.add("accounting", *place, f"names {name}, which is no input")
            return
        found = marks[position]
        for other, happened in _OUTCOMES.items():
            if found & other and not (goes_on and other == outcome):
                self._findings.add("accounting", *place, f"names {name}, which {happened} already")
                return
        marks[position] = found | outcome

    def mark_waiting(self, rows_topic: str, waiting: Iterable[WaitingInput]) -> None:
        """Rows say of these that they wait; a row may be newer than the cut, or older than outputs.

        Call it when all outputs have marked what they name.
        """
        for topic, offset, row in waiting:
            place = (rows_topic, self.partition, row)
            name = f"{topic}/{self.partition}/{offset}"
            marks = self._marks.get(topic)
            position = offset - self._first.get(topic, 0)
            if marks is None:
                self._findings.add("accounting", *place, "an input of no topic of inputs waits")
            elif position >= len(marks):
                sentence = f"{name} waits, which was not taken yet"
                self._findings.doubt("accounting", place, sentence, of=self.partition)
            elif position >= 0:
                if marks[position] & WAITS:
                    self._findings.add("accounting", *place, f"{name} waits already")
                for other, happened in _OUTCOMES.items():
                    if marks[position] & other:
                        sentence = f"{name} waits, which {happened} already"
                        self._findings.doubt("accounting", place, sentence, of=self.partition)
                marks[position] |= WAITS

    def conclude(self, *, outputs_lacking: bool) -> None:
        """Find what nothing accounts for, and what was accounted for but is not there.

        With `outputs_lacking`, retention has taken outputs that may have named inputs.
        """
        counts = self._findings.counts
        for topic, marks in self._marks.items():
            for value, name in _COUNTED.items():
                counts[name] += sum(
                    marks.count(EXISTS | value | also) for also in (0, MAY_BE_RECORDED)
                )
            counts["recorded"] += marks.count(EXISTS | MAY_BE_RECORDED)
            if not outputs_lacking:
                sentence = "no output names this input, and its type is never only recorded"
                self._find(topic, EXISTS, sentence)
            for value in _OUTCOMES:
                self._find(topic, value, "an output names this input, but there is none")
            self._find(topic, WAITS, "a row says that this input waits, but there is none")

    def _find(self, topic: str, mark: int, sentence: str) -> None:
        """Complain of every input with exactly this mark."""
        first, marks = self._first[topic], self._marks[topic]
        position = marks.find(mark)
        while position >= 0:
            offset = first + position
            self._findings.add("accounting", topic, self.partition, offset, sentence)
            position = marks.find(mark, position + 1)


def _type_of(record: Record) -> str | None:
    """The event's type; None where it has none, so that it can only be a dead letter."""
    binary = _binary_type(record.headers) if record.headers else None
    if binary is not None:
        return binary
    try:
        return _DECODE(record.value or b"").type
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _binary_type(headers: Headers) -> str | None:
    """The type in the headers of an event in binary mode."""
    type_ = None
    for name, text in headers:
        lower = name.lower()
        if lower == "content-type" and (text or b"").lower().startswith(
            b"application/cloudevents+json"
        ):
            return None
        if lower == "ce_type":
            type_ = (text or b"").decode(errors="replace")
    return type_

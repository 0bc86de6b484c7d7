"""Dead letters of the conversation worker's inputs: which inputs, and where each lies.

They lie by their own keys, so they are read first, of all partitions. Some 200 bytes each.
"""

from typing import Final, NamedTuple, get_args

from omnistate_schemas.vocabulary import DEAD_LETTERS, DeadLetterCode

from omnistate.audit.accounting_law import DEAD, Inputs
from omnistate.audit.audit_layout import Layout
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side
from omnistate.audit.input_beginnings import DELETED, read_last_deleted, read_origin
from omnistate.audit.source import TopicReader
from omnistate.audit.trail import digest
from omnistate.stream.ports import Record

CODES: Final = frozenset(code.encode() for code in get_args(DeadLetterCode))


class AuditedDeadLetter(NamedTuple):
    """Where it lies, and the digest of what it is."""

    place: tuple[str, int, int]
    digest: int


class DeadLetters:
    """Every dead letter, by the partition of its input."""

    def __init__(self, layout: Layout, cut: Cut, findings: Findings) -> None:
        """None yet."""
        self._layout = layout
        self._cut = cut
        self._findings = findings
        # Some were deleted by retention, so one that is missing proves nothing.
        self.lacking = any(start > 0 for start in layout.beginnings[DEAD_LETTERS])
        self._letters: dict[int, list[tuple[tuple[str, int], AuditedDeadLetter]]] = {}

    async def read(self, reader: TopicReader) -> None:
        """Read the topic whole."""
        for partition, end in enumerate(await reader.ends(DEAD_LETTERS)):
            start = self._layout.beginning(DEAD_LETTERS, partition)
            async for chunk in reader.records(DEAD_LETTERS, partition, start, end):
                for record in chunk:
                    self._take(record)

    def mark(self, inputs: Inputs) -> None:
        """Tell the inputs of a partition which of them are dead letters."""
        for origin, letter in self._letters.get(inputs.partition, ()):
            inputs.mark(DEAD, letter.place, origin)

    def of(self, partition: int) -> dict[tuple[str, int], AuditedDeadLetter]:
        """The dead letters of a partition's inputs, by topic and offset."""
        return dict(self._letters.get(partition, ()))

    def _take(self, record: Record) -> None:
        headers = dict(record.headers)
        origin = read_origin(headers.get("omnistate-origin"))
        if origin is None:
            self._complain(record, "omnistate-origin: is not topic/partition/offset")
            return
        topic, partition, offset = origin
        if headers.get("omnistate-error") == DELETED:
            # Of any worker: the inputs may be trimmed since, and this is what tells of it.
            last = read_last_deleted(headers)
            until = "" if last is None else f"up to {last} "
            sentence = f"inputs from here {until}were deleted before they were read"
            self._findings.add("offsets", topic, partition, offset, sentence)
        if topic not in self._layout.inputs:
            # Another worker's.
            return
        if partition >= self._layout.partitions:
            self._complain(record, "omnistate-origin: there is no such partition")
            return
        if headers.get("omnistate-error") not in CODES or not headers.get(
            "omnistate-error-message"
        ):
            self._complain(record, "does not say what is wrong with the input")
        if self._cut.side_of_input(partition, topic, offset) is Side.BEYOND:
            sentence = "names an input after those that were committed"
            self._findings.doubt("accounting", place_of(record), sentence, of=partition)
            return
        letter = AuditedDeadLetter(
            place_of(record), digest(record.key, record.value, record.headers)
        )
        self._letters.setdefault(partition, []).append(((topic, offset), letter))

    def _complain(self, record: Record, sentence: str) -> None:
        self._findings.add("accounting", *place_of(record), sentence)

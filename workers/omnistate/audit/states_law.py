"""The law of states: on `conversation-states` each remembered conversation stands as it is.

The topic is read after the rows and before the changes of its partition. So what stands there is at
least as new as the row, and the change that it repeats must be on the topic of changes. What is
newer than the row belongs to a later batch, or breaks the law. Memory, for one partition at a time:
some 250 bytes for each conversation that stands there.
"""

from collections.abc import Mapping, Set
from contextlib import aclosing
from typing import Annotated, Final

import msgspec
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import CONVERSATION_STATES, STATE_CHANGES

from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import ConversationRow
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side
from omnistate.audit.sequence_law import ReadChange
from omnistate.audit.source import TopicReader
from omnistate.audit.trail import digest
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)


class _Input(msgspec.Struct, gc=False):
    topic: str
    offset: int


class _Cause(msgspec.Struct, gc=False):
    type: str


class _Data(msgspec.Struct, gc=False):
    sequence: Annotated[int, msgspec.Meta(ge=1)]
    cause: _Cause
    input: _Input | None = None


class _Event(msgspec.Struct, gc=False):
    id: str
    time: str
    data: _Data


class Standing(msgspec.Struct, gc=False):
    """Where a conversation stands; `id` is its change's, which names the conversation's origin."""

    offset: int
    id: str
    sequence: int
    digest: int
    side: Side
    # Whether the change was found, be it with other bytes.
    found: bool = False

    @property
    def origin(self) -> str:
        """The conversation that it is of, where an id was used again."""
        return self.id.rpartition(".")[0]


_READ: Final = msgspec.json.Decoder(_Event).decode


class States:
    """Where the conversations of one partition stand, held against their rows and changes."""

    def __init__(self, partition: int, layout: Layout, cut: Cut, findings: Findings) -> None:
        """Nothing is read yet."""
        self._partition = partition
        self._partitions = layout.partitions
        self._rows_topic = layout.conversations
        self._cut = cut
        self._findings = findings
        # What retention took of the changes cannot be compared with.
        self._lacking = layout.lacks_records(STATE_CHANGES, partition)
        self._whole = not layout.lacks_records(CONVERSATION_STATES, partition)
        self._standings: dict[str, Standing] = {}
        self._forgotten: set[str] = set()

    async def read(self, reader: TopicReader) -> None:
        """Read the topic to its end; the last record of each conversation counts."""
        end = (await reader.ends(CONVERSATION_STATES))[self._partition]
        chunks = reader.records(CONVERSATION_STATES, self._partition, 0, end)
        async with aclosing(chunks):
            async for chunk in chunks:
                for record in chunk:
                    self._take(record)
        self._findings.counts["states"] += len(self._standings)

    def _take(self, record: Record) -> None:
        key = record.key or b""
        try:
            id_ = key.decode()
            standing = None if record.value is None else self._stand(record, record.value)
        except _UNREADABLE:
            self._add(record.offset, "this is not where a conversation stands")
            return
        if partition_of(key, self._partitions) != self._partition:
            self._add(record.offset, "the key belongs to another partition")
        if standing is None:
            self._standings.pop(id_, None)
            self._forgotten.add(id_)
        else:
            self._standings[id_] = standing
            self._forgotten.discard(id_)

    def _stand(self, record: Record, value: bytes) -> Standing:
        event = _READ(value)
        named, at_ms = event.data.input, parse_time_ms(event.time)
        if named is None:
            side = self._cut.side_of_time(self._partition, at_ms)
        else:
            place, type_ = (named.topic, named.offset), event.data.cause.type
            side = self._cut.side_of_answer(self._partition, place, at_ms, type_)
        mark = digest(record.key, value, record.headers)
        return Standing(record.offset, event.id, event.data.sequence, mark, side)

    def see(self, change: ReadChange) -> None:
        """Compare where its conversation stands with a change that goes by."""
        standing = self._standings.get(change.event.subject)
        if standing is None or standing.id != change.event.id or standing.found:
            return
        standing.found = True
        record = change.record
        if digest(record.key, record.value, record.headers) != standing.digest:
            _, partition, offset = place_of(record)
            sentence = f"is not what lies at {STATE_CHANGES}/{partition}/{offset}"
            self._add(standing.offset, sentence)

    def conclude(self, rows: Mapping[str, ConversationRow]) -> Set[str]:
        """Find who is missing, out of date, or there without a row, once all changes went by.

        The conversations that were never filled in: their changes are deleted, and so is, it may
        be, that they were there before this topic was.
        """
        unfilled = {id_ for id_, row in rows.items() if self._is_unfilled(id_, row)}
        for id_, row in rows.items():
            standing = self._standings.get(id_)
            if standing is not None:
                self._compare(standing, row)
            elif id_ not in unfilled:
                self._miss(id_, row)
        for id_, standing in self._standings.items():
            if not (standing.found or self._lacking):
                self._add(standing.offset, f"this change is not on {STATE_CHANGES}")
            if id_ not in rows:
                self._report(standing, "this conversation has no row")
        return unfilled

    def _is_unfilled(self, id_: str, row: ConversationRow) -> bool:
        nowhere = id_ not in self._standings and id_ not in self._forgotten
        return nowhere and self._whole and self._lacking and not row.seen

    def _compare(self, standing: Standing, row: ConversationRow) -> None:
        if standing.origin != row.origin:
            self._report(standing, "is of another conversation under this id than the row")
        elif standing.sequence < row.sequence:
            sentence = f"is change {standing.sequence}, the row has come to {row.sequence}"
            self._add(standing.offset, sentence)
        elif standing.sequence > row.sequence:
            self._report(standing, f"is change {standing.sequence}, the row's is {row.sequence}")

    def _miss(self, id_: str, row: ConversationRow) -> None:
        place = (self._rows_topic, self._partition, row.offset)
        sentence = f"the conversation of this row is missing on {CONVERSATION_STATES}"
        if id_ in self._forgotten or row.status == "closed":
            # It may have been forgotten since the row was read.
            self._findings.doubt("states", place, sentence, of=self._partition)
        else:
            self._findings.add("states", *place, sentence)

    def _report(self, standing: Standing, sentence: str) -> None:
        place = (CONVERSATION_STATES, self._partition, standing.offset)
        self._findings.report("states", place, sentence, standing.side, of=self._partition)

    def _add(self, offset: int, sentence: str) -> None:
        self._findings.add("states", CONVERSATION_STATES, self._partition, offset, sentence)

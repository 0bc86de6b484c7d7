"""Mending `conversation-states` beside workers at work: what is missing, out of date or too much.

The rows say which change each conversation has come to, `conversation-state-changes` has its bytes.
One partition after the other:

    1. the end of the states, and where everybody stands up to it
    2. the rows; they are at least as new
    3. the changes; whichever is its row's last one and does not stand there is to be published
    4. what a worker has published meanwhile is left out, the rest is published in parts
    5. after each part the topic is read on, past what was published: where a worker's record of the
       same conversation lies just before ours, it is published once more behind it, until none does

So at the end whatever was published here has no worker's record between what was known and itself:
the last record of each conversation is the worker's last word. Should this end half-way, a record
may be older than another before it; readers take none of these for news, and the next run mends it.
Workers must all know the topic: what another one changes meanwhile, nobody here hears of.

What nobody can read of states or changes is passed over and told of. A row that cannot be read ends
it before anything is published: whoever it is of would be taken for forgotten.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple, Protocol

import msgspec
from omnistate_schemas.vocabulary import CONVERSATION_STATES, STATE_CHANGES

from omnistate.core.conversation.row import decode_conversation
from omnistate.core.conversation.row_header import version_of
from omnistate.core.row_version import ROW_VERSION, NewerVersion
from omnistate.stream.ports import LogRefusal, Outgoing, Record, UnreadableRecord

PART: Final = 2_000
# Tells our tombstones from the workers', which say the same and may lie on either side of ours.
REMOVED: Final = (("omnistate-rebuilt", b""),)


class _Event(msgspec.Struct, gc=False):
    id: str


_READ: Final = msgspec.json.Decoder(_Event).decode
Publish = Callable[[int, Sequence[Outgoing]], Awaitable[None]]


class Topics(Protocol):
    """Committed records by topic and partition. Each may raise LogUnavailable."""

    async def beginnings(self, topic: str) -> Sequence[int]:
        """The first offset that each partition still has."""

    async def ends(self, topic: str) -> Sequence[int]:
        """Behind the last record of each partition."""

    def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        """Those from `start` to before `end`, once all of them are decided."""


class Rebuilt(NamedTuple):
    """How many conversations are remembered, and what was done for them."""

    remembered: int
    filled: int
    removed: int
    # Their last changes are deleted, or cannot be read; they come with their next change.
    lost: int


class StatesRebuild:
    """One partition's rebuild."""

    def __init__(self, topics: Topics, publish: Publish, changelog: str, partition: int) -> None:
        """`publish` makes records of a partition visible together; `changelog` has the rows."""
        self._topics = topics
        self._publish = publish
        self._changelog = changelog
        self._partition = partition
        # How far the states are read, and whose were published since the first end.
        self._reached = 0
        self._touched: set[bytes | None] = set()
        # Topic, partition and offsets of what nobody can read.
        self.unreadable: list[str] = []

    async def run(self) -> Rebuilt:
        """Mend what is to be mended. Raises LogRefusal where rows cannot be read."""
        standing = await self._read_standing()
        rows = await self._read_rows()
        wanted = {key: id_ for key, id_ in rows.items() if standing.get(key) != id_}
        removed = await self._settle([_state(key, None) for key in standing if key not in rows])
        filled, part = 0, list[Outgoing]()
        start = (await self._topics.beginnings(STATE_CHANGES))[self._partition]
        async for record in self._read(STATE_CHANGES, start, await self._end(STATE_CHANGES)):
            if record.key in wanted and _id_of(record) == wanted[record.key]:
                del wanted[record.key]
                part.append(_state(record.key, record))
                if len(part) == PART:
                    filled += await self._settle(part)
                    part = []
        filled += await self._settle(part)
        lost = sum(key not in self._touched for key in wanted)
        return Rebuilt(len(rows), filled, removed, lost)

    async def _read_standing(self) -> dict[bytes | None, str]:
        """The id of the change at which each conversation stands; empty for what cannot be read."""
        self._reached = await self._end(CONVERSATION_STATES)
        standing: dict[bytes | None, str] = {}
        async for record in self._read(CONVERSATION_STATES, 0, self._reached):
            if record.value is None:
                standing.pop(record.key, None)
            else:
                standing[record.key] = _id_of(record)
        return standing

    async def _read_rows(self) -> dict[bytes | None, str]:
        """The id of the change that each row has come to. Raises NewerVersion."""
        rows: dict[bytes | None, str] = {}
        async for record in self._read(self._changelog, 0, await self._end(self._changelog)):
            if record.value is None:
                rows.pop(record.key, None)
            else:
                try:
                    version = version_of(record.value)
                    if version > ROW_VERSION:
                        raise NewerVersion(version)
                    row = decode_conversation(record.value)
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    where = f"{record.topic}/{record.partition} at offset {record.offset}"
                    raise LogRefusal(f"{where} is no row of a conversation") from None
                # What has not begun has no change yet.
                if row.stage == "nothing":
                    rows.pop(record.key, None)
                else:
                    rows[record.key] = f"{row.origin}.{row.sequence}"
        return rows

    async def _settle(self, states: Sequence[Outgoing]) -> int:
        """Publish what no worker has meanwhile, and what one has just before; how many first."""
        await self._read_on()
        ours = {each.key: each for each in states if each.key not in self._touched}
        published = len(ours)
        while ours:
            await self._publish(self._partition, list(ours.values()))
            ours = await self._read_on(ours)
        return published

    async def _read_on(
        self, ours: "dict[bytes | None, Outgoing] | None" = None
    ) -> "dict[bytes | None, Outgoing]":
        """Read the states to their end: the workers' records that ours have come to lie behind."""
        end = await self._end(CONVERSATION_STATES)
        behind: dict[bytes | None, Outgoing] = {}
        theirs: dict[bytes | None, Outgoing] = {}
        async for record in self._read(CONVERSATION_STATES, self._reached, end):
            key = record.key
            self._touched.add(key)
            mine = ours.get(key) if ours else None
            if mine is None:
                continue
            if record.value != mine.value or (mine.value is None and record.headers != REMOVED):
                theirs[key] = _state(key, record)
                behind.pop(key, None)
            elif key in theirs:
                behind[key] = theirs[key]
        self._reached = max(end, self._reached)
        return behind

    async def _end(self, topic: str) -> int:
        return (await self._topics.ends(topic))[self._partition]

    async def _read(self, topic: str, start: int, end: int) -> AsyncGenerator[Record, None]:
        async with aclosing(self._topics.records(topic, self._partition, start, end)) as chunks:
            async for chunk in chunks:
                for record in chunk:
                    if isinstance(record, UnreadableRecord):
                        self._pass_over(record)
                    else:
                        yield record

    def _pass_over(self, batch: UnreadableRecord) -> None:
        where = f"{batch.topic}/{batch.partition}, {batch.problem}"
        if batch.topic == self._changelog:
            raise LogRefusal(f"rows cannot be read: {where}")
        if where not in self.unreadable:
            self.unreadable.append(where)


def _state(key: bytes | None, last: Record | None) -> Outgoing:
    if last is None or last.value is None:
        return Outgoing(CONVERSATION_STATES, key, None, REMOVED)
    return Outgoing(CONVERSATION_STATES, key, last.value, tuple(last.headers))


def _id_of(record: Record) -> str:
    try:
        return _READ(record.value or b"").id
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""

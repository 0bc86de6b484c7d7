"""On with tables whose changelog has lost rows: with what is left, and a word for all that is not.

As the partition's owner, who is fenced, and in one transaction. Conversations: whoever has no row
is forgotten, on `conversation-states`, too, and what they held is given back. Totals: nothing of
them is kept, and the inputs are counted again from where they begin. Doing it again does no harm.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer
from omnistate_schemas.vocabulary import (
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
)

from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.adapters.kafka.records.topic_reader import KafkaReader
from omnistate.adapters.kafka.worker.fencing_producer import start_producer
from omnistate.adapters.kafka.worker.input_skip import NotSkippable, Place, last_position
from omnistate.adapters.kafka.worker.kafka_transaction import KafkaTransaction, OutputLayout
from omnistate.core.directory import Directory
from omnistate.stream.conversation.lost_rows import Mended, PublishedHolds, mend_tables
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Fenced, LogRefusal, LogUnavailable, UnreadableRecord, Write
from omnistate.stream.position import (
    POSITION_KEY,
    POSITIONS,
    Position,
    encode_position,
    find_loss,
)
from omnistate.stream.row_writing import version_to_write, write_as
from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Group

CONVERSATION: Final = "conversation"


class Acceptance(NamedTuple):
    """One partition that had lost rows: what its tables lacked, and what follows from it."""

    partition: int
    loss: str
    sentences: list[str]


class _Found(NamedTuple):
    """What the changelogs of a partition have."""

    position: Position | None
    rows: Mapping[str, Mapping[bytes, bytes]]
    # The newest record's; None where there is none.
    newest_ms: int | None
    loss: str | None


class TableAcceptance:
    """Of one group; `directory` is its configuration. Each call may raise ClusterFailure."""

    def __init__(
        self,
        connection: Connection,
        cluster: Cluster,
        reader: KafkaReader,
        group: Group,
        directory: Directory,
    ) -> None:
        self._connection = connection
        self._cluster = cluster
        self._reader = reader
        self._group = group
        self._directory = directory

    async def run(self, topology: Topology, *, only_look: bool) -> AsyncIterator[Acceptance]:
        """Each partition whose tables are not whole, once it goes on, or as it would."""
        group = self._group
        readiness = await self._cluster.missing_or_wrong(topology, group.name)
        if readiness.problem is not None:
            raise ClusterFailure(readiness.problem)
        counts = readiness.partitions
        try:
            for number in range(counts[group.consumes[0]]):
                layout = OutputLayout(
                    group.name, number, group.tables, counts, self._connection.physical
                )
                # A worker at work is not disturbed.
                found = await self._look(number)
                if found.loss is None:
                    continue
                if only_look:
                    _, mended = await self._mend(number, found)
                    yield Acceptance(number, found.loss, mended.sentences)
                elif (done := await self._accept(layout)) is not None:
                    yield done
        except Fenced:
            raise ClusterFailure("a worker took the partition over meanwhile: try again") from None
        except LogRefusal:
            raise
        except LogUnavailable as error:
            raise ClusterFailure(str(error)) from None

    async def _accept(self, layout: OutputLayout) -> Acceptance | None:
        number = layout.number
        name, timeout_ms = f"{layout.group}-{number}", self._group.transaction_timeout_ms
        producer = await start_producer(self._connection, name, timeout_ms)
        try:
            # Nobody else moves it from here on.
            found = await self._look(number)
            if found.loss is None:
                return None
            position, mended = await self._mend(number, found)
            await self._commit(producer, layout, position, mended)
            return Acceptance(number, found.loss, mended.sentences)
        finally:
            await disconnect(producer, LEAVE_S)

    async def _look(self, number: int) -> _Found:
        group = self._group
        try:
            place = Place(group.consumes[0], number, 0)
            position = await last_position(self._connection, group, place)
        except NotSkippable:
            position = None
        rows: dict[str, dict[bytes, bytes]] = {}
        newest_ms: int | None = None
        for table, topic in group.tables.items():
            if table == POSITIONS:
                continue
            rows[table], at_ms = await self._read_rows(topic, number)
            newest_ms = max((each for each in (newest_ms, at_ms) if each is not None), default=None)
        if position is not None:
            loss = find_loss(position, {table: len(found) for table, found in rows.items()})
        else:
            committed = await self._reader.committed(group.name, group.consumes)
            began = any(committed.get((topic, number)) for topic in group.consumes)
            loss = "positions: none, and inputs are committed" if began else None
        return _Found(position, rows, newest_ms, loss)

    async def _read_rows(self, topic: str, number: int) -> tuple[dict[bytes, bytes], int | None]:
        start = (await self._reader.beginnings(topic))[number]
        end = (await self._reader.ends(topic))[number]
        rows: dict[bytes, bytes] = {}
        newest_ms: int | None = None
        async for chunk in self._reader.records(topic, number, start, end):
            for record in chunk:
                if isinstance(record, UnreadableRecord):
                    raise LogRefusal(f"{topic}/{number}, {record.problem}: this is no loss")
                newest_ms = max(newest_ms or 0, record.timestamp_ms)
                if record.value is None:
                    rows.pop(record.key or b"", None)
                else:
                    rows[record.key or b""] = record.value
        return rows, newest_ms

    async def _mend(self, number: int, found: _Found) -> tuple[Position, Mended]:
        """What to commit, and the position that it comes to."""
        if self._group.name != CONVERSATION:
            return await self._recount(number, found)
        tables = Tables()
        for table, rows in found.rows.items():
            tables.merge(Write(table, key, value) for key, value in rows.items())
        position = found.position or await self._position_of_group(number, found.newest_ms)
        tables.clock_ms = position.clock_ms
        remembered, _ = await self._read_rows(CONVERSATION_STATES, number)
        published = PublishedHolds(number)
        beginnings = await self._reader.beginnings(CAPACITY_CHANGES)
        for partition, end in enumerate(await self._reader.ends(CAPACITY_CHANGES)):
            chunks = self._reader.records(CAPACITY_CHANGES, partition, beginnings[partition], end)
            async for chunk in chunks:
                for record in chunk:
                    published.take(record.value)
        ids = (key.decode(errors="replace") for key in remembered)
        mended = mend_tables(tables, number, ids, published, self._directory)
        tables.merge(mended.writes)
        return position._replace(rows=dict(tables.count_rows())), mended

    async def _recount(self, number: int, found: _Found) -> tuple[Position, Mended]:
        """Totals: nothing is kept, since half of it would take the other half for repeats."""
        writes = [Write(table, key, None) for table, rows in found.rows.items() for key in rows]
        offsets = {
            topic: (await self._reader.beginnings(topic))[number] for topic in self._group.consumes
        }
        # What was asked was answered; asked once more, it might be granted twice.
        reached = found.position or await self._position_of_group(number, None)
        answered = offsets.pop(ASSIGNMENT_REQUESTS, None)
        sentences = [
            f"{topic}/{number} is counted again from offset {offset} on"
            + (": what lay before it is lost" if offset else "")
            for topic, offset in offsets.items()
        ]
        if answered is not None:
            going_on = max(answered, reached.offsets.get(ASSIGNMENT_REQUESTS, 0))
            offsets[ASSIGNMENT_REQUESTS] = going_on
            sentences.append(f"{ASSIGNMENT_REQUESTS}/{number} goes on at offset {going_on}")
        rows = dict.fromkeys(found.rows, 0)
        if found.position is None:
            position = Position(None, offsets, rows)
        else:
            # Its clock stays: a partition's clock never goes back.
            position = found.position._replace(offsets=offsets, rows=rows)
        return position, Mended([], [], writes, sentences)

    async def _position_of_group(self, number: int, clock_ms: int | None) -> Position:
        """Where the positions are lost: the group's offsets, of the same transactions."""
        committed = await self._reader.committed(self._group.name, self._group.consumes)
        offsets = {topic: committed.get((topic, number), 0) for topic in self._group.consumes}
        return Position(clock_ms, offsets)

    async def _commit(
        self, producer: AIOKafkaProducer, layout: OutputLayout, position: Position, mended: Mended
    ) -> None:
        known = await self._cluster.topic_ids(self._group.consumes)
        # As a worker would that takes these rows over.
        version = version_to_write(position, None)
        topic_ids = {**known, **(position.topic_ids or {})}
        position = position._replace(version=version, topic_ids=topic_ids)
        await producer.begin_transaction()
        transaction = KafkaTransaction(producer, layout, position.clock_ms, lambda *_: None)
        await transaction.send([*mended.outputs, *mended.states])
        await transaction.write(write_as(version, mended.writes))
        row = encode_position(position)
        await transaction.write([Write(POSITIONS, POSITION_KEY, row)])
        await transaction.send_offsets(position.offsets)
        await transaction.flush()
        await transaction.commit()

"""The Faust app that counts figures: an agent on the state changes, and two tables of Faust's.

This is where Faust's streams and tables serve: few records, and what is lost is little. Figures
are counted at least once and are never authoritative: Faust sends tables and offsets one after the
other, so that what is in flight when a worker dies may be missing from them or count twice. They
are rebuilt from the topic: without its group's offsets and changelogs a worker counts all of it.

How Faust reaches Kafka is `omnistate.process.faust_client`'s.
"""

import asyncio
import time
import warnings
from collections import Counter as Tally
from collections.abc import Callable
from typing import Any, Final

from faust.exceptions import ConsumerNotStarted
from omnistate_schemas.vocabulary import STATE_CHANGES

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.core.row_version import NewerVersion
from omnistate.process.faust_client import KafkaApp
from omnistate.process.logs import get_logger
from omnistate.process.unusable_records import UnusableRecords
from omnistate.projections.figures.change_reading import NoChange, read_change
from omnistate.projections.figures.counting import Counting
from omnistate.projections.figures.counting_rows import decode_memory
from omnistate.projections.figures.recent_wrap_ups import RecentWrapUps
from omnistate.projections.figures.windows import WINDOW_S, PartitionCounts
from omnistate.projections.read_model.store_ports import TopicPartition

GROUP: Final = "figures"
STOP_S: Final = 4.0
# Faust can wait for ever for tables or for its group (a rebalance while it reads back).
STANDSTILL_S: Final = 60.0
LOOK_S: Final = 1.0


class StreamEnded(Exception):
    """The stream ended by itself; the message is one line that says why."""


class FiguresStream:
    """One start of the app: `run` it once, then make another."""

    def __init__(
        self,
        connection: Connection,
        threshold_ms: Callable[[str | None], int],
        segment_of: Callable[[str, str | None], tuple[str, str]],
        wrap_ups: RecentWrapUps,
        session_timeout_s: float,
        unusable: UnusableRecords,
        row_version: int | None = None,
    ) -> None:
        """Make the app in the running loop; nothing is connected yet.

        `wrap_ups` is told by somebody else, `unusable` of each record that cannot be used.
        """
        self._wrap_ups = wrap_ups
        self._connection = connection
        self._unusable = unusable
        self._unreadable = 0
        # Rows that only a newer release can read: then this one must not go on.
        self._refusal: asyncio.Future[NewerVersion] = asyncio.get_running_loop().create_future()
        self._topic = connection.physical(STATE_CHANGES)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._app = KafkaApp(connection, GROUP, session_timeout_s, self._pass_over)
            windows = self._app.Table("windows").tumbling(WINDOW_S)
            conversations = self._app.Table("conversations")
            self._tables = (conversations, windows.table)
            window_at = windows.table.window.current
            self._counting = Counting(
                *self._tables, window_at, threshold_ms, segment_of, row_version
            )
            # Called when both tables have been read back.
            conversations.on_recover(self._recovered)
            source = self._app.topic(self._topic, key_serializer="raw", value_serializer="raw")
            self._app.agent(source, name=GROUP)(self._count)

    @property
    def partitions(self) -> set[int]:
        """The partitions of the state changes that are this worker's now."""
        return {place.partition for place in self._assignment() if place.topic == self._topic}

    @property
    def ready(self) -> bool:
        """Whether the tables have been read back and changes are being taken."""
        tables = self._app.tables
        return bool(tables.recovery.completed.is_set() and tables.actives_ready)

    @property
    def silence_s(self) -> float:
        """For how long no broker has answered for the group."""
        return self._app.silence_s

    def parts(self, now_s: float) -> list[PartitionCounts]:
        """What has been counted in the partitions that are ours, while they are."""
        if not self.ready:
            return []
        own = self.partitions
        return [
            *self._counting.parts(own, now_s),
            *self._wrap_ups.parts(self._tables[0], own, now_s),
        ]

    def tally(self) -> "Tally[str]":
        """What became of the changes that were read."""
        found: Tally[str] = Tally(unreadable=self._unreadable)
        for outcome, number in self._counting.tally.items():
            found[outcome] = number
        return found

    async def run(self) -> None:
        """Until cancelled. Raises StreamEnded, and NewerVersion."""
        running = asyncio.ensure_future(self._run())
        running.add_done_callback(_describe)
        watching = asyncio.ensure_future(self._watch())
        try:
            # Waited for, not awaited: Faust lets cancellations of its own out, which are not ours.
            ends: set[asyncio.Future[Any]] = {running, watching, self._refusal}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            running.cancel()
            watching.cancel()
        if self._refusal.done():
            raise self._refusal.result()
        if not running.done():
            raise StreamEnded(f"its tables have not come further for {STANDSTILL_S:g} s")
        raise StreamEnded(_describe(running) or "Faust stopped")

    async def stop(self) -> None:
        """Commit what has been counted and leave the group."""
        stopping = asyncio.ensure_future(self._app.stop())
        stopping.add_done_callback(_describe)
        done, _ = await asyncio.wait({stopping}, timeout=STOP_S)
        problem = _describe(stopping) if done else f"no end after {STOP_S:g} s"
        if problem is not None:
            stopping.cancel()
            get_logger().warning("stream_not_stopped", reason=problem)

    async def _watch(self) -> None:
        """Until it has neither been ready nor read a table on for STANDSTILL_S."""
        left, since_s = -1, time.monotonic()
        while time.monotonic() - since_s < STANDSTILL_S:
            await asyncio.sleep(LOOK_S)
            now_left = self._app.tables.recovery.active_remaining_total()
            if self.ready or now_left != left:
                left, since_s = now_left, time.monotonic()

    async def _run(self) -> None:
        await self._app.start()
        await self._app.wait_until_stopped()
        if self._app.crash_reason is not None:
            raise self._app.crash_reason

    def _assignment(self) -> Any:
        try:
            return self._app.consumer.assignment()
        except ConsumerNotStarted:
            return ()

    async def _recovered(self) -> None:
        partitions = self.partitions
        conversations, windows = self._tables
        own = partitions.__contains__
        _forget(windows, [key for key in windows if not own(key[0][0])])
        try:
            rows = {key: decode_memory(row) for key, row in conversations.items()}
            _forget(conversations, [key for key, row in rows.items() if not own(row.partition)])
            self._counting.recovered()
        except NewerVersion as refusal:
            if not self._refusal.done():
                self._refusal.set_result(refusal)
            return
        get_logger().info("tables_read_back", partitions=sorted(partitions))

    async def _count(self, stream: Any) -> None:
        async for event in stream.events():
            now_ms = round(time.time() * 1_000)
            partition = event.message.partition
            try:
                change, at_ms = read_change(event.value, now_ms)
            except NoChange as problem:
                self._unreadable += 1
                self._unusable.tell(STATE_CHANGES, partition, event.message.offset, str(problem))
                continue
            self._counting.take(change, at_ms, partition, now_ms)

    def _pass_over(self, place: TopicPartition, batch: UnreadableBatch) -> None:
        """Said from Faust's own thread."""
        problem = f"{batch.offsets}: {batch.reason}"
        topic = self._connection.logical(place.topic)
        self._unusable.tell(topic, place.partition, batch.offset, problem, batch=True)


def _forget(table: Any, keys: list[Any]) -> None:
    """Drop rows of partitions that are somebody else's now: Faust's store keeps what it wrote."""
    for key in keys:
        # From the store itself: the changelog, theirs now, must not learn of it.
        table.data.pop(key, None)


def _describe(ended: "asyncio.Future[None]") -> str | None:
    """How a task ended, in one line; None = well."""
    if ended.cancelled():
        return "Faust was cancelled"
    error = ended.exception()
    return None if error is None else f"{type(error).__name__}: {' '.join(str(error).split())}"

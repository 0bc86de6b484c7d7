"""What the figures' worker does: hosts the stream that counts, publishes what it has counted.

Figures go to the worker's own metrics and, where there is a Redis, into hashes that expire by
themselves. It is loss-tolerant (see `figures_stream`): neither a stream that ends nor a Redis
that is away ends it, it says so and starts again; only topics that are missing or wrong do.
"""

import asyncio
import time
from collections import Counter as Tally
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from omnistate.adapters.kafka.configuration.segment_follower import SegmentFollower
from omnistate.adapters.redis.redis_url import UnusableUrl
from omnistate.adapters.redis.row_store import RedisRows
from omnistate.process.environment import PREFIX
from omnistate.process.errors import Unusable
from omnistate.process.figures.figures_stream import GROUP, FiguresStream, StreamEnded
from omnistate.process.figures.wrap_up_follower import WrapUpFollower
from omnistate.process.logs import get_logger
from omnistate.process.process_settings import Settings
from omnistate.process.supervisor import Engine, Need, Supervisor, tell_broker_away
from omnistate.process.unusable_records import UnusableRecords, tell_of_configuration
from omnistate.process.waiting import Wait, describe_silence
from omnistate.projections.figures.recent_wrap_ups import RecentWrapUps
from omnistate.projections.figures.row_publication import publish, rows_of
from omnistate.projections.figures.windows import FigureRow
from omnistate.projections.keys import Keys
from omnistate.projections.read_model.store_ports import StoreUnavailable, StoreUnusable
from omnistate.stream.topology import Topology

PUBLISH_S: Final = 5.0
LAST_ROWS_S: Final = 1.0
# A stream that ends at once would otherwise fill the log.
AGAIN_S: Final = 3.0


class FiguresEngine(Engine):
    """One worker of the group `figures`."""

    def __init__(
        self, settings: Settings, topology: Topology, count_unusable: Callable[[str], None]
    ) -> None:
        """Nothing is connected before its needs are. Raises Unusable for a URL that is none.

        `count_unusable` is told the topic of each record that cannot be used.
        """
        super().__init__(topology, GROUP)
        connection = settings.connection
        self._connection = connection
        self._session_timeout_s = settings.session_timeout
        self._row_version = settings.row_version
        # For all streams: each reads again what the one before did not commit.
        self._unusable = UnusableRecords(count_unusable)
        self._follower = SegmentFollower(connection, tell_of_configuration(count_unusable))
        self._partitions: Mapping[str, int] = {}
        self._wrap_ups = RecentWrapUps(self._follower.segment_of)
        self._wrap_up_follower = WrapUpFollower(
            connection, self._wrap_ups, lambda: self._follower.may_write_up, self._unusable
        )
        self._stream: FiguresStream | None = None
        # Of streams that have ended.
        self._tally: Tally[str] = Tally()
        self._keys = Keys(settings.topic_prefix)
        self._rows: RedisRows | None = None
        if settings.redis_url is not None:
            try:
                self._rows = RedisRows(settings.redis_url)
            except UnusableUrl as error:
                raise Unusable(f"{PREFIX}REDIS_URL: {error}") from None

    def needs(self, partitions: Mapping[str, int]) -> Iterable[Need]:
        """Queues and workstreams as they are published; of Redis there is no need."""
        self._partitions = partitions
        yield Need(tell_broker_away, self._follower.start)

    def tasks(self, supervisor: Supervisor) -> Iterable[Coroutine[Any, Any, None]]:
        """What counts, what it counts by, and what publishes it."""
        yield self._count(supervisor)
        yield self._follower.run()
        yield self._wrap_up_follower.run(self._partitions)
        if self._rows is not None:
            yield self._publish(self._rows)

    async def stop(self) -> None:
        """Commit what has been counted, write the last rows, leave the group."""
        if self._rows is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_ROWS_S):
                    await self._write_rows(self._rows)
            with suppress(StoreUnavailable):
                await self._rows.close()
        await asyncio.gather(
            self._end_stream(), self._follower.stop(), self._wrap_up_follower.stop()
        )

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Ready: the group has been joined, and the tables have been read back."""
        stream = self._stream
        silent = (
            describe_silence(stream.silence_s, self._session_timeout_s)
            if stream is not None
            else None
        )
        ready = stream is not None and stream.ready and silent is None
        numbers = sorted(stream.partitions) if stream is not None else []
        state = "running" if ready else "being read back"
        partitions = {str(number): state for number in numbers}
        found = {"ready": ready, "joined": ready, "partitions": partitions}
        return ready, found if silent is None else {**found, "broker": silent}

    def rows(self) -> list[FigureRow]:
        """What this worker's partitions have counted, as of now."""
        now_s = time.time()
        return rows_of(self._stream.parts(now_s), now_s) if self._stream is not None else []

    def tally(self) -> Mapping[str, int]:
        """What became of the changes that were read since the start."""
        return self._tally + self._stream.tally() if self._stream is not None else self._tally

    async def _count(self, supervisor: Supervisor) -> None:
        while True:
            stream = self._stream = FiguresStream(
                self._connection,
                self._follower.threshold_ms,
                self._follower.segment_of,
                self._wrap_ups,
                self._session_timeout_s,
                self._unusable,
                self._row_version,
            )
            try:
                await stream.run()
            except StreamEnded as end:
                get_logger().warning("stream_ended", reason=str(end))
            await self._end_stream()
            await asyncio.sleep(AGAIN_S)
            await supervisor.await_topics()

    async def _end_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.stop()
            self._tally += stream.tally()

    async def _publish(self, rows: RedisRows) -> None:
        wait = Wait()
        while True:
            await asyncio.sleep(PUBLISH_S)
            problem = await self._write_rows(rows)
            if problem is None:
                wait.succeed()
            elif wait.fail(problem, time.monotonic()).speaks:
                get_logger().warning("rows_not_written", reason=problem)

    async def _write_rows(self, rows: RedisRows) -> str | None:
        """What went wrong, None where nothing did."""
        stream = self._stream
        if stream is None or not stream.ready:
            return None
        now_s = time.time()
        try:
            await publish(rows, self._keys, stream.parts(now_s), now_s)
        except (StoreUnavailable, StoreUnusable) as error:
            return str(error)
        return None

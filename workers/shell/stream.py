"""The Faust app that counts figures: an agent on the state changes, and two tables of Faust's.

This is where Faust's streams and tables serve: few records, and what is lost is little. Figures
are counted at least once and are never authoritative: Faust sends tables and offsets one after the
other, so that what is in flight when a worker dies may be missing from them or count twice. They
are rebuilt from the topic: without its group's offsets and changelogs a worker counts all of it.

Faust declares no topic and keeps nothing on disk; its consumer and its producer are our
connection's (TLS, SASL, committed records only: Faust's own would read aborted ones, too).
"""

import asyncio
import time
import warnings
from collections import Counter as Tally
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import faust
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers import aiokafka as driver
from pydantic import ValidationError

from schemas.outputs import ConversationStateChanged
from schemas.times import parse_time_ms
from schemas.vocabulary import STATE_CHANGES
from workers.adapters.kafka.connection import Connection
from workers.projections.counting import Counting
from workers.projections.windows import WINDOW_S, Part

GROUP: Final = "figures"
# How much is read again after a worker died: repeats are known, but cost time.
COMMIT_S: Final = 2.0
STOP_S: Final = 7.0


class StreamEnded(Exception):
    """The stream ended by itself; the message is one line that says why."""


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's consumer thread with a consumer of ours."""

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ARG002
        conf = self.app.conf
        self._assignor = self.app.assignor
        return self.app.connection.consumer(
            group_id=conf.id,
            partition_assignment_strategy=[self._assignor],
            session_timeout_ms=round(conf.broker_session_timeout * 1_000),
            heartbeat_interval_ms=round(conf.broker_heartbeat_interval * 1_000),
            rebalance_timeout_ms=round(conf.broker_rebalance_timeout * 1_000),
            max_poll_interval_ms=round(conf.broker_max_poll_interval * 1_000),
            fetch_max_wait_ms=500,
        )


class _Consumer(driver.Consumer):  # type: ignore[misc]
    def _new_consumer_thread(self) -> Any:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class _Producer(driver.Producer):  # type: ignore[misc]
    def _new_producer(self, transactional_id: str | None = None) -> Any:
        return self.app.connection.producer(transactional_id=transactional_id)


class _Transport(driver.Transport):  # type: ignore[misc]
    Consumer = _Consumer
    Producer = _Producer


class _App(faust.App):  # type: ignore[misc]
    """A Faust app without folders, on our connection."""

    def __init__(self, connection: Connection, **options: Any) -> None:
        self.connection = connection
        super().__init__(**options)

    def _new_transport(self) -> Any:
        return _Transport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> Any:
        return _Transport(self.conf.broker_producer, self)

    def _create_directories(self) -> None:
        """No folders: there is no state here."""


class FiguresStream:
    """One start of the app: `run` it once, then make another."""

    def __init__(
        self,
        connection: Connection,
        threshold_ms: Callable[[str | None], int],
        session_timeout_s: float,
    ) -> None:
        """Make the app in the running loop; nothing is connected yet."""
        self._unreadable = 0
        self._topic = connection.physical(STATE_CHANGES)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._app = _make_app(connection, session_timeout_s)
            windows = self._app.Table("windows").tumbling(WINDOW_S)
            conversations = self._app.Table("conversations")
            self._counting = Counting(
                conversations, windows.table, windows.table.window.current, threshold_ms
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

    def parts(self, now_s: float) -> list[Part]:
        """What has been counted in the partitions that are ours, while they are."""
        return self._counting.parts(self.partitions, now_s) if self.ready else []

    def tally(self) -> "Tally[str]":
        """What became of the changes that were read."""
        found: Tally[str] = Tally(unreadable=self._unreadable)
        for outcome, number in self._counting.tally.items():
            found[outcome] = number
        return found

    async def run(self) -> None:
        """Until cancelled. Raises StreamEnded."""
        try:
            await self._app.start()
            await self._app.wait_until_stopped()
        except Exception as error:
            raise StreamEnded(_describe(error)) from error
        raise StreamEnded(_describe(self._app.crash_reason))

    async def stop(self) -> None:
        """Commit what has been counted and leave the group."""
        try:
            async with asyncio.timeout(STOP_S):
                await self._app.stop()
        except TimeoutError:
            return

    def _assignment(self) -> Any:
        try:
            return self._app.consumer.assignment()
        except ConsumerNotStarted:
            return ()

    async def _recovered(self) -> None:
        self._counting.recovered()

    async def _count(self, stream: Any) -> None:
        async for event in stream.events():
            try:
                change = ConversationStateChanged.model_validate_json(event.value)
            except ValidationError:
                self._unreadable += 1
                continue
            now_ms = round(time.time() * 1_000)
            partition = event.message.partition
            self._counting.take(change.data, parse_time_ms(change.time), partition, now_ms)


def _make_app(connection: Connection, session_timeout_s: float) -> _App:
    return _App(
        connection,
        id=connection.physical(GROUP),
        # Never asked: the connection knows the brokers.
        broker="kafka://localhost",
        loop=asyncio.get_running_loop(),
        autodiscover=False,
        datadir=Path("unused"),
        store="memory://",
        broker_commit_interval=COMMIT_S,
        broker_session_timeout=session_timeout_s,
        broker_heartbeat_interval=session_timeout_s / 4,
        broker_rebalance_timeout=max(session_timeout_s, 30.0),
        broker_max_poll_interval=3_600.0,
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )


def _describe(error: BaseException | None) -> str:
    if error is None:
        return "Faust stopped"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"

"""A Faust app on our connection: it declares no topic and keeps nothing on disk.

Its consumer and producer are our connection's (TLS, SASL, committed records only: Faust's own would
read aborted ones, too). What Faust 0.15.3 gets wrong with them is put right here, each with what
would happen otherwise. Nothing here knows what the app is for.
"""

import asyncio
from pathlib import Path
from typing import Any, Final

import faust
from faust.transport.drivers import aiokafka as driver

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.consumer import GroupConsumer, Report
from omnistate.adapters.kafka.worker.membership import silence_s
from omnistate.process.logs import get_logger

# How much is read again after a worker died: repeats are known, but cost time.
COMMIT_S: Final = 2.0
LEAVE_S: Final = 2.0
BUFFER_RECORDS: Final = 5_000


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's consumer thread with a consumer of ours."""

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ARG002
        conf = self.app.conf
        self._assignor = self.app.assignor
        self.app.member = self.app.connection.member_of(
            self._assignor,
            group_id=conf.id,
            session_timeout_ms=round(conf.broker_session_timeout * 1_000),
            heartbeat_interval_ms=round(conf.broker_heartbeat_interval * 1_000),
            rebalance_timeout_ms=round(conf.broker_rebalance_timeout * 1_000),
            max_poll_interval_ms=round(conf.broker_max_poll_interval * 1_000),
            fetch_max_wait_ms=500,
        )
        # Passed over, or Faust would ask for the same again and again.
        self.app.member.on_unreadable = self.app.report_unreadable
        return self.app.member

    async def on_thread_stop(self) -> None:
        try:
            async with asyncio.timeout(LEAVE_S):
                await super().on_thread_stop()
        except (TimeoutError, asyncio.CancelledError) as error:
            # Without a broker aiokafka lets a fetch's cancellation out of its `stop`.
            get_logger().debug("left_without_goodbye", reason=type(error).__name__)

    async def seek_to_committed(self) -> Any:
        # Faust seeks before it takes records, and has dropped those that it had fetched until then.
        # Where nothing has been committed it would go on behind them.
        found = await super().seek_to_committed()
        changelogs = self.app.tables.changelog_topics
        new = [tp for tp, offset in found.items() if offset is None and tp.topic not in changelogs]
        if new:
            await self.seek_to_beginning(*new)
        return found


class _Consumer(driver.Consumer):  # type: ignore[misc]
    def _new_consumer_thread(self) -> Any:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        # Faust takes the record after a transaction's marker for a part of the gap, too, and then
        # commits one transaction at a time (faust-streaming issue 606).
        await super()._add_gap(tp, offset_from, offset_to - 1)


class _Producer(driver.Producer):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Two rows a change: at Faust's 100 it would wait, and warn, whenever it catches up.
        self.buffer.max_messages = BUFFER_RECORDS

    def _new_producer(self, transactional_id: str | None = None) -> Any:
        # Not idempotent: a record that could not be sent for long would then fail the next ones,
        # too, and rows are whole, so that the next one of a key makes up for it.
        return self.app.connection.producer(
            transactional_id=transactional_id, enable_idempotence=False, acks="all"
        )


class _Transport(driver.Transport):  # type: ignore[misc]
    Consumer = _Consumer
    Producer = _Producer


class KafkaApp(faust.App):  # type: ignore[misc]
    """A Faust app without folders, without a web server, on our connection."""

    def __init__(
        self,
        connection: Connection,
        name: str,
        session_timeout_s: float,
        report_unreadable: Report,
    ) -> None:
        """Make it in the running loop; its group is `name`, as topics.yaml declares it.

        `report_unreadable` is told, in Faust's own thread, of batches that nobody can read.
        """
        self.connection = connection
        self.report_unreadable = report_unreadable
        # Faust's consumer, once there is one: what it hears of its group is worth knowing.
        self.member: GroupConsumer | None = None
        super().__init__(
            connection.physical(name),
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
            # Faust would commit once more through a consumer that may have died, and give up there.
            stream_wait_empty=False,
            table_standby_replicas=0,
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
        )
        self.on_rebalance_complete.connect(self._hold)

    @property
    def silence_s(self) -> float:
        """For how long the group's coordinator has not answered; 0 before it is asked."""
        return 0.0 if self.member is None else silence_s(self.member)

    async def _hold(self, *_: Any, **__: Any) -> None:
        # Faust lets records through before it seeks, and drops those that have arrived when it has
        # sought (faust-streaming issue 596). In the end it resumes the flow itself.
        self.consumer.stop_flow()

    def _new_transport(self) -> Any:
        return _Transport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> Any:
        return _Transport(self.conf.broker_producer, self)

    def _create_directories(self) -> None:
        """No folders: there is no state here."""

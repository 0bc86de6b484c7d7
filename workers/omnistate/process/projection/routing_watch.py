"""The router's picture for whoever asks why something waits, and the windows that run.

Followed while somebody asks. It decides nothing that counts: it says what a router would decide
now, and forgets it. It joins no group and writes nothing.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import msgspec
from omnistate_schemas.read_api import ConversationNow, WindowsNow
from omnistate_schemas.vocabulary import RECORDED_INPUTS, REJECTED_INPUTS

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.adapters.kafka.configuration.configuration_follower import UnusableRecord as Unusable
from omnistate.adapters.kafka.configuration.object_follower import ObjectFollower
from omnistate.adapters.kafka.worker.followed_topics import FollowedTopics
from omnistate.core.router.explanation import Explanation, explain
from omnistate.core.router.queue_explanation import (
    QueueExplained,
    WaitingExplained,
    explain_queue,
    explain_waiting,
)
from omnistate.core.router.router import Router
from omnistate.core.router.seen import ConversationSeen
from omnistate.process.logs import get_logger
from omnistate.process.projection.running_windows import TOPICS, RunningWindows
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.router.pictured_records import FOLLOWED, PicturedRecords, UnusableRecord
from omnistate.stream.topology import Topology

# Followed on for so long after somebody asked last.
INTEREST_S: Final = 300.0
# The first question waits for the topics to be read, but not longer.
FIRST_S: Final = 15.0
POLL_MS: Final = 500
_ENCODE: Final = msgspec.json.Encoder().encode
_READ: Final = msgspec.json.Decoder(ConversationSeen).decode
# What is refused is no matter of the picture.
WHOLE: Final = tuple(topic for topic in FOLLOWED if topic != REJECTED_INPUTS)


class RoutingWatch:
    """Follows what a router follows, from the first question on."""

    def __init__(self, connection: Connection, topology: Topology) -> None:
        """Nothing is connected before somebody asks."""
        self._connection = connection
        self._configured = [
            topic for topic in topology.group("router").follows if topic not in FOLLOWED
        ]
        self._records: PicturedRecords | None = None
        self._windows = RunningWindows()
        self._asked_at_s = 0.0
        self._following: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    async def explain(self, id_: str, last: ConversationSeen | None) -> Explanation | None:
        """Of a conversation; `last` is its last change where it does not wait. None: unknown.

        Raises LogUnavailable.
        """
        records = await self._read()
        picture, now_ms = records.router.picture, _now_ms()
        records.router.decide(now_ms)
        try:
            seen = picture.find_seen(id_) or last
            return None if seen is None else explain(picture, records.taken_up, seen, now_ms)
        finally:
            records.router.forget_requests()

    async def explain_queue(self, queue_id: str, limit: int) -> QueueExplained | None:
        """Of a queue; None: it is not configured. Raises LogUnavailable."""
        records = await self._read()
        picture, now_ms = records.router.picture, _now_ms()
        records.router.decide(now_ms)
        try:
            return explain_queue(picture, records.taken_up, queue_id, now_ms, limit)
        finally:
            records.router.forget_requests()

    def glance(self, ids: Iterable[str]) -> list[WaitingExplained]:
        """Of those conversations that wait, at once; nothing before the topics have been read."""
        self._ask()
        records = self._records
        if records is None:
            return []
        picture, now_ms = records.router.picture, _now_ms()
        if not any(room.members for room in picture.rooms.values()):
            # Nobody is in a queue: whoever assigns here is another router, which says nothing.
            return []
        records.router.decide(now_ms)
        try:
            found = [explain_waiting(picture, records.taken_up, id_, now_ms) for id_ in ids]
        finally:
            records.router.forget_requests()
        return [each for each in found if each is not None]

    def list_windows(self, limit: int) -> WindowsNow | None:
        """Those that run now, at once; None before the topics have been read."""
        self._ask()
        return None if self._records is None else self._windows.list_next(_now_ms(), limit)

    async def await_picture(self) -> bool:
        """Wait a while for the topics to be read; whether they are."""
        try:
            await self._read()
        except LogUnavailable:
            return False
        return True

    async def close(self) -> None:
        """Follow no more; may be called again."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    def _ask(self) -> None:
        self._asked_at_s = time.monotonic()
        if self._following is None or self._following.done():
            self._changed.clear()
            self._following = asyncio.create_task(self._follow())

    async def _read(self) -> PicturedRecords:
        self._ask()
        if self._records is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), FIRST_S)
        if self._records is None:
            raise LogUnavailable("the topics have not been read yet")
        return self._records

    async def _follow(self) -> None:
        records = PicturedRecords(Router())
        windows = self._windows = RunningWindows()
        followed = FollowedTopics(self._connection, WHOLE, [RECORDED_INPUTS])
        configuration = ObjectFollower(
            self._connection, _pass_over, self._configured, records.configure
        )
        changes: asyncio.Task[None] | None = None
        try:
            await configuration.start()
            changes = asyncio.create_task(configuration.run())
            async with open_cluster(self._connection) as cluster:
                found = await cluster.describe((*WHOLE, RECORDED_INPUTS))
            await followed.start({topic: state.partitions for topic, state in found.items()})
            ends = await followed.ends()
            while time.monotonic() - self._asked_at_s < INTEREST_S and not changes.done():
                for record in await followed.poll(POLL_MS):
                    if record.topic in TOPICS:
                        windows.take(record)
                    if record.topic == RECORDED_INPUTS:
                        continue
                    # Whoever routes says what cannot be used, and counts it.
                    with suppress(UnusableRecord):
                        records.take(record, _now_ms())
                records.router.stand_by()
                positions = followed.positions()
                if all(positions.get(place, 0) >= end for place, end in ends.items()):
                    self._records = records
                    self._changed.set()
        except (ClusterFailure, LogUnavailable) as error:
            get_logger().warning("routing_not_followed", reason=str(error))
        finally:
            self._records = None
            self._changed.set()
            if changes is not None:
                changes.cancel()
                await asyncio.gather(changes, return_exceptions=True)
            await asyncio.gather(followed.stop(), configuration.stop())


def encode(found: Explanation | QueueExplained | WaitingExplained) -> bytes:
    """The same as JSON, with every member."""
    return _ENCODE(found)


def read_seen(now: ConversationNow) -> ConversationSeen:
    """What a router would read of a conversation's last change."""
    return _READ(now.model_dump_json(exclude_none=True))


def _pass_over(unusable: Unusable) -> None:
    """Whoever routes says it, and counts it."""


def _now_ms() -> int:
    return round(time.time() * 1_000)

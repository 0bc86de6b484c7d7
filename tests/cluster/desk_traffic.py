"""Customers who keep coming, and representatives who take what they are offered, on real topics.

They go by published changes alone: whoever is offered something accepts or declines it, and ends
what they have accepted a moment later.
"""

import asyncio
import json
from random import Random
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.cluster.story_inputs import event

WAITING: Final = 25
TICK_S: Final = 0.05
ENDS_S: Final = (0.2, 1.5)
DECLINES: Final = 0.15
TOPICS: Final = {"conversation": "channel-events", "representative": "agent-actions"}
Json = dict[str, Any]


class DeskTraffic:
    """From entry on; so many conversations are always about to be given, until `leave_off`."""

    def __init__(self, brokers: str, prefix: str, dice: Random) -> None:
        self.started = 0
        # The data of each conversation's last change.
        self.states: dict[str, Json] = {}
        self.offers = 0
        self._prefix, self._dice = prefix, dice
        self._said = 0
        self._coming = True
        self._tasks: list[asyncio.Task[None]] = []
        self._ends: set[asyncio.Task[None]] = set()
        self._producer = AIOKafkaProducer(bootstrap_servers=brokers, enable_idempotence=True)
        self._consumer = AIOKafkaConsumer(
            f"{prefix}conversation-state-changes",
            bootstrap_servers=brokers,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        await self._consumer.start()
        self._tasks = [asyncio.create_task(self._come()), asyncio.create_task(self._react())]
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [*self._tasks, *self._ends]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._producer.stop()
        await self._consumer.stop()

    def leave_off(self) -> None:
        """Nobody comes any more; what is there goes on."""
        self._coming = False

    def check(self) -> None:
        """Raise what ended one of them."""
        for task in [*self._tasks, *self._ends]:
            if task.done():
                task.result()

    @property
    def closed(self) -> int:
        """How many are over."""
        return sum(each["status"] == "closed" for each in self.states.values())

    async def _come(self) -> None:
        data = {"channel": "live_chat", "workstream_id": "chat", "queue_id": "support"}
        while self._coming:
            waiting = sum(each["status"] == "open" for each in self.states.values())
            unseen = self.started - len(self.states)
            for _ in range(WAITING - waiting - unseen):
                id_ = f"chat-{self.started}"
                self.started += 1
                await self._say("conversation.started", id_, **data)
            await asyncio.sleep(TICK_S)

    async def _react(self) -> None:
        while True:
            for records in (await self._consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    await self._take(json.loads(record.value)["data"])

    async def _take(self, data: Json) -> None:
        id_ = data["conversation_id"]
        former, self.states[id_] = self.states.get(id_, {}), data
        offered = data.get("offered_representative_id")
        if offered and former.get("offered_representative_id") != offered:
            self.offers += 1
            declines = self._dice.random() < DECLINES
            type_ = "representative.reject" if declines else "representative.accept"
            await self._say(type_, id_, representative_id=offered)
        elif data.get("detail") == "in_conversation" != former.get("detail"):
            task = asyncio.create_task(self._end(id_, data["representative_id"]))
            self._ends.add(task)
            task.add_done_callback(self._forget)

    async def _end(self, id_: str, who: str) -> None:
        await asyncio.sleep(self._dice.uniform(*ENDS_S))
        await self._say("representative.end", id_, representative_id=who)
        await self._say("representative.close_session", id_, representative_id=who)

    def _forget(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is None:
            self._ends.discard(task)

    async def _say(self, type_: str, subject: str, **data: Any) -> None:
        self._said += 1
        said = event(self._said, type_, subject, **data)
        topic = self._prefix + TOPICS[type_.partition(".")[0]]
        await self._producer.send(topic, json.dumps(said).encode(), subject.encode())

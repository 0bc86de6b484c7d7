"""Conversations as the read model lists them: those that wait, are scheduled, or are elsewhere.

It only reads, in two steps: a list, then what is known of those in it, which may have changed in
between. What is not of its kind is left out and told of by its key.
"""

import heapq
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from omnistate_schemas.listed_conversations import (
    Elsewhere,
    ElsewhereWork,
    ListedConversation,
    QueueWork,
    Scheduled,
    ScheduledWork,
    Waiting,
)
from omnistate_schemas.times import format_time

from omnistate.adapters.redis.listings import OpenQueue
from omnistate.adapters.redis.usable_values import checked, left_out, of_its_type
from omnistate.projections.keys import Keys
from omnistate.projections.read_model.hash_fields import read_model
from omnistate.projections.read_model.store_ports import KeyReport

Ask = Callable[[Iterable[tuple[str, ...]]], Awaitable[list[Any]]]
L = TypeVar("L", bound=ListedConversation)


class _Listed(NamedTuple):
    """A conversation with its score."""

    conversation_id: str
    at_ms: float


class WorkAtAGlance(NamedTuple):
    """The first of each list."""

    waiting: list[Waiting]
    scheduled: ScheduledWork
    with_bot: ElsewhereWork
    with_external: ElsewhereWork


class WorkLists:
    """The lists of one installation. Methods may raise what `ask` raises, and UnusableFields."""

    def __init__(self, ask: Ask, keys: Keys, report: KeyReport) -> None:
        """`ask` answers several commands as of one moment."""
        self._ask: Final = ask
        self._keys = keys
        self._report = report

    @checked
    async def queue(self, queue_id: str | None, limit: int) -> QueueWork:
        """A queue's open conversations, oldest first; None is no queue. An unknown one has none."""
        number, found = await self._list(self._keys.queue(queue_id or ""), limit)
        return QueueWork(queue_id=queue_id, open=number, conversations=await self._waiting(found))

    async def glance(self, queues: Sequence[OpenQueue], limit: int) -> WorkAtAGlance:
        """The first of each list; a list that is not of its kind is told of, and empty."""
        keys, report = self._keys, self._report
        scheduled = ScheduledWork(scheduled=0, conversations=[])
        with left_out(keys.scheduled, report):
            scheduled = await self.scheduled(limit)
        nothing = ElsewhereWork(active=0, conversations=[])
        with_bot = with_external = nothing
        with left_out(keys.elsewhere("with_bot"), report):
            with_bot = await self.elsewhere("with_bot", limit)
        with left_out(keys.elsewhere("with_external"), report):
            with_external = await self.elsewhere("with_external", limit)
        waiting = await self._longest(queues, limit)
        return WorkAtAGlance(waiting, scheduled, with_bot, with_external)

    @checked
    async def scheduled(self, limit: int) -> ScheduledWork:
        """Scheduled conversations, the next one first."""
        number, found = await self._list(self._keys.scheduled, limit)
        now_ms = time.time() * 1_000
        rows = await self._read(
            Scheduled,
            found,
            lambda at_ms: {
                "scheduled_for": format_time(int(at_ms)),
                "due_seconds": round((at_ms - now_ms) / 1_000, 3),
            },
        )
        return ScheduledWork(scheduled=number, conversations=rows)

    @checked
    async def elsewhere(self, detail: str, limit: int) -> ElsewhereWork:
        """Conversations of that detail, `with_bot` or `with_external`, the oldest first."""
        number, found = await self._list(self._keys.elsewhere(detail), limit)
        now_ms = time.time() * 1_000
        rows = await self._read(
            Elsewhere,
            found,
            lambda at_ms: {"since": format_time(int(at_ms)), "age_seconds": _age_s(at_ms, now_ms)},
        )
        return ElsewhereWork(active=number, conversations=rows)

    async def _longest(self, queues: Sequence[OpenQueue], limit: int) -> list[Waiting]:
        # Whoever waits the longest is in one of the queues whose oldest does.
        oldest = heapq.nsmallest(limit, queues, key=lambda queue: queue.oldest_ms)
        names = [self._keys.queue(each.queue_id) for each in oldest]
        last = str(limit - 1)
        answers = await self._ask(("ZRANGE", key, "0", last, "WITHSCORES") for key in names)
        found: list[_Listed] = []
        for key, answer in zip(names, answers, strict=True):
            with left_out(key, self._report):
                found += _scored(of_its_type(answer))
        first = heapq.nsmallest(limit, found, key=lambda each: (each.at_ms, each.conversation_id))
        return await self._waiting(first)

    async def _list(self, key: str, limit: int) -> tuple[int, list[_Listed]]:
        number, found = map(
            of_its_type,
            await self._ask([("ZCARD", key), ("ZRANGE", key, "0", str(limit - 1), "WITHSCORES")]),
        )
        return number, _scored(found)

    async def _waiting(self, found: Sequence[_Listed]) -> list[Waiting]:
        now_ms = time.time() * 1_000
        return await self._read(
            Waiting,
            found,
            lambda at_ms: {
                "open_since": format_time(int(at_ms)),
                "age_seconds": _age_s(at_ms, now_ms),
            },
        )

    async def _read(
        self, model: type[L], found: Sequence[_Listed], times: Callable[[float], dict[str, Any]]
    ) -> list[L]:
        """What is known of each; nothing but its times where its hash has gone meanwhile."""
        names = tuple(model.model_fields)
        keys = [self._keys.conversation(each.conversation_id) for each in found]
        answers = await self._ask(("HMGET", key, *names) for key in keys)
        rows: list[L] = []
        for each, key, values in zip(found, keys, answers, strict=True):
            with left_out(key, self._report):
                pairs = zip(names, of_its_type(values), strict=True)
                fields = {name: value for name, value in pairs if value is not None}
                members = {"conversation_id": each.conversation_id, **times(each.at_ms)}
                rows.append(read_model(model, fields, **members))
        return rows


def _scored(found: Any) -> list[_Listed]:
    """Members with their scores, however this version of the protocol nests them."""
    if found and not isinstance(found[0], str):
        return [_Listed(id_, float(score)) for id_, score in found]
    return [_Listed(id_, float(score)) for id_, score in zip(found[::2], found[1::2], strict=True)]


def _age_s(since_ms: float, now_ms: float) -> float:
    return round(max(0.0, now_ms - since_ms) / 1_000, 3)

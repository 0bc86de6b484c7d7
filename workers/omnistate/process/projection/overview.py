"""Everything that a board shows, put together from its parts.

Boards ask often, and at the same time: what is read for one is read for all who ask within half a
second, and whoever wants to see the same shares one answer. Of representatives and queues an answer
has as many as were asked for; what is said of all of them is counted over all.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Generic, NamedTuple, TypeVar

from omnistate_schemas.read_api import (
    CountsNow,
    Overview,
    QueueNow,
    RepresentativeNow,
    WorkerNow,
)
from omnistate_schemas.times import format_time

from omnistate.adapters.redis.listings import ListedRepresentative, Listings, OpenQueue
from omnistate.adapters.redis.read_model_reader import ReadModel
from omnistate.adapters.redis.work_lists import WorkAtAGlance
from omnistate.process.projection.lag_watch import LagWatch, Measured
from omnistate.process.projection.overview_query import (
    Query,
    add_queues_up,
    add_representatives_up,
    describe_queue,
    pick_queues,
    pick_representatives,
)
from omnistate.process.projection.routing_glances import RoutingGlances
from omnistate.process.projection.routing_watch import RoutingWatch

SHARED_S: Final = 0.5
# Conversations in each list of an overview.
LISTED: Final = 10
# Of the time that may be spent on reading lists: long ones are read less often.
SHARE: Final = 0.2
# Answers that are kept for others; who wants to see something rare has it made for them alone.
ANSWERS_MAX: Final = 32

Readiness = Callable[[], tuple[bool, dict[str, Any]]]
T = TypeVar("T")


class _Paced(Generic[T]):
    """A list that is read anew once that may be afforded."""

    def __init__(self, read: Callable[[], Awaitable[list[T]]]) -> None:
        self._read = read
        self._rows: list[T] = []
        self._kept_until_s = 0.0

    async def rows(self) -> list[T]:
        """In the order of the ids."""
        began_s = time.monotonic()
        if began_s >= self._kept_until_s:
            self._rows = sorted(await self._read())  # type: ignore[type-var]
            self._kept_until_s = began_s + (time.monotonic() - began_s) / SHARE
        return self._rows


class _Picture(NamedTuple):
    """What was read for all, and the answers that have been made of it."""

    people: list[ListedRepresentative]
    queues: list[OpenQueue]
    work: WorkAtAGlance
    counts: CountsNow
    measured: Measured
    answers: "dict[Query, asyncio.Task[Overview]]"


class Overviews:
    """Makes overviews; `readiness` says how this worker stands."""

    def __init__(
        self,
        model: ReadModel,
        listings: Listings,
        lag: LagWatch,
        routing: RoutingWatch,
        readiness: Readiness,
    ) -> None:
        """Nothing is asked for yet."""
        self._model = model
        self._people = _Paced(listings.representatives)
        self._queues = _Paced(listings.queues)
        self._lag = lag
        self._watch = routing
        self._glances = RoutingGlances(routing)
        self._readiness = readiness
        self._latest: _Picture | None = None
        self._taken_at_s = 0.0
        self._taking: asyncio.Task[_Picture] | None = None

    async def latest(self, query: Query = Query()) -> Overview:  # noqa: B008
        """An overview of now, or of less than half a second ago; long lists may be older.

        Raises StoreUnavailable, StoreUnusable, UnusableFields.
        """
        picture = await self._picture()
        answer = picture.answers.get(query)
        # One that failed is no answer for whoever comes later.
        if answer is None or (answer.done() and answer.exception() is not None):
            answer = asyncio.create_task(self._make(picture, query))
            if len(picture.answers) < ANSWERS_MAX or query in picture.answers:
                picture.answers[query] = answer
        # Shielded: one who goes must not end it for the others.
        return await asyncio.shield(answer)

    async def await_routing(self) -> None:
        """Wait a while until it is known what a router makes of what waits; it may not be."""
        await self._watch.await_picture()

    async def list_representatives(self, after: str, limit: int) -> list[RepresentativeNow]:
        """Representatives by their ids, from behind `after` on. Raises as `latest`."""
        people = (await self._picture()).people
        ids = [each.representative_id for each in people if each.representative_id > after]
        return await self._model.representatives(ids[:limit])

    async def list_queues(self, after: str | None, limit: int) -> list[QueueNow]:
        """Queues by their ids, from behind `after` on; None is before those in no queue."""
        queues = (await self._picture()).queues
        now_ms = time.time() * 1_000
        found = [each for each in queues if after is None or each.queue_id > after]
        return [describe_queue(each, now_ms) for each in found[:limit]]

    async def _picture(self) -> _Picture:
        if self._latest is not None and time.monotonic() - self._taken_at_s < SHARED_S:
            return self._latest
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._take())
        return await asyncio.shield(self._taking)

    async def _take(self) -> _Picture:
        measured = await self._lag.latest()
        asked_at_s = time.monotonic()
        people, queues = await self._people.rows(), await self._queues.rows()
        picture = _Picture(
            people=people,
            queues=queues,
            work=await self._model.work.glance(queues, LISTED),
            counts=await self._model.counts(),
            measured=measured,
            answers={},
        )
        # Together, and only now: until then the former one is as old as it was.
        self._latest, self._taken_at_s = picture, asked_at_s
        return picture

    async def _make(self, picture: _Picture, query: Query) -> Overview:
        now_ms = time.time() * 1_000
        people, queues, measured = picture.people, picture.queues, picture.measured
        work = picture.work
        if query.routing:
            work = work._replace(waiting=self._glances.add_to(work.waiting))
        return Overview(
            counts=picture.counts,
            **work._asdict(),
            windows=self._watch.list_windows(LISTED) if query.windows else None,
            queues=pick_queues(queues, query, now_ms),
            queue_totals=add_queues_up(queues, query, now_ms),
            representatives=await self._model.representatives(pick_representatives(people, query)),
            representative_totals=add_representatives_up(people, query),
            figures=await self._model.figures(by_queue=query.by_queue),
            lag=measured.lag.partitions,
            lag_measured_at=measured.lag.measured_at,
            dead_letters=measured.dead_letters,
            worker=self.worker(),
            generated_at=format_time(round(now_ms)),
        )

    def worker(self) -> WorkerNow:
        """How this worker stands."""
        return WorkerNow(**self._readiness()[1])

"""One answer for all who ask at the same time: never an old one as if it were of now."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from omnistate.adapters.redis.work_lists import WorkAtAGlance
from omnistate.process.projection import overview
from omnistate.process.projection.lag_watch import Measured
from omnistate.process.projection.overview import SHARED_S, Overviews
from omnistate.projections.read_model.store_ports import StoreUnavailable
from omnistate_schemas.listed_conversations import ElsewhereWork, ScheduledWork
from omnistate_schemas.read_api import CountsNow, LagNow


class Model:
    """A read model that says how often it was asked, once it may, or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.answering = asyncio.Event()
        self.answering.set()
        self.failing = False
        self.work = Work()

    async def counts(self) -> CountsNow:
        self.asked += 1
        number = self.asked
        await self.answering.wait()
        if self.failing:
            raise StoreUnavailable("away")
        return CountsNow({"chat": {"open": number}})

    async def representatives(self, ids: Sequence[str]) -> list[Any]:
        assert ids == []
        return []

    async def figures(self, *, by_queue: bool) -> list[Any]:
        assert not by_queue
        return []


class Work:
    """Nothing is known of whoever waits; `glances` has how many queues each was asked of."""

    def __init__(self) -> None:
        self.glances: list[int] = []

    async def glance(self, queues: Sequence[Any], limit: int) -> WorkAtAGlance:
        self.glances.append(len(queues))
        nothing = ElsewhereWork(active=0, conversations=[])
        return WorkAtAGlance([], ScheduledWork(scheduled=0, conversations=[]), nothing, nothing)


class Listings:
    """Nobody is listed."""

    async def nothing(self) -> list[Any]:
        return []

    queues = representatives = nothing


class Lag:
    """Nothing is measured."""

    async def latest(self) -> Measured:
        return Measured(LagNow(measured_at=None, partitions=[]), None)


class Routing:
    """Nobody asks what a router makes of anything."""


def overviews(model: Any) -> Overviews:
    lag: Any = Lag()
    routing: Any = Routing()
    listings: Any = Listings()
    state = {"ready": True, "joined": True, "partitions": {}}
    return Overviews(model, listings, lag, routing, lambda: (True, state))


class Clock:
    """The monotonic clock, as far as overviews look at it."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def time(self) -> float:
        return self.now_s


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It stands still unless a test moves it."""
    found = Clock()
    monkeypatch.setattr(overview, "time", found)
    return found


async def asked_for(found: Overviews) -> int:
    """The number that the model gave to the overview."""
    return (await found.latest()).counts.root["chat"]["open"]


async def test_whoever_asks_soon_after_shares_the_answer(clock: Clock) -> None:
    model = Model()
    found = overviews(model)
    assert await asyncio.gather(*(asked_for(found) for _ in range(5))) == [1] * 5
    assert await asked_for(found) == 1
    clock.now_s += SHARED_S
    assert await asked_for(found) == 2


async def test_while_one_is_being_made_the_former_is_as_old_as_it_was(clock: Clock) -> None:
    model = Model()
    found = overviews(model)
    assert await asked_for(found) == 1
    clock.now_s += SHARED_S
    model.answering.clear()
    first, second = (asyncio.create_task(asked_for(found)) for _ in range(2))
    await asyncio.sleep(0.05)
    assert not first.done()
    assert not second.done()
    model.answering.set()
    assert (await first, await second) == (2, 2)


async def test_after_a_failure_the_former_is_not_told_as_if_it_were_new(clock: Clock) -> None:
    model = Model()
    found = overviews(model)
    assert await asked_for(found) == 1
    clock.now_s += SHARED_S
    model.failing = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await asked_for(found)
    model.failing = False
    assert await asked_for(found) == 4

"""One answer for all who ask at the same time: never an old one as if it were of now."""

import asyncio
from typing import Any

import pytest
from omnistate.process.projection.lag_watch import Measured
from omnistate.process.projection.overview import SHARED_S, Overviews
from omnistate.projections.read_model.store_ports import StoreUnavailable
from omnistate_schemas.read_api import CountsNow, LagNow


class Model:
    """A read model that says how often it was asked, after a while, or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.slow_s = 0.0
        self.failing = False

    async def counts(self) -> CountsNow:
        self.asked += 1
        number = self.asked
        await asyncio.sleep(self.slow_s)
        if self.failing:
            raise StoreUnavailable("away")
        return CountsNow({"chat": {"open": number}})

    async def nothing(self) -> list[Any]:
        return []

    queues = representatives = figures = nothing


class Lag:
    """Nothing is measured."""

    async def latest(self) -> Measured:
        return Measured(LagNow(measured_at=None, partitions=[]), None)


def overviews(model: Any) -> Overviews:
    lag: Any = Lag()
    return Overviews(model, lag, lambda: (True, {"ready": True, "joined": True, "partitions": {}}))


async def asked_for(found: Overviews) -> int:
    """The number that the model gave to the overview."""
    return (await found.latest()).counts.root["chat"]["open"]


def test_whoever_asks_soon_after_shares_the_answer() -> None:
    async def run() -> None:
        model = Model()
        found = overviews(model)
        assert await asyncio.gather(*(asked_for(found) for _ in range(5))) == [1] * 5
        assert await asked_for(found) == 1
        await asyncio.sleep(SHARED_S)
        assert await asked_for(found) == 2

    asyncio.run(run())


def test_while_one_is_being_made_the_former_is_as_old_as_it_was() -> None:
    async def run() -> None:
        model = Model()
        found = overviews(model)
        assert await asked_for(found) == 1
        await asyncio.sleep(SHARED_S)
        model.slow_s = 0.2
        first = asyncio.create_task(asked_for(found))
        await asyncio.sleep(0.05)
        assert await asked_for(found) == 2
        assert await first == 2

    asyncio.run(run())


def test_after_a_failure_the_former_is_not_told_as_if_it_were_new() -> None:
    async def run() -> None:
        model = Model()
        found = overviews(model)
        assert await asked_for(found) == 1
        await asyncio.sleep(SHARED_S)
        model.failing = True
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await asked_for(found)
        model.failing = False
        assert await asked_for(found) == 4

    asyncio.run(run())

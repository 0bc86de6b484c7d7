"""Everything that a board shows, put together from its parts.

Boards ask often, and at the same time: whoever asks within half a second shares one answer.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from omnistate_schemas.read_api import Overview, WorkerNow
from omnistate_schemas.times import format_time

from omnistate.adapters.redis.read_model_reader import ReadModel
from omnistate.process.projection.lag_watch import LagWatch

SHARED_S: Final = 0.5

Readiness = Callable[[], tuple[bool, dict[str, Any]]]


class Overviews:
    """Makes overviews; `readiness` says how this worker stands."""

    def __init__(self, model: ReadModel, lag: LagWatch, readiness: Readiness) -> None:
        """Nothing is asked for yet."""
        self._model = model
        self._lag = lag
        self._readiness = readiness
        self._latest: Overview | None = None
        self._made_at_s = 0.0
        self._making: asyncio.Task[Overview] | None = None

    async def latest(self) -> Overview:
        """An overview of now, or of less than half a second ago.

        Raises StoreUnavailable, StoreUnusable, UnusableFields.
        """
        if self._latest is not None and time.monotonic() - self._made_at_s < SHARED_S:
            return self._latest
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make())
        # Shielded: one who goes must not end it for the others.
        return await asyncio.shield(self._making)

    async def _make(self) -> Overview:
        measured = await self._lag.latest()
        asked_at_s = time.monotonic()
        overview = Overview(
            counts=await self._model.counts(),
            queues=await self._model.queues(),
            representatives=await self._model.representatives(),
            figures=await self._model.figures(),
            lag=measured.lag.partitions,
            lag_measured_at=measured.lag.measured_at,
            dead_letters=measured.dead_letters,
            worker=self.worker(),
            generated_at=format_time(round(time.time() * 1_000)),
        )
        # Together, and only now: until then the former one is as old as it was.
        self._latest, self._made_at_s = overview, asked_at_s
        return overview

    def worker(self) -> WorkerNow:
        """How this worker stands."""
        return WorkerNow(**self._readiness()[1])

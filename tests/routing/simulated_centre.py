"""Engine, gate and router on one embedded log, in simulated time.

Nothing here stands in for anybody: what one publishes is what the others read, each a moment later
than it came. What the moments are, and everything else that is left to chance, follows from a seed.
"""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, Final

from omnistate.stream.partition_task import PartitionTask
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
)

from tests.audit.audit_rig import GROUP, TOTALS_GROUP, Rig
from tests.audit.downstream_rig import totals_task

Json = dict[str, Any]
Act = Callable[[], Awaitable[None] | None]
# As in production: the wall clock fires a timer this long after its deadline.
GRACE_MS: Final = 1_000
# Until somebody reads what is new; three of these lie between "possible" and "offered".
LATENCIES_MS: Final = (5, 20, 60, 120)
SEEN: Final = (
    CONVERSATION_STATES,
    STATE_CHANGES,
    REPRESENTATIVE_CAPACITY,
    REJECTED_INPUTS,
    ASSIGNMENT_REQUESTS,
    AGENT_ACTIONS,
)


class SimulatedCentre(Rig):
    """The log, what works on it, and what happens when. `seen` is told each record in order."""

    def __init__(
        self,
        configuration: Json,
        now_ms: int,
        dice: Random,
        partitions: int = 3,
        latencies_ms: tuple[int, ...] = LATENCIES_MS,
    ) -> None:
        super().__init__(configuration, now_ms, partitions)
        self.dice = dice
        self.watchers: list[Callable[[Any], None]] = []
        # Who is woken by something new beside engine and gate: the routers.
        self.readers: list[Callable[[], Awaitable[None]]] = []
        self._latencies_ms = latencies_ms
        self._heap: list[tuple[int, int, Act]] = []
        self._turns = count()
        self._ids = count(1)
        self._working: dict[tuple[str, int], PartitionTask[Any]] = {}
        self._woken: set[object] = set()
        self._firing: dict[tuple[str, int], int] = {}
        self._outputs = self.log.consumer(SEEN)

    async def open(self) -> None:
        """Somebody owns every partition."""
        for number in range(self.partitions):
            self._working[GROUP, number] = self.task(number)
        for number in range(self.sizes[CAPACITY_CHANGES]):
            self._working[TOTALS_GROUP, number] = totals_task(self, number)
        for task in self._working.values():
            await task.start()
        self.spread()

    # What happens when.

    def at(self, at_ms: float, act: Act) -> None:
        """Something is done then, or now where that is past."""
        heappush(self._heap, (max(round(at_ms), self.now_ms), next(self._turns), act))

    def after(self, seconds: float, act: Act) -> None:
        self.at(self.now_ms + seconds * 1_000, act)

    async def live(self, until_ms: int) -> None:
        """All that happens before then, in order."""
        while self._heap and self._heap[0][0] < until_ms:
            self.now_ms, _, act = heappop(self._heap)
            doing = act()
            if doing is not None:
                await doing
        self.now_ms = until_ms

    # What is said.

    def say(self, type_: str, subject: str, **data: Any) -> None:
        """An input of a conversation."""
        self.send(self.event(type_, subject, f"e{next(self._ids)}", **data))
        self.spread()

    def sign(self, who: str, presence: str) -> None:
        """Somebody says their presence."""
        event = self.event("representative.presence", who, f"e{next(self._ids)}", presence=presence)
        self.log.append(REPRESENTATIVE_PRESENCE, who.encode(), json.dumps(event).encode())
        self.spread()

    def spread(self) -> None:
        """Something is new: it is shown to all who watch, and whoever works is woken by it."""
        while records := self._outputs.poll():
            for record in records:
                for watch in self.watchers:
                    watch(record)
        for place in self._working:
            self.wake(place, partial(self._work, place))
        for reader in self.readers:
            self.wake(reader, reader)

    def wake(self, who: object, act: Callable[[], Awaitable[None]]) -> None:
        """Let somebody look in a moment, unless they will anyway."""
        if who in self._woken:
            return
        self._woken.add(who)

        async def look() -> None:
            self._woken.discard(who)
            await act()

        self.at(self.now_ms + self.dice.choice(self._latencies_ms), look)

    async def _work(self, place: tuple[str, int]) -> None:
        task, moved = self._working[place], False
        while (await task.run_batch(1_000)).records:
            moved = True
        self._watch_clock(place, task)
        if moved:
            self.spread()

    def _watch_clock(self, place: tuple[str, int], task: PartitionTask[Any]) -> None:
        due_ms = task.processor.due_ms
        if due_ms is None or due_ms >= self._firing.get(place, due_ms + 1):
            return
        self._firing[place] = due_ms

        async def fire() -> None:
            if self._firing.get(place) != due_ms:
                return
            del self._firing[place]
            if (now_due_ms := task.processor.due_ms) is not None and now_due_ms <= due_ms:
                while (await task.run_batch(1_000)).records:
                    pass
                await task.fire_timers(self.now_ms - GRACE_MS)
                self.spread()
            self._watch_clock(place, task)

        self.at(due_ms + GRACE_MS, fire)

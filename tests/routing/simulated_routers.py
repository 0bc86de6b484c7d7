"""Routers of a simulated centre: one acts; whoever falls is replaced, after an outage.

A new one knows nothing but what the compacted topics still say, one that stood by has read along.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Final

from omnistate.core.router.actions import Action
from omnistate.stream.ports import Outgoing, Record
from omnistate.stream.router.pictured_records import FOLLOWED
from omnistate.stream.router.routing import Routing
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
)

from tests.audit.audit_rig import CONFIGURATION
from tests.routing.followed_log import FollowedLog
from tests.routing.simulated_centre import SimulatedCentre

COMPACTED: Final = (CONVERSATION_STATES, REPRESENTATIVE_CAPACITY)
# What becomes of what a router sends as it falls: nothing of it is sent, some, all, or all of it
# later, when another one has long begun to act.
FATES: Final = ("nothing", "some", "all", "late")
OUTAGES_S: Final = (0.2, 2, 6)


class Fell(Exception):
    """A router is no more."""


class Life:
    """One router, from its start until it falls."""

    def __init__(self, routers: "SimulatedRouters") -> None:
        self._routers = routers
        centre = self._centre = routers.centre
        self.has_turn = False
        self.fate: str | None = None
        followed = FollowedLog(
            centre.log, [each for each in FOLLOWED if each != REJECTED_INPUTS], [REJECTED_INPUTS]
        )
        self.routing = Routing(
            followed, lambda: self.has_turn, self._send, self, lambda: centre.now_ms
        )
        routers.configure(self.routing)
        self._due_ms: int | None = None

    async def turn(self) -> None:
        """Read what is new, and act on it where it may."""
        if self not in self._routers.lives:
            return
        with suppress(Fell):
            await self.routing.turn()
            next_ms = self.routing.records.router.next_turn_ms
            if self.has_turn and not self.routing.is_acting:
                next_ms = self._centre.now_ms
            if next_ms is not None and self.has_turn and next_ms != self._due_ms:
                self._due_ms = next_ms
                self._centre.at(next_ms, lambda: self._centre.wake(self.turn, self.turn))

    async def _send(self, records: Sequence[Outgoing]) -> None:
        routers = self._routers
        match self.fate:
            case None | "all":
                routers.append(records)
            case "some":
                routers.append(records[: routers.dice.randrange(len(records) + 1)])
            case "late":
                delay_s = routers.dice.choice((0.05, 3, 20))
                self._centre.after(delay_s, lambda: routers.append(records, late=True))
        if self.fate is not None:
            routers.replace(self)
            raise Fell

    # The port `Report`.

    def unusable(self, record: Record, reason: str) -> None:
        raise AssertionError(f"{record}: {reason}")

    def acting(self, *, is_acting: bool) -> None:
        self._routers.on_acting(is_acting)

    def sent(self, actions: Sequence[Action]) -> None:
        self._routers.sent += len(actions)

    def refused(self, code: str) -> None:
        self._routers.refused[code] = self._routers.refused.get(code, 0) + 1

    def decided(self, seconds: float) -> None:
        pass


class SimulatedRouters:
    """One router that acts, and perhaps one that stands by."""

    def __init__(
        self,
        centre: SimulatedCentre,
        dice: Random,
        on_acting: Callable[[bool], None] = lambda _: None,
        on_late: Callable[[Sequence[Outgoing]], None] = lambda _: None,
    ) -> None:
        self.centre, self.dice = centre, dice
        self.on_acting, self._on_late = on_acting, on_late
        self.lives: list[Life] = []
        self.falls = 0
        self.sent = 0
        self.refused: dict[str, int] = {}
        self._configuration = ContactCentre.model_validate(centre.configuration)

    def open(self) -> None:
        """The first one has its turn at once."""
        self._start().has_turn = True

    def plan_falls(self, from_s: float, to_s: float, until_ms: int) -> None:
        """Now and then the one that acts falls; after so many seconds, again and again."""

        def fall() -> None:
            self.fall()
            if self.centre.now_ms < until_ms:
                self.centre.after(self.dice.uniform(from_s, to_s), fall)

        self.centre.after(self.dice.uniform(from_s, to_s), fall)

    def fall(self) -> None:
        """Whoever has the turn falls as soon as they have something to send, or in a moment."""
        life = next((each for each in self.lives if each.has_turn), None)
        if life is None or life.fate is not None:
            return
        if self.dice.random() < 0.5:
            self._start()
        life.fate = self.dice.choice(FATES)
        self.centre.after(self.dice.choice((0, 1, 8)), lambda: self.replace(life))

    def replace(self, life: Life) -> None:
        """It is no more; after an outage somebody else has the turn."""
        if life not in self.lives:
            return
        self.falls += 1
        self.lives.remove(life)
        self.centre.readers.remove(life.turn)
        if life.routing.is_acting:
            self.on_acting(False)
        self.centre.after(self.dice.choice(OUTAGES_S), self._take_over)

    def configure(self, routing: Routing) -> None:
        """Tell a router the configuration."""
        for section, topic in CONFIGURATION.items():
            for id_, configured in getattr(self._configuration, section).items():
                routing.records.configure(topic, id_, configured)

    def append(self, records: Sequence[Outgoing], *, late: bool = False) -> None:
        """Put on its topics what was decided."""
        if late:
            self._on_late(records)
        for record in records:
            self.centre.log.append(record.topic, record.key, record.value, record.headers)
        self.centre.spread()

    def _start(self) -> Life:
        for topic in COMPACTED:
            self.centre.log.compact(topic)
        life = Life(self)
        self.lives.append(life)
        self.centre.readers.append(life.turn)
        self.centre.wake(life.turn, life.turn)
        return life

    def _take_over(self) -> None:
        life = self.lives[0] if self.lives else self._start()
        life.has_turn = True
        self.centre.wake(life.turn, life.turn)

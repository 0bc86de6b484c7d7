"""The router at work: follows its topics, and acts while it is its turn.

Whoever owns the turn acts; another one only follows, so that it can take over at once. Before it
acts for the first time it has read everything to the ends that there were when the turn came, so
that what the one before it did is known. What cannot be sent is not lost: it has no answer, and is
asked for again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from omnistate_schemas.vocabulary import REJECTED_INPUTS

from omnistate.core.router.actions import Action
from omnistate.core.router.router import Router
from omnistate.core.router.seen import RefusalSeen
from omnistate.stream.ports import Outgoing, Record
from omnistate.stream.router.action_records import encode_action
from omnistate.stream.router.pictured_records import PicturedRecords, UnusableRecord

# Topic and partition -> an offset.
Offsets = Mapping[tuple[str, int], int]
# With nothing to do it looks again after so long: a turn may have come.
IDLE_MS: Final = 500


class Followed(Protocol):
    """The topics that are followed, whole, committed records only; no group is joined for it."""

    async def poll(self, wait_ms: int) -> Sequence[Record]:
        """What has come since, in order within each partition; nothing where nothing came."""

    async def ends(self) -> Offsets:
        """Where each partition ends now."""

    def positions(self) -> Offsets:
        """What is read next of each partition; markers of transactions count."""


class Report(Protocol):
    """Who is told what happens."""

    def unusable(self, record: Record, reason: str) -> None:
        """A record changes nothing."""

    def acting(self, *, is_acting: bool) -> None:
        """The turn came, and all that was there is known; or it went."""

    def sent(self, actions: Sequence[Action]) -> None:
        """These were handed to the log."""

    def refused(self, code: str) -> None:
        """What was asked for, here or by the one before, was refused or ignored."""

    def decided(self, seconds: float) -> None:
        """It was looked at what is to be done, and took so long."""


class Routing:
    """One router, acting or not."""

    def __init__(
        self,
        followed: Followed,
        has_turn: Callable[[], bool],
        send: Callable[[Sequence[Outgoing]], Awaitable[None]],
        report: Report,
        now_ms: Callable[[], int],
        now_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`send` may return before all of it is acknowledged; `now_ms` is the wall clock.

        `now_s` never goes back: what a decision takes is measured by it.
        """
        self.records: Final = PicturedRecords(Router())
        self._followed = followed
        self._has_turn = has_turn
        self._send = send
        self._report = report
        self._now_ms = now_ms
        self._now_s = now_s
        # What has to be read before it may act; None: it is not its turn.
        self._until: Offsets | None = None
        self.is_acting = False

    async def turn(self) -> None:
        """Read what has come, and act on it where it may; to be called again and again.

        Raises what reading and sending raise; nothing is lost by that.
        """
        wait_ms = self._wait_ms()
        for record in await self._followed.poll(wait_ms):
            self._take(record)
        if not await self._may_act():
            self.records.router.stand_by()
            return
        now_ms, began_s = self._now_ms(), self._now_s()
        actions = self.records.router.decide(now_ms)
        self._report.decided(self._now_s() - began_s)
        if actions:
            await self._send([encode_action(each, now_ms) for each in actions])
            self._report.sent(actions)

    def _wait_ms(self) -> int:
        next_ms = self.records.router.next_turn_ms if self.is_acting else None
        if next_ms is None:
            return IDLE_MS
        return min(max(next_ms - self._now_ms(), 0), IDLE_MS)

    def _take(self, record: Record) -> None:
        # Nobody waits for an answer who has not asked: old refusals say nothing.
        if record.topic == REJECTED_INPUTS and not self.is_acting:
            return
        try:
            seen = self.records.take(record, self._now_ms())
            if isinstance(seen, RefusalSeen):
                self._report.refused(seen.code)
        except UnusableRecord as error:
            self._report.unusable(record, str(error))

    async def _may_act(self) -> bool:
        """Whether it is its turn, and what there was when the turn came has been read."""
        if not self._has_turn():
            self._until = None
            self._change(is_acting=False)
            return False
        if self._until is None:
            self._until = await self._followed.ends()
        if not self.is_acting:
            positions = self._followed.positions()
            behind = any(positions.get(place, 0) < end for place, end in self._until.items())
            # The turn may have gone while it was asked.
            self._change(is_acting=not behind and self._has_turn())
        return self.is_acting

    def _change(self, *, is_acting: bool) -> None:
        if is_acting != self.is_acting:
            self.is_acting = is_acting
            if not is_acting:
                self.records.router.forget_requests()
            self._report.acting(is_acting=is_acting)

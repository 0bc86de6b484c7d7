"""One batch of the representative worker, over rows that stay: presence, holds, requests, leases.

What follows for conversations is said at once, in order; each representative whose picture has
changed is published once, at the end. It reads no clock.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from omnistate_schemas.times import format_time

from omnistate.core.directory import Directory
from omnistate.core.facts import Cause
from omnistate.core.representative.desk import Connection, Order
from omnistate.stream.cloudevents import (
    DeadLetter,
    Undecodable,
    encode_dead_letter,
    put_unreadable_aside,
)
from omnistate.stream.ports import Batch, Outgoing, Record, UnreadableRecord, Write
from omnistate.stream.position import POSITION_KEY, POSITIONS, Position, encode_position
from omnistate.stream.representative.answering import answer_request
from omnistate.stream.representative.capacity_change import Said
from omnistate.stream.representative.desk_ending import end_desks
from omnistate.stream.representative.desk_overlay import DeskOverlay, TouchedDesk
from omnistate.stream.representative.occasion import Occasion
from omnistate.stream.representative.representative_inputs import Asked, PresenceSaid
from omnistate.stream.representative.spoken import encode_connection
from omnistate.stream.representative.totals_table import TOTALS, TotalsTable
from omnistate.stream.representative.worker_inputs import Input, read_input

# So many representatives are told of a changed configuration in one batch.
TOLD_MAX: Final = 5_000
# A batch that says so much is full; a lease that runs out may say more than one thing.
OUTPUTS_MAX: Final = 10_000
LEASE_OVER: Final = Occasion(Cause("timer.lease"), {})


class RepresentativeStep:
    """One batch: the port `Work`. `to_tell` are those whom a changed configuration may concern."""

    def __init__(
        self,
        table: TotalsTable,
        directory: Directory,
        to_tell: Iterable[str],
        partitions: int = 1,
    ) -> None:
        """A batch over rows that stay as they are; `version` is the configuration it goes by.

        `partitions` is how many the inputs have.
        """
        self.version = directory.version
        self._table = table
        self._directory = directory
        self._clock_ms = table.clock_ms
        self._desks = DeskOverlay(table, directory)
        self._outputs: list[Outgoing] = []
        self._tally: Tally[str] = Tally()
        self._details: Tally[tuple[str, str]] = Tally()
        self._lateness_ms: list[int] = []
        self._to_tell = tuple(to_tell)
        self._partitions = partitions
        self.told = 0

    @property
    def lease_changes(self) -> Mapping[str, int | None]:
        """Until when the leases run that the batch has changed."""
        return self._desks.leases.changes

    def take(self, record: Record) -> bool:
        """Apply one record at its timestamp, or at the clock where that is later.

        False where the batch is full, and nothing of the record has been done. Whom a changed
        configuration concerns is told before it, or, where nobody knows yet what time it is, after
        the first one that tells.
        """
        if len(self._outputs) >= OUTPUTS_MAX:
            return False
        if self._clock_ms is not None:
            self._tell()
        if isinstance(record, UnreadableRecord):
            self._put_aside(put_unreadable_aside(record))
            return True
        try:
            input_ = read_input(record, self._partitions)
            size = self._desks.measure(input_, record) if isinstance(input_, Said) else None
        except Undecodable as error:
            # It moves no clock: no lease ends by it.
            self._put_aside(DeadLetter(record, error.code, str(error)))
            return True
        now_ms = max(record.timestamp_ms, self._clock_ms or 0)
        if not self._end_leases(now_ms):
            return False
        self._apply(input_, record, now_ms, size)
        self._clock_ms = now_ms
        self._tell()
        return True

    def _apply(self, input_: Input, record: Record, now_ms: int, size: int | None) -> None:
        """`size` is that of a row whose counter moves, in bytes."""
        if isinstance(input_, Said):
            self._take_change(input_, record.topic, now_ms, size)
        elif isinstance(input_, PresenceSaid):
            self._take_presence(input_, now_ms)
        else:
            self._take_request(input_, record, now_ms)

    def _put_aside(self, dead: DeadLetter) -> None:
        self._count("dead_letter", dead.code)
        self._outputs.append(encode_dead_letter(dead))

    def _count(self, outcome: str, label: str = "") -> None:
        self._tally[outcome] += 1
        if label:
            self._details[outcome, label] += 1

    def _take_change(self, said: Said, topic: str, now_ms: int, size: int | None) -> None:
        desk = self._desks.touch(said.representative_id)
        change = said.change
        if change is None:
            assert said.declined is not None
            if desk.desk.decline(*said.declined):
                desk.mark(said.occasion, now_ms)
                self._count("changed")
            else:
                self._desks.leave(desk)
                self._count("ignored", "no_effect")
            return
        missing, orders = desk.desk.take(change, now_ms)
        if missing is None or size is None:
            self._count("ignored", "duplicate")
            return
        desk.size = size
        if missing:
            self._details["gap", topic] += missing
        self._count("changed")
        desk.mark(said.occasion, now_ms)
        self._order(desk, orders, said.occasion, now_ms)

    def _take_presence(self, said: PresenceSaid, now_ms: int) -> None:
        desk = self._desks.touch(said.representative_id)
        if desk.totals.knows(said.fingerprint):
            self._count("ignored", "duplicate")
            return
        data = said.data
        seconds = data.lease_seconds
        orders = desk.desk.say(
            data.presence,
            by_supervisor=data.supervisor_id is not None,
            lease_ms=None if seconds is None else round(seconds * 1_000),
            now_ms=now_ms,
        )
        self._desks.leases.put(desk.id, desk.totals.lease_until_ms)
        self._count("changed")
        desk.mark(said.occasion, now_ms)
        self._order(desk, orders, said.occasion, now_ms)

    def _take_request(self, asked: Asked, record: Record, now_ms: int) -> None:
        desk = self._desks.touch(asked.representative_id)
        said, code = answer_request(desk, asked, record, now_ms)
        self._outputs.append(said)
        if code is None:
            self._count("changed")
            self._details["granted", ""] += 1
            desk.mark(asked.occasion, now_ms)
        else:
            self._desks.leave(desk)
            self._count("ignored" if code == "duplicate" else "rejected", code)

    def _order(
        self, desk: TouchedDesk, orders: Sequence[Order], occasion: Occasion, now_ms: int
    ) -> None:
        """Say to conversations what follows for them."""
        time = format_time(now_ms)
        for order in orders:
            assert isinstance(order, Connection)
            named = desk.name_next(now_ms)
            self._outputs.append(encode_connection(order, desk.id, named, time, occasion))
            desk.said()

    def fire_timers(self, now_ms: int) -> bool:
        """End what leases have run out at `now_ms`; a changed configuration is told of as of it."""
        done = self._end_leases(now_ms)
        if done and self._tell():
            self._clock_ms = max(now_ms, self._clock_ms or 0)
        return done

    def _end_leases(self, now_ms: int) -> bool:
        """Those due, earliest first, each at its own deadline; False where the batch is full."""
        leases = self._desks.leases
        while (due := leases.next_due(now_ms)) is not None:
            if len(self._outputs) >= OUTPUTS_MAX:
                return False
            until_ms, id_ = due
            at_ms = self._clock_ms = max(until_ms, self._clock_ms or 0)
            desk = self._desks.touch(id_)
            orders = desk.desk.lapse()
            leases.put(id_, None)
            self._count("timer")
            self._details["lost", ""] += 1
            self._lateness_ms.append(now_ms - until_ms)
            desk.mark(LEASE_OVER, at_ms)
            self._order(desk, orders, LEASE_OVER, at_ms)
        return True

    def _tell(self) -> bool:
        """Look at those whom a changed configuration may concern, once it is known what time it is.

        Whether there are any.
        """
        for id_ in self._to_tell:
            self._desks.touch(id_).told = True
        told, self._to_tell = len(self._to_tell), ()
        self.told += told
        return told > 0

    def finish(self, offsets: Mapping[str, int]) -> Batch:
        """Whoever's picture has changed, and the rows that have."""
        table = self._table
        end = end_desks(self._desks, table, self._directory, self._clock_ms)
        writes = end.writes
        position = Position(self._clock_ms, dict(offsets), end.rows, topic_ids=table.topic_ids)
        if writes or position[:2] != (table.clock_ms, table.offsets or {}):
            writes.append(Write(POSITIONS, POSITION_KEY, encode_position(position)))
        known: Tally[str] = Tally(known=end.rows[TOTALS] - len(table.rows))
        outputs, late = [*self._outputs, *end.outputs], self._lateness_ms
        return Batch(outputs, writes, self._clock_ms, self._tally, self._details, late, known)

    def drop(self) -> None:
        """Nothing of it is anywhere else."""

"""The law of holds: each is held once and given back at most once, and what is left is in a row.

The capacity ledger counted once more, from the published holds and releases alone; `accounts` adds
them up. Memory is bounded by the holds that are open, and by one number for each hold of one
partition of the topic at a time.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec
from omnistate_schemas.outputs import CapacityDeclined, CapacityHeld, CapacityReleased
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import CAPACITY_CHANGES
from pydantic import TypeAdapter, ValidationError

from omnistate.audit.accounts import Accounts, CapacityEvent
from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import RowHold, Rows
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side, describe_error
from omnistate.audit.source import TopicReader
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

HEAD_BYTES: Final = 400
_HELD: Final = TypeAdapter(CapacityHeld).validator.validate_json
_DECLINED: Final = TypeAdapter(CapacityDeclined).validator.validate_json
# Where the input lies that the grant ended with; of a timer, the conversation's origin and when.
_DECLINED_ID: Final = re.compile(
    r"(?:[a-z-]+-([0-9]{1,9})-[0-9]{1,18}|([0-9]{1,9})-[0-9]{1,18}\.[^.]+(?:\.[0-9]+Z)?)"
    r"\.[0-9a-f]{32}\.declined"
)
_RELEASED: Final = TypeAdapter(CapacityReleased).validator.validate_json


class OpenHold(msgspec.Struct, gc=False):
    """A hold that is open, and where it was published."""

    terms: tuple[object, ...]
    engine_partition: int
    place: tuple[str, int, int]
    side: Side


class HoldsCheck:
    """Every hold and release, in order."""

    def __init__(
        self,
        layout: Layout,
        cut: Cut,
        rows: Rows,
        accounts: Accounts,
        watch: Callable[[Record, CapacityEvent], None],
        findings: Findings,
    ) -> None:
        """`accounts` and `watch` are told of every hold and release, too."""
        self._layout = layout
        self._cut = cut
        self._rows = rows
        self._accounts = accounts
        self._watch = watch
        self._findings = findings
        self._open: dict[str, OpenHold] = {}
        # Numbers of the holds that ended, of the partition of the topic that is being read.
        self._ended: set[int] = set()
        # What ended when the rows may already have been read.
        self._ended_late: dict[str, Side] = {}
        self._homes: dict[str, int] = {}
        self._lacking = [start > 0 for start in layout.beginnings[CAPACITY_CHANGES]]

    async def read(self, reader: TopicReader) -> None:
        """Read the topic whole, one partition after the other."""
        for partition, end in enumerate(await reader.ends(CAPACITY_CHANGES)):
            self._ended.clear()
            start = self._layout.beginning(CAPACITY_CHANGES, partition)
            async for chunk in reader.records(CAPACITY_CHANGES, partition, start, end):
                for record in chunk:
                    self._take(record)

    def conclude(self) -> None:
        """Compare what is still held with what the rows hold."""
        for hold_id, held in self._rows.holds.items():
            self._compare(hold_id, held)
        for hold_id, hold in self._open.items():
            if hold_id not in self._rows.holds:
                sentence = f"hold {hold_id} is still held, but in no row: its capacity leaks"
                self._findings.report(
                    "tables", hold.place, sentence, hold.side, of=hold.engine_partition
                )
        self._findings.counts["still held"] = len(self._open)

    def _take(self, record: Record) -> None:
        event = self._read_event(record)
        if event is None:
            return
        if isinstance(event, CapacityDeclined):
            self._decline(record, event)
            return
        partition = event.data.partition
        at_ms = parse_time_ms(event.time)
        side = self._cut.side_of_time(partition, at_ms)
        self._check_event(record, event)
        if isinstance(event, CapacityHeld):
            self._findings.counts["holds"] += 1
            sign = self._hold(record, event, side)
        else:
            self._findings.counts["releases"] += 1
            sign = self._release(record, event, side)
        self._accounts.count(record, event, at_ms, side, sign)
        self._watch(record, event)
        if side is Side.BEYOND:
            sentence = "of a later batch than the last that was committed"
            self._findings.doubt("holds", place_of(record), sentence, of=partition)

    def _decline(self, record: Record, event: CapacityDeclined) -> None:
        """A grant that came to nothing: it moves no counter; only its id tells the partition."""
        self._findings.counts["declined"] += 1
        data, who = event.data, event.subject
        found = _DECLINED_ID.fullmatch(event.id)
        partition = self._layout.partitions if found is None else int(found[1] or found[2])
        if partition >= self._layout.partitions:
            self._complain(record, "id: is not that of a grant that came to nothing")
            return
        if record.key != who.encode() or data.representative_id != who:
            self._complain(record, "key, subject and representative_id are not the same")
        if event.causationid != data.cause.id:
            self._complain(record, "causationid: is not the id of the cause")
        side = self._cut.side_of_time(partition, parse_time_ms(event.time))
        self._accounts.follow(record, partition, who, side)

    def _read_event(self, record: Record) -> CapacityEvent | CapacityDeclined | None:
        value = record.value or b""
        if b'"capacity.declined"' in value[:HEAD_BYTES]:
            return self._read_declined(record, value)
        # The type stands near the beginning, as the engine writes it; elsewhere it costs time.
        first, second = _HELD, _RELEASED
        if b'"capacity.released"' in value[:HEAD_BYTES]:
            first, second = second, first
        event: CapacityEvent
        try:
            try:
                event = first(value)
            except ValidationError:
                event = second(value)
        except ValidationError as error:
            self._complain(record, f"not as published: {describe_error(error)}")
            return None
        if event.data.partition >= self._layout.partitions:
            self._complain(record, "partition: there is no such one")
            return None
        return event

    def _read_declined(self, record: Record, value: bytes) -> CapacityDeclined | None:
        try:
            event: CapacityDeclined = _DECLINED(value)
        except ValidationError as error:
            self._complain(record, f"not as published: {describe_error(error)}")
            return None
        return event

    def _check_event(self, record: Record, event: CapacityEvent) -> None:
        """The members agree with each other and with the record."""
        data, who = event.data, event.subject
        key = who.encode()
        if record.key != key or data.representative_id != who:
            self._complain(record, "key, subject and representative_id are not the same")
        home = self._homes.get(who)
        if home is None:
            home = self._homes[who] = partition_of(key, len(self._lacking))
        if home != record.partition:
            self._complain(record, "the key belongs to another partition")
        ending = "" if isinstance(event, CapacityHeld) else ".released"
        if event.id != data.hold_id + ending or not data.hold_id.startswith(f"{data.partition}-"):
            self._complain(record, "id: is not that of its hold, or the hold not of its partition")
        if event.causationid != data.cause.id:
            self._complain(record, "causationid: is not the id of the cause")

    def _hold(self, record: Record, event: CapacityEvent, side: Side) -> int:
        """Open a hold; returns what it adds: 1, or 0 where it is none."""
        data = event.data
        if data.hold_id in self._open:
            self._complain(record, f"hold {data.hold_id} is held twice")
            return 0
        if hash(data.hold_id) in self._ended:
            self._complain(record, f"hold {data.hold_id} is held again after it was given back")
            return 0
        self._open[data.hold_id] = OpenHold(_terms(event), data.partition, place_of(record), side)
        return 1

    def _release(self, record: Record, event: CapacityEvent, side: Side) -> int:
        """End a hold; returns what it adds: -1, or 0 where there is none."""
        data = event.data
        hold = self._open.pop(data.hold_id, None)
        number = hash(data.hold_id)
        if hold is None:
            if number in self._ended:
                self._complain(record, f"hold {data.hold_id} is given back twice")
                return 0
            if not self._lacking[record.partition]:
                self._complain(record, f"hold {data.hold_id} is given back, but was not held")
                return 0
        elif hold.terms != _terms(event):
            self._complain(record, f"gives back something else than hold {data.hold_id} took")
        self._ended.add(number)
        if side is not Side.WITHIN:
            self._ended_late[data.hold_id] = side
        return -1

    def _compare(self, hold_id: str, held: RowHold) -> None:
        """What a row holds is open, and is what was published."""
        place = (self._layout.conversations, held.partition, held.offset)
        hold = self._open.get(hold_id)
        if hold is not None:
            if hold.terms[: len(held.terms)] != held.terms:
                sentence = f"hold {hold_id} of the row is not what was published"
                self._findings.add("tables", *place, sentence)
        elif not any(self._lacking):
            side = self._ended_late.get(hold_id, Side.WITHIN)
            sentence = f"hold {hold_id} of the row is not held"
            self._findings.report("tables", place, sentence, side, of=held.partition)

    def _complain(self, record: Record, sentence: str) -> None:
        self._findings.add("holds", *place_of(record), sentence)


def _terms(event: CapacityEvent) -> tuple[object, ...]:
    """What a release must give back, in the order of `RowHold.terms`, and whose it was."""
    data = event.data
    return (
        data.representative_id,
        data.role,
        data.units,
        tuple(data.profiles),
        data.forced,
        data.conversation_id,
    )

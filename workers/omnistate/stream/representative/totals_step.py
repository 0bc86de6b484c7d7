"""One batch of the representative worker: capacity changes and presence, over rows that stay.

Each representative whose picture has changed is published once, at the end. It reads no clock.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

import msgspec
from omnistate_schemas.presence import PRESENCE
from omnistate_schemas.registry import PRESENCE_INPUTS
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import CAPACITY_CHANGES, REPRESENTATIVE_CAPACITY
from pydantic import ValidationError

from omnistate.core.directory import Directory
from omnistate.core.facts import Cause
from omnistate.core.representative.presence import describe_capacity
from omnistate.core.representative.totals import OutOfSequence, Totals, encode_totals
from omnistate.stream.cloudevents import (
    HEADERS,
    SOURCE,
    DeadLetter,
    Undecodable,
    describe_error,
    encode_dead_letter,
    fingerprint_of,
    put_unreadable_aside,
    read_event,
)
from omnistate.stream.ports import Batch, Outgoing, Record, UnreadableRecord, Write
from omnistate.stream.position import POSITION_KEY, POSITIONS, Position, encode_position
from omnistate.stream.representative.capacity_change import (
    BYTES_USUAL,
    measure,
    read_capacity_change,
)
from omnistate.stream.representative.totals_table import TOTALS, TotalsTable

# So many representatives are told of a changed configuration in one batch.
TOLD_MAX: Final = 5_000
_ENCODE: Final = msgspec.json.Encoder(order="deterministic").encode


class RepresentativeStep:
    """One batch: the port `Work`. `to_tell` are those whom a changed configuration may concern."""

    def __init__(self, table: TotalsTable, directory: Directory, to_tell: Iterable[str]) -> None:
        """A batch over rows that stay as they are; `version` is the configuration it goes by."""
        self.version = directory.version
        self._table = table
        self._directory = directory
        self._clock_ms = table.clock_ms
        self._touched: dict[str, Totals] = {}
        # How many bytes each of their rows has at most.
        self._sizes: dict[str, int] = {}
        self._causes: dict[str, Cause] = {}
        self._outputs: list[Outgoing] = []
        self._tally: Tally[str] = Tally()
        self._details: Tally[tuple[str, str]] = Tally()
        self._to_tell = tuple(to_tell)
        self.told = 0

    def _totals(self, id_: str) -> Totals:
        found = self._touched.get(id_)
        if found is None:
            found = self._touched[id_] = self._table.totals(id_)
            self._sizes[id_] = len(self._table.rows.get(id_, b""))
        return found

    def take(self, record: Record) -> bool:
        """Apply one record; a batch of this worker is never full.

        Whom a changed configuration concerns is told before it, or, where nobody knows yet what
        time it is, after the first one that tells.
        """
        if self._clock_ms is not None:
            self._tell()
        if isinstance(record, UnreadableRecord):
            self._put_aside(put_unreadable_aside(record))
            return True
        try:
            if record.topic == CAPACITY_CHANGES:
                self._take_change(record)
            else:
                self._take_presence(record)
        except Undecodable as error:
            self._put_aside(DeadLetter(record, error.code, str(error)))
        else:
            self._clock_ms = max(record.timestamp_ms, self._clock_ms or 0)
            self._tell()
        return True

    def _put_aside(self, dead: DeadLetter) -> None:
        self._tally["dead_letter"] += 1
        self._details["dead_letter", dead.code] += 1
        self._outputs.append(encode_dead_letter(dead))

    def _take_change(self, record: Record) -> None:
        change = read_capacity_change(record)
        if change is None:
            self._tally["ignored"] += 1
            self._details["ignored", "no_effect"] += 1
            return
        id_, known = change.representative_id, change.representative_id in self._touched
        totals = self._totals(id_)
        # At most: a counter takes the former one's place.
        size = self._sizes[id_] + len(record.value or b"")
        try:
            if size > BYTES_USUAL:
                size = measure(totals, change.partition, change.share)
            missing = totals.take_over(change.partition, change.share)
        except (OutOfSequence, Undecodable) as error:
            if not known:
                # A dead letter makes no row.
                del self._touched[id_]
            if isinstance(error, Undecodable):
                raise
            raise Undecodable("undecodable", f"partition_sequence: {error}") from None
        if missing is None:
            self._tally["ignored"] += 1
            self._details["ignored", "duplicate"] += 1
            return
        self._sizes[id_] = size
        self._tally["changed"] += 1
        if missing:
            self._details["gap", record.topic] += missing
        self._causes[id_] = change.cause

    def _take_presence(self, record: Record) -> None:
        key, at_ms = record.key, record.timestamp_ms
        envelope, _ = read_event(
            record.value, record.headers, PRESENCE_INPUTS, key=key, timestamp_ms=at_ms
        )
        try:
            event = PRESENCE.validate_python(envelope)
        except ValidationError as error:
            raise Undecodable("undecodable", describe_error(error)) from None
        _check_key(record, event.subject)
        totals = self._totals(event.subject)
        if totals.knows(fingerprint_of(event.source, event.id)):
            self._tally["ignored"] += 1
            self._details["ignored", "duplicate"] += 1
            return
        self._tally["changed"] += 1
        supervisor_id = event.data.supervisor_id
        totals.set(event.data.presence, by_supervisor=supervisor_id is not None)
        actor_id = supervisor_id or event.subject
        self._causes[event.subject] = Cause(event.type, event.id, event.source, actor_id)

    def fire_timers(self, now_ms: int) -> bool:
        """No timers of representatives: a changed configuration is told of, as of `now_ms`."""
        if self._tell():
            self._clock_ms = max(now_ms, self._clock_ms or 0)
        return True

    def _tell(self) -> bool:
        """Look at those whom a changed configuration may concern, once it is known what time it is.

        Whether there are any.
        """
        for id_ in self._to_tell:
            self._totals(id_)
        told, self._to_tell = len(self._to_tell), ()
        self.told += told
        return told > 0

    def finish(self, offsets: Mapping[str, int]) -> Batch:
        """Whoever's picture has changed, and the rows that have."""
        table, writes, new = self._table, [], 0
        for id_, totals in self._touched.items():
            self._publish(id_, totals)
            row = encode_totals(totals)
            former = table.rows.get(id_)
            if row != former:
                new += former is None
                writes.append(Write(TOTALS, id_.encode(), row))
        rows = {TOTALS: len(table.rows) + new}
        position = Position(self._clock_ms, dict(offsets), rows, topic_ids=table.topic_ids)
        if writes or position[:2] != (table.clock_ms, table.offsets or {}):
            writes.append(Write(POSITIONS, POSITION_KEY, encode_position(position)))
        known: Tally[str] = Tally()
        known["known"] = sum(id_ not in table.rows for id_ in self._touched)
        return Batch(self._outputs, writes, self._clock_ms, self._tally, self._details, [], known)

    def _publish(self, id_: str, totals: Totals) -> None:
        """Tell readers where the picture is another than they were told last."""
        cause = self._causes.get(id_)
        # Time, cause and number say nothing about the picture itself.
        plain = describe_capacity(id_, totals, self._directory, "", None)
        picture = msgspec.structs.replace(plain, sequence=0)
        digest = blake2b(_ENCODE(picture), digest_size=8).digest()
        nobody = id_ not in self._directory.representatives and not (
            totals.shares or totals.set_presence
        )
        if nobody and not totals.published:
            return
        if nobody:
            totals.published = b""
            self._outputs.append(Outgoing(REPRESENTATIVE_CAPACITY, id_.encode(), None))
            return
        if digest == totals.published:
            return
        totals.published = digest
        totals.sequence += 1
        at = format_time(self._clock_ms or 0)
        data = describe_capacity(id_, totals, self._directory, at, cause)
        event = {
            "specversion": "1.0",
            "id": f"{id_}.{totals.sequence}",
            "source": SOURCE,
            "type": "representative.capacity_changed",
            "subject": id_,
            "time": at,
            "data": data,
        }
        if cause is not None:
            event["causationid"] = cause.id
        value = _ENCODE(event)
        self._outputs.append(Outgoing(REPRESENTATIVE_CAPACITY, id_.encode(), value, HEADERS))

    def drop(self) -> None:
        """Nothing of it is anywhere else."""


def _check_key(record: Record, representative_id: str) -> None:
    if record.key != representative_id.encode():
        raise Undecodable("wrong_key", "the record's key is not the representative")

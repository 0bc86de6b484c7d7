"""The law of sequence: each conversation's changes are 1, 2, 3 … in one partition.

Each change goes on from the one before it, and its own members agree with each other. A state is
kept for each conversation that is not closed, and a number for each that is, one partition at a
time. What changes must add up to is checked where rows are (`tables`).
"""

from typing import Final

import msgspec
from omnistate_schemas.outputs import ConversationStateChanged
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import CHANNEL_EVENTS
from pydantic import TypeAdapter, ValidationError

from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side, describe_error
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

_READ: Final = TypeAdapter(ConversationStateChanged).validator.validate_json


class LastChange(msgspec.Struct, gc=False):
    """Where a conversation stands after the last change that was read."""

    sequence: int
    status: str
    detail: str | None
    queue_id: str | None
    representative_id: str | None
    origin: str
    workstream_id: str
    began_ms: int
    # Since when status and detail are what they are, and when the last change was: `occurred_at`.
    since_ms: int
    occurred_ms: int
    offset: int
    side: Side


class ReadChange(msgspec.Struct, frozen=True, gc=False):
    """One change as it was read, with what follows from where it lies."""

    record: Record
    event: ConversationStateChanged
    # By the engine's clock.
    at_ms: int
    side: Side
    standing: LastChange
    # The second change by the same input, right after the first one.
    goes_on: bool


class Sequences:
    """The state changes of one partition, in the order of their offsets."""

    def __init__(
        self, partition: int, partitions: int, cut: Cut, findings: Findings, *, lacking: bool
    ) -> None:
        """`lacking`: retention has taken the first changes of some conversations."""
        self.standings: dict[str, LastChange] = {}
        self._partition = partition
        self._partitions = partitions
        self._cut = cut
        self._findings = findings
        self._lacking = lacking
        self._closed: set[int] = set()
        self._clock_ms: int | None = None
        self._last_input: tuple[str, str, int] | None = None

    def read(self, record: Record) -> ReadChange | None:
        """Check one change; None where it cannot be read."""
        try:
            event = _READ(record.value or b"")
        except ValidationError as error:
            self._complain(record, f"not as published: {describe_error(error)}")
            return None
        data = event.data
        at_ms, occurred_ms = parse_time_ms(event.time), parse_time_ms(data.occurred_at)
        if not 0 <= (data.previous_status_seconds or 0) * 1_000 <= max(0, at_ms):
            self._complain(record, "not as published: previous_status_seconds: out of range")
            return None
        before = self.standings.get(event.subject)
        if before is None:
            self._check_first(record, event)
            before = _before(event, at_ms, occurred_ms)
        else:
            self._check_next(record, event, before, occurred_ms)
        self._check_event(record, event, before, at_ms)
        if not before.occurred_ms <= occurred_ms <= at_ms:
            self._complain(record, "occurred_at: is after time, or goes back")
        standing = self._stand(record, event, before, at_ms, occurred_ms)
        place = data.input and (data.input.topic, event.subject, data.input.offset)
        goes_on = place is not None and place == self._last_input
        self._last_input = place
        return ReadChange(record, event, at_ms, standing.side, standing, goes_on)

    def _check_first(self, record: Record, event: ConversationStateChanged) -> None:
        """The first change of a conversation that is not known, or not any more."""
        data = event.data
        known = hash(event.subject)
        if known in self._closed and data.sequence != 1:
            self._complain(record, f"change {data.sequence} of a conversation that was closed")
            return
        self._closed.discard(known)
        if partition_of(event.subject.encode(), self._partitions) != self._partition:
            self._complain(record, "the key belongs to another partition")
        if data.sequence != 1:
            if not self._lacking:
                self._complain(record, f"begins with change {data.sequence}")
            return
        if (
            data.previous_status is not None
            or data.previous_detail is not None
            or data.previous_queue_id is not None
            or data.previous_representative_id is not None
            or data.previous_status_seconds is not None
        ):
            self._complain(record, "the first change says that there was something before it")
        place = data.input
        if place is None or place.topic != CHANNEL_EVENTS:
            self._complain(record, "the first change is not by an input of channel-events")
        elif event.id != f"{place.partition}-{place.offset}.1":
            self._complain(record, "id: is not that of the input that it began with")

    def _check_next(
        self, record: Record, event: ConversationStateChanged, before: LastChange, occurred_ms: int
    ) -> None:
        """A change goes on from the one before it."""
        data = event.data
        if data.sequence != before.sequence + 1:
            self._complain(record, f"change {data.sequence} comes after {before.sequence}")
            return
        for name, value, expected in (
            ("previous_status", data.previous_status, before.status),
            ("previous_detail", data.previous_detail, before.detail),
            ("previous_queue_id", data.previous_queue_id, before.queue_id),
            (
                "previous_representative_id",
                data.previous_representative_id,
                before.representative_id,
            ),
            (
                "previous_status_seconds",
                data.previous_status_seconds,
                (occurred_ms - before.since_ms) / 1_000,
            ),
        ):
            if value != expected:
                self._complain(record, f"{name}: is not what change {before.sequence} left")

    def _check_event(
        self, record: Record, event: ConversationStateChanged, before: LastChange, at_ms: int
    ) -> None:
        """The members agree with each other, with the record and with the partition's clock."""
        data = event.data
        if record.key != event.subject.encode() or data.conversation_id != event.subject:
            self._complain(record, "key, subject and conversation_id are not the same")
        if event.id != f"{before.origin}.{data.sequence}":
            self._complain(record, "id: is not its conversation's, with its sequence")
        if event.causationid != data.cause.id:
            self._complain(record, "causationid: is not the id of the cause")
        if (data.input is None) is not data.cause.type.startswith("timer."):
            self._complain(record, "input: none is for timers, and for them alone")
        if data.input is not None and data.input.partition != self._partition:
            self._complain(record, "input: lies in another partition")
        if self._clock_ms is not None and at_ms < self._clock_ms:
            self._complain(record, "time: goes back")
        self._clock_ms = at_ms

    def _stand(
        self,
        record: Record,
        event: ConversationStateChanged,
        before: LastChange,
        at_ms: int,
        occurred_ms: int,
    ) -> LastChange:
        """Where the conversation stands now; it takes over what the change says, right or not."""
        data, subject = event.data, event.subject
        same = (data.status, data.detail) == (before.status, before.detail)
        if data.input is None:
            side = self._cut.side_of_time(self._partition, at_ms)
        else:
            place = (data.input.topic, data.input.offset)
            side = self._cut.side_of_answer(self._partition, place, at_ms, data.cause.type)
        standing = LastChange(
            data.sequence,
            data.status,
            data.detail,
            data.queue_id,
            data.representative_id,
            before.origin,
            data.workstream_id,
            before.began_ms,
            before.since_ms if same else occurred_ms,
            occurred_ms,
            record.offset,
            side,
        )
        if data.status == "closed":
            self.standings.pop(subject, None)
            self._closed.add(hash(subject))
        else:
            self.standings[subject] = standing
        return standing

    def _complain(self, record: Record, sentence: str) -> None:
        self._findings.add("sequence", *place_of(record), sentence)


def _before(event: ConversationStateChanged, at_ms: int, occurred_ms: int) -> LastChange:
    """Where a conversation stood before the first change that is left of it, as that says."""
    data = event.data
    seconds = data.previous_status_seconds
    return LastChange(
        data.sequence - 1,
        data.previous_status or "",
        data.previous_detail,
        data.previous_queue_id,
        data.previous_representative_id,
        event.id.rpartition(".")[0],
        data.workstream_id,
        at_ms if data.sequence == 1 else 0,
        occurred_ms - round((seconds or 0) * 1_000),
        # Whatever it was, it was not after this change.
        min(at_ms, occurred_ms),
        0,
        Side.WITHIN,
    )

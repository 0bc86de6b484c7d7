"""The step: one batch of records, decided over an overlay of the rows.

For each record: decode, fire the timers that are due, decide. It reads no clock and does no I/O;
the same code runs over Kafka, over the embedded log and in `omnistate replay`, and the result does
not depend on how records are cut into batches.
"""

from collections import Counter as Tally
from collections.abc import Iterable
from typing import NamedTuple

from schemas.times import format_time
from workers.core.context import Context
from workers.core.decision import decide, fire
from workers.core.settings import Directory
from workers.runtime.decoding import DeadLetter, Decoded, decode_record
from workers.runtime.encoding import encode_dead_letter, encode_fact
from workers.runtime.ports import Outgoing, Record, Write
from workers.runtime.tables import Overlay, Tables


class Batch(NamedTuple):
    """What a step comes to: all of it is committed, or none."""

    outputs: list[Outgoing]
    writes: list[Write]
    # Inputs by outcome (changed, recorded, ignored, rejected, dead_letter), and timers fired.
    tally: Tally[str]


class Step:
    """One batch of one partition: fed record by record, then finished or dropped.

    The rows stay as they are until the caller merges the batch's writes. Only the index of timers,
    which is derived from them, goes along; `drop` brings it back.
    """

    __slots__ = ("_context", "_overlay", "_partitions", "_tally", "outputs")

    def __init__(
        self, tables: Tables, directory: Directory, partition: int = 0, partitions: int = 1
    ) -> None:
        """A batch over `tables`, which only `finish`'s caller may change, by merging its writes."""
        self._overlay = overlay = Overlay(tables)
        self._context = Context(
            directory, overlay.settings_of, overlay.intern, overlay.counter_of, partition
        )
        self._partitions = partitions
        self.outputs: list[Outgoing] = []
        self._tally: Tally[str] = Tally()

    def take(self, record: Record) -> None:
        """Decode and apply one record, at its timestamp or at the clock where that is later."""
        decoded = decode_record(record, self._partitions)
        if isinstance(decoded, DeadLetter):
            self.put_aside(decoded)
        else:
            self.apply(decoded, record.timestamp_ms)

    def put_aside(self, dead: DeadLetter) -> None:
        """Make a record a dead letter; the clock stands still."""
        self.count("dead_letter")
        self.outputs.append(encode_dead_letter(dead))

    def count(self, outcome: str) -> None:
        """Count an input whose outcome was decided elsewhere."""
        self._tally[outcome] += 1

    def apply(self, decoded: Decoded, timestamp_ms: int) -> None:
        """Fire what is due at the input's time, then decide the input."""
        overlay, context, input_ = self._overlay, self._context, decoded.input
        timers = overlay.tables.timers
        now_ms = timestamp_ms
        if overlay.clock_ms is not None and overlay.clock_ms > now_ms:
            now_ms = overlay.clock_ms
        if timers.may_be_due(now_ms):
            self.fire_timers(now_ms)
        overlay.clock_ms = context.now_ms = now_ms
        subject = input_.conversation_id
        before = overlay.conversation(subject)
        outcome, conversation, facts = decide(before, input_, context)
        self._tally[outcome] += 1
        if conversation is not None:
            if before is None:
                overlay.put(subject, conversation)
            timers.enter(subject, conversation.earliest_ms())
        if facts:
            origin = "" if conversation is None else conversation.origin
            time = format_time(now_ms)
            for fact in facts:
                self.outputs.append(encode_fact(fact, origin, time, input_))

    def fire_timers(self, now_ms: int) -> None:
        """Fire every timer due at `now_ms`, earliest first; each at its own deadline."""
        overlay = self._overlay
        timers = overlay.tables.timers
        while (subject := timers.next_due(now_ms)) is not None:
            conversation = overlay.conversation(subject)
            found = None if conversation is None else conversation.next_deadline()
            if conversation is None or found is None:
                continue
            deadline_ms, name, hold = found
            overlay.clock_ms = max(deadline_ms, overlay.clock_ms or deadline_ms)
            if name == "forget":
                overlay.put(subject, None)
                continue
            self._tally["timer"] += 1
            self._context.now_ms = deadline_ms
            facts = fire(conversation, subject, name, hold, self._context)
            time = format_time(deadline_ms)
            for fact in facts:
                self.outputs.append(encode_fact(fact, conversation.origin, time, None))
            timers.enter(subject, conversation.earliest_ms())

    def finish(self) -> Batch:
        """The batch's outputs and changed rows."""
        return Batch(self.outputs, self._overlay.writes(), self._tally)

    def drop(self) -> None:
        """Forget the batch: the tables are as if it had never been."""
        self._overlay.tables.reindex(self._overlay.touched)


def run_step(
    tables: Tables,
    directory: Directory,
    records: Iterable[Record],
    partition: int = 0,
    partitions: int = 1,
) -> Batch:
    """One whole batch; the caller merges its writes into `tables` once they are committed."""
    step = Step(tables, directory, partition, partitions)
    for record in records:
        step.take(record)
    return step.finish()

"""The step: one batch of records, decided over an overlay of the rows.

For each record: decode, fire the timers that are due, decide. It reads no clock and does no I/O;
the same code runs over Kafka, over the embedded log and in `omnistate replay`, and the result does
not depend on how records are cut into batches.
"""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from omnistate_schemas.times import format_time

from omnistate.core.conversation.bounds import HoldBounds
from omnistate.core.conversation.context import Context
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.decision import decide, take_next
from omnistate.core.conversation.firing import fire
from omnistate.core.conversation.waiting import is_crowded, is_ripe
from omnistate.core.directory import Directory
from omnistate.core.facts import Fact, Refused, Rejected, StateChange
from omnistate.core.input import Input
from omnistate.stream.cloudevents import DeadLetter, encode_dead_letter
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.conversation.encoding import encode_fact, encode_state
from omnistate.stream.conversation.overlay import Overlay
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Batch, Outgoing, Record

# A batch is full when it has so many outputs and tombstones, or so many bytes of dead letters.
OUTPUTS_MAX: Final = 10_000
DEAD_BYTES_MAX: Final = 4_000_000


class Step:
    """One batch of one partition: fed record by record, then finished or dropped.

    The rows stay as they are until the caller merges the batch's writes. Only the index of timers,
    which is derived from them, goes along; `drop` brings it back.
    """

    __slots__ = (
        "_context",
        "_dead_bytes",
        "_details",
        "_forgotten",
        "_last_changes",
        "_lateness_ms",
        "_outputs_max",
        "_overlay",
        "_partitions",
        "_tally",
        "outputs",
    )

    def __init__(
        self,
        tables: Tables,
        directory: Directory,
        partition: int = 0,
        partitions: int = 1,
        outputs_max: int = OUTPUTS_MAX,
    ) -> None:
        """A batch over `tables`, which only `finish`'s caller may change, by merging its writes."""
        self._overlay = overlay = Overlay(tables)
        self._context = Context(
            directory,
            overlay.settings_of,
            overlay.intern,
            overlay.counter_of,
            partition,
            HoldBounds(partitions),
            tables.counter_bytes_max,
        )
        self._partitions = partitions
        self._outputs_max = outputs_max
        self._dead_bytes = 0
        # Conversations that were forgotten: they publish nothing, and cost time all the same.
        self._forgotten = 0
        self.outputs: list[Outgoing] = []
        # By conversation; None where it was forgotten.
        self._last_changes: dict[str, Outgoing | None] = {}
        # Counting is twice as quick as with a Counter.
        self._tally: defaultdict[str, int] = defaultdict(int)
        self._details: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._lateness_ms: list[int] = []

    @property
    def filled(self) -> int:
        """How many outputs and tombstones there are; other states are as few as their changes."""
        return len(self.outputs) + self._forgotten

    def take(self, record: Record) -> bool:
        """Decode and apply one record, at its timestamp or at the clock where that is later.

        False where the batch is full: nothing of the record has been done, though timers that were
        due before it may have fired.
        """
        filled = len(self.outputs) + self._forgotten
        if filled >= self._outputs_max or self._dead_bytes >= DEAD_BYTES_MAX:
            return False
        decoded = decode_record(record, self._partitions)
        if isinstance(decoded, DeadLetter):
            self.put_aside(decoded)
            return True
        return self.apply(decoded, record.timestamp_ms)

    def put_aside(self, dead: DeadLetter) -> None:
        """Make a record a dead letter; the clock stands still."""
        self.count("dead_letter")
        self._details["dead_letter", dead.code] += 1
        self._dead_bytes += len(dead.record.value or b"")
        self.outputs.append(encode_dead_letter(dead))

    def count(self, outcome: str) -> None:
        """Count an input whose outcome was decided elsewhere."""
        self._tally[outcome] += 1

    def apply(self, input_: Input, timestamp_ms: int) -> bool:
        """Fire what is due at the input's time, then decide the input; False as with `take`."""
        overlay, context = self._overlay, self._context
        timers = overlay.tables.timers
        now_ms = timestamp_ms
        if overlay.clock_ms is not None and overlay.clock_ms > now_ms:
            now_ms = overlay.clock_ms
        if timers.may_be_due(now_ms) and not self.fire_timers(now_ms):
            return False
        overlay.clock_ms = context.now_ms = now_ms
        subject = input_.conversation_id
        before = overlay.conversation(subject)
        outcome, conversation, facts = decide(before, input_, context)
        if outcome != "waits":
            self._tally[outcome] += 1
        if conversation is None:
            if facts:
                self._publish(subject, facts, "", now_ms, input_)
        else:
            if conversation is not before:
                overlay.put(subject, conversation)
            if facts:
                self._publish(subject, facts, conversation.origin, now_ms, input_)
            if conversation.extras is not None and conversation.extras.waiting:
                self._go_on(subject, conversation)
            else:
                timers.enter(subject, conversation.earliest_ms())
        return True

    def _go_on(self, subject: str, conversation: Conversation | None) -> None:
        """Take what waits and is ripe, or more than may wait."""
        now_ms = self._context.now_ms
        while conversation is not None:
            crowded = is_crowded(conversation)
            if not crowded and not is_ripe(conversation, now_ms):
                break
            conversation = self._take_waiting(subject, conversation, crowded=crowded)
        due_ms = None if conversation is None else conversation.earliest_ms()
        self._overlay.tables.timers.enter(subject, due_ms)

    def _take_waiting(
        self, subject: str, conversation: Conversation, *, crowded: bool
    ) -> Conversation | None:
        """Decide the input that has waited and whose turn it is, at the clock."""
        ripe_by_ms = None if crowded else self._context.now_ms
        input_, (outcome, found, facts) = take_next(conversation, self._context, ripe_by_ms)
        self.count(outcome)
        if found is not None and found is not conversation:
            self._overlay.put(subject, found)
        if facts:
            origin = "" if found is None else found.origin
            self._publish(subject, facts, origin, self._context.now_ms, input_)
        if found is None or found.stage != "nothing" or found.rest.waiting:
            return found
        # Nothing has begun, and nothing waits for it any more.
        self._overlay.put(subject, None)
        return None

    def fire_timers(self, now_ms: int) -> bool:
        """Fire every timer due at `now_ms`, earliest first; each at its own deadline.

        False where the batch was full before all had fired; the next batch goes on from there.
        """
        overlay = self._overlay
        timers = overlay.tables.timers
        while timers.may_be_due(now_ms):
            if self.filled >= self._outputs_max:
                return False
            subject = timers.next_due(now_ms)
            conversation = None if subject is None else overlay.conversation(subject)
            found = None if conversation is None else conversation.next_deadline()
            if subject is None or conversation is None or found is None:
                continue
            deadline_ms, name, hold, whose = found
            overlay.clock_ms = max(deadline_ms, overlay.clock_ms or deadline_ms)
            if name == "forget":
                overlay.put(subject, None)
                self._last_changes[subject] = None
                self._forgotten += 1
                continue
            self._context.now_ms = deadline_ms
            if name in {"early", "settle"}:
                left = self._take_waiting(subject, conversation, crowded=False)
                timers.enter(subject, None if left is None else left.earliest_ms())
                continue
            self.count("timer")
            self._lateness_ms.append(now_ms - deadline_ms)
            facts = fire(conversation, subject, name, hold, whose, self._context)
            self._publish(subject, facts, conversation.origin, deadline_ms, None)
            timers.enter(subject, conversation.earliest_ms())
        return True

    def _publish(
        self, subject: str, facts: list[Fact], origin: str, at_ms: int, cause: Input | None
    ) -> None:
        time = format_time(at_ms)
        for fact in facts:
            outgoing = encode_fact(fact, origin, time, cause)
            self.outputs.append(outgoing)
            if isinstance(fact, StateChange):
                self._details["rule", fact.rule] += 1
                self._last_changes[subject] = outgoing
            elif isinstance(fact, Refused):
                kind = "rejected" if isinstance(fact, Rejected) else "ignored"
                self._details[kind, fact.code] += 1

    def finish(self, offsets: Mapping[str, int] | None = None) -> Batch:
        """The batch's outputs and changed rows; `offsets` = the next of each input after it."""
        overlay = self._overlay
        return Batch(
            self.outputs,
            overlay.writes(overlay.tables.offsets or {} if offsets is None else offsets),
            overlay.clock_ms,
            Tally(self._tally),
            Tally(self._details),
            self._lateness_ms,
            overlay.stage_changes(),
            [encode_state(id_, last) for id_, last in self._last_changes.items()],
            overlay.use_changes,
        )

    def drop(self) -> None:
        """Forget the batch: the tables are as if it had never been."""
        self._overlay.tables.reindex(self._overlay.touched)

"""The witness: reads inputs and outputs back, and holds them against the journal and one another.

It is no second audit: it knows what was acknowledged to the generator, which no topic tells, and it
judges from the published outputs alone. It reads on from where it was, so that each look costs what
has come since.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
    DEAD_LETTERS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.chaos.capacity_pictures import GATE, OURS, read_event
from tests.chaos.journal import SHARED, Entry, Journal, digest
from tests.chaos.ledger_check import LedgerCheck
from tests.chaos.states_check import States
from tests.harness.tied_process import PATIENCE_S
from tests.harness.topics import Place, TopicReader
from tests.harness.waiting import stretch

OUTPUTS: Final = (
    STATE_CHANGES,
    CAPACITY_CHANGES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    DEAD_LETTERS,
)
# So long after a batch's changes its states may become visible.
SETTLED_S: Final = 10.0
# So long an input may wait, and the wall clock be behind.
WAITED_S: Final = 8.0
_DECODE: Final = msgspec.json.Decoder().decode


class Witness:
    """Looks at one installation; `violations` are sentences."""

    def __init__(self, brokers: str, prefix: str, journal: Journal) -> None:
        self.books = LedgerCheck(journal)
        self._journal = journal
        self._states = States()
        self._reader = TopicReader(brokers, prefix, journal.partitions)

    @property
    def violations(self) -> list[str]:
        """What does not hold; the journal's own contradictions included."""
        return [*self._journal.contradictions, *self.books.violations]

    @property
    def counts(self) -> Counter[str]:
        """What was seen: changes, records, refusals, dead letters, holds, timers, states."""
        return self.books.counts + self._states.counts

    async def look(self, reached: Mapping[Place, int], at_ms: int | None = None) -> None:
        """Read what has come, and judge every input before the offsets `reached`.

        `at_ms`: nothing has been published for a while; by then each timer due must have fired.
        """
        async with asyncio.timeout(PATIENCE_S), self._reader as reader:
            await self._read_inputs(reader, {topic for topic, _ in reached})
            await self._read_outputs(reader, reached)
            for sentence in self._states.find_invented():
                self.books.complain(sentence)
            await self._read_states(reader)
        self.books.close_accounts(reached)
        if at_ms is not None:
            self.books.check_timers(at_ms)

    async def catch_up(self, topics: Collection[str]) -> None:
        """Read these inputs alone: what workers of ours have put there since is in the journal."""
        async with asyncio.timeout(PATIENCE_S), self._reader as reader:
            await self._read_inputs(reader, topics)

    async def _read_inputs(self, reader: TopicReader, topics: Collection[str]) -> None:
        async for place, record in reader.read_on(topics):
            self._take_input(place, record)

    async def _read_outputs(self, reader: TopicReader, reached: Mapping[Place, int]) -> None:
        """Until every input has its outcome: some wait for their start, or for their order."""
        until_s = asyncio.get_running_loop().time() + stretch(WAITED_S)
        while True:
            outputs = [each async for each in reader.read_on(OUTPUTS)]
            # What outputs name was there before them, the inputs of our own worker, too.
            await self._read_inputs(reader, {topic for topic, _ in reached})
            for (topic, _), record in outputs:
                self._take_output(topic, record)
            unanswered = self.books.find_unanswered(reached)
            if unanswered is None or asyncio.get_running_loop().time() > until_s:
                return
            await asyncio.sleep(0.2)

    async def _read_states(self, reader: TopicReader) -> None:
        """Until every change that was read stands there: markers are written topic by topic."""
        until_s = asyncio.get_running_loop().time() + SETTLED_S
        while True:
            async for (topic, _), record in reader.read_on([CONVERSATION_STATES]):
                where = f"{topic}-{record.partition} offset {record.offset}"
                self._states.take_state(where, record.key, record.value)
            stale = list(self._states.find_stale())
            if not stale or asyncio.get_running_loop().time() > until_s:
                break
            await asyncio.sleep(0.2)
        for sentence in stale:
            self.books.complain(sentence)

    def _take_input(self, place: Place, record: ConsumerRecord) -> None:
        if place[0] == SHARED and not self._journal.knows(place, record.offset):
            self._take_foreign(place, record)
            return
        entries = self._journal.entries[place]
        if record.offset >= len(entries):
            self.books.complain(f"{place} offset {record.offset}: this was never acknowledged")
        elif entries[record.offset].digest != digest(record.key, record.value):
            self.books.complain(f"{place} offset {record.offset}: another input was acknowledged")
        else:
            self.books.note_input(place, record.key, record.timestamp)

    def _take_foreign(self, place: Place, record: ConsumerRecord) -> None:
        """An action that nobody acknowledged: the gate's, or that somebody has gone or is back."""
        mark = digest(record.key, record.value)
        event = read_event(record.value) or {}
        id_, type_ = event.get("id", ""), event.get("type", "")
        entry = Entry(mark, type_, id_, None, record.timestamp)
        if not self._journal.place(place, record.offset, entry):
            if event.get("source") not in OURS:
                where = f"{place} offset {record.offset}"
                self.books.complain(f"{where}: this was never acknowledged")
            elif event["source"] == GATE:
                self.books.take_grant(event)
        self.books.note_input(place, record.key, record.timestamp)

    def _take_output(self, topic: str, record: ConsumerRecord) -> None:
        where = f"{topic}-{record.partition} offset {record.offset}"
        if topic == DEAD_LETTERS:
            self.books.take_dead_letter(where, dict(record.headers))
            return
        event: dict[str, Any] = _DECODE(record.value)
        self.books.take_id(where, topic, event["id"])
        match event["type"]:
            case "conversation.state_changed":
                self._states.take_change(record.key, record.value)
                self.books.take_change(where, record.partition, event)
            case "capacity.held" | "capacity.released":
                self.books.take_hold(where, event)
            case "input.rejected" | "input.ignored":
                self.books.take_refusal(where, event)
            case "input.recorded":
                self.books.take_recorded(where, event)
            case "conversation.reminder":
                self.books.take_reminder(where, event)
            case "capacity.declined":
                self.books.counts["declined"] += 1
            case other:
                self.books.complain(f"{where}: {other} is no output")

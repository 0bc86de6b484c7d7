"""An audit, and a rebuild of the states, of topics that anybody may have written to."""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import pytest
from omnistate.audit.auditor import audit
from omnistate.audit.findings import Findings
from omnistate.audit.source import MemoryReader
from omnistate.stream.conversation.states_rebuild import StatesRebuild
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import LogRefusal, Outgoing, Record, UnreadableRecord
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
    DEAD_LETTERS,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.audit.audit_rig import CONVERSATIONS, TOPOLOGY, Rig, random_rig
from tests.audit.downstream_rig import TwinModel, add_up
from tests.projections.memory_topics import capacity, change

TOPICS = (
    *(STATE_CHANGES, CONVERSATION_STATES, CAPACITY_CHANGES, REPRESENTATIVE_CAPACITY),
    *(REJECTED_INPUTS, DEAD_LETTERS, "workstreams", "representatives", "queues"),
)


def encoded(event: dict[str, Any], **members: Any) -> bytes:
    return json.dumps({**event, "data": {**event["data"], **members}}).encode()


VALUES = {
    "no JSON": b"{",
    "no text": b"\xff",
    "nothing": b"",
    "nested": b"[" * 100_000,
    "a time beyond all": encoded(
        change("poison", 1, "open"), previous_status="open", previous_status_seconds=1e308
    ),
    "many members": encoded(
        change("poison", 1, "open"), **{f"m{number}": number for number in range(4_100)}
    ),
    "negative units": encoded(capacity("poison", 5), units=-1),
    "units beyond 64 bits": encoded(capacity("poison", 5), occupied_units=2**70),
}


class Reader(MemoryReader):
    """Reads the log with a batch of `topic`, partition 0, that nobody can read."""

    def __init__(self, rig: Rig, topic: str) -> None:
        super().__init__(rig.log)
        self._topic = topic

    async def ends(self, topic: str) -> Sequence[int]:
        first, *rest = await super().ends(topic)
        return [first + 3 if topic == self._topic else first, *rest]

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        async for chunk in super().records(topic, partition, start, end):
            yield chunk
        written = (await super().ends(topic))[partition]
        if (topic, partition) == (self._topic, 0) and start <= written < end:
            place = (topic, partition)
            yield [UnreadableRecord.of(place, written, written + 2, -1, "its checksum is wrong")]


async def rig_at_rest(seed: int = 3) -> tuple[Rig, TwinModel]:
    rig = await random_rig(seed)
    await add_up(rig)
    model = TwinModel(rig)
    await model.project()
    return rig, model


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("what", VALUES)
async def test_whatever_lies_there_ends_no_audit(topic: str, what: str) -> None:
    rig, model = await rig_at_rest()
    place = partition_of(b"poison", rig.sizes[topic])
    entry = rig.log.append(topic, b"poison", VALUES[what], (), place)
    await add_up(rig)
    await model.project(poisoned=True)
    findings = await audit(MemoryReader(rig.log), TOPOLOGY, model)
    named = f"{topic}/{place}/{entry.record.offset}"
    said = [f"{each.topic}/{each.partition}/{each.offset}" for each in samples(findings)]
    notes = " ".join(findings.notes)
    if topic in {CONVERSATION_STATES, REPRESENTATIVE_CAPACITY} or named in said:
        # The read model's workers have left it out, and so does what checks it.
        assert not findings.found["read_model"], samples(findings)
    else:
        assert f"{topic}: 1 values cannot be read" in notes, (said, notes)
        assert str(entry.record.offset) in notes


def samples(findings: Findings) -> list[Any]:
    """What was found, the first of it."""
    return list(findings.violations)


@pytest.mark.parametrize("topic", TOPICS)
async def test_a_batch_that_nobody_can_read_is_named(topic: str) -> None:
    rig, model = await rig_at_rest()
    end = (await MemoryReader(rig.log).ends(topic))[0]
    findings = await audit(Reader(rig, topic), TOPOLOGY, model)
    if topic in {"workstreams", "representatives", "queues"}:
        assert any(
            f"{topic}/0: cannot be read" in note and f"offsets {end} to {end + 2}" in note
            for note in findings.notes
        )
        assert not any(findings.found.values())
    else:
        assert (topic, 0, end) in {
            (each.topic, each.partition, each.offset) for each in samples(findings)
        }


async def rebuild(rig: Rig, reader: MemoryReader) -> tuple[list[Outgoing], list[str]]:
    """What a rebuild of partition 0 publishes, and what it cannot read."""
    published: list[Outgoing] = []

    async def publish(partition: int, states: Sequence[Outgoing]) -> None:
        published.extend(states)
        for each in states:
            rig.log.append(each.topic, each.key, each.value, each.headers, partition)

    rebuilding = StatesRebuild(reader, publish, CONVERSATIONS, 0)
    await rebuilding.run()
    return published, rebuilding.unreadable


@pytest.mark.parametrize("topic", [CONVERSATION_STATES, STATE_CHANGES])
async def test_a_rebuild_says_what_it_passes_over(topic: str) -> None:
    rig, _ = await rig_at_rest()
    _, unreadable = await rebuild(rig, Reader(rig, topic))
    assert [each.startswith(f"{topic}/0, offsets ") for each in unreadable] == [True]


def append_no_row(rig: Rig) -> MemoryReader:
    rig.log.append(CONVERSATIONS, b"x", b"no row", (), 0)
    return MemoryReader(rig.log)


@pytest.mark.parametrize("read", [append_no_row, lambda rig: Reader(rig, CONVERSATIONS)])
async def test_a_rebuild_takes_nobody_for_forgotten_whose_row_cannot_be_read(
    read: Callable[[Rig], MemoryReader],
) -> None:
    rig, _ = await rig_at_rest()
    before = await MemoryReader(rig.log).ends(CONVERSATION_STATES)
    with pytest.raises(LogRefusal, match=f"{CONVERSATIONS}/0"):
        await rebuild(rig, read(rig))
    assert await MemoryReader(rig.log).ends(CONVERSATION_STATES) == before

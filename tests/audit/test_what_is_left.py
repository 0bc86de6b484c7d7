"""What an audit goes by where retention, compaction or a new configuration left less to go by."""

from collections.abc import AsyncGenerator, Sequence
from copy import deepcopy

import pytest
from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.audit import order
from omnistate.audit.auditor import audit
from omnistate.audit.findings import Findings
from omnistate.audit.source import MemoryReader
from omnistate.stream.ports import Record
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    DEAD_LETTERS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import CONVERSATIONS, POSITIONS, TOPOLOGY, Rig, live
from tests.audit.tampering import find, places, set_data, spots, third
from tests.audit.told_day import tell_day


class Forgetful(MemoryReader):
    """A log whose retention has deleted the first records of some partitions."""

    def __init__(self, log: MemoryLog, gone: dict[tuple[str, int], int]) -> None:
        super().__init__(log)
        self._gone = gone

    async def beginnings(self, topic: str) -> Sequence[int]:
        return [
            self._gone.get((topic, number), 0) for number in range(await self.partitions(topic))
        ]

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        start = max(start, self._gone.get((topic, partition), 0))
        async for chunk in super().records(topic, partition, start, end):
            yield chunk


async def forget(rig: Rig, share: float, *topics: str) -> Findings:
    """What an audit finds after so much of these topics was deleted."""
    gone = {
        (topic, number): int(len(rig.entries(topic, number)) * share)
        for topic in topics
        for number in range(rig.sizes[topic])
    }
    return await audit(Forgetful(rig.log, gone), TOPOLOGY)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize(
    "topics",
    [
        (CHANNEL_EVENTS, AGENT_ACTIONS),
        (CHANNEL_EVENTS, AGENT_ACTIONS, REJECTED_INPUTS),
        (STATE_CHANGES,),
        (CAPACITY_CHANGES,),
        (REJECTED_INPUTS, DEAD_LETTERS),
        (
            CHANNEL_EVENTS,
            AGENT_ACTIONS,
            STATE_CHANGES,
            CAPACITY_CHANGES,
            REJECTED_INPUTS,
            DEAD_LETTERS,
        ),
    ],
)
async def test_what_retention_deleted_is_no_violation(
    rig: Rig, share: float, topics: tuple[str, ...]
) -> None:
    findings = await forget(rig, share, *topics)
    assert findings.ok, findings.violations[:5]
    replays = not {CHANNEL_EVENTS, AGENT_ACTIONS} & set(topics)
    assert bool(findings.counts["replayed"]) is replays
    assert bool(findings.notes) is not replays


async def test_what_is_left_is_still_judged(rig: Rig) -> None:
    last = spots(rig, STATE_CHANGES)[-1]
    place = last.repeat()
    findings = await forget(
        rig, 0.5, CHANNEL_EVENTS, AGENT_ACTIONS, STATE_CHANGES, CAPACITY_CHANGES
    )
    assert place in places(findings, "sequence")


async def test_positions_that_compaction_took(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The inputs are merged by time, in parts; a difference proves nothing, and is a note."""
    monkeypatch.setattr(order, "BATCH_OFFSETS_MAX", 50)
    monkeypatch.setattr(order, "PART_RECORDS", 7)
    for number in range(rig.partitions):
        entries = rig.entries(POSITIONS, number)
        del entries[: len(entries) * 2 // 3]
    findings = await rig.audit()
    assert findings.ok, findings.violations
    assert findings.counts["replayed"] == findings.counts["inputs"]
    assert len(findings.notes) == rig.partitions
    find(rig, STATE_CHANGES, third).alter(set_data(rule="Q9"))
    findings = await rig.audit()
    assert findings.ok
    assert "differs in data.rule" in findings.notes[-1] + findings.notes[1] + findings.notes[-2]


async def test_compaction_changes_nothing(rig: Rig) -> None:
    for topic in TOPOLOGY.group("conversation").tables.values():
        if topic != POSITIONS:
            rig.log.compact(topic)
    findings = await rig.audit()
    assert findings.ok, findings.violations
    assert findings.counts["rows compared"]
    assert len(rig.entries(CONVERSATIONS, 0)) < findings.counts["rows"]


async def test_a_configuration_that_changed_under_way() -> None:
    """Of conversations from before it, and of holds, nothing can be said; of the others it can."""
    world = await tell_day(3, 150)
    rig = Rig(world.configuration, world.start_ms - 1)
    await live(rig, world, 2.5)
    configuration = deepcopy(world.configuration)
    for workstream in configuration["workstreams"].values():
        workstream["offer_timeout"] = 45
    rig.configure(configuration)
    await live(rig, world, 6)
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]
    (note,) = findings.notes
    assert "the configuration changed" in note
    assert 0 < findings.counts["compared"] < findings.counts["changes"]
    late = [spot for spot in spots(rig, STATE_CHANGES) if third(spot.event)][-1]
    late.alter(set_data(rule="Q9"))
    assert late.place in places(await rig.audit(), "replay")


async def test_the_same_configuration_published_again_is_no_change(rig: Rig) -> None:
    before = (await rig.audit()).counts["compared"]
    rig.configure(rig.configuration)
    findings = await rig.audit()
    assert findings.ok
    assert not findings.notes
    assert findings.counts["compared"] == before


async def test_a_value_of_the_configuration_that_cannot_be_read(rig: Rig) -> None:
    rig.log.append("workstreams", next(iter(rig.configuration["workstreams"])).encode(), b"{")
    rig.log.append("workstreams", b"", b"{}")
    rig.log.append("workstreams", b"\xff", None)
    findings = await rig.audit()
    assert findings.ok
    (note,) = findings.notes
    assert note.startswith("workstreams: 3 values cannot be read and are left out, at offsets ")

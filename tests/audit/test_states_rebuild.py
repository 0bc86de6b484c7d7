"""`omnistate states rebuild` beside workers at work: in the end the law of states holds."""

import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omnistate.audit.source import MemoryReader
from omnistate.core.row_version import ROW_VERSION, NewerVersion
from omnistate.stream.conversation import states_rebuild
from omnistate.stream.conversation.states_rebuild import Rebuilt, StatesRebuild
from omnistate.stream.ports import Outgoing, Record
from omnistate_schemas.vocabulary import CONVERSATION_STATES, STATE_CHANGES

from tests.audit.audit_rig import CONVERSATIONS, Rig, random_rig
from tests.audit.tampering import places, rows, spots
from tests.harness.records import day_records
from tests.oracle.random_days import day_of

Meanwhile = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Nobody is at work."""


class Disturbed(MemoryReader):
    """Between any two answers, workers go on."""

    def __init__(self, rig: Rig, meanwhile: Meanwhile) -> None:
        super().__init__(rig.log)
        self._meanwhile = meanwhile

    async def ends(self, topic: str) -> Sequence[int]:
        await self._meanwhile()
        return await super().ends(topic)

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        async for chunk in super().records(topic, partition, start, end):
            yield chunk
            await self._meanwhile()


async def rebuild(rig: Rig, meanwhile: Meanwhile = nothing) -> Rebuilt:
    """Every partition; the sums."""
    reader = Disturbed(rig, meanwhile)

    async def publish(partition: int, states: Sequence[Outgoing]) -> None:
        await meanwhile()
        for each in states:
            rig.log.append(each.topic, each.key, each.value, each.headers, partition)
        await meanwhile()

    done = [
        await StatesRebuild(reader, publish, CONVERSATIONS, number).run()
        for number in range(rig.partitions)
    ]
    return Rebuilt(*map(sum, zip(*done, strict=True)))


def states(rig: Rig) -> dict[bytes | None, bytes]:
    """Where everybody stands."""
    last = {each.record.key: each.record.value for each in spots(rig, CONVERSATION_STATES)}
    return {key: value for key, value in last.items() if value is not None}


def spoil(rig: Rig, chance: random.Random) -> None:
    """Some were never there, some are of an older change, some of nobody who is remembered."""
    for number in range(rig.partitions):
        entries = rig.entries(CONVERSATION_STATES, number)
        match chance.randrange(4):
            case 0:
                entries.clear()
            case 1:
                del entries[chance.randrange(len(entries) + 1) :]
            case 2:
                entries[:] = [each for each in entries if each.record.value is not None]
            case _:
                entries[:] = [each for each in entries if chance.random() < 0.5]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_an_installation_of_before(seed: int) -> None:
    """It fills in what there is, and a second time it finds nothing to do."""
    rig = await random_rig(seed)
    expected = states(rig)
    for number in range(rig.partitions):
        rig.entries(CONVERSATION_STATES, number).clear()
    assert (await rig.audit()).found["states"] == len(expected) > 0
    done = await rebuild(rig)
    assert done == Rebuilt(len(expected), len(expected), 0, 0)
    assert states(rig) == expected
    assert (await rig.audit()).ok
    assert await rebuild(rig) == Rebuilt(len(expected), 0, 0, 0)


async def test_what_is_deleted_cannot_be_filled_in(rig: Rig) -> None:
    expected = states(rig)
    for number in range(rig.partitions):
        rig.entries(CONVERSATION_STATES, number).clear()
        rig.entries(STATE_CHANGES, number).clear()
    assert await rebuild(rig) == Rebuilt(len(expected), 0, 0, len(expected))


async def test_headers_are_kept(rig: Rig) -> None:
    for number in range(rig.partitions):
        rig.entries(CONVERSATION_STATES, number).clear()
    await rebuild(rig)
    headers = {each.record.headers for each in spots(rig, CONVERSATION_STATES)}
    assert headers == {each.record.headers for each in spots(rig, STATE_CHANGES)}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), part=st.sampled_from((1, 3, 2_000)))
async def test_beside_workers_at_work(seed: int, part: int) -> None:
    """Whatever happens between any two of its steps, the last word is the worker's."""
    chance = random.Random(seed)
    records, _ = day_records(seed)
    first_ms = min((each.timestamp_ms for each in records), default=0)
    rig = Rig(day_of(seed)[1], first_ms)
    rest = list(records)

    async def work(inputs: int) -> None:
        for record in rest[:inputs]:
            rig.now_ms = max(rig.now_ms, record.timestamp_ms)
            rig.log.append(record.topic, record.key, record.value, record.headers)
        del rest[:inputs]
        await rig.drain(chance.choice((1, 3, 2_000)))
        if chance.random() < 0.2:
            await rig.fire(rig.now_ms + chance.choice((0, 60_000, 90_000_000)))

    async def meanwhile() -> None:
        if rest and chance.random() < 0.6:
            await work(chance.choice((1, 2, 5)))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(states_rebuild, "PART", part)
        await rig.take_over()
        await work(len(records) // 2)
        spoil(rig, chance)
        await rebuild(rig, meanwhile)
    findings = await rig.audit()
    assert not places(findings, "states"), findings.violations[:5]


async def test_rows_of_a_newer_version_are_refused(rig: Rig) -> None:
    spot = next(spot for spot in rows(rig, CONVERSATIONS).values() if spot.record.value)
    newer = ROW_VERSION + 1
    spot.put(value=spot.bytes.replace(bytes([ROW_VERSION]), bytes([newer]), 1))
    with pytest.raises(NewerVersion, match=f"of version {newer}"):
        await rebuild(rig)

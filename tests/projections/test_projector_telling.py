"""The projector, turn by turn: what it tells, and what it leaves out."""

import asyncio

import pytest
from omnistate.projections.read_model import projector
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.projections.memory_topics import capacity, change
from tests.projections.projection_rig import CHANGES, STATES, TOTALS, Bench, is_ready, turns


async def test_what_is_no_record_is_told_and_left_out(bench: Bench) -> None:
    worker = bench.worker()
    for value in (
        b"",
        b"no json",
        b"\xff",
        b"[" * 2_000,
        b"{}",
        change("c", 0, "open"),
        change("", 1, "open"),
        {**change("c", 1, "open"), "type": "conversation.renamed"},
        {**change("c", 1, "open"), "time": "yesterday"},
    ):
        bench.topics.append(CONVERSATION_STATES, "c", value)
        bench.topics.append(STATE_CHANGES, "c", value)
    bench.publish(1, "open")
    bench.topics.append(REPRESENTATIVE_CAPACITY, "ana", b"{")
    bench.topics.append(REPRESENTATIVE_CAPACITY, "ana:offers", capacity("ana:offers", 5))
    await turns(worker)
    assert bench.sequence == "1"
    unreadable = [(place, offset) for place, offset, _ in bench.told("unreadable")]
    both = [(place, offset) for place in (STATES, CHANGES) for offset in range(9)]
    assert sorted(unreadable) == sorted([*both, (TOTALS, 0)])
    batches = [each for (each,) in bench.told("applied")]
    outcomes = {each.place: (each.applied, each.skipped, each.unreadable) for each in batches}
    assert outcomes == {STATES: (1, 0, 9), CHANGES: (1, 0, 9), TOTALS: (0, 1, 1)}
    assert len(bench.store.stream) == 1
    assert not any("ana" in key for key in bench.store.keys)


async def test_failures_are_told_and_survived(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "RETRY_S", 0.01)
    worker = bench.worker()
    bench.publish(1)
    bench.members[0].broken = True
    bench.store.faults = ["after"]
    running = asyncio.create_task(worker.run())
    await bench.hears("log_failed")
    assert not is_ready(worker)
    bench.members[0].broken = False
    await bench.hears("caught_up")
    names = list(dict.fromkeys(bench.watchers[0].names()))
    assert names[:4] == ["assigned", "log_failed", "rebuilding", "store_failed"]
    assert {"recovered", "caught_up"} <= set(names)
    assert is_ready(worker)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_rebalance_keeps_what_stays_and_forgets_what_goes(bench: Bench) -> None:
    worker = bench.worker()
    bench.publish(1)
    await turns(worker)
    member = bench.members[0]
    member.assign([TOTALS])
    assert not is_ready(worker)
    await turns(worker)
    assert is_ready(worker)
    assert set(worker.lags()) == {TOTALS}
    bench.publish(2)
    await turns(worker)
    assert bench.sequence == "1"
    member.assign([])
    await turns(worker, number=1)
    assert is_ready(worker), "nothing to do is done"
    member.assign([STATES, CHANGES, TOTALS])
    await turns(worker)
    assert bench.sequence == "2"


async def test_old_changes_are_no_news(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild does not tell readers of the stream what happened a month ago."""
    monkeypatch.setattr("omnistate.projections.read_model.progress.STREAM_LENGTH", 4)
    worker = bench.worker()
    for sequence in range(1, 11):
        bench.publish(sequence, markers=0)
    await turns(worker)
    assert len(bench.store.stream) == 4
    bench.publish(11)
    await turns(worker)
    assert len(bench.store.stream) == 5

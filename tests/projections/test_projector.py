"""The projector, turn by turn: whose offsets count, and what is noticed."""

import asyncio
from typing import Any

import pytest
from omnistate.projections.read_model.replacement import TopicReplaced
from omnistate.projections.read_model.store_ports import Bounds, StoreUnavailable
from omnistate.stream.ports import LogUnavailable
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY

from tests.projections.memory_topics import NOW_MS, capacity, change
from tests.projections.projection_rig import CHANGES, KEYS, STATES, TOTALS, Bench, is_ready, turns


async def test_markers_are_applied_too_so_that_offsets_come_to_the_ends(bench: Bench) -> None:
    worker = bench.worker()
    assert not is_ready(worker)
    bench.publish(1, markers=3)
    bench.topics.append(REPRESENTATIVE_CAPACITY, "ana", capacity("ana", 30))
    await turns(worker)
    assert bench.store.stored == {STATES: 4, CHANGES: 4, TOTALS: 1}
    assert is_ready(worker)
    assert worker.lags() == {STATES: (0, 0.0), CHANGES: (0, 0.0), TOTALS: (0, 0.0)}
    assert worker.progress == (9, 9)
    assert bench.store.keys["omnistate:representative:ana"]["profiles"].startswith('{"chat"')
    bench.topics.append(REPRESENTATIVE_CAPACITY, "ana", None)
    await turns(worker)
    assert "omnistate:representative:ana" not in bench.store.keys
    assert bench.told("rebuilding") == [(STATES, 4, False), (TOTALS, 1, False)]
    assert len(bench.told("caught_up")) == 1


async def test_a_zombies_batch_is_refused_whenever_it_comes(bench: Bench) -> None:
    """It has read the rows, then stands still while another worker goes on."""
    zombie, worker = bench.worker(), bench.worker()
    bench.publish(1)
    await turns(zombie)
    bench.publish(2)
    still, wake = asyncio.Event(), asyncio.Event()
    rows = bench.store.rows

    async def stand_still(*arguments: Any) -> Any:
        found = await rows(*arguments)
        still.set()
        await wake.wait()
        return found

    vars(bench.store)["rows"] = stand_still
    turning = asyncio.create_task(zombie.turn())
    await still.wait()
    del vars(bench.store)["rows"]
    bench.publish(3)
    bench.publish(4, "closed")
    await turns(worker)
    assert bench.sequence == "4"
    before = bench.store.snapshot()
    wake.set()
    await turning
    assert bench.store.snapshot() == before
    assert (STATES, 2, 8) in bench.told("conflicted")
    await turns(zombie)
    assert bench.store.snapshot() == before
    assert len(bench.store.stream) == 4


async def test_rows_of_a_later_state_are_of_no_use(bench: Bench) -> None:
    """A store that comes back as it was where a slow worker's batch began."""
    slow, worker = bench.worker(), bench.worker()
    bench.publish(1, "open")
    await turns(slow, worker)
    saved = bench.store.snapshot()
    bench.publish(2)
    rows, began, goes_on = bench.store.rows, asyncio.Event(), asyncio.Event()

    async def ask_late(*arguments: Any) -> Any:
        began.set()
        await goes_on.wait()
        try:
            return await rows(*arguments)
        finally:
            bench.store.restore(saved)

    vars(bench.store)["rows"] = ask_late
    turning = asyncio.create_task(slow.turn())
    await began.wait()
    del vars(bench.store)["rows"]
    await turns(worker)
    assert bench.sequence == "2"
    goes_on.set()
    await turning
    await turns(slow, worker, number=6)
    assert bench.store.keys[KEYS.counts] == {"chat:active": "1"}
    assert bench.store.lowest_count == 0


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_an_unknown_outcome_is_asked_for(bench: Bench, fault: str) -> None:
    worker = bench.worker()
    await turns(worker)
    bench.publish(1)
    bench.store.faults = [fault]
    with pytest.raises(StoreUnavailable):
        await worker.turn()
    worker._lose_track()
    assert not is_ready(worker)
    bench.publish(2, "open")
    await turns(worker)
    assert bench.store.stored[STATES] == bench.store.stored[CHANGES] == 4
    assert len(bench.store.stream) == 2
    assert bench.store.keys[KEYS.counts] == {"chat:open": "1"}


async def test_a_store_that_was_emptied_is_noticed_and_rebuilt(bench: Bench) -> None:
    worker = bench.worker()
    bench.publish(1, "open")
    await turns(worker)
    bench.store.empty()
    await worker.turn()
    assert not is_ready(worker)
    await turns(worker)
    assert bench.sequence == "1"
    assert is_ready(worker)
    for sequence in (2, 3, 4):
        bench.publish(sequence, "open")
    await turns(worker)
    bench.store.empty()
    bench.members[0].at_most = 1
    for _ in range(4):
        await worker.turn()
        assert not is_ready(worker), "some is still missing"
    await turns(worker, number=6)
    assert is_ready(worker)
    assert bench.sequence == "4"


async def test_a_store_that_is_emptied_in_the_middle_of_a_batch(bench: Bench) -> None:
    worker = bench.worker()
    bench.publish(1, "open")
    await turns(worker)
    bench.publish(2, "open")
    rows = bench.store.rows

    async def emptied(*arguments: Any) -> Any:
        found = await rows(*arguments)
        bench.store.empty()
        del vars(bench.store)["rows"]
        return found

    vars(bench.store)["rows"] = emptied
    await turns(worker)
    assert bench.store.keys[KEYS.counts] == {"chat:open": "1"}
    assert bench.told("rebuilding") == [(STATES, 2, False), (STATES, 4, True)]


async def test_an_older_state_is_read_up_from_there(bench: Bench) -> None:
    worker = bench.worker()
    bench.publish(1, "open")
    await turns(worker)
    saved = bench.store.snapshot()
    bench.publish(2)
    await turns(worker)
    bench.store.restore(saved)
    await turns(worker)
    assert bench.sequence == "2"
    assert bench.told("rebuilding") == [(STATES, 2, False)]


async def test_records_that_are_gone_and_a_topic_that_is_another(bench: Bench) -> None:
    worker = bench.worker()
    bench.publish(1)
    await turns(worker)
    bench.publish(2)
    bench.publish(3)
    bench.topics.trim(STATES, 4)
    bench.topics.trim(CHANGES, 4)
    bench.members[0].assign(bench.topics.records)
    await turns(worker)
    assert bench.told("gone") == [(STATES, 2)], "the stream does without"
    assert bench.sequence == "3"
    bench.topics.records[STATES].clear()
    bench.topics.bounds[STATES] = Bounds(0, 1)
    bench.members[0].assign(bench.topics.records)
    with pytest.raises(TopicReplaced, match="delete the keys omnistate:\\*"):
        await worker.turn()
    assert bench.sequence == "3"


async def test_an_end_that_is_not_known_yet_is_no_other_topic(bench: Bench) -> None:
    worker = bench.worker()
    bench.publish(1)
    await turns(worker)
    member, bounds = bench.members[0], bench.topics.bounds[STATES]
    bench.topics.bounds[STATES] = Bounds(0, 0)
    member.assign(bench.topics.records)
    asked = 0
    ask = member.bounds

    async def elect(places: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 3:
            bench.topics.bounds[STATES] = bounds
        return await ask(places)

    vars(member)["bounds"] = elect
    with pytest.raises(LogUnavailable):
        await worker.turn()
    await turns(worker)
    assert bench.sequence == "1"


async def test_a_queues_score_is_when_the_conversation_became_open(bench: Bench) -> None:
    moved = {"previous_status": "open", "previous_status_seconds": 2.5}
    worker = bench.worker()
    for event in (
        change("c", 1, "open", NOW_MS, queue_id="first"),
        change("c", 2, "open", NOW_MS + 2_500, queue_id="second", **moved),
    ):
        bench.topics.publish(event)
        await turns(worker)
    assert bench.store.keys[KEYS.queue("second")] == {"c": NOW_MS}
    assert KEYS.queue("first") not in bench.store.keys

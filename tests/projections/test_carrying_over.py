"""A store of before there were states: it goes on as before, and is then kept from the states."""

from typing import Any

import pytest
from omnistate.projections.read_model.partition_role import Role
from omnistate.projections.read_model.projection import Projection
from omnistate.projections.read_model.store_ports import ModelBatch
from omnistate_schemas.times import DAY_MS

from tests.projections.memory_topics import NOW_MS, change
from tests.projections.projection_rig import CHANGES, KEYS, STATES, Bench, is_ready, turns
from tests.projections.schedule import Watcher

YEAR_MS = 365 * DAY_MS


async def apply_as_before(bench: Bench, *events: dict[str, Any]) -> None:
    """Changes of an engine that knew no states, applied by a projection that knew none."""
    for event in events:
        bench.topics.publish(event, 1, former=True)
    projection = Projection(bench.store, KEYS, Watcher(), lambda: NOW_MS)
    records = bench.topics.records[CHANGES]
    effects, _ = await projection.project(CHANGES, Role.CARRIED, records, None, 0)
    await bench.store.apply(ModelBatch(CHANGES, None, records[-1].offset + 1, effects.commands))


async def test_it_goes_on_as_before_while_there_are_no_states(bench: Bench) -> None:
    await apply_as_before(bench, change("c", 1, "open", NOW_MS, queue_id="support"))
    worker = bench.worker()
    await turns(worker)
    assert is_ready(worker)
    event = change("c", 2, "active", NOW_MS + 1, representative_id="ana")
    bench.topics.publish(event, former=True)
    await turns(worker)
    assert is_ready(worker)
    assert bench.sequence == "2"
    assert len(bench.store.stream) == 2
    assert STATES not in bench.store.stored
    assert bench.store.stored[CHANGES] == bench.topics.bounds[CHANGES].end


async def test_once_there_are_states_they_take_over(bench: Bench) -> None:
    """What changed last before there were any stays, as old as it may be."""
    await apply_as_before(
        bench,
        change("old", 1, "open", NOW_MS - YEAR_MS, queue_id="support"),
        change("c", 1, "open", NOW_MS, queue_id="support"),
    )
    worker = bench.worker()
    await turns(worker)
    bench.publish(2)
    await turns(worker, number=5)
    assert is_ready(worker)
    assert bench.store.stored == {
        STATES: bench.topics.bounds[STATES].end,
        CHANGES: bench.topics.bounds[CHANGES].end,
        **{place: 0 for place in bench.store.stored if place not in {STATES, CHANGES}},
    }
    assert bench.sequence == "2"
    assert bench.store.keys[KEYS.counts] == {"chat:open": "1", "chat:active": "1"}
    assert set(bench.store.keys[KEYS.queue("support")]) == {"old"}
    bench.publish(3, "closed")
    await turns(worker)
    assert bench.store.keys[KEYS.counts] == {"chat:open": "1"}
    assert len(bench.store.stream) == 4, "each change once"


async def test_a_store_that_was_behind_keeps_no_ghost(bench: Bench) -> None:
    """Closed by a worker of before, and forgotten: no state will ever say so."""
    await apply_as_before(bench, change("ghost", 1, "open", NOW_MS, queue_id="support"))
    bench.topics.publish(change("ghost", 2, "closed", NOW_MS + 1), former=True)
    bench.publish(1)
    bench.members.clear()
    worker = bench.worker()
    bench.members[0].at_most = 1
    await turns(worker, number=8)
    assert is_ready(worker)
    assert bench.store.stored[STATES] == bench.topics.bounds[STATES].end
    assert bench.store.keys[KEYS.conversation("ghost")]["status"] == "closed"
    assert KEYS.queue("support") not in bench.store.keys
    assert bench.store.keys[KEYS.counts] == {"chat:active": "1"}


@pytest.mark.parametrize("first", [STATES, CHANGES])
async def test_two_workers_share_a_partition_number(bench: Bench, first: Any) -> None:
    """One has the changes, another the states; a third one wakes up with a batch of before."""
    await apply_as_before(bench, change("c", 1, "open", NOW_MS, queue_id="support"))
    one, other = bench.worker(), bench.worker()
    bench.members[0].assign([first])
    bench.members[1].assign([STATES if first == CHANGES else CHANGES])
    stale = bench.worker()
    bench.members[2].assign([CHANGES])
    await turns(stale)
    assert stale.standings[CHANGES].role is Role.CARRIED
    bench.publish(2)
    await turns(one, other, number=6)
    assert bench.store.stored[STATES] == bench.topics.bounds[STATES].end
    assert is_ready(one)
    assert is_ready(other)
    before = bench.store.snapshot()
    batch = ModelBatch(CHANGES, bench.store.stored[CHANGES], 10**6, [], STATES)
    with pytest.raises(Exception, match="the store says"):
        await bench.store.apply(batch)
    await turns(stale)
    assert bench.store.snapshot() == before
    assert stale.standings[CHANGES].role is Role.STREAM


async def test_a_store_set_back_to_before_is_carried_over_again(bench: Bench) -> None:
    await apply_as_before(bench, change("c", 1, "open", NOW_MS, queue_id="support"))
    saved = bench.store.snapshot()
    worker = bench.worker()
    await turns(worker)
    bench.publish(2)
    await turns(worker, number=5)
    assert STATES in bench.store.stored
    bench.store.restore(saved)
    bench.publish(3)
    await turns(worker, number=6)
    assert STATES in bench.store.stored
    assert bench.sequence == "3"
    assert bench.store.keys[KEYS.counts] == {"chat:active": "1"}
    assert is_ready(worker)

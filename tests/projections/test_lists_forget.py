"""Lists in the read model forget what exists nowhere any more: invented queues and people."""

import pytest
from omnistate.projections.read_model.output_records import Capacity
from omnistate.projections.read_model.representative_effects import project_capacities

from tests.projections.memory_topics import change
from tests.projections.projection_rig import KEYS, Bench, turns


@pytest.mark.parametrize("together", [True, False])
async def test_a_queue_is_listed_while_somebody_waits_in_it(
    bench: Bench, *, together: bool
) -> None:
    worker = bench.worker()
    for number in range(50):
        queue = f"invented-{number}"
        bench.topics.publish(change(f"c-{number}", 1, "open", queue_id=queue))
    bench.topics.publish(change("d", 1, "open", queue_id="invented-7"))
    if not together:
        await turns(worker)
        assert len(bench.store.keys[KEYS.queues]) == 50
    for number in range(50):
        bench.topics.publish(change(f"c-{number}", 2, "closed"))
    await turns(worker)
    assert bench.store.keys[KEYS.queues] == {"invented-7"}
    bench.topics.publish(change("d", 2, "open", queue_id="support"))
    await turns(worker)
    assert bench.store.keys[KEYS.queues] == {"support"}


async def test_a_representative_is_listed_while_something_is_known_of_them(bench: Bench) -> None:
    worker = bench.worker()
    names = ["invented", "ana", "odd:offers"]
    for name in names:
        bench.topics.publish(change(f"c-{name}", 1, "active", representative_id=name))
    await turns(worker)
    assert bench.store.keys[KEYS.representatives] == set(names)
    bench.store.keys[KEYS.representative("ana")] = {"units": "100"}
    for name in names:
        bench.topics.publish(change(f"c-{name}", 2, "closed", representative_id=name))
    await turns(worker)
    assert bench.store.keys[KEYS.representatives] == {"ana"}


def test_totals_that_are_taken_away_leave_who_has_work() -> None:
    [gone, forgotten] = project_capacities(KEYS, [Capacity("ana", None)]).commands
    assert gone == ("DEL", KEYS.representative("ana"))
    names = (KEYS.representative("ana"), KEYS.work("ana"), KEYS.offers("ana"))
    assert forgotten == ("FORGET", KEYS.representatives, "ana", *names)

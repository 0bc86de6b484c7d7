"""The chaos' fold knows leases and grants: of every batch it says what the worker says."""

import random
from collections import Counter
from typing import Any

from tests.chaos.capacity_pictures import TOLD, Pictures
from tests.stream.representative_rig import INPUTS
from tests.stream.test_gate_runs import CENTRE, PEOPLE, Run

ACTS = 250


async def play(seed: int) -> tuple[Run, Pictures]:
    """Acts by chance, folded batch by batch as the worker takes them."""
    run, pictures = Run(random.Random(seed)), Pictures(CENTRE)
    task = await run.rig.take_over()
    await task.fire_timers(run.rig.now_ms)
    reached = dict.fromkeys(INPUTS, 0)
    for _ in range(ACTS):
        for _ in range(run.dice.randint(1, 3)):
            run.act()
        batch: list[Any] = []
        for topic in INPUTS:
            records = run.rig.log.read(topic, 0, reached[topic])
            reached[topic] += len(records)
            batch += records
        batch.sort(key=lambda each: each.timestamp_ms)
        while (await task.run_batch()).records:
            continue
        taken = ((each.topic, each.key, each.value, each.timestamp_ms) for each in batch)
        pictures.take_batch(taken, task.processor.clock_ms)
        if (due_ms := task.processor.due_ms) is not None and due_ms <= run.rig.now_ms:
            await task.fire_timers(run.rig.now_ms)
            pictures.take_batch((), task.processor.clock_ms)
    return run, pictures


async def test_the_fold_and_the_worker_agree_on_leases_and_grants() -> None:
    base = random.randrange(2**32)
    for seed in range(base, base + 12):
        run, pictures = await play(seed)
        told = run.rig.told()
        for id_ in PEOPLE:
            published = [
                {name: value for name, value in each.items() if name not in TOLD}
                for each in told
                if each["representative_id"] == id_
            ]
            assert published == pictures.of[id_], (seed, id_)
        said = Counter(
            (each["type"], each["subject"], each["data"]["representative_id"])
            for each in run.rig.orders()
        )
        assert said == pictures.told, seed
        assert {"router.assign", "representative.disconnected"} <= {type_ for type_, *_ in said}
        reasons = {each["presence_reason"] for each in told}
        assert "lost" in reasons, seed

"""Work reaches people as it should, whenever a router falls; more seeds: `python -m tests.routing`.

Nobody who could be given something idles for longer than a second, the order of work holds, nobody
is offered more than they should be, overflow happens once, nothing is offered twice or forgotten.
"""

import random
from collections import Counter

import pytest

from tests.routing.scheduling_run import SchedulingRun

RUNS = 8
# Of what there must be enough, or the properties hold of nothing.
LEAST = {"offers": 200, "overflows": 10, "falls": 40, "late requests": 1, "declined by enough": 1}


@pytest.mark.slow
async def test_whenever_routers_fall_work_reaches_people_in_order() -> None:
    counts: Counter[str] = Counter()
    for number in range(RUNS):
        seed = random.randrange(2**32)
        verdict = await SchedulingRun(seed).run()
        where = f"seed {seed} of run {number}: python -m tests.routing --seed {seed} --runs 1"
        assert verdict.faults == [], where
        assert verdict.violations == [], where
        counts += verdict.counts
    assert {name: counts[name] for name in LEAST if counts[name] < LEAST[name]} == {}


async def test_the_same_seed_is_the_same_run() -> None:
    seed = random.randrange(2**32)
    first, second = SchedulingRun(seed), SchedulingRun(seed)
    await first.run()
    await second.run()
    assert first.people.states == second.people.states, f"seed {seed}"

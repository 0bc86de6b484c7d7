"""`python -m tests.routing`: more seeds of the scheduling properties than the test suite tries.

Exit status 0 where every property held of every seed, 1 where one did not; the seed is printed.
"""

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from tests.routing.scheduling_run import SchedulingRun


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.routing", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=None, help="of the first; the next count on")
    given = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    first = random.randrange(2**32) if given.seed is None else given.seed
    counts: Counter[str] = Counter()
    broken = 0
    for seed in range(first, first + given.runs):
        verdict = asyncio.run(SchedulingRun(seed).run())
        counts += verdict.counts
        broken += bool(verdict.faults or verdict.violations)
        for fault in verdict.faults[:5]:
            console.print(f"seed {seed}: {fault.what}: {fault.says}", markup=False)
        for sentence in verdict.violations[:5]:
            console.print(f"seed {seed}: audit: {sentence}", markup=False)
    said = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
    console.print(f"{given.runs} runs from seed {first}, {broken} broken: {said}", markup=False)
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())

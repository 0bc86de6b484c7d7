"""A short run of `make chaos`: of each that can fail, the fault that everything else stands on.

It restarts broker and Redis, so that it has ones of its own.
"""

import logging
import sys
from pathlib import Path

import pytest

from tests.chaos.rounds import Options, Run

KINDS = (
    "kill -9: representative",
    "kill -9: projection",
    "producer fenced: conversation",
    "broker kill -9",
    "Redis kill -9",
)
# The broker goes last: the outsider who fences needs it.
SEED = 131


async def test_a_round_of_many_faults_breaks_no_law(
    kafka_installed: None, redis_installed: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Of a broker that is gone the clients say a line every few milliseconds.
    caplog.set_level(logging.CRITICAL, logger="aiokafka")

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    run = Run(Options(1, seed=SEED, rate=200, kinds=KINDS, strikes=[len(KINDS)]), tmp_path, say)
    await run.run()
    assert not run.figures.violations, run.figures.violations
    found = run.figures.summarise()
    assert found["rounds"] == 1
    assert set(found["faults"]) == set(KINDS)
    assert found["counts"]["changes"] > 200
    assert found["counts"]["timers"] > 10
    assert found["counts"]["pictures"] > 50
    assert found["counts"]["read models"] > 0
    assert found["troubles"]["producer_fenced"] > 0
    assert found["troubles"]["partition_rebuilding"] > 0

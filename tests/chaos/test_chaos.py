"""A short run of `make chaos`: the kinds of fault that everything else stands on.

It restarts the broker, so that it has one of its own.
"""

import asyncio
import logging
import sys
from pathlib import Path

import pytest

from tests.chaos.rounds import Options, Run

ROUNDS = 2
KINDS = ("kill -9", "broker kill -9", "producer fenced", "SIGSTOP and SIGCONT")


@pytest.mark.timeout(300)
def test_two_rounds_break_no_law(
    kafka_installed: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Of a broker that is gone the clients say a line every few milliseconds.
    caplog.set_level(logging.CRITICAL, logger="aiokafka")

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    run = Run(Options(ROUNDS, seed=6, rate=200, kinds=KINDS), tmp_path, say)
    asyncio.run(run.run())
    assert not run.figures.violations, run.figures.violations
    found = run.figures.summarise()
    assert found["rounds"] == ROUNDS
    assert set(found["faults"]) == set(KINDS)
    assert found["counts"]["changes"] > 200
    assert found["counts"]["timers"] > 10
    assert found["troubles"]["producer_fenced"] > 0

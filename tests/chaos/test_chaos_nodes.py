"""A short run of `make chaos NODES=3`: a leader dies, and a node hangs."""

import logging
import sys
from pathlib import Path

import pytest

from tests.chaos.rounds import Options, Run

KINDS = ("leader kill -9", "node hangs")
SEED = 3


@pytest.mark.slow
async def test_a_round_on_three_nodes_breaks_no_law(
    kafka_installed: None, redis_installed: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Of a node that is gone the clients say a line every few milliseconds.
    caplog.set_level(logging.CRITICAL, logger="aiokafka")

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    options = Options(1, seed=SEED, rate=200, kinds=KINDS, strikes=[len(KINDS)], nodes=3)
    run = Run(options, tmp_path, say)
    await run.run()
    assert not run.figures.violations, run.figures.violations
    found = run.figures.summarise()
    assert set(found["faults"]) == set(KINDS)
    assert found["counts"]["changes"] > 200

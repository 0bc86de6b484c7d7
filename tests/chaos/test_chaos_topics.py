"""A short run of `make chaos` with the inputs themselves broken: made anew, and cut short."""

import logging
import sys
from pathlib import Path

import pytest

from tests.chaos.rounds import Options, Run
from tests.chaos.topic_faults import choose_cut, find_batches

KINDS = ("input made anew", "input cut short", "Redis FLUSHALL")
SEED = 5


@pytest.mark.slow
async def test_inputs_that_were_broken_lose_nothing_that_was_taken(
    kafka_installed: None, redis_installed: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Of a broker that is gone the clients say a line every few milliseconds.
    caplog.set_level(logging.CRITICAL, logger="aiokafka")

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    run = Run(Options(1, seed=SEED, rate=100, kinds=KINDS, strikes=[len(KINDS)]), tmp_path, say)
    await run.run()
    assert not run.figures.violations, run.figures.violations
    found = run.figures.summarise()
    assert set(found["faults"]) == set(KINDS)
    assert found["counts"]["changes"] > 100
    assert found["troubles"]["partition_stopped"] >= 5
    (only,) = run.figures.rounds
    assert len(only.stalls.all_touched) == 4
    assert only.stalls.untouched == only.stalls.touched_by("Redis FLUSHALL") == []


def batch(first: int) -> bytes:
    return first.to_bytes(8, "big") + (5).to_bytes(4, "big") + b"12345"


def test_the_batches_of_a_segment() -> None:
    assert find_batches(b"") == []
    assert find_batches(batch(0) + batch(3)) == [(0, 0), (3, 17)]
    # What was allocated and not written yet.
    assert find_batches(batch(7) + bytes(20)) == [(7, 0)]


def test_a_log_is_cut_before_the_position() -> None:
    batches = [(number, number * 10) for number in range(8)]
    assert choose_cut(batches, 0, 8) == 60
    # The last one is a marker, which nobody has taken.
    assert choose_cut(batches, 0, 7) == 50
    assert choose_cut(batches, 5, 6) == 50
    assert choose_cut(batches, 8, 8) is None
    assert choose_cut(batches[:1], 0, 1) == 0

"""`omnistate topics wait` on a real broker: until a worker could start, and no longer."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from tests.cluster.test_topics import alter, delete
from tests.harness.command import ROOT, SOURCES, environment, run_command
from tests.harness.console import Console
from tests.harness.ports import HOST, reserve
from tests.harness.tied_process import TiedProcess
from tests.harness.waiting import wait_until

WAIT = ("topics", "wait", "--group")


@pytest.fixture
def console(brokers: str, prefix: str) -> Console:
    return Console(brokers, prefix)


async def test_it_ends_when_the_topics_are_there(
    console: Console, brokers: str, prefix: str, tmp_path: Path
) -> None:
    """It says at once what it waits for, and no more than it must."""
    log = tmp_path / "wait.log"
    variables = environment(brokers=brokers, topic_prefix=prefix)
    waiting = TiedProcess([*SOURCES, *WAIT, "lag"], log, folder=ROOT, environment=variables)
    try:
        await asyncio.to_thread(wait_until, "it is said", partial(says, log, "is missing"))
        assert waiting.running
        await console.lay_out()
        assert await asyncio.to_thread(waiting.wait) == 0
    finally:
        waiting.kill()
    (line,) = [each for each in log.read_text().splitlines() if "is missing" in each]
    assert line.startswith(f"omnistate topics wait: waiting: topic {prefix}")
    for group in ("conversation", "representative", "projection", "figures", "lag"):
        assert await console.succeed(*WAIT, group) == ""


def says(log: Path, text: str) -> bool:
    return log.exists() and text in log.read_text()


async def test_it_gives_up_and_says_why(console: Console) -> None:
    missing = await console.omnistate(*WAIT, "figures", "--timeout", 0)
    assert missing.status == 1
    assert "topics wait: not within 0 s: topic " in missing.err
    await console.lay_out()
    # What is there has to fit, too; not that of others.
    await alter(console, "conversation-positions-changelog", cleanup_policy="delete")
    wrong = await console.omnistate(*WAIT, "conversation", "--timeout", 0.1)
    assert wrong.status == 1
    assert "cleanup.policy=delete" in wrong.err
    assert (await console.omnistate(*WAIT, "figures", "--timeout", 0)).status == 0
    await delete(console, "figures-windows-changelog")
    assert (await console.omnistate(*WAIT, "figures", "--timeout", 0)).status == 1
    nobody = await console.omnistate(*WAIT, "nobody")
    assert nobody.status == 2
    assert "--group nobody: must be one of conversation, " in nobody.err


@pytest.mark.slow
def test_nobody_answers() -> None:
    with reserve(0) as taken:
        address = f"{HOST}:{taken.getsockname()[1]}"
        done = run_command([*WAIT, "lag", "--timeout", "0.5"], environment(brokers=address))
    assert done.status == 3
    assert done.err.splitlines()[-1].startswith("omnistate topics wait: no Kafka broker answers")

"""A batch fails at every numbered step of the protocol, on a real broker.

Whatever happens, and whoever takes over then: readers of committed records see what they see of an
undisturbed run on the embedded log, and the tables are what it comes to.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
from omnistate.core.directory import Directory
from omnistate.stream.conversation.processor import ConversationProcessor, process_conversations
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Fenced, LogUnavailable, PartitionLog, Record

from tests.chaos.kafka_fixture import WAIT_MS, KafkaFixture
from tests.harness.records import day_records, plain
from tests.stream.faulty_log import INPUTS, Fault, FaultyLog, Moment, World
from tests.stream.runs import Seen, live

STEPS = ("begin", "send", "write", "offsets", "flush", "commit")
BATCH = 9
# A day of at least four batches, with dead letters, timers and holds.
DAY = 42
# In the second batch: rows and offsets of the first are there to be spoilt.
AT = len(STEPS)

Task = PartitionTask[ConversationProcessor]


@pytest.fixture(scope="module")
def day() -> tuple[list[Record], Directory]:
    """The day's records as they lie on the embedded log, and the configuration."""
    records, directory = day_records(DAY)
    world = World(records)
    return [each for topic in INPUTS for each in world.log.read(topic, 0, 0)], directory


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def expected(day: tuple[list[Record], Directory]) -> Seen:
    """What an undisturbed run on the embedded log comes to."""
    records, directory = day_records(DAY)
    return await live(World(records), directory, BATCH)


@pytest.fixture
async def play(brokers: str, day: tuple[list[Record], Directory]) -> AsyncIterator["Play"]:
    """A play on a stage of its own."""
    records, directory = day
    stage = KafkaFixture(brokers, f"steps-{uuid.uuid4().hex[:8]}.")
    try:
        await stage.start(records)
        yield Play(stage, directory)
    finally:
        await stage.stop()


class Play:
    """Owners of one stage's partition."""

    def __init__(self, stage: KafkaFixture, directory: Directory) -> None:
        self.stage = stage
        self._directory = directory

    def task(self, log: PartitionLog | None = None) -> Task:
        return PartitionTask(log or self.stage.owner(), process_conversations(self._directory))

    async def drain(self, task: Task) -> None:
        """To the end; a read may find nothing before it is there."""
        while task.offsets != self.stage.wanted:
            await task.run_batch(BATCH, WAIT_MS)

    async def end(self, expected: Seen) -> None:
        """A new owner takes over, and goes on to the end."""
        heir = self.task()
        await heir.start()
        assert plain(heir.processor.tables) == await self.stage.tables()
        await self.drain(heir)
        await self.compare(heir, expected)

    async def compare(self, task: Task, expected: Seen) -> None:
        """Outputs, tables in memory and tables in the changelogs are the expected ones."""
        outputs, tables = expected
        assert await self.stage.outputs() == outputs
        assert plain(task.processor.tables) == tables
        assert await self.stage.tables() == tables


async def test_an_undisturbed_run_says_what_the_embedded_log_says(
    expected: Seen, play: Play
) -> None:
    log = FaultyLog(play.stage.owner(), -1, Moment.BEFORE)
    task = play.task(log)
    await task.start()
    await play.drain(task)
    assert log.steps == [*STEPS] * (len(log.steps) // len(STEPS))
    assert len(log.steps) >= 4 * len(STEPS)
    await play.compare(task, expected)


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_fails(expected: Seen, step: str, moment: Moment, play: Play) -> None:
    """The task aborts and tries once more, where it may; then another one takes over."""
    log = FaultyLog(play.stage.owner(), AT + STEPS.index(step), moment)
    task = play.task(log)
    await task.start()
    with pytest.raises(UnknownOutcome if step == "commit" else Fault):
        await play.drain(task)
    assert log.struck == step
    if step == "commit":
        with pytest.raises(UnknownOutcome):
            await task.run_batch(BATCH, WAIT_MS)
    elif (step, moment) != ("begin", Moment.AFTER):
        # aiokafka begins without asking anybody: once that is done, nothing can fail.
        assert plain(task.processor.tables) == await play.stage.tables()
        await task.run_batch(BATCH, WAIT_MS)
    await play.end(expected)


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_cancelled(expected: Seen, step: str, play: Play) -> None:
    """In the middle of what the broker is asked for, not before or after it."""

    async def cancel() -> None:
        working.cancel()

    log = FaultyLog(play.stage.owner(), AT + STEPS.index(step), Moment.FENCED, cancel)
    task = play.task(log)
    await task.start()
    working = asyncio.create_task(play.drain(task))
    with pytest.raises(asyncio.CancelledError):
        await working
    assert log.struck == step
    # As when its process goes on for a moment: it may, or may not, but it must not do harm.
    with suppress(UnknownOutcome, LogUnavailable, Fenced):
        await task.run_batch(BATCH, WAIT_MS)
    await play.end(expected)


@pytest.mark.parametrize("step", STEPS)
async def test_another_owner_comes_in_the_middle_of_a_step(
    expected: Seen, step: str, play: Play
) -> None:
    """The first one is fenced, and writes nothing more, whatever it tries."""
    heirs: list[Task] = []

    async def take_over() -> None:
        heirs.append(play.task())
        await heirs[0].start()

    log = FaultyLog(play.stage.owner(), AT + STEPS.index(step), Moment.FENCED, take_over)
    zombie = play.task(log)
    await zombie.start()
    with pytest.raises(Fenced):
        await play.drain(zombie)
    assert log.struck == step
    (heir,) = heirs
    seen = await play.stage.outputs()
    with pytest.raises((Fenced, UnknownOutcome)):
        await zombie.run_batch(1, WAIT_MS)
    with pytest.raises((Fenced, UnknownOutcome)):
        await zombie.fire_timers((zombie.processor.tables.clock_ms or 0) + 10**12)
    assert await play.stage.outputs() == seen
    await play.drain(heir)
    await play.compare(heir, expected)

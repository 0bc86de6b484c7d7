"""An input topic that is deleted and made anew, or cut short: the expected stop, and the way out.

As the document tells operators: whoever writes to the topic waits meanwhile, in the lanes of the
generator, so that the journal knows each offset afterwards, too. Every input has been taken before,
and so none may be lost.
"""

import asyncio
import math
import random
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.chaos.generator import Sent
from tests.chaos.touched import EVERY
from tests.chaos.trial import Trial
from tests.chaos.worker_kinds import CONVERSATION, PARTITIONS, REPRESENTATIVE
from tests.harness.broker import Broker, Cluster
from tests.harness.broker.broker_properties import LOG_FOLDER
from tests.harness.tied_process import PATIENCE_S

LOOK_S: Final = 0.3
# How much of its log a partition loses that is cut short: one part in so many.
CUT_PART: Final = 4
# What `omnistate inputs adopt` prints.
_ADOPTED: Final = re.compile(
    r"(?P<topic>[\w-]+)/(?P<partition>\d+) at offset (?P<offset>\d+): goes on here"
)


async def make_anew(trial: Trial, draw: random.Random) -> None:
    """An operator deletes an input topic, and lays it out anew."""
    topic = draw.choice((CHANNEL_EVENTS, AGENT_ACTIONS))
    trial.touch(EVERY)
    async with _nobody_writing(trial, topic):
        since = _log_sizes(trial)
        trial.say(f"{topic} is deleted, and made anew")
        await _delete(trial, topic)
        await _do(trial, "topics", "apply", *_layout(trial))
        await _await_stop(trial, since, "made_anew", EVERY)
        await _adopt(trial, topic)


async def cut_short(trial: Trial, draw: random.Random) -> None:
    """kill -9 of all brokers; when they come back one partition of an input has lost its end."""
    topic, number = draw.choice((CHANNEL_EVENTS, AGENT_ACTIONS)), draw.randrange(PARTITIONS)
    trial.touch(EVERY)
    here = trial.installation
    folder = f"{here.prefix}{topic}-{number}"
    async with _nobody_writing(trial, topic):
        since = _log_sizes(trial)
        begin = here.journal.begins.get((topic, number), 0)
        position = here.positions[CONVERSATION].next_offset((topic, number))
        lost: list[int] = []

        def cut(server: Broker | Cluster) -> None:
            nodes = server.nodes if isinstance(server, Cluster) else (server,)
            lost.extend(
                _cut(Path(node.data) / LOG_FOLDER / folder, begin, position) for node in nodes
            )

        await trial.broker.kill(trial.say, meanwhile=cut)
        if not max(lost):
            trial.say(f"{topic}-{number} is too short to be cut")
            return
        trial.say(f"{topic}-{number} has lost its last {max(lost):,} bytes")
        await _await_stop(trial, since, "truncated", {number})
        await _adopt(trial, topic)


def find_batches(log: bytes) -> list[tuple[int, int]]:
    """Of each batch of a segment: its first offset, and at which byte it begins."""
    # An offset of eight bytes; then the length of what follows.
    found, at = [], 0
    while at + 12 <= len(log) and (length := int.from_bytes(log[at + 8 : at + 12], "big")):
        found.append((int.from_bytes(log[at : at + 8], "big"), at))
        at += 12 + length
    return found


def choose_cut(batches: Sequence[tuple[int, int]], begin: int, position: int) -> int | None:
    """At which byte a log is to end so that it ends before `position`, and not before `begin`."""
    # Behind the position there are markers at the most.
    found = [at for first, at in batches if begin <= first < position]
    return found[-math.ceil(len(found) / CUT_PART)] if found else None


def _cut(folder: Path, begin: int, position: int) -> int:
    """Take the last part of the newest segment away; how many bytes that were."""
    segment = max(folder.glob("*.log"))
    content = segment.read_bytes()
    end = choose_cut(find_batches(content), begin, position)
    if end is None:
        return 0
    segment.write_bytes(content[:end])
    return len(content) - end


@asynccontextmanager
async def _nobody_writing(trial: Trial, topic: str) -> AsyncIterator[None]:
    """Nothing is sent while this lasts, and everything that was sent has been taken and seen."""
    here = trial.installation
    generator, journal = here.generator, here.journal
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    waiting = [_hold_lane(trial, number, topic, loop, over) for number in range(PARTITIONS)]
    # It writes there, too.
    our_own = here.fleets[REPRESENTATIVE].at_rest() if topic == AGENT_ACTIONS else nullcontext()
    try:
        async with asyncio.timeout(PATIENCE_S):
            for lane in waiting:
                while not lane.done():
                    generator.check()
                    await asyncio.wait([lane], timeout=LOOK_S)
        async with our_own:
            await here.witness.catch_up(CONVERSATION.consumes)
            ends = journal.ends(CONVERSATION.consumes)
            async with asyncio.timeout(PATIENCE_S):
                while await here.behind(CONVERSATION, ends):
                    await asyncio.sleep(LOOK_S)
            # What is deleted by then, nobody could read any more.
            await here.witness.look(dict.fromkeys(ends, 0))
            await here.downstream.ends(())
            yield
            # What a broker has lost of an idempotent producer's batches, it cannot go on behind.
            await generator.start_again()
    finally:
        over.set()


def _hold_lane(
    trial: Trial, number: int, topic: str, loop: asyncio.AbstractEventLoop, over: asyncio.Event
) -> "asyncio.Future[None]":
    """The lane of a partition does nothing until it is over; done once it has come to that."""
    held: asyncio.Future[None] = loop.create_future()

    async def errand() -> Sent:
        loop.call_soon_threadsafe(held.set_result, None)
        while not over.is_set():
            await asyncio.sleep(LOOK_S)
        return Sent(topic, [], -1, -1)

    trial.installation.generator.run(number, errand)
    return held


async def _delete(trial: Trial, topic: str) -> None:
    here = trial.installation
    name = here.prefix + topic
    async with asyncio.timeout(PATIENCE_S):
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=here.brokers)
            try:
                await admin.start()
                if name not in await admin.list_topics():
                    return
                await admin.delete_topics([name])
            except KafkaError:
                # Brokers are away, or it is gone by now.
                await asyncio.sleep(LOOK_S)
            finally:
                await admin.close()


def _layout(trial: Trial) -> tuple[str, ...]:
    copies = str(trial.installation.replicas)
    return ("--partitions", str(PARTITIONS), "--replication-factor", copies)


async def _do(trial: Trial, *arguments: str) -> str:
    """A command until it succeeds: brokers may be away, workers may take a partition over.

    What all tries have printed, since each may have done a part.
    """
    said = printed = ""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            done = await asyncio.to_thread(trial.installation.omnistate.attempt, *arguments)
            printed += done.out
            if done.status == 0:
                return printed
            if done.err != said:
                said = done.err
                trial.say(said.strip())
            await asyncio.sleep(LOOK_S)


def _log_sizes(trial: Trial) -> dict[str, int]:
    workers = trial.installation.fleets[CONVERSATION].workers
    return {worker.name: worker.log_size() for worker in workers}


async def _await_stop(
    trial: Trial, since: dict[str, int], reason: str, numbers: "frozenset[int] | set[int]"
) -> None:
    """Until each of these partitions has stopped for this reason; else it is a violation."""
    fleet = trial.installation.fleets[CONVERSATION]
    until_s = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        stopped = {
            line["partition"]
            for worker in (*fleet.workers, *fleet.former)
            for line in worker.said(since.get(worker.name, 0))
            if line.get("event") == "partition_stopped" and line.get("reason") == reason
        }
        if stopped >= numbers:
            trial.say(f"partitions {sorted(numbers)} have stopped: {reason}")
            return
        if asyncio.get_running_loop().time() > until_s:
            trial.violate(f"{reason}: of partitions {sorted(numbers)} only {stopped} have stopped")
            return
        await asyncio.sleep(LOOK_S)


async def _adopt(trial: Trial, topic: str) -> None:
    told = await _do(trial, "inputs", "adopt", "--topic", topic)
    for line in told.splitlines():
        trial.say(line)
        if found := _ADOPTED.match(line):
            place = (found["topic"], int(found["partition"]))
            trial.installation.journal.begins[place] = int(found["offset"])

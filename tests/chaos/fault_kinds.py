"""What may go wrong with workers, of whichever kind; each blow returns when it is over.

What must follow from it beyond the judges' laws, it asserts itself, as a violation.
"""

import asyncio
import random
import shutil
import time

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.chaos.chaos_installation import SESSION_TIMEOUT_S
from tests.chaos.chaos_worker import HOUR_S, ChaosWorker, fake_clock
from tests.chaos.fleet import Fleet
from tests.chaos.touched import EVERY
from tests.chaos.trial import Trial
from tests.chaos.worker_kinds import CONVERSATION, PARTITIONS
from tests.harness.tied_process import PATIENCE_S


def _touch(trial: Trial, fleet: Fleet, worker: ChaosWorker) -> None:
    """What the worker owns now is touched; other kinds own nothing of the conversations."""
    if fleet.kind is CONVERSATION:
        trial.touch(worker.owned())


def _touch_all(trial: Trial, fleet: Fleet) -> None:
    if fleet.kind is CONVERSATION:
        trial.touch(EVERY)


async def kill(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """kill -9; the supervisor starts it again."""
    async with fleet.take(draw) as worker:
        _touch(trial, fleet, worker)
        worker.kill()
        trial.say(f"kill -9 of {worker.name}")


async def pause(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """SIGSTOP for longer than its session, then SIGCONT: a zombie, which may write nothing."""
    if len(fleet.workers) == 1:
        # With nobody to take over there would be no zombie.
        await add(trial, fleet, draw)
    async with fleet.take(draw) as worker:
        seconds = SESSION_TIMEOUT_S + 1.5 + 2 * draw.random()
        others = {each: each.log_size() for each in fleet.workers if each is not worker}
        worker.pause()
        owned = worker.owned()
        _touch(trial, fleet, worker)
        trial.say(f"{worker.name} is paused for {seconds:.1f} s")
        await asyncio.sleep(seconds)
        taken = owned & {
            line["partition"]
            for other, since in others.items()
            for line in other.said(since)
            if line.get("event") == "partition_running"
        }
        since = worker.log_size()
        worker.resume()
        trial.say(f"{worker.name} goes on")
        # A projection's batches are refused by Redis, of which it need not hear for that.
        if fleet.kind.transactional:
            await _await_notice(trial, worker, since, owned, taken)


async def _await_notice(
    trial: Trial, zombie: ChaosWorker, since: int, owned: set[int], taken: set[int]
) -> None:
    """Of each partition that others took it must be fenced or told, or else it must have ended."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        said = zombie.said(since)
        fenced = {each["partition"] for each in said if each.get("event") == "producer_fenced"}
        told = {each["partition"] for each in said if each.get("event") == "partition_revoked"}
        if not zombie.running or taken <= fenced | told:
            trial.say(
                f"of {zombie.name}'s {sorted(owned)} others had taken {sorted(taken)}: "
                f"it was fenced at {sorted(fenced)}, told to leave {sorted(told)}"
            )
            return
        await asyncio.sleep(0.2)
    trial.violate(f"{zombie.name} never noticed that others took {sorted(taken)}")


async def terminate(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """SIGTERM: it must end well; the supervisor starts it again."""
    async with fleet.take(draw) as worker:
        trial.say(f"SIGTERM to {worker.name}")
        _touch(trial, fleet, worker)
        await fleet.end_well(worker)
        worker.start()


async def add(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """One more worker."""
    async with fleet.sizing:
        worker = fleet.add()
        trial.say(f"{worker.name} is added")
        await fleet.await_ready(worker)
        _touch(trial, fleet, worker)


async def remove(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """One worker less, where it is not the last one."""
    async with fleet.sizing, fleet.take(draw) as worker:
        if len(fleet.workers) == 1:
            trial.say(f"{worker.name} stays: it is the last one")
            return
        trial.say(f"{worker.name} is removed")
        _touch(trial, fleet, worker)
        await fleet.end_well(worker)
        fleet.remove(worker)


async def start_two(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """Everybody is killed; then two workers start at the same moment."""
    _touch_all(trial, fleet)
    async with fleet.sizing:
        async with fleet.take(draw) as first:
            others = [each for each in fleet.workers if not each.taken]
            for worker in (first, *others):
                worker.taken = True
                worker.kill()
            while len(others) > 1:
                fleet.remove(others.pop())
            pair = [first, *others]
            for worker in pair:
                worker.start()
            if len(pair) < 2:
                pair.append(fleet.add())
            trial.say(f"everybody is killed; {pair[0].name} and {pair[1].name} start at once")
            for worker in others:
                worker.taken = False
        await asyncio.gather(*(fleet.await_ready(worker) for worker in pair))


async def crowd(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """More workers than partitions, for a while; those who came go again, some by kill -9."""
    _touch_all(trial, fleet)
    async with fleet.sizing:
        came = [fleet.add() for _ in range(PARTITIONS + 1 - len(fleet.workers))]
        trial.say(f"{len(fleet.workers)} workers for {PARTITIONS} partitions")
        await asyncio.gather(*(fleet.await_ready(worker) for worker in came))
        for worker in came:
            while worker.taken:
                await asyncio.sleep(0.1)
            worker.taken = True
            if draw.random() < 0.5:
                worker.kill()
            else:
                await fleet.end_well(worker)
            fleet.remove(worker)
        trial.say(f"{len(fleet.workers)} workers are left")


async def fence(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """An outsider starts a producer with a partition's transactional id, several times over."""
    here = trial.installation
    number = draw.randrange(PARTITIONS)
    name = f"{here.prefix}{fleet.kind.name}-{number}"
    if fleet.kind is CONVERSATION:
        trial.touch([number])
    times = draw.randint(2, 4)
    trial.say(f"an outsider fences {name} {times} times")
    for _ in range(times):
        outsider = AIOKafkaProducer(bootstrap_servers=here.brokers, transactional_id=name)
        try:
            async with asyncio.timeout(20):
                await outsider.start()
        except (TimeoutError, KafkaError):
            trial.say("the outsider got no answer")
        finally:
            await outsider.stop()
        await asyncio.sleep(draw.random() * 1.5)


async def empty_disk(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """kill -9, and its folder is gone when it starts again."""
    async with fleet.take(draw) as worker:
        _touch(trial, fleet, worker)
        worker.kill()
        shutil.rmtree(worker.folder)
        worker.start()
        trial.say(f"{worker.name} is killed and starts on an empty disk")


async def wrong_clock(trial: Trial, fleet: Fleet, draw: random.Random) -> None:
    """A worker starts again with a clock that is an hour wrong, and keeps it."""
    async with fleet.take(draw) as worker:
        if not fake_clock():
            trial.say("no worker gets a wrong clock: there is no faketime on this machine")
            return
        _touch(trial, fleet, worker)
        worker.kill()
        worker.clock_offset_s = draw.choice((-HOUR_S, HOUR_S))
        worker.start()
        trial.say(f"{worker.name} is killed and starts with a clock of {worker.clock_offset_s:+} s")
        await fleet.await_ready(worker)

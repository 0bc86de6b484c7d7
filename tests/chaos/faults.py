"""What may go wrong with workers and their inputs; each fault returns when it is over.

A fault draws everything that it chooses from its own seed, and says what it does. What must follow
from it beyond the audit, it asserts itself, as a violation.
"""

import asyncio
import random
import shutil
import time
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.chaos.installation import GROUP, PARTITIONS, SESSION_TIMEOUT_S, Installation
from tests.chaos.outage import Outage
from tests.chaos.poison import draw_burst, draw_poison
from tests.chaos.worker import HOUR_S, Worker, fake_clock

WORKERS_MAX: Final = 3
BURST: Final = 20_000
NOTICE_S: Final = 30.0


class Trial(NamedTuple):
    """What a fault may strike, and whom it tells."""

    installation: Installation
    outage: Outage
    say: Callable[[str], None]
    violate: Callable[[str], None]


Fault = Callable[[Trial, random.Random], Awaitable[None]]


async def kill(trial: Trial, draw: random.Random) -> None:
    """kill -9; the supervisor starts it again."""
    async with trial.installation.fleet.take(draw) as worker:
        worker.kill()
        trial.say(f"kill -9 of {worker.name}")


async def pause(trial: Trial, draw: random.Random) -> None:
    """SIGSTOP for longer than its session, then SIGCONT: a zombie, which may write nothing."""
    fleet = trial.installation.fleet
    if len(fleet.workers) == 1:
        # With nobody to take over there would be no zombie.
        await add(trial, draw)
    async with fleet.take(draw) as worker:
        seconds = SESSION_TIMEOUT_S + 1.5 + 2 * draw.random()
        others = {each: each.log_size() for each in fleet.workers if each is not worker}
        worker.pause()
        owned = worker.owned()
        trial.say(f"{worker.name}, which has {sorted(owned)}, is paused for {seconds:.1f} s")
        await asyncio.sleep(seconds)
        taken = owned & {
            line["partition"]
            for other, since in others.items()
            for line in other.said(since)
            if line.get("event") == "partition_running"
        }
        since = worker.log_size()
        worker.resume()
        trial.say(f"{worker.name} goes on; others have taken {sorted(taken)} meanwhile")
        await _await_notice(trial, worker, since, taken)


async def _await_notice(trial: Trial, zombie: Worker, since: int, taken: set[int]) -> None:
    """Of each partition that others took it must be fenced or told, or else it must have ended."""
    until = time.monotonic() + NOTICE_S
    while time.monotonic() < until:
        said = zombie.said(since)
        fenced = {each["partition"] for each in said if each.get("event") == "producer_fenced"}
        told = {each["partition"] for each in said if each.get("event") == "partition_revoked"}
        if not zombie.running or taken <= fenced | told:
            trial.say(f"{zombie.name} was fenced at {sorted(fenced)}, told to leave {sorted(told)}")
            return
        await asyncio.sleep(0.2)
    trial.violate(f"{zombie.name} never noticed that others took {sorted(taken)}")


async def terminate(trial: Trial, draw: random.Random) -> None:
    """SIGTERM: it must end well; the supervisor starts it again."""
    async with trial.installation.fleet.take(draw) as worker:
        trial.say(f"SIGTERM to {worker.name}")
        await trial.installation.fleet.end_well(worker)
        worker.start()


async def add(trial: Trial, draw: random.Random) -> None:
    """One more worker."""
    fleet = trial.installation.fleet
    async with fleet.sizing:
        worker = fleet.add()
        trial.say(f"{worker.name} is added")
        await fleet.await_ready(worker)


async def remove(trial: Trial, draw: random.Random) -> None:
    """One worker less, where it is not the last one."""
    fleet = trial.installation.fleet
    async with fleet.sizing, fleet.take(draw) as worker:
        if len(fleet.workers) == 1:
            trial.say(f"{worker.name} stays: it is the last one")
            return
        trial.say(f"{worker.name} is removed")
        await fleet.end_well(worker)
        fleet.remove(worker)


async def start_two(trial: Trial, draw: random.Random) -> None:
    """Everybody is killed; then two workers start at the same moment."""
    fleet = trial.installation.fleet
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


async def crowd(trial: Trial, draw: random.Random) -> None:
    """More workers than partitions, for a while; those who came go again, some by kill -9."""
    fleet = trial.installation.fleet
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


async def fence(trial: Trial, draw: random.Random) -> None:
    """An outsider starts a producer with a partition's transactional id, several times over."""
    here = trial.installation
    name = f"{here.prefix}{GROUP}-{draw.randrange(PARTITIONS)}"
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


async def poison(trial: Trial, draw: random.Random) -> None:
    """Records that are no events, between those that are."""
    here = trial.installation
    letters = draw_poison(draw, here.generator.partition_of)
    trial.say(f"{len(letters)} poison records: {', '.join(sorted({each.id for each in letters}))}")
    for letter in letters:
        here.generator.put([letter])
        await asyncio.sleep(draw.random() * 0.2)


async def burst(trial: Trial, draw: random.Random) -> None:
    """One partition of one input grows much longer than the other."""
    here = trial.installation
    number = draw.randrange(PARTITIONS)
    events = draw_burst(draw, BURST, number, here.traffic.subjects, here.generator.partition_of)
    place = (events[0].topic, number)
    wanted = here.journal.ends()[place] + len(events)
    trial.say(f"{len(events):,} more records for {place[0]}-{number}")
    here.generator.put(events)
    while here.journal.ends()[place] < wanted:
        await asyncio.sleep(0.05)


async def empty_disk(trial: Trial, draw: random.Random) -> None:
    """kill -9, and its folder is gone when it starts again."""
    async with trial.installation.fleet.take(draw) as worker:
        worker.kill()
        shutil.rmtree(worker.folder)
        worker.start()
        trial.say(f"{worker.name} is killed and starts on an empty disk")


async def wrong_clock(trial: Trial, draw: random.Random) -> None:
    """A worker starts again with a clock that is an hour wrong, and keeps it."""
    fleet = trial.installation.fleet
    async with fleet.take(draw) as worker:
        if not fake_clock():
            trial.say("no worker gets a wrong clock: there is no faketime on this machine")
            return
        worker.kill()
        worker.clock_offset_s = draw.choice((-HOUR_S, HOUR_S))
        worker.start()
        trial.say(f"{worker.name} is killed and starts with a clock of {worker.clock_offset_s:+} s")
        await fleet.await_ready(worker)


async def restart_broker(trial: Trial, draw: random.Random) -> None:
    """The broker ends in order and comes back."""
    await trial.outage.restart(trial.say)


async def kill_broker(trial: Trial, draw: random.Random) -> None:
    """kill -9 of the broker, which comes back with what it had."""
    await trial.outage.kill(trial.say)


async def hang_broker(trial: Trial, draw: random.Random) -> None:
    """The broker answers nobody for some seconds."""
    await trial.outage.hang(trial.say, draw)


FAULTS: Final[dict[str, Fault]] = {
    "kill -9": kill,
    "SIGSTOP and SIGCONT": pause,
    "SIGTERM": terminate,
    "worker added": add,
    "worker removed": remove,
    "two start at once": start_two,
    "more workers than partitions": crowd,
    "producer fenced": fence,
    "poison records": poison,
    "one long partition": burst,
    "empty disk": empty_disk,
    "wrong clock": wrong_clock,
    "broker restarted": restart_broker,
    "broker kill -9": kill_broker,
    "broker hangs": hang_broker,
}

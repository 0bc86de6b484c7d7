"""Every fault by its name: what may go wrong with workers, inputs, the broker and Redis.

A fault draws everything that it chooses from its own seed, and says what it does.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from redis.asyncio import Redis

from tests.chaos import data_faults, fault_kinds, node_faults, topic_faults
from tests.chaos.fleet import Fleet
from tests.chaos.poison import draw_burst, draw_poison
from tests.chaos.touched import EVERY
from tests.chaos.trial import Fault, Trial
from tests.chaos.worker_kinds import (
    CONVERSATION,
    KINDS,
    PARTITIONS,
    PROJECTION,
    REPRESENTATIVE,
    Kind,
)
from tests.harness.redis import RedisServer

BURST: Final = 20_000
# Redis writes it when it is told to, or when it ends in order.
DUMP: Final = "dump.rdb"
WorkerFault = Callable[[Trial, Fleet, random.Random], Awaitable[None]]


def strike(kind: Kind, blow: WorkerFault) -> Fault:
    """The blow as a fault of this kind of worker."""

    async def fault(trial: Trial, draw: random.Random) -> None:
        await blow(trial, trial.installation.fleets[kind], draw)

    return fault


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
    wanted = here.journal.ends([place[0]])[place] + len(events)
    trial.touch([number])
    trial.say(f"{len(events):,} more records for {place[0]}-{number}")
    here.generator.put(events)
    while here.journal.ends([place[0]])[place] < wanted:
        await asyncio.sleep(0.05)


async def restart_broker(trial: Trial, draw: random.Random) -> None:
    """The broker ends in order and comes back."""
    trial.touch(EVERY)
    await trial.broker.restart(trial.say)


async def kill_broker(trial: Trial, draw: random.Random) -> None:
    """kill -9 of the broker, which comes back with what it had."""
    trial.touch(EVERY)
    await trial.broker.kill(trial.say)


async def hang_broker(trial: Trial, draw: random.Random) -> None:
    """The broker answers nobody for some seconds."""
    trial.touch(EVERY)
    await trial.broker.hang(trial.say, draw)


async def restart_redis(trial: Trial, draw: random.Random) -> None:
    """Redis ends in order and comes back with what it had."""
    await trial.redis.restart(trial.say)


async def kill_redis(trial: Trial, draw: random.Random) -> None:
    """kill -9 of Redis, which comes back empty."""
    await trial.redis.kill(trial.say, meanwhile=_forget)


async def return_redis(trial: Trial, draw: random.Random) -> None:
    """kill -9 of Redis, which comes back as it was some seconds before."""
    async with trial.redis.undisturbed() as server, Redis.from_url(server.url) as client:
        await client.save()
    seconds = draw.uniform(1.0, 4.0)
    trial.say(f"Redis keeps what it has; in {seconds:.1f} s it will be back there")
    await asyncio.sleep(seconds)
    await trial.redis.kill(trial.say)


async def flush_redis(trial: Trial, draw: random.Random) -> None:
    """Somebody empties Redis, some times over."""
    for _ in range(draw.randint(1, 3)):
        async with trial.redis.undisturbed() as server, Redis.from_url(server.url) as client:
            count = await client.dbsize()
            await client.flushall()
        trial.say(f"Redis is emptied of {count:,} keys")
        await asyncio.sleep(draw.uniform(0.0, 1.5))


async def hang_redis(trial: Trial, draw: random.Random) -> None:
    """Redis answers nobody for some seconds."""
    await trial.redis.hang(trial.say, draw)


def _forget(server: RedisServer) -> None:
    (Path(server.data) / DUMP).unlink(missing_ok=True)


# What any kind of worker must bear.
WORKER_FAULTS: Final[dict[str, WorkerFault]] = {
    "kill -9": fault_kinds.kill,
    "SIGSTOP and SIGCONT": fault_kinds.pause,
    "SIGTERM": fault_kinds.terminate,
    "worker added": fault_kinds.add,
    "worker removed": fault_kinds.remove,
    "two start at once": fault_kinds.start_two,
}
EVERYWHERE: Final[dict[str, Fault]] = {
    **{
        f"{name}: {kind.name}": strike(kind, blow)
        for kind in KINDS
        for name, blow in WORKER_FAULTS.items()
    },
    "producer fenced: conversation": strike(CONVERSATION, fault_kinds.fence),
    "producer fenced: representative": strike(REPRESENTATIVE, fault_kinds.fence),
    "more workers than partitions": strike(CONVERSATION, fault_kinds.crowd),
    "empty disk": strike(CONVERSATION, fault_kinds.empty_disk),
    "wrong clock: conversation": strike(CONVERSATION, fault_kinds.wrong_clock),
    "wrong clock: representative": strike(REPRESENTATIVE, fault_kinds.wrong_clock),
    "wrong clock: projection": strike(PROJECTION, fault_kinds.wrong_clock),
    "poison records": poison,
    "one long partition": burst,
    "compressed batches": data_faults.compress,
    "unreadable batch": data_faults.append_unreadable,
    "hanging transaction of others": data_faults.hang_transaction,
    "input made anew": topic_faults.make_anew,
    "input cut short": topic_faults.cut_short,
    "broker restarted": restart_broker,
    "broker kill -9": kill_broker,
    "broker hangs": hang_broker,
    "Redis restarted": restart_redis,
    "Redis kill -9": kill_redis,
    "Redis back as it was before": return_redis,
    "Redis FLUSHALL": flush_redis,
    "Redis hangs": hang_redis,
}
# What only a cluster of several nodes can do.
ON_NODES: Final[dict[str, Fault]] = {
    "leader kill -9": node_faults.kill_leader,
    "controller kill -9": node_faults.kill_controller,
    "two nodes kill -9": node_faults.kill_two,
    "rolling restart of the nodes": node_faults.restart_each,
    "node hangs": node_faults.hang_node,
    "network to a node slow": node_faults.slow_network,
    "network to a node silent": node_faults.silent_network,
    "network to a node broken": node_faults.broken_network,
    "clock of a node off": node_faults.shift_clock,
    "disk of a node full": node_faults.fill_disk,
}
FAULTS: Final = {**EVERYWHERE, **ON_NODES}


def list_faults(nodes: int) -> tuple[str, ...]:
    """The names of what can happen to so many nodes."""
    return tuple(EVERYWHERE if nodes == 1 else FAULTS)

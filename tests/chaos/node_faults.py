"""What may go wrong with nodes of a cluster, one or two at a time; each blow ends with all back.

Only for a cluster of three. What is asked of it is asked before the blow: a node that hangs gives
no answer.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.chaos.chaos_installation import SKEW_MS
from tests.chaos.touched import EVERY, GROUPS, TRANSACTIONS, touched_by_nodes
from tests.chaos.trial import Trial
from tests.chaos.worker_kinds import PARTITIONS
from tests.harness.broker import Cluster, small_disk
from tests.harness.broker.cluster import NODES
from tests.harness.tcp_proxy import TcpProxy
from tests.harness.tied_process import PATIENCE_S
from tests.harness.topics import Place

# For longer than it takes to elect others, and shorter.
AWAY_S: Final = (0.0, 12.0)
HANG_S: Final = (3.0, 20.0)
# Off the machine's clock, before or behind it.
CLOCK_MS: Final = SKEW_MS // 2
FULL_S: Final = (2.0, 8.0)


async def kill_leader(trial: Trial, draw: random.Random) -> None:
    """kill -9 of the node that leads some partition of an input."""
    async with _undisturbed(trial) as cluster:
        topic, number = draw.choice((CHANNEL_EVENTS, AGENT_ACTIONS)), draw.randrange(PARTITIONS)
        leader = await _find_leader(trial, topic, number)
        trial.say(f"kill -9 of node {leader}, which leads {topic}-{number}")
        await _touch(trial, leader)
        await _kill(trial, cluster, [leader], draw)


async def kill_controller(trial: Trial, draw: random.Random) -> None:
    """kill -9 of the node that is the active controller."""
    async with _undisturbed(trial) as cluster:
        number = cluster.find_controller()
        trial.say(f"kill -9 of node {number}, the active controller")
        await _touch(trial, number)
        await _kill(trial, cluster, [number], draw)


async def kill_two(trial: Trial, draw: random.Random) -> None:
    """kill -9 of two nodes: the third one may elect nobody, and acknowledges nothing."""
    async with _undisturbed(trial) as cluster:
        numbers = draw.sample(range(1, NODES + 1), 2)
        trial.say(f"kill -9 of nodes {numbers[0]} and {numbers[1]}")
        # The one that is left may acknowledge nothing.
        trial.touch(EVERY)
        await _kill(trial, cluster, numbers, draw)


async def restart_each(trial: Trial, draw: random.Random) -> None:
    """Each node ends in order and comes back, one after the other, as in an upgrade."""
    async with _undisturbed(trial) as cluster:
        trial.touch(EVERY)
        for number in draw.sample(range(1, NODES + 1), NODES):
            trial.say(f"node {number} is stopped")
            await trial.broker.do(cluster.node(number).stop)
            await _start(trial, cluster)
        trial.say("every node has been restarted")


async def hang_node(trial: Trial, draw: random.Random) -> None:
    """SIGSTOP and SIGCONT of one node: its connections stay open, and nothing is answered."""
    async with _undisturbed(trial) as cluster:
        number, seconds = draw.randint(1, NODES), draw.uniform(*HANG_S)
        trial.say(f"node {number} hangs for {seconds:.1f} s")
        await _touch(trial, number)
        cluster.node(number).pause()
        try:
            await asyncio.sleep(seconds)
        finally:
            cluster.node(number).resume()
        trial.say(f"node {number} goes on")


async def slow_network(trial: Trial, draw: random.Random) -> None:
    """Between workers and one node each byte takes its time."""
    delay_s = draw.uniform(0.05, 1.5)

    def slow(proxy: TcpProxy, on: bool) -> None:
        proxy.delay_s = delay_s * on

    await _disturb(trial, draw, f"takes {delay_s:.2f} s each way", slow)


async def silent_network(trial: Trial, draw: random.Random) -> None:
    """Between workers and one node nothing arrives, and no connection ends."""

    def silence(proxy: TcpProxy, on: bool) -> None:
        proxy.silent = on

    await _disturb(trial, draw, "is silent", silence)


async def broken_network(trial: Trial, draw: random.Random) -> None:
    """Workers cannot connect to one node; others can, and it is as alive as before."""

    def cut(proxy: TcpProxy, on: bool) -> None:
        proxy.broken = on

    await _disturb(trial, draw, "is broken", cut)


async def _disturb(
    trial: Trial, draw: random.Random, how: str, act: Callable[[TcpProxy, bool], None]
) -> None:
    async with _undisturbed(trial) as cluster:
        number, seconds = draw.randint(1, NODES), draw.uniform(*HANG_S)
        trial.say(f"the network between workers and node {number} {how}, for {seconds:.1f} s")
        await _touch(trial, number)
        act(cluster.proxies[number], True)
        try:
            await asyncio.sleep(seconds)
        finally:
            act(cluster.proxies[number], False)
        trial.say(f"the network to node {number} is as it was")


async def shift_clock(trial: Trial, draw: random.Random) -> None:
    """A node ends in order and comes back with a clock that is seconds off."""
    async with _undisturbed(trial) as cluster:
        number, offset_ms = draw.randint(1, NODES), draw.randint(-CLOCK_MS, CLOCK_MS)
        node = cluster.node(number)
        trial.say(f"node {number} is stopped, and its clock set to {offset_ms:+,} ms")
        await _touch(trial, number)
        await trial.broker.do(node.stop)
        node.clock_offset_ms = offset_ms
        await _start(trial, cluster)


async def fill_disk(trial: Trial, draw: random.Random) -> None:
    """A node's disk is full: Kafka ends itself, and comes back once there is room."""
    async with _undisturbed(trial) as cluster:
        disks = [(number, cluster.disk(number)) for number in range(1, NODES + 1)]
        found = [(number, disk) for number, disk in disks if disk is not None]
        if not found:
            trial.say("no disk is filled: to mount a small one takes root")
            return
        number, disk = draw.choice(found)
        await _touch(trial, number)
        await _fill(trial, cluster, number, disk, draw.uniform(*FULL_S))


async def _fill(trial: Trial, cluster: Cluster, number: int, disk: Path, seconds: float) -> None:
    node = cluster.node(number)
    written = await asyncio.to_thread(small_disk.fill, disk)
    trial.say(f"the disk of node {number} is full: {written:,} bytes more")
    try:
        async with asyncio.timeout(PATIENCE_S):
            while node.running:
                await asyncio.sleep(0.1)
        trial.say(f"node {number} has ended: {node.last_words()[:80]}")
        await asyncio.sleep(seconds)
    finally:
        small_disk.clear(disk)
    node.kill()
    await _start(trial, cluster)


async def _kill(
    trial: Trial, cluster: Cluster, numbers: Iterable[int], draw: random.Random
) -> None:
    for number in numbers:
        await trial.broker.do(cluster.node(number).kill)
    await asyncio.sleep(draw.uniform(*AWAY_S))
    await _start(trial, cluster)


async def _start(trial: Trial, cluster: Cluster) -> None:
    await trial.broker.do(lambda: cluster.start(PATIENCE_S))
    trial.say("all nodes serve")


@asynccontextmanager
async def _undisturbed(trial: Trial) -> AsyncIterator[Cluster]:
    async with trial.broker.undisturbed() as server:
        if not isinstance(server, Cluster):
            raise TypeError("one node has no others: this fault is for a cluster")
        yield server


async def _find_leader(trial: Trial, topic: str, number: int) -> int:
    """Once there is one."""
    place = (trial.installation.prefix + topic, number)
    async with asyncio.timeout(PATIENCE_S):
        while (leader := (await _leaders(trial)).get(place, -1)) <= 0:
            await asyncio.sleep(0.2)
    return leader


async def _touch(trial: Trial, node: int) -> None:
    leaders = await _leaders(trial)
    touched = touched_by_nodes([node], trial.installation.prefix, leaders)
    trial.touch(touched)
    trial.say(f"node {node} is needed by partitions {sorted(touched)}")


async def _leaders(trial: Trial) -> dict[Place, int]:
    """Who leads each partition of the installation's topics and of Kafka's own."""
    here = trial.installation
    admin = AIOKafkaAdminClient(bootstrap_servers=here.brokers)
    await admin.start()
    try:
        names = [
            name
            for name in await admin.list_topics()
            if name.startswith(here.prefix) or name in {GROUPS, TRANSACTIONS}
        ]
        return {
            (topic["topic"], each["partition"]): int(each["leader"])
            for topic in await admin.describe_topics(names)
            for each in topic["partitions"]
        }
    finally:
        await admin.close()

"""A leader that dies, and one that hangs: beside what the brokers themselves need for that.

Partition 0 and all that it needs is led by one node, partition 1 and what all need by another one.
A bare producer and a bare consumer, on a topic with the same leaders, tell what the brokers take.
"""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from omnistate.stream.partitioning import partition_of
from omnistate.stream.topology import load_topology

from tests.cluster.story_inputs import CENTRE, event
from tests.cluster.test_restored_broker import serves
from tests.harness.broker import Cluster
from tests.harness.broker.placement import GROUPS, TRANSACTIONS, place
from tests.harness.flow import Flow
from tests.harness.installation import Installation, installed
from tests.harness.waiting import stretch, wait_until

pytestmark = pytest.mark.slow
EVENTS_A_SECOND = 100  # in each partition
BARE_A_SECOND = 20
BEFORE_S, AFTER_S, FROZEN_S = 3.0, 12.0, 20.0
# Beyond what the brokers need themselves.
FAILOVER_S, UNTOUCHED_S = 5.0, 2.0


@pytest.fixture
def cluster(kafka_installed: None, tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path / "cluster", heap="384m") as started:
        yield started


@pytest.fixture
def installation(cluster: Cluster, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(cluster.bootstrap, prefix, tmp_path) as found:
        yield found


class Flows(NamedTuple):
    """Of each partition: through omnistate, and past it."""

    ours: tuple[Flow, Flow]
    bare: tuple[Flow, Flow]


async def lay_out(found: Installation, leaders: tuple[int, int]) -> None:
    """Every topic of ours in two partitions; what both need is led as the second one."""
    other = leaders[1]
    topics = {each.name: leaders for each in load_topology().topics if each.partitions > 1}
    topics |= {"capacity-changes": (other, other), "dead-letters": (other, other)}
    named = {found.prefix + name: led for name, led in topics.items()}
    own = {GROUPS: (other,) * 4, TRANSACTIONS: (other,) * 4}
    await place(found.brokers, {**own, **named, "bare": leaders})
    found.set_up(CENTRE, partitions=2, replicas=3)


def started(prefix: str, partition: int) -> Callable[[int], tuple[bytes, bytes]]:
    """What a flow sends: chats that begin in this partition."""

    def make(number: int) -> tuple[bytes, bytes]:
        step = 0
        while True:
            subject = f"{prefix}{number}-{step}"
            if partition_of(subject.encode(), 2) == partition:
                break
            step += 1
        told = event(1, "conversation.started", subject, channel="live_chat", workstream_id="chat")
        return subject.encode(), json.dumps(told).encode()

    return make


@asynccontextmanager
async def flowing(found: Installation) -> AsyncIterator[Flows]:
    """All four, from the first records on until all that was sent has been seen."""
    topics = found.prefix + "channel-events", found.prefix + "conversation-state-changes"

    def flow(partition: int) -> Flow:
        make = started(f"chat-{partition}-", partition)
        return Flow(found.brokers, topics, partition, make, EVENTS_A_SECOND)

    def past(partition: int) -> Flow:
        def make(number: int) -> tuple[bytes, bytes]:
            return f"{partition}-{number}".encode(), b"x"

        return Flow(found.brokers, ("bare", "bare"), partition, make, BARE_A_SECOND)

    flows = Flows((flow(0), flow(1)), (past(0), past(1)))
    async with AsyncExitStack() as stack:
        for each in (*flows.bare, *flows.ours):
            await stack.enter_async_context(each)
        await asyncio.sleep(BEFORE_S)
        yield flows


def victim_of(cluster: Cluster) -> tuple[int, int]:
    """A node that is not the active controller, and another one."""
    controller = cluster.find_controller()
    first, second = (number for number in (1, 2, 3) if number != controller)
    return first, second


async def test_back_soon_after_a_leader_has_died(
    cluster: Cluster, installation: Installation
) -> None:
    victim, other = victim_of(cluster)
    await lay_out(installation, (victim, other))
    worker = installation.worker()
    async with flowing(installation) as flows:
        cluster.node(victim).kill()
        await asyncio.sleep(AFTER_S)
    failover_s = max(each.worst_s for each in flows.bare)
    worst_s = max(each.worst_s for each in flows.ours)
    assert worst_s <= failover_s + stretch(FAILOVER_S), describe(flows)
    assert worker.stop() == 0
    cluster.start()
    wait_until("it serves", functools.partial(serves, installation))
    installation.run("audit")


async def test_partitions_led_elsewhere_go_on_while_a_leader_hangs(
    cluster: Cluster, installation: Installation
) -> None:
    victim, other = victim_of(cluster)
    await lay_out(installation, (victim, other))
    worker = installation.worker()
    async with flowing(installation) as flows:
        cluster.node(victim).pause()
        frozen_s = asyncio.get_running_loop().time()
        await asyncio.sleep(FROZEN_S)
        going_s = asyncio.get_running_loop().time()
        cluster.node(victim).resume()
        await asyncio.sleep(AFTER_S)
    meanwhile = [
        each for each in flows.ours[1].passages if frozen_s < each.sent_s <= each.seen_s < going_s
    ]
    assert meanwhile, describe(flows)
    waited_s = flows.bare[1].worst_s
    assert flows.ours[1].worst_s <= waited_s + stretch(UNTOUCHED_S), describe(flows)
    assert worker.stop() == 0
    wait_until("it serves", functools.partial(serves, installation))
    installation.run("audit")


def describe(flows: Flows) -> str:
    """The longest times, for whoever has to find out."""
    return ", ".join(
        f"partition {number}: {ours.worst_s:.1f} s, brokers alone {bare.worst_s:.1f} s"
        for number, (ours, bare) in enumerate(zip(*flows, strict=True))
    )

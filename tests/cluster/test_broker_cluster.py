"""Three nodes that are one cluster: what is acknowledged outlives any of them, and all at once."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.harness.broker import Broker, Cluster, small_disk
from tests.harness.topics import Written, read_records, write
from tests.harness.waiting import eventually

HOUR_MS = 3_600_000
DISK_BYTES = 600 << 20


@pytest.fixture
def cluster(kafka_installed: None, tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path / "cluster", heap="256m", disk_bytes={3: DISK_BYTES}) as started:
        yield started


async def create(cluster: Cluster, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 3)])
    finally:
        await admin.close()


async def values(cluster: Cluster, topic: str) -> list[bytes | None]:
    return [record.value for record in await read_records(cluster.bootstrap, topic)]


@pytest.mark.slow
async def test_what_is_acknowledged_outlives_nodes(cluster: Cluster) -> None:
    await create(cluster, "t")

    async def append(value: bytes) -> None:
        await write(cluster.bootstrap, Written("t", b"key", value))

    await append(b"of three")
    controller = cluster.find_controller()
    cluster.node(controller).kill()
    await append(b"of two")

    async def successor() -> int:
        return cluster.find_controller()

    await eventually("another controller", successor, lambda found: found != controller)
    cluster.start()
    cluster.kill()
    cluster.start()
    assert await values(cluster, "t") == [b"of three", b"of two"]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk is needed: run as root to mount one")
async def test_a_node_whose_disk_is_full_ends_and_comes_back(cluster: Cluster) -> None:
    await create(cluster, "t")
    await write(cluster.bootstrap, Written("t", b"key", b"before"))
    disk = cluster.disk(3)
    assert disk is not None
    assert small_disk.fill(disk) > 0
    # Until it writes once more.
    while cluster.node(3).running:
        await write(cluster.bootstrap, Written("t", b"key", b"x" * 100_000))
        await asyncio.sleep(0.2)
    assert "No space left on device" in cluster.node(3).last_words()
    small_disk.clear(disk)
    cluster.node(3).kill()
    cluster.start()
    assert (await values(cluster, "t"))[0] == b"before"


async def test_a_clock_that_is_off_stamps_records(
    own_broker: Callable[..., Broker],
) -> None:
    async def stamp(broker: Broker) -> float:
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
        await admin.start()
        try:
            settings = {"message.timestamp.type": "LogAppendTime"}
            await admin.create_topics([NewTopic("t", 1, 1, topic_configs=settings)])
        finally:
            await admin.close()
        before_s = time.time()
        await write(broker.bootstrap, Written("t", b"key", b"now"))
        (record,) = await read_records(broker.bootstrap, "t")
        return float(record.timestamp) / 1_000 - before_s

    # Sooner than that it cannot be, however slow the machine is.
    assert await stamp(own_broker(heap="256m", clock_offset_ms=HOUR_MS)) >= HOUR_MS / 1_000
    assert await stamp(own_broker(heap="256m", clock_offset_ms=-HOUR_MS)) < 0


def test_a_cluster_leaves_nothing(kafka_installed: None) -> None:
    with Cluster(heap="256m") as cluster:
        pids = [node.pid for node in cluster.nodes]
        folders = [node.data.parent for node in cluster.nodes]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not any(folder.exists() for folder in folders)

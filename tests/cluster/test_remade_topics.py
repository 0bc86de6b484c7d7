"""Input topics that were deleted and made anew on a real broker: noticed, and a way on."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.stream.ports import LogUnavailable

from tests.adapters.log_rig import FIRST, SECOND, WAIT_MS
from tests.cluster.odd_inputs import append, begun, connection_of, letters, started, stopped
from tests.cluster.story_inputs import CENTRE
from tests.cluster.test_kafka_log import KafkaBench
from tests.harness.assigned_partition import AssignedPartition
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually, wait_until

TOPIC = "channel-events"


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def ids_of(connection: Connection, *topics: str) -> dict[str, str]:
    async with open_cluster(connection) as cluster:
        return await cluster.topic_ids(topics)


async def delete(connection: Connection, topic: str) -> None:
    """Until no broker knows the topic any more."""
    admin = connection.admin()
    await admin.start()
    try:
        await admin.delete_topics([connection.physical(topic)])
    finally:
        await admin.close()
    await eventually(
        "the topic is gone", functools.partial(ids_of, connection, topic), lambda ids: not ids
    )


async def make_anew(found: Installation) -> None:
    """As an operator does who wants to begin with an empty topic."""
    await delete(connection_of(found), TOPIC)
    found.lay_out(1)


async def test_brokers_tell_a_topic_from_one_of_the_same_name(installation: Installation) -> None:
    installation.lay_out(1)
    connection = connection_of(installation)
    before = await ids_of(connection, TOPIC, "agent-actions", "nobody-knows")
    assert set(before) == {TOPIC, "agent-actions"}
    assert len(set(before.values())) == 2
    assert await ids_of(connection, TOPIC, "agent-actions") == before
    await make_anew(installation)
    after = await ids_of(connection, TOPIC, "agent-actions")
    assert after["agent-actions"] == before["agent-actions"]
    assert after[TOPIC] != before[TOPIC]


async def test_a_partition_at_work_notices(brokers: str, prefix: str) -> None:
    bench = KafkaBench(Connection(brokers, prefix), stamped=True)
    try:
        await bench.start()
        log = bench.owner()
        assert isinstance(log, AssignedPartition)
        await log.fence()
        ids = await log.topic_ids()
        assert set(ids) == {FIRST, SECOND}
        await log.seek({FIRST: 0, SECOND: 0})
        log.compare(ids)
        assert not await log.read(10, WAIT_MS)
        log.compare({})
        assert not await log.read(10, WAIT_MS)
        log.compare({**ids, SECOND: "another"})
        with pytest.raises(LogUnavailable, match="made anew"):
            await log.read(10, WAIT_MS)
    finally:
        await bench.stop()


async def test_a_longer_topic_of_the_same_name_is_not_read_on_with(
    installation: Installation,
) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    await append(installation, TOPIC, 0, [started(f"old-{number}") for number in range(3)])
    await eventually(
        "the old ones", functools.partial(begun, installation), lambda seen: len(seen) == 3
    )
    assert worker.stop() == 0
    await make_anew(installation)
    await append(installation, TOPIC, 0, [started(f"new-{number}") for number in range(5)])

    worker = installation.worker(ready=False)
    wait_until("stopped", lambda: stopped(worker, 0))
    assert worker.metric("omnistate_partition_stopped", reason="made_anew") == 1
    status, page = worker.get("/health/ready")
    assert status == 503
    assert "topic channel-events was made anew" in json.loads(page)["partitions"]["0"]
    assert await begun(installation) == {"old-0", "old-1", "old-2"}

    told = installation.run("inputs", "adopt", "--topic", TOPIC)
    assert "channel-events/0 at offset 3: goes on here; 3 offsets before it are passed over" in told
    assert "0 partitions" in installation.run("inputs", "adopt", "--topic", TOPIC)
    await eventually(
        "those behind the position",
        functools.partial(begun, installation),
        lambda seen: seen == {"old-0", "old-1", "old-2", "new-3", "new-4"},
    )
    wait_until("ready", worker.is_ready)
    assert worker.stop() == 0
    (letter,) = await letters(installation)
    assert dict(letter.headers)["omnistate-error"] == b"deleted"
    said = installation.run("audit", status=1)
    assert "channel-events/0/0: inputs from here up to 2 were deleted" in said
    assert "1 violations" in said


async def test_a_shorter_one_is_filled_up(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    await append(installation, TOPIC, 0, [started(f"old-{number}") for number in range(7)])
    await eventually(
        "the old ones", functools.partial(begun, installation), lambda seen: len(seen) == 7
    )
    assert worker.stop() == 0
    await make_anew(installation)
    assert "0 offsets before it" in installation.run("inputs", "adopt", "--topic", TOPIC)
    worker = installation.worker()
    await append(installation, TOPIC, 0, [started("new")])
    await eventually(
        "a new one", functools.partial(begun, installation), lambda seen: "new" in seen
    )
    assert worker.stop() == 0
    topic = f"{installation.prefix}conversation-state-changes"
    ids = [each["id"] for each in await read_events(installation.brokers, topic)]
    assert len(set(ids)) == len(ids)
    assert not await letters(installation)
    installation.run("audit")
    assert "no worker" in installation.run("inputs", "adopt", "--topic", "queues", status=2)

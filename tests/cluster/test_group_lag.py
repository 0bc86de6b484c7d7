"""`omnistate worker lag` and `omnistate lag` on a real broker: right also when nobody works."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from omnistate.adapters.kafka.admin.cluster import open_cluster

from tests.cluster.lag_rig import GROUPS, TOPIC, ask, caught_up, exporter_age, lag_of, shown
from tests.cluster.odd_batches import ZSTD, bomb
from tests.cluster.odd_inputs import append, begun, connection_of, started
from tests.cluster.story_inputs import CENTRE, story
from tests.cluster.test_remade_topics import make_anew
from tests.harness.broker import Broker
from tests.harness.installation import Installation, installed
from tests.harness.redis import RedisServer
from tests.harness.tied_process import PATIENCE_S
from tests.harness.waiting import eventually, wait_until

# What a scrape may be behind: two measurements.
BEHIND_S = 2.0


@pytest.fixture
def installation(
    brokers: str, redis_url: str, prefix: str, tmp_path: Path
) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path, redis_url=redis_url) as found:
        yield found


def test_it_is_right_when_everything_is_down(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=2)
    exporter = installation.worker("lag")
    workers = [installation.worker(group) for group in GROUPS]
    assert [shown(exporter, "group_members", installation, group) >= 0 for group in GROUPS]
    wait_until(
        "a member of each",
        lambda: all(shown(exporter, "group_members", installation, each) == 1 for each in GROUPS),
    )
    installation.send(story("chat-1"))
    # Markers of transactions lie behind every one of them, and are nothing to read.
    wait_until("caught up", partial(caught_up, exporter, installation))
    wait_until(
        "somebody has come somewhere",
        lambda: lag_of(installation, "figures", "conversation-state-changes")["committed"],
    )
    assert [each.stop() for each in workers] == [0] * len(GROUPS)
    wait_until(
        "nobody",
        lambda: not any(shown(exporter, "group_members", installation, each) for each in GROUPS),
    )
    assert caught_up(exporter, installation)
    assert shown(exporter, "group_lag_seconds", installation, "conversation") == 0

    before_s = time.time()
    sent = [*story("chat-2"), *story("chat-3")]
    installation.send(sent)
    after_s = time.time()
    wait_until(
        "all of it waits",
        lambda: shown(exporter, "group_lag_records", installation, "conversation") == len(sent),
    )
    age_s = max(exporter_age(exporter, installation, partition) for partition in range(2))
    now_s = time.time()
    assert now_s - after_s - BEHIND_S <= age_s <= now_s - before_s + BEHIND_S
    time.sleep(1.5)
    later_s = max(exporter_age(exporter, installation, partition) for partition in range(2))
    assert later_s >= age_s + 1.5
    ratio = exporter.metric("omnistate_retention_ratio", group=f"{installation.prefix}conversation")
    assert 0 < ratio < 0.01
    said = [
        each
        for each in map(json.loads, installation.run("lag", "--json").splitlines())
        if each["group"] == "conversation"
    ]
    assert sum(each["records"] for each in said) == len(sent)
    measured_s = exporter.metric("omnistate_lag_measured_timestamp_seconds")
    assert abs(time.time() - measured_s) < PATIENCE_S
    assert exporter.metric("omnistate_build_info", compiled="false") == 1
    assert exporter.end_in_time() == 0


async def test_what_stands_at_the_position_is_told(installation: Installation) -> None:
    """Unreadable, by the words of a stopped partition, with and without a worker."""
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    await append(installation, TOPIC, 0, [started("old")])
    await eventually("old", partial(begun, installation), lambda seen: seen == {"old"})
    assert worker.stop() == 0
    assert lag_of(installation) | {"reason": None, "records": 0} == lag_of(installation)
    await append(installation, TOPIC, 0, bomb(3), ZSTD)
    said = lag_of(installation)
    assert (said["records"], said["reason"]) == (3, "unreadable")
    assert "unreadable: nobody can read" in installation.run("lag")
    exporter = installation.worker("lag")
    assert shown(exporter, "group_stopped", installation, "conversation", reason="unreadable") == 1
    assert exporter.stop() == 0


async def test_topics_that_are_others_now_are_told(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=1)
    exporter = installation.worker("lag")
    worker = installation.worker()
    await append(installation, TOPIC, 0, [started(f"old-{number}") for number in range(3)])
    await eventually("all", partial(begun, installation), lambda seen: len(seen) == 3)
    assert worker.stop() == 0
    connection = connection_of(installation)
    await append(installation, TOPIC, 0, [started(f"more-{number}") for number in range(4)])
    async with open_cluster(connection) as cluster:
        await cluster.delete_before(TOPIC, 0, 5)
    said = lag_of(installation)
    assert (said["committed"], said["records"], said["reason"]) == (3, 2, "deleted")

    await make_anew(installation)
    assert lag_of(installation)["reason"] == "made_anew"
    await append(installation, TOPIC, 0, [started(f"new-{number}") for number in range(5)])
    said = lag_of(installation)
    assert (said["committed"], said["reason"]) == (3, "made_anew")
    assert said["seconds"] > 0
    wait_until(
        "told by the exporter, too",
        lambda: (
            shown(exporter, "group_stopped", installation, "conversation", reason="made_anew") == 1
        ),
    )
    assert lag_of(installation, topic="agent-actions")["reason"] is None
    assert exporter.stop() == 0


async def test_an_open_transaction_is_lag(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    assert worker.stop() == 0
    connection = connection_of(installation)
    producer = connection.producer(transactional_id=connection.physical("foreign"))
    await producer.start()
    try:
        await producer.begin_transaction()
        await producer.send_and_wait(connection.physical(TOPIC), b"{}", key=b"k", partition=0)
        first = lag_of(installation)
        assert (first["records"], first["reason"]) == (1, None)
        said = await eventually(
            "told", partial(ask, installation), lambda each: each["reason"] is not None
        )
        assert said["reason"] == "open_transaction"
        assert said["seconds"] > 10
        await producer.abort_transaction()
        await eventually(
            "only a marker is left",
            partial(ask, installation),
            lambda each: each["records"] == 0 and each["reason"] is None,
        )
    finally:
        await producer.stop()


async def test_offsets_that_were_reset_do_not_matter_where_tables_know_better(
    installation: Installation,
) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    await append(installation, TOPIC, 0, [started("one"), started("two")])
    await eventually("both", partial(begun, installation), lambda seen: len(seen) == 2)
    assert worker.stop() == 0
    connection = connection_of(installation)
    (place,) = connection.partitions(TOPIC, 1)
    consumer = connection.consumer(group_id=connection.physical("conversation"))
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.commit({place: 0})
        assert await consumer.committed(place) == 0
    finally:
        await consumer.stop()
    said = lag_of(installation)
    assert (said["committed"], said["records"]) == (2, 0)


def test_without_redis_the_others_are_measured_on(
    brokers: str, own_redis: RedisServer, prefix: str, tmp_path: Path
) -> None:
    """What was known of the projection stays: without Redis nobody moves it."""
    with installed(brokers, prefix, tmp_path, redis_url=own_redis.url) as found:
        found.set_up(CENTRE, partitions=1)
        exporter = found.worker("lag")
        own_redis.kill()
        wait_until("not ready", lambda: exporter.get("/health/ready")[0] == 503)
        assert "Redis" in json.loads(exporter.get("/health/ready")[1])["problem"]
        found.send(story("chat-1"))
        wait_until("lag", lambda: shown(exporter, "group_lag_records", found, "conversation") > 0)
        name = f'omnistate_group_lag_records{{group="{prefix}projection"'
        assert name in exporter.get("/metrics")[1]
        own_redis.start()
        wait_until("ready", exporter.is_ready)
        assert exporter.end_in_time() == 0
        assert exporter.log().count("waiting_for_redis") == 1


async def test_a_cluster_that_is_away_is_told_by_the_time(
    own_broker: Callable[..., Broker], prefix: str, tmp_path: Path
) -> None:
    broker = own_broker()
    with installed(broker.bootstrap, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=1)
        await append(found, TOPIC, 0, [started("waiting")])
        exporter = found.worker("lag")
        assert "group_left_out" in exporter.log()
        assert shown(exporter, "group_lag_records", found, "conversation") == 1
        age_s = exporter_age(exporter, found, 0)
        broker.stop()
        wait_until("noticed", lambda: exporter.metric("omnistate_lag_faults_total") > 0)
        measured_s = exporter.metric("omnistate_lag_measured_timestamp_seconds")
        await asyncio.sleep(1)
        assert exporter.metric("omnistate_lag_measured_timestamp_seconds") == measured_s
        assert shown(exporter, "group_lag_records", found, "conversation") == 1
        assert exporter_age(exporter, found, 0) > age_s
        broker.start()
        wait_until(
            "measured anew",
            lambda: exporter.metric("omnistate_lag_measured_timestamp_seconds") > measured_s,
        )
        wait_until("ready", exporter.is_ready)
        assert exporter.end_in_time() == 0


def test_an_optional_router_is_shown_once_it_runs(installation: Installation) -> None:
    """It takes no records and commits nothing: its members are what tells that it is there."""
    installation.set_up(CENTRE, partitions=2)
    exporter = installation.worker("lag")
    name = f'omnistate_group_lag_records{{group="{installation.prefix}router"'
    assert name not in exporter.get("/metrics")[1]
    router = installation.worker("router")
    wait_until("shown", lambda: name in exporter.get("/metrics")[1])
    assert shown(exporter, "group_members", installation, "router") == 1
    assert shown(exporter, "group_lag_records", installation, "router") == 0
    assert router.stop() == 0
    wait_until("left out again", lambda: name not in exporter.get("/metrics")[1])
    assert exporter.end_in_time() == 0

"""`conversation-states` on a real Kafka: a rebuild without the changes, an upgrade, a mending."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from omnistate.stream.topology import load_topology

from tests.cluster.dump import connect, dump, offsets
from tests.cluster.read_model_rig import wait_until_equal
from tests.cluster.test_audit import CENTRE, stories
from tests.cluster.test_topics import administer, delete
from tests.harness.console import Console
from tests.harness.installation import Installation, installed
from tests.harness.redis import RedisServer
from tests.harness.topics import read_records
from tests.harness.waiting import eventually, wait_until

PARTITIONS = 2
STATES, CHANGES = "conversation-states", "conversation-state-changes"
# Nothing changes by itself, so that both versions have the same to say.
PATIENT = {
    **CENTRE,
    "workstreams": {
        "chat": {"channel": "live_chat", "offer_timeout": None, "auto_close": {"wrap_up": None}}
    },
}


@pytest.fixture
def found(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    """An engine that has worked, and rests."""
    with installed(brokers, prefix, tmp_path) as installation:
        installation.set_up(PATIENT, PARTITIONS)
        worker = installation.worker()
        installation.send(stories("a", 6))
        wait_until("taken", lambda: worker.metric("omnistate_inputs_total") == 33)
        yield installation


async def last_of(found: Installation, topic: str) -> dict[bytes, bytes]:
    """The last record of each key, as bytes."""
    records = await read_records(found.brokers, found.prefix + topic)
    last = {each.key: each.value for each in records}
    return {key: value for key, value in last.items() if value is not None}


def judge(found: Installation, status: int = 0) -> dict[str, Any]:
    """What the audit says as JSON."""
    said: dict[str, Any] = json.loads(found.run("audit", "--json", status=status))
    return said


async def delete_changes(found: Installation) -> None:
    """What retention does in a month: every change is deleted, and nothing else."""
    topic = found.prefix + CHANGES
    # -1: up to the end.
    everything = {
        TopicPartition(topic, number): RecordsToDelete(before_offset=-1)
        for number in range(PARTITIONS)
    }
    await administer(Console(found.brokers, found.prefix), "delete_records", everything)
    await eventually("deleted", lambda: last_of(found, CHANGES), lambda left: not left)


async def lose_states(found: Installation) -> None:
    """The topic as a version that does not know it leaves it: not there, then laid out, empty."""
    for worker in found.workers:
        worker.stop()
    await delete(Console(found.brokers, found.prefix), STATES)


async def test_it_repeats_the_last_changes_byte_for_byte(found: Installation) -> None:
    standing = await last_of(found, STATES)
    assert standing == await last_of(found, CHANGES)
    assert len(standing) == 6
    assert judge(found)["counts"]["states"] == 6


async def test_a_redis_is_rebuilt_whole_though_every_change_is_deleted(
    found: Installation, own_redis: RedisServer
) -> None:
    await delete_changes(found)
    found.environment["OMNISTATE_REDIS_URL"] = own_redis.url
    found.worker("projection")
    with connect(own_redis.url) as client:
        folded = await wait_until_equal(found, client)
        assert sum(name.startswith("omnistate:conversation:") for name in folded.keys) == 6
        assert not client.exists(f"{found.prefix}omnistate:changes")
        client.flushall()
        assert (await wait_until_equal(found, client)).keys == folded.keys
        wait_until("come to the ends", lambda: found.caught_up("projection"))
        said = judge(found)
        assert said["not_checked"].keys() <= {"totals", "gate"}
        assert said["counts"]["keys"] > 6
        client.delete(f"{found.prefix}omnistate:conversation:a-0")
    (violation,) = judge(found, 1)["violations"]
    assert violation["key"] == "omnistate:conversation:a-0"


async def test_a_redis_of_the_former_version_is_carried_over(
    found: Installation, own_redis: RedisServer
) -> None:
    """Also what is nowhere else: it was there, and nobody said that it is over."""
    found.environment["OMNISTATE_REDIS_URL"] = own_redis.url
    root = f"{found.prefix}omnistate:"
    with connect(own_redis.url) as client:
        worker = found.worker("projection")
        await wait_until_equal(found, client)
        assert worker.stop() == 0
        # A former worker kept it from the changes, and knew no other offset.
        client.hdel(f"{root}offsets", *(f"{STATES}:{number}" for number in range(PARTITIONS)))
        old = client.hgetall(f"{root}conversation:a-0")
        client.hset(f"{root}conversation:old", mapping={**old, "conversation_id": "old"})
        before, told = dump(client, found.prefix), client.xlen(f"{root}changes")
        worker = found.worker("projection")
        wait_until("carried over", lambda: len(offsets(client, found.prefix)) == 3 * 2)
        wait_until("applied", lambda: found.caught_up("projection"))
        assert dump(client, found.prefix) == before
        assert client.xlen(f"{root}changes") == told
        found.send(stories("b", 2))
        client.delete(f"{root}conversation:old")
        await wait_until_equal(found, client)
        told = [json.loads(each["event"])["id"] for _, each in client.xrange(f"{root}changes")]
        assert len(told) == len(set(told))
        assert worker.metric("omnistate_projection_records_total", outcome="unreadable") == 0


async def test_an_upgrade_from_a_version_without_the_topic(found: Installation) -> None:
    expected = await last_of(found, STATES)
    await lose_states(found)
    name = found.prefix + STATES
    missing = f"topic {name} is missing: run omnistate topics apply"
    worker = found.worker(ready=False)
    assert worker.wait() == 2
    assert missing in worker.log()
    for arguments in (("states", "rebuild"), ("audit",)):
        assert missing in found.run(*arguments, status=2)
    plan = found.run("topics", "plan", status=1)
    assert f"+ {name}: 2 partitions, replication factor 3" in plan, "as many as the tables have"
    found.run("topics", "apply", "--replication-factor", "1")
    described = await Console(found.brokers, found.prefix).describe(STATES)
    config = described[STATES].config
    assert config["min.insync.replicas"] == "1"
    found.run("topics", "plan")
    worker = found.worker()
    violations = judge(found, 1)["violations"]
    assert {each["law"] for each in violations} == {"states"}
    assert len(violations) == 6
    found.send(stories("b", 2)[:5])
    wait_until("taken", lambda: worker.metric("omnistate_inputs_total") == 5)
    assert found.run("states", "rebuild") == "6 of 7 conversations filled in, 0 taken away\n"
    standing = await last_of(found, STATES)
    assert expected.items() <= standing.items()
    assert standing == await last_of(found, CHANGES)
    assert judge(found)["ok"]
    assert found.run("states", "rebuild") == "0 of 7 conversations filled in, 0 taken away\n"


async def test_what_is_deleted_already_is_said(found: Installation) -> None:
    await lose_states(found)
    found.run("topics", "apply", "--replication-factor", "1")
    await delete_changes(found)
    said = found.run("states", "rebuild")
    assert "0 of 6 conversations filled in" in said
    assert "6 cannot be filled in" in said
    (note,) = (each for each in judge(found)["notes"] if "conversation-states" in each)
    assert note.startswith("6 conversations")


async def test_one_replica_is_as_much_as_one_broker_can_ask_for(found: Installation) -> None:
    names = [topic.name for topic in load_topology().topics]
    states = await Console(found.brokers, found.prefix).describe(*names)
    assert {each.config["min.insync.replicas"] for each in states.values()} == {"1"}
    assert len(states) == len(names)

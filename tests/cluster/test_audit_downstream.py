"""`omnistate audit` of totals and read model: real workers, a real Kafka, a real Redis."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.dump import connect
from tests.cluster.story_inputs import event
from tests.cluster.test_representative import CENTRE, offer
from tests.harness.installation import Installation, installed
from tests.harness.ports import free_port
from tests.harness.redis import RedisServer
from tests.harness.topics import Written, read_records, write
from tests.harness.waiting import wait_until

PARTITIONS = 3
CAPACITY = "representative-capacity"
GROUPS = ("conversation", "representative", "projection")


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


def judge(found: Installation, status: int = 0) -> dict[str, Any]:
    """What the audit says as JSON."""
    said: dict[str, Any] = json.loads(found.run("audit", "--json", status=status))
    return said


def caught_up(found: Installation) -> bool:
    """Whether nobody has anything left to read."""
    lines = [json.loads(line) for line in found.run("lag", "--json").splitlines()]
    return not any(each["records"] for each in lines if each["group"] in GROUPS)


async def lie(found: Installation) -> int:
    """Publish totals of ana that nobody has added up; the partition."""
    topic = found.prefix + CAPACITY
    last = {each.key: each for each in await read_records(found.brokers, topic)}[b"ana"]
    told = json.loads(last.value)
    told["data"]["occupied_units"] += 30
    told["data"]["available_units"] -= 30
    value = json.dumps(told).encode()
    await write(found.brokers, Written(topic, last.key, value, last.partition))
    return int(last.partition)


async def test_totals_and_read_model(installation: Installation, own_redis: RedisServer) -> None:
    installation.set_up(CENTRE, PARTITIONS)
    engine, totals = installation.worker(ready=False), installation.worker("representative")
    installation.environment["OMNISTATE_REDIS_URL"] = own_redis.url
    projection = installation.worker("projection")
    engine.await_ready()
    work = [offer(number, "ana") for number in range(8)]
    work += [offer(number, "bob", "call") for number in range(3)]
    ends = [event(9, "customer.ended", f"chat-{number}") for number in range(3)]
    presence = event(8, "representative.presence", "bob", presence="away")
    installation.send([*(each for some in work for each in some), *ends, presence])
    # At work, perhaps half-way: nobody is accused.
    installation.run("audit")
    wait_until("caught up", lambda: caught_up(installation))
    found = judge(installation)
    assert found["ok"] is True
    assert found["not_checked"] == {}
    assert found["notes"] == []
    assert found["counts"]["representatives"] == 2
    assert found["counts"]["keys"] > 11
    assert found["counts"]["keys under way"] == 0
    for each in (projection, totals, engine):
        each.close()

    client, root = connect(own_redis.url), f"{installation.prefix}omnistate:"
    try:
        client.hset(f"{root}conversation:chat-7", "status", "nowhere")
        client.hincrby(f"{root}counts", "chat:active", 1)
        client.delete(f"{root}representative:bob")
    finally:
        client.close()
    partition = await lie(installation)
    violations = judge(installation, 1)["violations"]
    assert {each["key"] for each in violations if each["law"] == "read_model"} == {
        "omnistate:conversation:chat-7",
        "omnistate:counts",
        "omnistate:representative:bob",
    }
    others = {(each["law"], each["topic"], each["partition"]) for each in violations[:-3]}
    assert others == {("totals", CAPACITY, partition)}


def test_a_redis_that_does_not_answer(installation: Installation) -> None:
    """It is asked before any topic is."""
    silent = f"redis://127.0.0.1:{free_port()}"
    said = installation.run("audit", "--redis-url", silent, status=3)
    assert said.startswith("omnistate audit: Redis: ")
    assert len(said.splitlines()) == 1

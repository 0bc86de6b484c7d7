"""All that is followed, poisoned on a real broker: workers and commands go on, and say so."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.cluster import odd_batches
from tests.cluster.dump import connect
from tests.cluster.odd_batches import ZSTD, bomb
from tests.cluster.story_inputs import event
from tests.harness.installation import Installation, installed
from tests.harness.redis import RedisServer
from tests.harness.waiting import wait_until
from tests.harness.worker_process import WorkerProcess
from tests.projections.memory_topics import change

CENTRE = {
    "workstreams": {"chat": {"channel": "live_chat", "units": 30}},
    "representatives": {"ana": {"units": 100}},
    "queues": {"support": {}},
}
CONFIGURATION = ("workstreams", "representatives", "capacity-profiles", "queues")
# Who follows what, by the worker's kind.
FOLLOWED = {
    "conversation": CONFIGURATION,
    "representative": ("representatives", "capacity-profiles"),
    "projection": (CONVERSATION_STATES, STATE_CHANGES, REPRESENTATIVE_CAPACITY),
    "figures": ("queues", "workstreams", STATE_CHANGES),
}
TOPICS = sorted({topic for topics in FOLLOWED.values() for topic in topics})
BEYOND = {
    **change("poison", 1, "open"),
    "data": {
        **change("poison", 1, "open")["data"],
        "previous_status": "open",
        "previous_status_seconds": 1e308,
    },
}
VALUES = (b"{", b"\xff", b"[" * 50_000, json.dumps(BEYOND).encode())


@pytest.fixture
def installation(
    brokers: str, prefix: str, tmp_path: Path, own_redis: RedisServer
) -> Iterator[Installation]:
    # What is skipped on capacity-changes, an input, is a dead letter.
    with installed(brokers, prefix, tmp_path, unreadable="skip", log_format="json") as found:
        found.environment["OMNISTATE_REDIS_URL"] = own_redis.url
        found.set_up(CENTRE, partitions=1)
        yield found


async def poison(found: Installation, topic: str) -> int:
    """A batch that nobody can read, and values that are none; the batch's offset."""
    connection = Connection(found.brokers, found.prefix)
    offset = await odd_batches.append(connection, topic, 0, bomb(), ZSTD)
    for value in VALUES:
        await odd_batches.append(connection, topic, 0, [(b"poison", value, [("\udcff", b"x")])])
    return offset


def unusable(worker: WorkerProcess, topic: str) -> float:
    return worker.metric("omnistate_followed_unusable_total", topic=topic)


def lines_of(worker: WorkerProcess) -> list[dict[str, Any]]:
    """What it has logged of records that cannot be used."""
    found = [json.loads(each) for each in worker.log().splitlines() if each.startswith("{")]
    return [
        each for each in found if each["event"] in {"configuration_unusable", "record_unreadable"}
    ]


async def test_nothing_that_is_followed_can_be_poisoned(
    installation: Installation, own_redis: RedisServer
) -> None:
    kinds = {kind: installation.worker(kind) for kind in FOLLOWED}
    installation.send(
        [event(1, "conversation.started", "before", channel="live_chat", workstream_id="chat")]
    )
    wait_until("caught up", installation.caught_up)
    offsets = {topic: await poison(installation, topic) for topic in (*TOPICS, CAPACITY_CHANGES)}
    # Whoever begins now meets all of it at once.
    later = {kind: installation.worker(kind, ready=False) for kind in ("conversation", "figures")}
    for kind, worker in (*kinds.items(), *later.items()):
        for topic in FOLLOWED[kind]:
            if worker is later.get(kind) and topic == STATE_CHANGES:
                # Its one partition is somebody else's.
                continue
            name = f"{kind} has met {topic}"
            # Of a state change the stream shows whatever can be read.
            wait_until(name, functools.partial(lambda *of: unusable(*of) >= 4, worker, topic))
    put_aside = kinds["representative"]
    wait_until("put aside", lambda: put_aside.metric("omnistate_dead_letters_total") >= 5)

    told = installation.configure(CENTRE)
    assert f"workstreams/0, offsets {offsets['workstreams']} to" in told
    assert "workstreams: 1 changed" in told
    assert "workstreams: 1 unchanged" in installation.configure(CENTRE)
    installation.send(
        [
            event(2, "conversation.started", "after", channel="live_chat", workstream_id="chat"),
            event(3, "router.assign", "after", representative_id="ana"),
        ]
    )
    with connect(own_redis.url) as client:
        key = f"{installation.prefix}omnistate:representative:ana"
        wait_until("shown", lambda: client.hget(key, "occupied_units") == "30")
        after = f"{installation.prefix}omnistate:conversation:after"
        wait_until("assigned", lambda: client.hget(after, "representative_id") == "ana")
    for worker in kinds.values():
        wait_until("ready", worker.is_ready)
        for topic in FOLLOWED[worker.kind]:
            said = [each for each in lines_of(worker) if each.get("topic") == topic]
            (line,) = [each for each in said if each.get("offset") == offsets[topic]]
            assert line["partition"] == 0
            # Each value once, too.
            assert len({each["offset"] for each in said}) == len(said)

    for command in (("lag",), ("top", "--once"), ("states", "rebuild")):
        told = installation.run(*command)
        assert "Traceback" not in told
    assert f"{CONVERSATION_STATES}/0, offsets {offsets[CONVERSATION_STATES]} to" in told
    letters = await poison(installation, "dead-letters")
    for words in ("dead-letters list", "dead-letters redrive --dry-run"):
        told = installation.run(*words.split())
        assert f"dead-letters/0, offsets {letters} to" in told
    found = json.loads(installation.run("audit", "--json", status=1))
    named = {(each["topic"], each["partition"], each["offset"]) for each in found["violations"]}
    for topic in (CONVERSATION_STATES, STATE_CHANGES, REPRESENTATIVE_CAPACITY):
        assert (topic, 0, offsets[topic]) in named
    for topic in CONFIGURATION:
        assert any(note.startswith(f"{topic}/0: cannot be read") for note in found["notes"])
    for worker in (*kinds.values(), *later.values()):
        assert "Traceback" not in worker.log()
        assert worker.stop() == 0

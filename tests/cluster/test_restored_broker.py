"""A broker whose disk went back: a log cut short, and everything as it was in a backup."""

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.cluster.odd_inputs import letters, stopped
from tests.cluster.story_inputs import CENTRE, event
from tests.cluster.test_lost_tables import accepted, statuses
from tests.harness.broker import Broker
from tests.harness.broker.broker_properties import LOG_FOLDER
from tests.harness.installation import Installation, installed
from tests.harness.redis import RedisServer
from tests.harness.topics import read_events
from tests.harness.waiting import eventually, wait_until

pytestmark = pytest.mark.slow
TOPIC = "channel-events"
KINDS = ("conversation", "representative", "projection")


@pytest.fixture
def broker(own_broker: Callable[..., Broker]) -> Broker:
    return own_broker()


@pytest.fixture
def installation(
    broker: Broker, own_redis: RedisServer, prefix: str, tmp_path: Path
) -> Iterator[Installation]:
    folder = tmp_path / "installation"
    folder.mkdir()
    with installed(broker.bootstrap, prefix, folder, redis_url=own_redis.url) as found:
        found.set_up(CENTRE, partitions=1)
        yield found


def began(subject: str) -> dict[str, Any]:
    return event(1, "conversation.started", subject, channel="live_chat", workstream_id="chat")


def counts(count: int, seen: dict[str, str]) -> bool:
    return len(seen) == count


def serves(found: Installation) -> bool:
    """Whether the broker that has just started knows itself."""
    return found.attempt("lag").status == 0


def cut_short(broker: Broker, topic: str, batches: int) -> None:
    """As an unclean election or a torn disk does: all but the first batches of its log are gone."""
    (segment,) = (broker.data / LOG_FOLDER / f"{topic}-0").glob("*.log")
    content = segment.read_bytes()
    end = 0
    for _ in range(batches):
        # Base offset, 8 bytes; then the length of what follows.
        end += 12 + int.from_bytes(content[end + 8 : end + 12], "big")
    assert 0 < end < len(content)
    segment.write_bytes(content[:end])


async def test_a_log_that_was_cut_short_stops_its_partition_until_it_is_adopted(
    installation: Installation, broker: Broker
) -> None:
    worker = installation.worker()
    now = functools.partial(statuses, installation)
    for count in range(1, 5):
        installation.send([began(f"chat-{count}")])
        # A batch of the log each.
        await eventually("begun", now, functools.partial(counts, count))
    wait_until("caught up", installation.caught_up)
    assert worker.stop() == 0
    broker.kill()
    cut_short(broker, f"{installation.prefix}{TOPIC}", 2)
    broker.start()

    worker = installation.worker(ready=False)
    wait_until("stopped", lambda: stopped(worker, 0))
    assert worker.metric("omnistate_partition_stopped", reason="truncated") == 1
    _, page = worker.get("/health/ready")
    assert f"{TOPIC}/0 ends at offset 2, but was read up to 4" in page
    assert f"omnistate inputs adopt --topic {TOPIC}" in page
    told = installation.run("inputs", "adopt", "--topic", TOPIC)
    assert f"{TOPIC}/0 at offset 4: goes on here; 2 offsets" in told
    wait_until("ready", worker.is_ready)
    # What was sent before is a repeat, whatever became of the log.
    installation.send([began("chat-4"), began("chat-5")])
    await eventually("the new one", now, functools.partial(counts, 5))
    # Nobody can tell whether what was left of the log had been read.
    (letter,) = await letters(installation)
    assert dict(letter.headers)["omnistate-error"] == b"deleted"
    said = installation.run("audit", status=1)
    assert f"{TOPIC}/0/0: inputs from here up to 1 were deleted before they were read" in said
    assert "1 violations" in said
    assert worker.stop() == 0
    # A broker that dies has forgotten what it deleted less than a minute ago, and has it again.
    broker.kill()
    broker.start()
    wait_until("it serves", functools.partial(serves, installation))
    again = installation.run("audit", status=1)
    assert again.partition("violations")[0] == said.partition("violations")[0]


async def test_everything_goes_back_to_a_backup(
    installation: Installation, broker: Broker, own_redis: RedisServer, tmp_path: Path
) -> None:
    """The steps of docs/how-to/restore-kafka.md."""
    workers = [installation.worker(kind) for kind in KINDS]
    now = functools.partial(statuses, installation)
    installation.send(accepted("chat-1"))
    await eventually("before the backup", now, lambda seen: seen == {"chat-1": "active"})
    wait_until("caught up", installation.caught_up)
    broker.stop()
    backup = tmp_path / "backup"
    shutil.copytree(broker.data / LOG_FOLDER, backup)
    broker.start()
    wait_until("it serves", functools.partial(serves, installation))
    lost = accepted("chat-2")
    installation.send(lost)
    await eventually("after it", now, lambda seen: seen.get("chat-2") == "active")
    for kind in KINDS:
        wait_until(kind, functools.partial(installation.caught_up, kind))
    assert [worker.stop() for worker in workers] == [0, 0, 0]

    broker.stop()
    shutil.rmtree(broker.data / LOG_FOLDER)
    shutil.copytree(backup, broker.data / LOG_FOLDER)
    broker.start()
    wait_until("it serves", functools.partial(serves, installation))
    assert "topics are as declared" in installation.run("topics", "plan")
    said = installation.run("audit", status=1)
    assert "omnistate:offsets: has come to" in said
    assert "✗" not in said.replace("✗  read_model", "")
    ahead = installation.worker("projection", ready=False)
    assert ahead.wait() == 2
    assert "the read model is ahead of" in ahead.log()

    async with Redis.from_url(own_redis.url) as redis:
        await redis.flushall()
    workers = [installation.worker(kind) for kind in KINDS]
    assert await now() == {"chat-1": "active"}
    installation.send([*accepted("chat-1"), *lost])
    await eventually("sent again", now, lambda seen: seen.get("chat-2") == "active")
    for kind in KINDS:
        wait_until(kind, functools.partial(installation.caught_up, kind))
    # The repeats of what had been taken before the backup changed nothing.
    told = await read_events(installation.brokers, f"{installation.prefix}rejected-inputs")
    assert {each["data"]["code"] for each in told} == {"duplicate"}
    assert {each["subject"] for each in told} == {"chat-1"}
    installation.run("audit")
    assert [worker.stop() for worker in workers] == [0, 0, 0]

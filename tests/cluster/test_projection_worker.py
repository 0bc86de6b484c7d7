"""`omnistate worker projection` behind a real engine, while Redis and workers fail.

One engine runs for all tests; each has a Redis and projection workers of its own, so that each
begins with a rebuild.
"""

import asyncio
import itertools
import json
import re
import signal
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
import yaml
from aiokafka import AIOKafkaProducer
from omnistate_schemas.registry import ROUTES
from redis import Redis

from tests.cluster.dump import connect, offsets
from tests.cluster.read_model_rig import expected, wait_until_equal
from tests.harness.installation import Installation, installed
from tests.harness.redis import RedisServer
from tests.harness.waiting import wait_until
from tests.harness.worker_process import WorkerProcess
from tests.projections.fold import Folded

PARTITIONS = 4
# Of three topics.
HALF = 3 * PARTITIONS // 2
STREAM = "conversation-state-changes"
PART = 300
# Nothing changes by itself, so that the end can be told from a pause.
PATIENT = {
    "offer_timeout": None,
    "reconnect_window": None,
    "representative_reconnect_window": None,
    "bot_inactivity": None,
    "auto_close": dict.fromkeys(("open", "active", "wrap_up", "waiting", "resolved")),
    "block_capacity_for_wrap_up": 3_600,
}


class Centre:
    """An engine at work, and inputs of a day that have not been sent yet."""

    def __init__(self, found: Installation, lines: list[str]) -> None:
        self.found = found
        self._lines = iter(lines)
        self._sent = 0

    async def send(self, inputs: int = PART, rate: int = 400) -> None:
        """Publish the next inputs of the day, `rate` a second."""
        part = list(itertools.islice(self._lines, inputs))
        assert len(part) == inputs, "the day is too short"
        await self._publish(part, rate)
        self._sent += inputs

    async def _publish(self, part: list[str], rate: int) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.found.brokers) as producer:
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            for number, line in enumerate(part):
                await asyncio.sleep(max(0.0, began_s + number / rate - loop.time()))
                event = json.loads(line)
                topic = self.found.prefix + ROUTES[event["type"]]
                await producer.send(topic, line.encode(), event["subject"].encode())

    async def settle(self, client: Redis) -> Folded:
        """Wait until all that was sent shows in the read model; what the topics fold to."""
        self.wait_until_decided()
        totals = self.found.workers[1]
        wait_until("added up", lambda: totals.metric("omnistate_lag_records") == 0)
        return await wait_until_equal(self.found, client)

    def wait_until_decided(self) -> None:
        """Wait until the engine has taken all that was sent."""
        taken = self.found.workers[0]
        wait_until("taken", lambda: taken.metric("omnistate_inputs_total") == self._sent)

    def project(self, redis: RedisServer, ready: bool = True) -> WorkerProcess:
        """A projection worker on that Redis."""
        self.found.environment["OMNISTATE_REDIS_URL"] = redis.url
        return self.found.worker("projection", ready=ready)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(brokers: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("projection")
    with installed(brokers, f"p-{folder.stat().st_ino}.", folder) as found:
        day = folder / "day"
        found.run("demo", "--conversations", "560", "--seed", "11", "--out", str(day))
        configuration = yaml.safe_load((day / "config.yaml").read_text())
        for workstream in configuration["workstreams"].values():
            workstream.update(PATIENT)
        found.set_up(configuration, PARTITIONS)
        found.worker("conversation", ready=False)
        found.worker("representative")
        wait_until("conversations", found.workers[0].is_ready)
        centre = Centre(found, (day / "inputs.jsonl").read_text().splitlines())
        await centre.send(900, rate=2_000)
        yield centre


@pytest.fixture
def centre(engine: Centre) -> Iterator[Centre]:
    """The engine, and afterwards none of the test's projection workers."""
    yield engine
    for worker in engine.found.workers[2:]:
        worker.close()
        assert "Traceback" not in worker.log(), worker.log()
    del engine.found.workers[2:]


async def test_it_rebuilds_serves_and_ends(centre: Centre, own_redis: RedisServer) -> None:
    own_redis.stop()
    worker = centre.project(own_redis, ready=False)
    wait_until("waiting", lambda: "waiting_for_redis" in worker.log())
    wait_until("alive", lambda: worker.get("/health/live")[0] == 200)
    assert worker.get("/health/ready")[0] == 503
    own_redis.start()
    worker.await_ready()
    with connect(own_redis.url) as client:
        folded = await centre.settle(client)
        assert len(folded.keys) > 60
        assert worker.metric("omnistate_projection_rebuilds_total") > 0
        applied = worker.metric("omnistate_projection_records_total", outcome="applied")
        assert applied > 200
        await centre.send()
        await centre.settle(client)
        assert worker.metric("omnistate_projection_records_total", outcome="applied") > applied
        for outcome in ("skipped", "unreadable"):
            assert worker.metric("omnistate_projection_records_total", outcome=outcome) == 0
        wait_until("no lag", lambda: worker.metric("omnistate_lag_records") == 0)
        wait_until("offsets at the ends", lambda: centre.found.caught_up("projection"))
        ends = [json.loads(line) for line in centre.found.run("lag", "--json").splitlines()]
        own = {(each["topic"], each["partition"]): each for each in ends if "proj" in each["group"]}
        assert len(own) == 3 * PARTITIONS
        assert all(each["committed"] == each["end"] for each in own.values())
        assert worker.metric("omnistate_projection_ready") == 1
        await _check_nobody_is_named(centre, worker)
        assert worker.end_in_time() == 0
        stood = offsets(client, centre.found.prefix)
        again = centre.project(own_redis)
        await centre.settle(client)
        assert again.metric("omnistate_projection_rebuilds_total") == 0
        assert again.metric("omnistate_projection_records_total", outcome="applied") == 0
        assert offsets(client, centre.found.prefix) == stood


async def _check_nobody_is_named(centre: Centre, worker: WorkerProcess) -> None:
    said = worker.log() + worker.get("/metrics")[1] + worker.get("/health/ready")[1]
    for key in (await expected(centre.found)).keys:
        kind, _, rest = key.removeprefix("omnistate:").partition(":")
        if kind in {"conversation", "representative"}:
            # As a word: Ana is also within an explanation.
            name = re.escape(rest.partition(":")[0])
            assert re.search(rf"\b{name}\b", said) is None, key


async def test_redis_killed_and_back_empty_then_emptied(
    centre: Centre, own_redis: RedisServer
) -> None:
    worker = centre.project(own_redis)
    await centre.send(PART // 2)
    own_redis.kill()
    await centre.send(PART // 2)
    wait_until("seen", lambda: "redis_unavailable" in worker.log())
    assert worker.get("/health/ready")[0] == 503
    own_redis.start()
    with connect(own_redis.url) as client:
        await centre.settle(client)
        # With nothing to apply it is noticed, too.
        client.flushall()
        await centre.settle(client)
        client.flushall()
        await centre.send(PART // 2, rate=2_000)
        await centre.settle(client)
    assert worker.metric("omnistate_projection_rebuilds_total") >= 3
    worker.await_ready()


async def test_redis_that_comes_back_with_an_older_state(
    centre: Centre, own_redis: RedisServer
) -> None:
    worker = centre.project(own_redis)
    with connect(own_redis.url) as client:
        await centre.settle(client)
        client.save()
        before = offsets(client, centre.found.prefix)
        await centre.send(PART // 2)
        await centre.settle(client)
        own_redis.kill()
        own_redis.start()
        await centre.settle(client)
        after = offsets(client, centre.found.prefix)
    assert all(after[field] >= offset for field, offset in before.items())
    assert sum(after.values()) > sum(before.values())
    assert worker.metric("omnistate_projection_rebuilds_total") == len(
        [field for field, offset in before.items() if offset and STREAM not in field]
    ), "only the first time"


async def test_redis_that_hangs_only_makes_it_late(centre: Centre, own_redis: RedisServer) -> None:
    worker = centre.project(own_redis)
    own_redis.pause()
    began_s = time.monotonic()
    await centre.send(rate=200)
    centre.wait_until_decided()
    decided_s = time.monotonic() - began_s
    time.sleep(max(0.0, 5 - decided_s))
    lag = worker.metric("omnistate_lag_seconds")
    own_redis.resume()
    with connect(own_redis.url) as client:
        await centre.settle(client)
    assert lag > 1
    assert worker.running


async def test_workers_that_share_die_and_stand_still(
    centre: Centre, own_redis: RedisServer
) -> None:
    """Two workers; one is killed, then the other stopped for longer than its session, and woken."""
    first, second = centre.project(own_redis, ready=False), centre.project(own_redis, ready=False)
    for worker in (first, second):
        worker.await_ready()
    wait_until("shared", lambda: all(len(each.partitions()) == HALF for each in (first, second)))
    await centre.send(PART // 2)
    first.kill()
    await centre.send(PART // 2)
    wait_until("taken over", lambda: len(second.partitions()) == 2 * HALF)
    with connect(own_redis.url) as client:
        await centre.settle(client)
        third = centre.project(own_redis)
        wait_until("shared again", lambda: len(third.partitions()) == HALF)
        second.signal(signal.SIGSTOP)
        await centre.send(PART)
        wait_until("taken over", lambda: len(third.partitions()) == 2 * HALF)
        await centre.settle(client)
        second.signal(signal.SIGCONT)
        await centre.send(PART // 2)
        await centre.settle(client)
        wait_until("shared once more", lambda: len(third.partitions()) == HALF)
        told: Any = client.xrange(f"{centre.found.prefix}omnistate:changes")
        ids = [json.loads(fields["event"])["id"] for _, fields in told]
        assert len(ids) == len(set(ids)), "a change was told twice"

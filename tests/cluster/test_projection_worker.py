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
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from aiokafka import AIOKafkaProducer
from omnistate_schemas.registry import ROUTES
from redis import Redis

from tests.cluster.dump import connect, offsets
from tests.cluster.read_model_rig import expected, wait_until_equal
from tests.harness.installation import Installation, Worker, installed, wait_until
from tests.harness.redis import RedisServer
from tests.projections.fold import Folded

PARTITIONS = 4
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

    def send(self, inputs: int = PART, rate: int = 400) -> None:
        """Publish the next inputs of the day, `rate` a second."""
        part = list(itertools.islice(self._lines, inputs))
        assert len(part) == inputs, "the day is too short"
        asyncio.run(self._publish(part, rate))
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

    def settle(self, client: Redis) -> Folded:
        """Wait until all that was sent shows in the read model; what the topics fold to."""
        self.wait_until_decided()
        totals = self.found.workers[1]
        wait_until("added up", lambda: totals.metric("omnistate_lag_records") == 0)
        return wait_until_equal(self.found, client)

    def wait_until_decided(self) -> None:
        """Wait until the engine has taken all that was sent."""
        taken = self.found.workers[0]
        wait_until("taken", lambda: taken.metric("omnistate_inputs_total") == self._sent)

    def project(self, redis: RedisServer, ready: bool = True) -> Worker:
        """A projection worker on that Redis."""
        self.found.environment["OMNISTATE_REDIS_URL"] = redis.url
        return self.found.worker("projection", ready=ready)


@pytest.fixture(scope="module")
def engine(brokers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("projection")
    with installed(brokers, f"p-{folder.stat().st_ino}.", folder) as found:
        day = folder / "day"
        found.run("demo", "--conversations", "560", "--seed", "11", "--out", str(day))
        configuration = yaml.safe_load((day / "config.yaml").read_text())
        for workstream in configuration["workstreams"].values():
            workstream.update(PATIENT)
        found.set_up(configuration, PARTITIONS)
        found.worker("conversation", ready=False)
        wait_until("representatives", found.worker("representative").is_ready)
        wait_until("conversations", found.workers[0].is_ready)
        centre = Centre(found, (day / "inputs.jsonl").read_text().splitlines())
        centre.send(900, rate=2_000)
        yield centre


@pytest.fixture
def centre(engine: Centre) -> Iterator[Centre]:
    """The engine, and afterwards none of the test's projection workers."""
    yield engine
    for worker in engine.found.workers[2:]:
        worker.end()
        assert "Traceback" not in worker.log(), worker.log()
    del engine.found.workers[2:]


def test_it_rebuilds_serves_and_ends(centre: Centre, own_redis: RedisServer) -> None:
    own_redis.stop()
    worker = centre.project(own_redis, ready=False)
    wait_until("waiting", lambda: "waiting_for_redis" in worker.log())
    assert worker.get("/health/live")[0] == 200
    assert worker.get("/health/ready")[0] == 503
    own_redis.start()
    wait_until("ready", worker.is_ready)
    with connect(own_redis.url) as client:
        folded = centre.settle(client)
        assert len(folded.keys) > 60
        assert worker.metric("omnistate_projection_rebuilds_total") > 0
        applied = worker.metric("omnistate_projection_records_total", outcome="applied")
        assert applied > 200
        centre.send()
        centre.settle(client)
        assert worker.metric("omnistate_projection_records_total", outcome="applied") > applied
        for outcome in ("skipped", "unreadable"):
            assert worker.metric("omnistate_projection_records_total", outcome=outcome) == 0
        wait_until("no lag", lambda: worker.metric("omnistate_lag_records") == 0)
        wait_until("offsets at the ends", lambda: centre.found.caught_up("projection"))
        ends = [json.loads(line) for line in centre.found.run("lag", "--json").splitlines()]
        own = {(each["topic"], each["partition"]): each for each in ends if "proj" in each["group"]}
        assert len(own) == 2 * PARTITIONS
        assert all(each["committed"] == each["end"] for each in own.values())
        assert worker.metric("omnistate_projection_ready") == 1
        _check_nobody_is_named(centre, worker)
        began_s = time.monotonic()
        assert worker.stop() == 0
        assert time.monotonic() - began_s < 10
        stood = offsets(client, centre.found.prefix)
        again = centre.project(own_redis)
        centre.settle(client)
        assert again.metric("omnistate_projection_rebuilds_total") == 0
        assert again.metric("omnistate_projection_records_total", outcome="applied") == 0
        assert offsets(client, centre.found.prefix) == stood


def _check_nobody_is_named(centre: Centre, worker: Worker) -> None:
    said = worker.log() + worker.get("/metrics")[1] + worker.get("/health/ready")[1]
    for key in expected(centre.found).keys:
        kind, _, rest = key.removeprefix("omnistate:").partition(":")
        if kind in {"conversation", "representative"}:
            # As a word: Ana is also within an explanation.
            name = re.escape(rest.partition(":")[0])
            assert re.search(rf"\b{name}\b", said) is None, key


def test_redis_killed_and_back_empty_then_emptied(centre: Centre, own_redis: RedisServer) -> None:
    worker = centre.project(own_redis)
    centre.send(PART // 2)
    own_redis.kill()
    centre.send(PART // 2)
    wait_until("seen", lambda: "redis_unavailable" in worker.log())
    assert worker.get("/health/ready")[0] == 503
    own_redis.start()
    with connect(own_redis.url) as client:
        centre.settle(client)
        # With nothing to apply it is noticed, too.
        client.flushall()
        centre.settle(client)
        client.flushall()
        centre.send(PART // 2, rate=2_000)
        centre.settle(client)
    assert worker.metric("omnistate_projection_rebuilds_total") >= 3
    wait_until("ready", worker.is_ready)


def test_redis_that_comes_back_with_an_older_state(centre: Centre, own_redis: RedisServer) -> None:
    worker = centre.project(own_redis)
    with connect(own_redis.url) as client:
        centre.settle(client)
        client.save()
        before = offsets(client, centre.found.prefix)
        centre.send(PART // 2)
        centre.settle(client)
        own_redis.kill()
        own_redis.start()
        centre.settle(client)
        after = offsets(client, centre.found.prefix)
    assert all(after[field] >= offset for field, offset in before.items())
    assert sum(after.values()) > sum(before.values())
    assert worker.metric("omnistate_projection_rebuilds_total") == len(
        [field for field, offset in before.items() if offset]
    ), "only the first time"


def test_redis_that_hangs_only_makes_it_late(centre: Centre, own_redis: RedisServer) -> None:
    worker = centre.project(own_redis)
    own_redis.pause()
    began_s = time.monotonic()
    centre.send(rate=200)
    centre.wait_until_decided()
    decided_s = time.monotonic() - began_s
    time.sleep(max(0.0, 5 - decided_s))
    lag = worker.metric("omnistate_lag_seconds")
    own_redis.resume()
    with connect(own_redis.url) as client:
        centre.settle(client)
    assert lag > 1
    assert worker.process.poll() is None


def test_workers_that_share_die_and_stand_still(centre: Centre, own_redis: RedisServer) -> None:
    """Two workers; one is killed, then the other stopped for longer than its session, and woken."""
    first, second = centre.project(own_redis, ready=False), centre.project(own_redis, ready=False)
    for worker in (first, second):
        wait_until("ready", worker.is_ready)
    wait_until(
        "shared", lambda: all(len(each.partitions()) == PARTITIONS for each in (first, second))
    )
    centre.send(PART // 2)
    first.signal(signal.SIGKILL)
    centre.send(PART // 2)
    wait_until("taken over", lambda: len(second.partitions()) == 2 * PARTITIONS)
    with connect(own_redis.url) as client:
        centre.settle(client)
        third = centre.project(own_redis)
        wait_until("shared again", lambda: len(third.partitions()) == PARTITIONS)
        second.signal(signal.SIGSTOP)
        centre.send(PART)
        wait_until("taken over", lambda: len(third.partitions()) == 2 * PARTITIONS)
        centre.settle(client)
        second.signal(signal.SIGCONT)
        centre.send(PART // 2)
        centre.settle(client)
        wait_until("shared once more", lambda: len(third.partitions()) == PARTITIONS)
        told: Any = client.xrange(f"{centre.found.prefix}omnistate:changes")
        ids = [json.loads(fields["event"])["id"] for _, fields in told]
        assert len(ids) == len(set(ids)), "a change was told twice"

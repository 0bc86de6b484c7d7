"""`omnistate worker figures` behind a real engine: what it counts, through kills and rebalances."""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.cluster.figure_topics import Figures, changes, differences, expected, shown, stored
from tests.harness.broker import Broker
from tests.harness.command import ROOT
from tests.harness.events import make_event
from tests.harness.installation import Installation, installed
from tests.harness.topics import Written, write
from tests.harness.waiting import eventually, wait_until
from tests.harness.worker_process import WorkerProcess

CENTRE: dict[str, Any] = {
    "workstreams": {
        "chat": {"channel": "live_chat", "auto_close": {"wrap_up": 1}},
        "sms": {"channel": "sms", "keep_same_representative": False},
    },
    "representatives": {"ana": {"units": 1_000}, "ben": {"units": 1_000}},
    # Nobody is as quick as `now` wants it.
    "queues": {"support": {}, "now": {"service_level_threshold": 0}},
}
THRESHOLDS_MS = {"now": 0}
CACHES = {".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis", ".import_linter_cache"}
# Changes that may be missing or count twice after a kill: those of the last commits, at this pace.
TOLERANCE = 10
ANA, BEN = {"representative_id": "ana"}, {"representative_id": "ben"}
Script = tuple[tuple[str, dict[str, Any]], ...]


def _start(workstream: str, channel: str, queue: str) -> tuple[str, dict[str, Any]]:
    data = {"channel": channel, "workstream_id": workstream, "queue_id": queue}
    return "conversation.started", data


CHAT, URGENT = _start("chat", "live_chat", "support"), _start("chat", "live_chat", "now")
SCRIPTS: tuple[Script, ...] = (
    (
        CHAT,
        ("router.assign", ANA),
        ("representative.accept", ANA),
        ("representative.end", ANA),
    ),
    (URGENT, ("representative.pick", ANA), ("representative.close_session", ANA)),
    (URGENT, ("customer.ended", {})),
    (
        CHAT,
        ("representative.pick", ANA),
        ("representative.transfer", {**ANA, "to": {"kind": "representative", "id": "ben"}}),
        ("representative.accept", BEN),
        ("representative.end", BEN),
        ("representative.close_session", BEN),
    ),
    (
        _start("sms", "sms", "support"),
        ("representative.pick", BEN),
        ("representative.close_session", BEN),
        ("customer.messaged", {}),
        ("representative.pick", ANA),
    ),
)


# Changes that the scripts make, once each.
CHANGES = 21


def tell(name: str, rounds: int) -> list[dict[str, Any]]:
    """Inputs of as many conversations as there are scripts, so often, one after the other."""
    return [
        make_event(type_, f"{name}-{number}-{kind}", str(step), data, time="2026-03-02T09:00:00Z")
        for number in range(rounds)
        for kind, script in enumerate(SCRIPTS)
        for step, (type_, data) in enumerate(script)
    ]


@pytest.fixture
def installation(
    brokers: str, redis_url: str, prefix: str, tmp_path: Path
) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path, redis_url=redis_url) as found:
        yield found


async def wait_until_decided(found: Installation, conversations: int) -> Figures:
    """Wait for the engine; what the figures should be then."""
    total = conversations // len(SCRIPTS) * CHANGES
    await eventually(f"{total} changes", lambda: changes(found), lambda seen: len(seen) >= total)
    return await expected(found, THRESHOLDS_MS)


async def test_figures_are_what_the_topic_says_and_stay_so_through_a_kill(
    installation: Installation, redis_url: str
) -> None:
    before = {path.name for path in ROOT.iterdir()}
    installation.set_up(CENTRE)
    installation.worker()
    worker = installation.worker("figures")
    wait_until("alive", lambda: worker.get("/health/live")[0] == 200)
    assert worker.partitions() == {"0", "1", "2", "3"}
    installation.send(tell("first", 4))
    wanted = await wait_until_decided(installation, 20)
    wait_until("the same figures", lambda: shown(worker) == wanted)
    # Faust by itself would commit one transaction of each partition at a time.
    wait_until("committed", lambda: installation.caught_up("figures"))
    assert wanted["chat", "", "offered"] == 16
    assert (wanted["chat", "support", "accepted_in_time"], wanted["chat", "now", "accepted"]) == (
        8,
        4,
    )
    # Not all of them were picked within the very millisecond in which they became open.
    assert wanted["chat", "now", "accepted_in_time"] < 4
    assert (wanted["chat", "now", "abandoned"], wanted["sms", "", "reopened"]) == (4, 4)

    with ThreadPoolExecutor() as pool:
        sent = pool.submit(installation.send, tell("second", 12), "--rate", "60")
        wait_until("at work", lambda: sum(shown(worker).values()) > 1.3 * sum(wanted.values()))
        worker.kill()
        worker = installation.worker("figures")
        sent.result()
    wanted = await wait_until_decided(installation, 80)

    def nearly() -> bool:
        return sum(map(abs, differences(wanted, shown(worker)).values())) <= TOLERANCE

    wait_until("nearly the same figures", nearly)
    time.sleep(2)
    assert nearly(), "it counted on"
    found = shown(worker)
    with Redis.from_url(redis_url, decode_responses=True) as client:
        wait_until("rows", lambda: stored(installation, client) == shown(worker))
        keys = [str(key) for key in client.scan_iter(f"{installation.prefix}*")]
        assert all(client.ttl(key) > 0 for key in keys if "figures-rows" not in key)

    # What cannot be read is counted, and the worker goes on.
    topic = f"{installation.prefix}conversation-state-changes"
    unreadable = [Written(topic, b"k", value, 0) for value in (b"not JSON", None)]
    await write(installation.brokers, *unreadable)
    fate = "omnistate_figures_changes_total"
    wait_until("unreadable", lambda: worker.metric(fate, outcome="unreadable") == 2)
    assert shown(worker) == found
    assert worker.end_in_time() == 0
    said = worker.log() + worker.get("/metrics")[1]
    assert not [word for word in ("Traceback", "first-", "ana", "ben", "not JSON") if word in said]
    assert {path.name for path in ROOT.iterdir()} <= before | CACHES


async def test_workers_share_the_partitions_and_take_each_others_over(
    installation: Installation, redis_url: str
) -> None:
    installation.set_up(CENTRE, partitions=2)
    installation.worker()
    first, second = (installation.worker("figures", ready=False) for _ in range(2))

    def shared() -> bool:
        return sorted(len(worker.partitions()) for worker in (first, second)) == [1, 1]

    wait_until("shared out", shared)
    for worker in (first, second):
        worker.await_ready()
    installation.send(tell("both", 4))
    wanted = await wait_until_decided(installation, 20)
    wait_until("the same figures", lambda: shown(first, second) == wanted)
    with Redis.from_url(redis_url, decode_responses=True) as client:
        wait_until("rows", lambda: stored(installation, client) == wanted)
        assert second.stop() == 0
        wait_until("taken over", lambda: first.partitions() == {"0", "1"})
        first.await_ready()
        assert shown(first) == wanted
        installation.send(tell("one", 2))
        wanted = await wait_until_decided(installation, 30)
        wait_until("rows", lambda: stored(installation, client) == wanted)
    assert shown(first) == wanted
    assert first.stop() == 0


def test_it_refuses_to_start_without_its_topics(installation: Installation) -> None:
    worker = installation.worker("figures", ready=False)
    assert worker.wait() == 2
    topic = f"{installation.prefix}conversation-state-changes"
    assert f"topic {topic} is missing: run omnistate topics apply" in worker.log()
    assert "Traceback" not in worker.log()


def _says_it_waits(worker: WorkerProcess) -> bool:
    return "waiting_for_broker" in worker.log()


def test_it_waits_for_a_broker_and_ends_while_there_is_none(
    own_broker: Callable[..., Broker], prefix: str, tmp_path: Path
) -> None:
    broker = own_broker()
    with installed(broker.bootstrap, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=1)
        broker.stop()
        worker, other = (found.worker("figures", ready=False) for _ in range(2))
        for each in (worker, other):
            wait_until("waiting", partial(_says_it_waits, each))
        wait_until("alive", lambda: worker.get("/health/live")[0] == 200)
        assert worker.get("/health/ready")[0] == 503
        other.signal(signal.SIGTERM)
        assert other.wait() == 0
        broker.start()
        worker.await_ready()
        broker.stop()
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 0
        assert "Traceback" not in worker.log() + other.log()

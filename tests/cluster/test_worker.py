"""`omnistate worker conversation` as an operator meets it: starting, serving, stopping."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.cluster.story_inputs import CENTRE, story
from tests.harness.broker import Broker
from tests.harness.installation import Installation, installed
from tests.harness.ports import free_port
from tests.harness.topics import Written, read_events, read_records, write
from tests.harness.waiting import eventually, stretch, wait_until
from tests.harness.worker_process import WorkerProcess


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def changes(found: Installation) -> list[tuple[str, int, str]]:
    """Conversation, sequence and rule of every change."""
    topic = f"{found.prefix}conversation-state-changes"
    return sorted(
        (each["subject"], each["data"]["sequence"], each["data"]["rule"])
        for each in await read_events(found.brokers, topic)
    )


async def test_it_serves_health_and_metrics_and_ends_on_sigterm(installation: Installation) -> None:
    installation.set_up(CENTRE)
    worker = installation.worker()
    assert worker.get("/health/live")[0] == 200
    assert worker.partitions() == {"0", "1", "2", "3"}
    installation.send(story("chat-1"))
    wait_until("timer", lambda: worker.metric("omnistate_timers_fired_total") == 1)
    await eventually("five changes", lambda: changes(installation), lambda seen: len(seen) == 5)
    assert await changes(installation) == [
        ("chat-1", number, rule)
        for number, rule in enumerate(("C1", "O1", "A1", "B1", "W2"), start=1)
    ]
    assert worker.metric("omnistate_inputs_total", outcome="changed") == 4
    assert worker.metric("omnistate_transitions_total", rule="W2") == 1
    assert worker.metric("omnistate_conversations", status="closed") == 1
    assert worker.metric("omnistate_lag_records") == 0
    assert worker.metric("omnistate_restore_seconds_count") == 4
    assert 1 <= worker.metric("omnistate_timer_lateness_seconds_sum") < stretch(3)
    for path in ("/router/", "/table/", "/graph/", "/stats/", "/conversation/chat-1"):
        assert worker.get(path)[0] == 404, path
    assert "chat-1" not in worker.get("/metrics")[1] + worker.log()
    assert worker.end_in_time() == 0
    assert "Traceback" not in worker.log()


def test_it_refuses_to_start_without_its_topics(installation: Installation) -> None:
    worker = installation.worker(ready=False)
    assert worker.wait() == 2
    topic = f"{installation.prefix}channel-events"
    assert f"topic {topic} is missing: run omnistate topics apply" in worker.log()
    assert "Traceback" not in worker.log()


def test_it_refuses_a_taken_port_and_an_unusable_setting(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = installation.run("worker", "conversation", "--web-port", port, status=2)
    assert said.splitlines() == [
        f"omnistate worker conversation: --web-port: 127.0.0.1:{port}: Address already in use"
    ]
    said = installation.run("worker", "conversation", "--brokers", "nowhere", status=2)
    assert len(said.splitlines()) == 1
    assert "--brokers" in said


@pytest.mark.parametrize("status", [signal.SIGTERM, signal.SIGINT])
def test_it_waits_for_a_broker_that_is_not_there_yet(
    own_broker: Callable[..., Broker], prefix: str, tmp_path: Path, status: signal.Signals
) -> None:
    broker = own_broker()
    with installed(broker.bootstrap, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=1)
        broker.stop()
        worker, other = found.worker(ready=False), found.worker(ready=False)
        wait_until("waiting", lambda: "waiting_for_broker" in worker.log())
        wait_until("waiting", lambda: "waiting_for_broker" in other.log())
        # Its web server may begin later than its waiting.
        wait_until("alive", lambda: worker.get("/health/live")[0] == 200)
        assert worker.get("/health/ready")[0] == 503
        other.signal(status)
        assert other.wait() == 0
        broker.start()
        worker.await_ready()
        assert worker.stop() == 0


async def test_more_workers_than_partitions_and_a_death(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=2)
    workers = [installation.worker(ready=False) for _ in range(3)]
    for worker in workers:
        worker.await_ready()
    wait_until("shared out", lambda: sorted(_shares(workers)) == [0, 1, 1])
    installation.send([each for n in range(6) for each in story(f"chat-{n}")])
    busy = [worker for worker in workers if worker.partitions()]
    busy[0].kill()
    rest = [worker for worker in workers if worker is not busy[0]]
    wait_until("taken over", lambda: sorted(_shares(rest)) == [1, 1])
    for worker in rest:
        worker.await_ready()
    await eventually("timers", lambda: changes(installation), lambda seen: len(seen) == 30)
    assert [worker.stop() for worker in rest] == [0, 0]


def _shares(workers: list[WorkerProcess]) -> list[int]:
    return [len(worker.partitions()) for worker in workers]


async def test_a_conversation_keeps_its_settings_and_limits_count_at_once(
    installation: Installation,
) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    installation.send(story("old")[:1])
    changed = {**CENTRE, "workstreams": {"chat": {"channel": "live_chat", "auto_accept": True}}}
    installation.configure(changed)
    time.sleep(1.5)
    installation.send(story("new")[:2] + story("old")[1:2])
    await eventually("four changes", lambda: changes(installation), lambda seen: len(seen) >= 4)
    events = await read_events(
        installation.brokers, f"{installation.prefix}conversation-state-changes"
    )
    details = {each["subject"]: each["data"]["detail"] for each in events}
    assert details["new"] == "in_conversation"
    assert details["old"] == "awaiting_acceptance" or (await changes(installation))[-1][2] == "A3"
    assert worker.stop() == 0


async def test_the_tables_are_right_where_the_groups_offsets_are_not(
    installation: Installation,
) -> None:
    """Offsets of a group can be reset by anybody, and expire."""
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    installation.send(story("chat-1")[:3])
    await eventually("three changes", lambda: changes(installation), lambda seen: len(seen) == 3)
    assert worker.stop() == 0
    await _commit_as_group(installation, 0)
    worker = installation.worker()
    assert "offsets_disagree" in worker.log()
    installation.send(story("chat-2")[:2])
    # The offer may expire, too, where reading takes its time.
    await eventually("five changes", lambda: changes(installation), lambda seen: len(seen) >= 5)
    rejected = await read_records(installation.brokers, f"{installation.prefix}rejected-inputs")
    assert not rejected, "inputs were taken twice"
    assert worker.stop() == 0


async def _commit_as_group(found: Installation, offset: int) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=found.brokers,
        group_id=f"{found.prefix}conversation",
        enable_auto_commit=False,
    )
    await consumer.start()
    places = [
        TopicPartition(f"{found.prefix}{topic}", 0) for topic in ("channel-events", "agent-actions")
    ]
    consumer.assign(places)
    await consumer.commit(dict.fromkeys(places, offset))
    await consumer.stop()


async def test_poison_goes_to_the_dead_letters_and_the_partition_goes_on(
    installation: Installation,
) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    topic = f"{installation.prefix}channel-events"
    poison = [
        (b"k", b"\xff\x00"),
        (None, b"nobody"),
        (b"big", b"x" * 900_000),
        (b"chat-1", b'{"specversion":"1.0"}'),
    ]
    await write(installation.brokers, *(Written(topic, *each, partition=0) for each in poison))
    installation.send(story("chat-1")[:1])
    await eventually("a change", lambda: changes(installation), lambda seen: len(seen) == 1)
    letters = await read_records(installation.brokers, f"{installation.prefix}dead-letters")
    assert [(each.key, each.value) for each in letters] == poison
    reasons = [dict(each.headers)["omnistate-error"] for each in letters]
    assert reasons == [b"undecodable", b"undecodable", b"oversized", b"undecodable"]
    assert worker.metric("omnistate_dead_letters_total", reason="oversized") == 1
    assert worker.stop() == 0


def test_the_port_of_another_test_is_not_ours() -> None:
    assert free_port() != free_port()


@pytest.mark.parametrize("how", ["stopped", "paused"])
async def test_it_ends_in_time_without_its_broker_and_goes_on_with_it(
    own_broker: Callable[..., Broker], prefix: str, tmp_path: Path, how: str
) -> None:
    # A pause shall not cost the broker its session; a restart shall not wait for a long one to end.
    session = {"broker.session.timeout.ms": "60000"} if how == "paused" else {}
    broker = own_broker(settings=session)
    with installed(broker.bootstrap, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=2)
        found.send([each for n in range(20) for each in story(f"chat-{n}")[:2]])
        worker, other = found.worker(), found.worker()
        # One timer each is due while nobody answers.
        (broker.stop if how == "stopped" else broker.pause)()
        time.sleep(2.5)
        assert other.end_in_time() == 0
        (broker.start if how == "stopped" else broker.resume)()
        wait_until("goes on", lambda: worker.is_ready() and len(worker.partitions()) == 2)
        await eventually(
            "timers", lambda: changes(found), lambda seen: {each[2] for each in seen} >= {"A3"}
        )
        assert worker.stop() == 0

"""Topics that are not there yet, or get other partitions, under every kind of worker."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting

from tests.cluster.story_inputs import CENTRE, story
from tests.harness.console import one_line
from tests.harness.installation import Installation, installed
from tests.harness.waiting import wait_until
from tests.harness.worker_process import WorkerProcess

KINDS = ("conversation", "representative", "projection", "figures")


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


@pytest.fixture
def start(installation: Installation, redis_url: str) -> Callable[..., WorkerProcess]:
    def start_worker(kind: str, *options: str) -> WorkerProcess:
        given = ("--redis-url", redis_url) if kind == "projection" else ()
        return installation.worker(kind, *given, *options, ready=False)

    return start_worker


async def add_partition(installation: Installation, topic: str, count: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.brokers)
    async with disconnecting(admin):
        await admin.start()
        name = f"{installation.prefix}{topic}"
        await admin.create_partitions({name: NewPartitions(count)})


def is_waiting(worker: WorkerProcess) -> bool:
    return "waiting_for_topics" in worker.log() and worker.get("/health/live")[0] == 200


def test_a_worker_waits_for_topics_where_that_is_wanted(
    installation: Installation, start: Callable[..., WorkerProcess]
) -> None:
    workers = {kind: start(kind, "--wait-for-topics", "true") for kind in KINDS}
    for kind, worker in workers.items():
        wait_until(f"{kind} waits", partial(is_waiting, worker))
        assert worker.get("/health/ready")[0] == 503
        assert f"{installation.prefix}" in worker.log()
    installation.set_up(CENTRE, partitions=2)
    for worker in workers.values():
        worker.await_ready()
    for worker in workers.values():
        assert worker.stop() == 0


async def test_a_partition_that_was_added_is_called_that(
    installation: Installation, start: Callable[..., WorkerProcess]
) -> None:
    """By workers that run, by those that start, waiting or not, and by the command."""
    installation.set_up(CENTRE, partitions=2)
    worker = start("conversation")
    worker.await_ready()
    installation.send(story("chat-1"))
    wait_until("decided", lambda: worker.metric("omnistate_inputs_total") >= 4)
    await add_partition(installation, "channel-events", 3)
    assert worker.wait() == 2
    after = [start("conversation"), start("conversation", "--wait-for-topics", "true")]
    assert [each.wait() for each in after] == [2, 2]
    said = (
        f"topic {installation.prefix}channel-events has 3 partitions, those that must have as many "
        "have 2: some were added to it, which cannot be taken back; another number needs a new "
        "OMNISTATE_TOPIC_PREFIX"
    )
    for each in (worker, *after):
        lines = [line for line in each.log().splitlines() if "worker_stopped" in line]
        assert len(lines) == 1
        assert said in lines[0]
        assert "Traceback" not in each.log()
        assert "topics apply" not in lines[0]
    line = one_line(installation.attempt("topics", "apply"), 1)
    assert f"{installation.prefix}channel-events: 3 partitions, 2 wanted" in line
    assert "a new OMNISTATE_TOPIC_PREFIX" in line

"""The broker is gone for minutes, or does not take our password: workers say so, and not much."""

import math
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.cluster.story_inputs import CENTRE, story
from tests.harness.broker import Broker
from tests.harness.installation import Installation, installed
from tests.harness.waiting import wait_until
from tests.harness.worker_process import WorkerProcess

AWAY_S: Final = 75.0
# Of one worker, whatever the number of its partitions: ever fewer in ever longer times.
LINES_MAX: Final = 60
SESSION_S: Final = 6
WITH_LAG: Final = ("conversation", "representative", "projection")
KINDS: Final = (*WITH_LAG, "figures")
USER: Final = "worker"


def lines(worker: WorkerProcess, since: int) -> list[str]:
    return worker.log()[since:].splitlines()


def is_silent(worker: WorkerProcess) -> bool:
    status, text = worker.get("/health/ready")
    return status == 503 and "has not answered for" in text


def has_no_lag(worker: WorkerProcess) -> bool:
    return worker.metric("omnistate_lag_records") == 0


def knows_no_lag(worker: WorkerProcess) -> bool:
    return math.isnan(worker.metric("omnistate_lag_records"))


def test_a_broker_that_is_away_for_long(
    own_broker: Callable[..., Broker], redis_url: str, prefix: str, tmp_path: Path
) -> None:
    """Not ready, the lag not told as 0, and few lines; then all goes on."""
    broker = own_broker()
    options = {"redis_url": redis_url, "session_timeout": SESSION_S}
    with installed(broker.bootstrap, prefix, tmp_path, **options) as found:
        found.set_up(CENTRE, partitions=12)
        workers = [found.worker(kind) for kind in KINDS]
        # Timers that come due while it is away, on every partition.
        found.send([each for number in range(60) for each in story(f"chat-{number}")])
        sizes = [len(worker.log()) for worker in workers]
        broker.kill()
        began_s = time.monotonic()
        for worker in workers:
            wait_until("not ready", partial(is_silent, worker))
        for worker in workers[: len(WITH_LAG)]:
            wait_until("unknown", partial(knows_no_lag, worker))
            assert math.isnan(worker.metric("omnistate_lag_seconds"))
        # How much is said may only be judged by time that has passed.
        time.sleep(max(0.0, AWAY_S - (time.monotonic() - began_s)))
        for worker, size in zip(workers, sizes, strict=True):
            said = lines(worker, size)
            assert len(said) <= LINES_MAX, "\n".join(said)
            assert any("broker_unreachable" in line for line in said)
            assert worker.running
            assert not worker.is_ready()
        broker.start()
        for worker in workers:
            worker.await_ready()
            wait_until("no lag", partial(has_no_lag, worker))
        assert [worker.stop() for worker in workers] == [0] * len(KINDS)


def listen(password: str) -> dict[str, str]:
    login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    return {
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.sasl.plain.sasl.jaas.config": f'{login} user_{USER}="{password}";',
        "listener.name.sasl_tls.plain.sasl.jaas.config": f"{login};",
    }


def refusals(broker: Broker) -> int:
    return len(re.findall(r"Failed authentication with", broker.log.read_text()))


def test_a_password_that_was_changed_is_tried_ever_less_often(
    kafka_installed: None, prefix: str, tmp_path: Path
) -> None:
    """Under a running worker; once it is changed back, it goes on."""
    folder = tmp_path / "broker"
    before = Broker(folder, security="sasl", settings=listen("former"))
    before.start()
    port = int(before.bootstrap.rpartition(":")[2])
    sasl_port = before.bootstrap_sasl
    settings = {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_username": USER,
        "sasl_password": "former",
        "session_timeout": SESSION_S,
    }
    try:
        with installed(sasl_port, prefix, tmp_path, **settings) as found:
            watch(before, found, port)
    finally:
        before.close()


def watch(broker: Broker, found: Installation, port: int) -> None:
    found.set_up(CENTRE, partitions=12)
    worker = found.worker()
    size = len(worker.log())
    broker.stop()
    # The same broker at the same places: it writes its settings when it starts.
    broker._settings = listen("changed")
    broker.start()
    assert broker.bootstrap.endswith(f":{port}")
    wait_until("refused", lambda: "SaslAuthenticationFailed" in worker.log()[size:])
    time.sleep(40)
    # By then there were pauses of 1, 2, 4, 8 and 16 s, after what had begun together.
    asked = refusals(broker)
    assert 1 <= asked <= 50, asked
    at_first = asked
    time.sleep(20)
    assert refusals(broker) - at_first <= 2
    assert len(lines(worker, size)) <= LINES_MAX
    assert not worker.is_ready()
    broker.stop()
    broker._settings = listen("former")
    broker.start()
    worker.await_ready()
    assert worker.stop() == 0

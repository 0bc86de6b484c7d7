"""A worker's ports under a thousand connections that say nothing: probes answer, files are left.

It has no broker to talk to; whatever it would open there needs a file, too.
"""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from omnistate.process.web_port import CONNECTIONS_MAX

from tests.harness import ports
from tests.harness.command import SOURCES, environment, run_command
from tests.harness.waiting import wait_until
from tests.harness.worker_process import WorkerProcess

IDLE = 1_000
# What a process has open beside: standard streams, its loop, its listeners, libraries.
BESIDE = 60


@contextmanager
def working(folder: Path, **settings: str) -> Iterator[WorkerProcess]:
    variables = environment(SOURCES, brokers=f"{ports.HOST}:{ports.free_port()}", **settings)
    variables["PYTHONWARNINGS"] = "error"
    worker = WorkerProcess("conversation", variables, folder / "worker.log")
    worker.start()
    try:
        wait_until("waiting", lambda: "waiting_for_broker" in worker.log())
        yield worker
        assert worker.end_in_time() == 0
        assert "Traceback" not in worker.log(), worker.log()
    finally:
        worker.close()


@contextmanager
def idle_connections(port: int) -> Iterator[None]:
    """A thousand connections that say nothing, of a process that may open as many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * IDLE:
        pytest.skip(f"this process may open {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * IDLE), hard))
    try:
        with ExitStack() as many:
            for _ in range(IDLE):
                many.enter_context(socket.create_connection((ports.HOST, port), timeout=20))
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def open_files(worker: WorkerProcess) -> int:
    return len(list(Path(f"/proc/{worker.pid}/fd").iterdir()))


@pytest.mark.slow
def test_a_thousand_idle_connections_take_neither_probes_nor_files(tmp_path: Path) -> None:
    with working(tmp_path) as worker:
        wait_until("alive", lambda: worker.get("/health/live")[0] == 200)
        with idle_connections(worker.port):
            assert worker.get("/health/live")[0] == 200
            assert worker.get("/health/ready")[0] == 503
            wait_until("let go", lambda: open_files(worker) <= CONNECTIONS_MAX + BESIDE)


@pytest.mark.slow
def test_probes_and_metrics_may_have_a_port_of_their_own(tmp_path: Path) -> None:
    with ports.reserve() as kept:
        own = int(kept.getsockname()[1])
        with working(tmp_path, health_port=str(own)) as worker:

            def get(path: str) -> int:
                with socket.create_connection((ports.HOST, own), timeout=20) as asking:
                    asking.sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
                    return int(asking.makefile("rb").readline().split()[1])

            wait_until("alive", lambda: get("/health/live") == 200)
            assert (get("/health/ready"), get("/metrics")) == (503, 200)
            for path in ("/api/overview", "/board", "/api"):
                assert get(path) == 404, path
            # This worker has no pages beside these: nothing listens for them.
            assert worker.get("/health/live") == (0, "")


def test_one_number_for_both_ports_is_refused() -> None:
    given = environment(SOURCES, brokers=f"{ports.HOST}:{ports.free_port()}")
    arguments = ("worker", "conversation", "--web-port", "7001", "--health-port", "7001")
    done = run_command(arguments, given)
    assert done.status == 2
    said = "omnistate worker conversation: --health-port: 7001 is the web port"
    assert done.err.splitlines() == [said]

"""The broker that tests and trials use keeps what it promises."""

import gc
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from tests.harness import ports
from tests.harness.broker import Broker, BrokerFailed, jars, network, shared_broker
from tests.harness.waiting import wait_until

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.harness.broker", "--port", "0", "--heap", "512m"]


async def append(bootstrap: str, value: bytes, **options: Any) -> None:
    """Have the broker acknowledge a record of topic "t", which is made where it is missing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **options)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **options)
    try:
        await admin.start()
        if "t" not in await admin.list_topics():
            await admin.create_topics([NewTopic("t", 1, 1)])
        await producer.start()
        await producer.send_and_wait("t", value)
    finally:
        await producer.stop()
        await admin.close()


async def refuse(bootstrap: str, **options: Any) -> None:
    """See to it that the broker takes nothing from a client with these options."""
    with pytest.raises(KafkaError):
        await append(bootstrap, b"1", **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()  # aiokafka leaves a connection that failed to authenticate to the collector


async def values(bootstrap: str, count: int) -> list[bytes]:
    """The first values of topic "t"."""
    consumer = AIOKafkaConsumer("t", bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


def alive(folder: Path) -> bool:
    """Whether a process runs that names this folder."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in command.read_bytes():
                return True
        except (FileNotFoundError, ProcessLookupError):
            continue
    return False


def await_end(folder: Path) -> None:
    wait_until(f"no broker of {folder} runs", lambda: not alive(folder))


def port_of(bootstrap: str) -> int:
    return int(bootstrap.rpartition(":")[2])


@pytest.fixture
def command(kafka_installed: None) -> Iterator[subprocess.Popen[str]]:
    """The command, in the foreground of nobody."""
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield process
        process.kill()


def ready(command: subprocess.Popen[str]) -> Path:
    """Wait for its one line; the data folder that the line names."""
    assert command.stdout is not None
    line = command.stdout.readline()
    assert line.startswith(f"Kafka {jars.VERSION} on 127.0.0.1:")
    assert line.endswith("; Ctrl-C ends it\n")
    folder = Path(line.split("; ")[1].removeprefix("data in "))
    assert alive(folder)
    return folder


async def test_data_and_port_outlast_every_kind_of_end(own_broker: Callable[..., Broker]) -> None:
    broker = own_broker()
    bootstrap = broker.bootstrap
    await append(bootstrap, b"1")
    broker.stop()
    assert not broker.running
    assert not alive(broker.data)
    broker.start()
    assert broker.bootstrap == bootstrap
    await append(bootstrap, b"2")
    broker.kill()
    assert not alive(broker.data)
    broker.start()
    assert broker.bootstrap == bootstrap
    assert await values(bootstrap, 2) == [b"1", b"2"]

    broker.pause()
    with socket.create_connection((ports.HOST, port_of(bootstrap)), 5):
        assert not network.serves(port_of(bootstrap), "")
    broker.resume()
    assert await values(bootstrap, 2) == [b"1", b"2"]

    with pytest.raises(BrokerFailed, match="in use by another broker"), Broker(broker.data):
        pass


def test_ctrl_c_ends_the_command_and_leaves_nothing(command: subprocess.Popen[str]) -> None:
    folder = ready(command)
    command.send_signal(signal.SIGINT)
    assert command.wait(15) == 0
    assert not alive(folder)
    assert not folder.exists()
    assert command.stdout is not None
    assert command.stdout.read() == ""


def test_the_broker_ends_with_a_killed_starter(command: subprocess.Popen[str]) -> None:
    folder = ready(command)
    command.kill()
    await_end(folder)
    shutil.rmtree(folder)  # nobody was left to do it


async def test_a_shared_broker_is_one_and_ends_with_the_run(
    kafka_installed: None, tmp_path: Path
) -> None:
    with subprocess.Popen(["sleep", "100"]) as run:
        with ThreadPoolExecutor(2) as workers:
            asked = [workers.submit(shared_broker, tmp_path, run.pid) for _ in range(2)]
        first, second = (one.result() for one in asked)
        assert first == second
        await append(first, b"1")
        run.kill()
    said = (tmp_path / "broker.txt").read_text()
    folder = Path(said.split("; ")[1].removeprefix("data in "))
    await_end(folder)
    until = time.monotonic() + 5
    while folder.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_taken_port_is_told_in_one_line(kafka_installed: None) -> None:
    with socket.create_server((ports.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            [*COMMAND, "--port", str(port)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr == f"No broker: port {port}: Address already in use\n"


# -- the listeners that ask who is there ---------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("guarded")
    with Broker(folder, security="sasl", client_certificate="required") as broker:
        yield broker


def tls(broker: Broker, *, certificate: bool) -> dict[str, Any]:
    context = ssl.create_default_context(cafile=str(broker.ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if certificate:
        context.load_cert_chain(broker.cert_file, broker.key_file)
    return {"security_protocol": "SSL", "ssl_context": context, "request_timeout_ms": 5000}


def scram(broker: Broker, mechanism: str, password: str, *, over_tls: bool) -> dict[str, Any]:
    options = tls(broker, certificate=False) if over_tls else {}
    return options | {
        "security_protocol": "SASL_SSL" if over_tls else "SASL_PLAINTEXT",
        "sasl_mechanism": mechanism,
        "sasl_plain_username": broker.username,
        "sasl_plain_password": password,
    }


async def test_tls_asks_for_the_client_s_certificate(guarded: Broker) -> None:
    await append(guarded.bootstrap_tls, b"1", **tls(guarded, certificate=True))
    await refuse(guarded.bootstrap_tls, **tls(guarded, certificate=False))


async def test_a_client_without_tls_gets_nowhere(guarded: Broker) -> None:
    await refuse(guarded.bootstrap_tls, request_timeout_ms=5000)


@pytest.mark.parametrize("over_tls", [True, False])
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_scram_asks_for_the_password(guarded: Broker, mechanism: str, over_tls: bool) -> None:
    bootstrap = guarded.bootstrap_sasl_tls if over_tls else guarded.bootstrap_sasl
    await append(bootstrap, b"1", **scram(guarded, mechanism, guarded.password, over_tls=over_tls))
    await refuse(bootstrap, **scram(guarded, mechanism, "another", over_tls=over_tls))

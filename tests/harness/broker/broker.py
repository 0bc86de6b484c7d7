"""The broker: its folder, its life, and the addresses at which it is reached.

One KRaft node that is broker and controller. It serves on the loopback interface only, ends with
whoever started it, and writes to no folder but its own.
"""

import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from tests.harness.broker import broker_properties, broker_security, jars, network
from tests.harness.broker.broker_process import TiedProcess
from tests.harness.broker.broker_properties import ClientCertificate, Security
from tests.harness.broker.broker_storage import BrokerFailed, format_storage, lock_folder, reason

LOGGING = Path(__file__).with_name("log4j2.xml")


class Broker:
    """One Kafka node. `with Broker() as broker:` starts it, and leaves nothing of it.

    Start it from a thread that lives at least as long as it shall (the main one, not one of a
    pool): the kernel ends it with the thread that started it. `settings` are Kafka's, and win over
    ours.
    """

    username, password = broker_security.USERNAME, broker_security.PASSWORD

    def __init__(
        self,
        data: Path | None = None,
        *,
        port: int = 0,
        heap: str = "512m",
        security: Security = "plaintext",
        client_certificate: ClientCertificate = "requested",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._temporary = data is None
        self._data = None if data is None else data.absolute()
        self._port = port
        self._heap = heap
        self._listeners = broker_properties.LISTENERS[security]
        self._client_certificate = client_certificate
        self._settings = settings or {}
        self._reserved: dict[str, socket.socket] = {}
        self._lock: TextIO | None = None
        self._process: TiedProcess | None = None

    def start(self, timeout_s: float = 60) -> None:
        """Start it and wait until it serves, with the data and at the ports of its last life."""
        if self.running:
            raise RuntimeError("this broker runs already")
        java, classpath = jars.provide()
        self._reserve()
        self._prepare_folder()
        cluster_id = format_storage(java, classpath, self.data)
        self.log.unlink(missing_ok=True)
        options = [
            f"-Xmx{self._heap}",
            "-XX:-UsePerfData",  # its file in the machine's temporary folder outlives a kill -9
            f"-Djava.io.tmpdir={self.data / 'tmp'}",
            "-Djava.net.preferIPv4Stack=true",
            f"-Dlog4j2.configurationFile={LOGGING}",
        ]
        command = [java, *options, "-cp", classpath, "kafka.Kafka", "server.properties"]
        self._process = TiedProcess(command, self.data, "console.log")
        try:
            self._await_service(cluster_id, timeout_s)
        except BaseException:
            self.kill()
            raise

    def stop(self, timeout_s: float = 10) -> None:
        """End it in order, after `timeout_s` by force; its data stay. May be called twice."""
        if self._process is not None:
            self._process.stop(timeout_s)
            self._process = None

    def kill(self) -> None:
        """End it as `kill -9` does; its data stay. May be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def pause(self) -> None:
        """Let it hang: connections stay open, nothing is answered. Its session ends after 2 s."""
        self._running_process().pause()

    def resume(self) -> None:
        """End a pause."""
        self._running_process().resume()

    def close(self) -> None:
        """Stop it, give its ports back, and remove its folder if that is a temporary one."""
        self.stop()
        for reserved in self._reserved.values():
            reserved.close()
        self._reserved = {}
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._temporary and self._data is not None:
            shutil.rmtree(self._data)
            self._data = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether its process is there, paused or not."""
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int:
        """The process id of its Java."""
        return self._running_process().pid

    @property
    def data(self) -> Path:
        """Its folder: `server.properties`, `kafka.log`, `console.log`, certificates and data."""
        if self._data is None:
            raise RuntimeError("this broker has no folder before its start")
        return self._data

    @property
    def log(self) -> Path:
        """What Kafka has logged since it started last."""
        return self.data / "kafka.log"

    def last_words(self) -> str:
        """What went wrong, as far as Kafka says."""
        log, console = (self.data / name for name in ("kafka.log", "console.log"))
        said = log.read_text(errors="replace") if log.exists() else ""
        return reason(said, console.read_text(errors="replace"))

    @property
    def bootstrap(self) -> str:
        """The address without TLS and password; it is there with any security."""
        return self._address(broker_properties.PLAINTEXT)

    @property
    def bootstrap_tls(self) -> str:
        """The address with TLS; security "tls" or "sasl"."""
        return self._address(broker_properties.TLS)

    @property
    def bootstrap_sasl_tls(self) -> str:
        """The address with TLS and SCRAM; security "sasl"."""
        return self._address(broker_properties.SASL_TLS)

    @property
    def bootstrap_sasl(self) -> str:
        """The address with SCRAM alone; security "sasl"."""
        return self._address(broker_properties.SASL)

    @property
    def ca_file(self) -> Path:
        """The certificate of the authority that signed the broker's and the client's."""
        return self._certificates / "ca.pem"

    @property
    def cert_file(self) -> Path:
        """A client's certificate."""
        return self._certificates / "client.pem"

    @property
    def key_file(self) -> Path:
        """The key of the client's certificate, without a passphrase."""
        return self._certificates / "client.key"

    @property
    def _certificates(self) -> Path:
        return self.data / broker_properties.CERTIFICATES_FOLDER

    def _address(self, listener: str) -> str:
        if listener not in self._reserved:
            raise RuntimeError(f"this broker has no {listener} listener, or is not started")
        return f"{network.HOST}:{self._reserved[listener].getsockname()[1]}"

    def _running_process(self) -> TiedProcess:
        if self._process is None:
            raise RuntimeError("this broker does not run")
        return self._process

    def _reserve(self) -> None:
        for name in self._listeners:
            if name not in self._reserved:
                port = self._port if name == broker_properties.PLAINTEXT else 0
                try:
                    self._reserved[name] = network.reserve(port)
                except OSError as error:
                    raise BrokerFailed(f"port {port}: {error.strerror}") from None

    def _prepare_folder(self) -> None:
        if self._data is None:
            self._data = Path(tempfile.mkdtemp(prefix="omnistate-broker-"))
        if self._lock is None:
            self._lock = lock_folder(self._data)
        (self._data / "tmp").mkdir(exist_ok=True)
        if broker_properties.TLS in self._listeners and not self._certificates.exists():
            broker_security.make_certificates(self._certificates)
        ports = {name: kept.getsockname()[1] for name, kept in self._reserved.items()}
        text = broker_properties.broker_properties(
            ports, network.HOST, self._client_certificate, self._settings
        )
        (self._data / "server.properties").write_text(text, encoding="ascii")

    def _await_service(self, cluster_id: str, timeout_s: float) -> None:
        until = time.monotonic() + timeout_s
        ports = [kept.getsockname()[1] for kept in self._reserved.values()]
        first = self._reserved[broker_properties.PLAINTEXT].getsockname()[1]
        while not (network.serves(first, cluster_id) and network.listening(ports)):
            if not self.running:
                raise BrokerFailed(f"Kafka ended before it served: {self.last_words()}")
            if time.monotonic() > until:
                raise BrokerFailed(f"Kafka did not serve in {timeout_s} s: {self.last_words()}")
            time.sleep(0.05)

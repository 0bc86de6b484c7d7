"""A broker: its folder, its life, and the addresses at which it is reached.

A KRaft node that is broker and controller, alone or one of a cluster. It serves on the loopback
interface only, ends with whoever started it, and writes to no folder but its own.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from tests.harness import ports
from tests.harness.broker import broker_properties, broker_security, jars, network, node_clock
from tests.harness.broker.broker_properties import ClientCertificate, Node, Security
from tests.harness.broker.broker_storage import BrokerFailed, format_storage, lock_folder, reason
from tests.harness.server import CONSOLE, Server
from tests.harness.tied_process import PATIENCE_S

CLOCK = "clock"
LOGGING = Path(__file__).with_name("log4j2.xml")


class Broker(Server):
    """One Kafka node. `with Broker() as broker:` starts it, and leaves nothing of it.

    Its session ends after a pause of two seconds. `settings` are Kafka's, and win over ours;
    `users` are those of SCRAM beside the usual one, with their passwords. Its folder has
    `server.properties`, `kafka.log`, `console.log`, certificates and data. `node` says which one of
    a cluster it is; its clock is `clock_offset_ms` off the machine's.
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
        users: Mapping[str, str] | None = None,
        node: Node | None = None,
        clock_offset_ms: int = 0,
    ) -> None:
        super().__init__(data, "omnistate-broker-")
        self.node = node
        self.clock_offset_ms = clock_offset_ms
        # By listener, where clients are sent instead; set it before the start.
        self.advertised: dict[str, int] = {}
        self._cluster_id = ""
        self._port = port
        self._heap = heap
        self._listeners = broker_properties.LISTENERS[security]
        self._client_certificate = client_certificate
        self._settings = settings or {}
        self._users = {self.username: self.password, **(users or {})}
        self._lock: TextIO | None = None

    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """Start it and wait until it serves, with the data and at the ports of its last life."""
        self.begin()
        self.await_service(timeout_s)

    def begin(self) -> None:
        """Start it; a node of a cluster does not serve before the others have begun, too."""
        if self.running:
            raise RuntimeError("this broker runs already")
        java, classpath = jars.provide()
        self.reserve()
        self._prepare_folder()
        wanted = None if self.node is None else self.node.cluster_id
        self._cluster_id = format_storage(java, classpath, self.data, self._users, wanted)
        self.log.unlink(missing_ok=True)
        options = [
            f"-Xmx{self._heap}",
            "-XX:-UsePerfData",  # its file in the machine's temporary folder outlives a kill -9
            f"-Djava.io.tmpdir={self.data / 'tmp'}",
            "-Djava.net.preferIPv4Stack=true",
            f"-Dlog4j2.configurationFile={LOGGING}",
        ]
        if self.clock_offset_ms:
            node_clock.write_clock(jars.cache(), self.data / CLOCK, self.clock_offset_ms)
            classpath = f"{self.data / CLOCK}:{classpath}"
        self._spawn([java, *options, "-cp", classpath, "kafka.Kafka", "server.properties"])

    def await_service(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until it serves. Raises BrokerFailed where it does not."""
        numbers = self._numbers()
        first = numbers[broker_properties.PLAINTEXT]
        self._await_service(
            lambda: network.serves(first, self._cluster_id) and network.listening(numbers.values()),
            lambda what: BrokerFailed(f"Kafka {what}: {self.last_words()}"),
            timeout_s,
        )

    def close(self) -> None:
        """Stop it, give its ports and its folder back; a temporary one goes."""
        super().close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def log(self) -> Path:
        """What Kafka has logged since it started last."""
        return self.data / "kafka.log"

    def last_words(self) -> str:
        """What went wrong, as far as Kafka says."""
        log, console = (self.data / name for name in ("kafka.log", CONSOLE))
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

    def discard_certificates(self) -> None:
        """Forget them: at its next start it has others, of another authority, in the same files."""
        shutil.rmtree(self._certificates)

    @property
    def _certificates(self) -> Path:
        return self.data / broker_properties.CERTIFICATES_FOLDER

    def _address(self, listener: str) -> str:
        if listener not in self._reserved:
            raise RuntimeError(f"this broker has no {listener} listener, or is not started")
        return f"{ports.HOST}:{self._reserved[listener].getsockname()[1]}"

    def reserve(self) -> dict[str, int]:
        """Keep a port for each listener, once and for all; the ports by the listeners' names."""
        for name in self._listeners:
            if name not in self._reserved:
                port = self._port if name == broker_properties.PLAINTEXT else 0
                try:
                    self._reserved[name] = ports.reserve(port)
                except OSError as error:
                    raise BrokerFailed(f"port {port}: {error.strerror}") from None
        return self._numbers()

    def _numbers(self) -> dict[str, int]:
        return {name: kept.getsockname()[1] for name, kept in self._reserved.items()}

    def _prepare_folder(self) -> None:
        folder = self._folder()
        if self._lock is None:
            self._lock = lock_folder(folder)
        (folder / "tmp").mkdir(exist_ok=True)
        if broker_properties.TLS in self._listeners and not self._certificates.exists():
            broker_security.make_certificates(self._certificates)
        text = broker_properties.broker_properties(
            *(self._numbers(), ports.HOST, self._client_certificate, self._settings, self.node),
            advertised=self.advertised,
        )
        (folder / "server.properties").write_text(text, encoding="ascii")

"""Three nodes of Kafka as one cluster: replication 3, of which two must have what is acknowledged.

It is started, broken and stopped as one server is; its nodes are brokers that can be broken alone.
Where leaders are, whoever asks a client is told; who the active controller is, only the logs say.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.harness.broker import small_disk
from tests.harness.broker.broker import Broker
from tests.harness.broker.broker_properties import CONTROLLER, LOG_FOLDER, PROXIED, Node
from tests.harness.broker.broker_storage import new_cluster_id
from tests.harness.ports import HOST
from tests.harness.server import Startable
from tests.harness.tcp_proxy import TcpProxy
from tests.harness.tied_process import PATIENCE_S

NODES: Final = 3
# What the active controller logs, with the epoch in which it became it.
_ACTIVE: Final = re.compile(r"Becoming the active controller at epoch (\d+)")


class Cluster(Startable):
    """`with Cluster() as cluster:` starts it, and leaves nothing of it.

    `settings` are Kafka's, and win over ours. By the nodes' ids (1, 2, 3): `clock_offsets_ms` are
    how far their clocks are off the machine's; a node in `disk_bytes` has a disk of so many bytes
    for its log, where this process may mount one. With `proxied` each node has a proxy, too, to be
    slow or broken for those who come by `bootstrap_proxied`. Start it from a thread that lives as
    long as it shall.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        heap: str = "512m",
        settings: Mapping[str, str] | None = None,
        clock_offsets_ms: Mapping[int, int] | None = None,
        disk_bytes: Mapping[int, int] | None = None,
        proxied: bool = False,
    ) -> None:
        self._temporary = data is None
        self._data = data or Path(tempfile.mkdtemp(prefix="omnistate-cluster-"))
        controllers: dict[int, int] = {}
        cluster_id = new_cluster_id()
        self.nodes: Final = tuple(
            Broker(
                self._data / f"node-{number}",
                heap=heap,
                security="proxied" if proxied else "plaintext",
                settings=settings,
                node=Node(number, cluster_id, controllers),
                clock_offset_ms=(clock_offsets_ms or {}).get(number, 0),
            )
            for number in range(1, NODES + 1)
        )
        self._controllers = controllers
        # By node id; none without `proxied`.
        self.proxies: Final = {number: TcpProxy() for number in range(1, NODES + 1) if proxied}
        self._disks = {
            number: (self._data / f"node-{number}" / LOG_FOLDER, size)
            for number, size in (disk_bytes or {}).items()
            if small_disk.may_mount()
        }

    @property
    def bootstrap(self) -> str:
        """The addresses of all nodes."""
        return ",".join(node.bootstrap for node in self.nodes)

    @property
    def bootstrap_proxied(self) -> str:
        """The addresses of all nodes' proxies."""
        return ",".join(f"{HOST}:{proxy.port}" for proxy in self.proxies.values())

    @property
    def running(self) -> bool:
        """Whether every node's process is there."""
        return all(node.running for node in self.nodes)

    def node(self, number: int) -> Broker:
        """The node of an id: 1, 2 or 3."""
        return self.nodes[number - 1]

    def disk(self, number: int) -> Path | None:
        """The folder that is a disk of its own; None where the node has none."""
        return self._disks[number][0] if number in self._disks else None

    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """Start the nodes that do not run, and wait until all serve."""
        for folder, size in self._disks.values():
            if not folder.is_mount():
                small_disk.mount(folder, size)
        for number, node in enumerate(self.nodes, start=1):
            numbers = node.reserve()
            self._controllers[number] = numbers[CONTROLLER]
            if (proxy := self.proxies.get(number)) is not None and not proxy.port:
                proxy.target_port = numbers[PROXIED]
                proxy.start()
                node.advertised = {PROXIED: proxy.port}
        for node in self.nodes:
            if not node.running:
                node.begin()
        for node in self.nodes:
            node.await_service(timeout_s)

    def stop(self) -> None:
        """End all nodes in order, at once: the last ones could not hand anything over."""
        self._each(Broker.stop)

    def kill(self) -> None:
        """As a power cut does: kill -9 of all of them; their data stay."""
        self._each(Broker.kill)

    def pause(self) -> None:
        """Let all of them hang."""
        self._each(Broker.pause)

    def resume(self) -> None:
        """End a pause, of whichever node."""
        self._each(Broker.resume)

    def close(self) -> None:
        """Stop it, and remove its folder if that is a temporary one."""
        self._each(Broker.close)
        for proxy in self.proxies.values():
            proxy.close()
        for folder, _ in self._disks.values():
            small_disk.unmount(folder)
        if self._temporary:
            shutil.rmtree(self._data, ignore_errors=True)

    def find_controller(self) -> int:
        """The id of the node that is or was the active controller last, by what the nodes log."""
        epochs: dict[int, int] = {}
        for number, node in enumerate(self.nodes, start=1):
            text = node.log.read_text(errors="replace") if node.log.exists() else ""
            epochs[number] = max(map(int, _ACTIVE.findall(text)), default=-1)
        return max(epochs, key=lambda number: epochs[number])

    def _each(self, act: Callable[[Broker], None]) -> None:
        with ThreadPoolExecutor(NODES) as threads:
            list(threads.map(act, self.nodes))

"""Kafka's server.properties, as text.

Everything that makes this broker quick to start and to test is here; it knows no process and no
socket.
"""

import itertools
import json
from collections.abc import Mapping
from typing import Literal, NamedTuple

from tests.harness.tied_process import PATIENCE_S

Security = Literal["plaintext", "proxied", "tls", "sasl"]
ClientCertificate = Literal["none", "requested", "required"]

PLAINTEXT, TLS, SASL_TLS, SASL, CONTROLLER = "PLAINTEXT", "TLS", "SASL_TLS", "SASL", "CONTROLLER"
# Without TLS and password, too; its clients are sent to another port, behind which is a proxy.
PROXIED = "PROXIED"
PROTOCOLS = {
    PLAINTEXT: "PLAINTEXT",
    PROXIED: "PLAINTEXT",
    TLS: "SSL",
    SASL_TLS: "SASL_SSL",
    SASL: "SASL_PLAINTEXT",
    CONTROLLER: "PLAINTEXT",
}
LISTENERS: dict[Security, tuple[str, ...]] = {
    "plaintext": (CONTROLLER, PLAINTEXT),
    "proxied": (CONTROLLER, PLAINTEXT, PROXIED),
    "tls": (CONTROLLER, PLAINTEXT, TLS),
    "sasl": (CONTROLLER, PLAINTEXT, TLS, SASL_TLS, SASL),
}
LOG_FOLDER, CERTIFICATES_FOLDER = "log", "certificates"
MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512")

SMALL = {
    "auto.create.topics.enable": "false",
    # One node holds the only copy of everything.
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # 128 MiB of a heap of 512 otherwise; this much compacts half a million keys in a pass.
    "log.cleaner.dedupe.buffer.size": "16777216",
}
QUICK = {
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    # After kill -9 the node's next life must wait for its last one's session to end: 9 s otherwise.
    # Kafka 4.0.0 waits after an orderly stop, too (KAFKA-19130).
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
}
PATIENT = {
    # Kafka gives up after 60 s otherwise, also where it only waits for its last life's session to
    # end: it asks again after ever longer pauses, the last one as long as a session.
    "initial.broker.registration.timeout.ms": str(round(PATIENCE_S * 1_000)),
}
# Three nodes, of which any two are enough, as in production.
REPLICATED = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
    # Of a follower that hangs; 30 s otherwise.
    "replica.lag.time.max.ms": "5000",
    # Two cores bear three nodes: one that waits for its turn shall not count as dead.
    "broker.session.timeout.ms": "4000",
}


class Node(NamedTuple):
    """One of a cluster's nodes: its id, the id of the cluster, and the controllers of all nodes."""

    id: int
    cluster_id: str
    # Port by node id; filled in once every node has one.
    controllers: Mapping[int, int]


def broker_properties(
    ports: Mapping[str, int],
    host: str,
    client_certificate: ClientCertificate,
    settings: Mapping[str, str],
    node: Node | None = None,
    advertised: Mapping[str, int] | None = None,
) -> str:
    """Kafka's server.properties; `settings` are the caller's, and win.

    Paths are relative to the broker's folder, in which it runs. Without a node it is a cluster of
    its own. `advertised` are the ports to which clients are sent, where these are not `ports`.
    """
    controllers = {1: ports[CONTROLLER]} if node is None else node.controllers
    clients = {name: port for name, port in ports.items() if name != CONTROLLER}
    clients |= advertised or {}
    values = {
        "process.roles": "broker,controller",
        "node.id": "1" if node is None else str(node.id),
        "controller.quorum.voters": ",".join(
            f"{each}@{host}:{port}" for each, port in controllers.items()
        ),
        "controller.listener.names": CONTROLLER,
        "inter.broker.listener.name": PLAINTEXT,
        "listener.security.protocol.map": ",".join(f"{name}:{PROTOCOLS[name]}" for name in ports),
        "listeners": ",".join(f"{name}://{host}:{port}" for name, port in ports.items()),
        "advertised.listeners": ",".join(
            f"{name}://{host}:{port}" for name, port in clients.items()
        ),
        "log.dirs": LOG_FOLDER,
        **SMALL,
        **QUICK,
        **PATIENT,
        **(REPLICATED if node is not None and len(controllers) > 1 else {}),
    }
    if TLS in ports:
        values |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": f"{CERTIFICATES_FOLDER}/broker.pem",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": f"{CERTIFICATES_FOLDER}/ca.pem",
            f"listener.name.{TLS.lower()}.ssl.client.auth": client_certificate,
        }
    if SASL in ports:
        values["sasl.enabled.mechanisms"] = ",".join(MECHANISMS)
        for name, mechanism in itertools.product((SASL_TLS, SASL), MECHANISMS):
            key = f"listener.name.{name.lower()}.{mechanism.lower()}.sasl.jaas.config"
            values[key] = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    values |= settings
    # Java's properties know JSON's escapes.
    return "".join(f"{key}={json.dumps(value)[1:-1]}\n" for key, value in values.items())

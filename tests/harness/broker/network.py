"""Whether the broker behind a port of the loopback interface serves.

It speaks one request of Kafka's protocol by hand, so that no driver library is needed here.
"""

import socket
import struct
from collections.abc import Iterable

from tests.harness.ports import HOST

METADATA_REQUEST = 3
ANSWER_TIMEOUT_S = 1.0


def serves(port: int, cluster_id: str) -> bool:
    """Whether the broker of this cluster answers at the port and takes part in its cluster."""
    try:
        answer = _ask(port, struct.pack(">hhihci", METADATA_REQUEST, 2, 1, 1, b"o", 0))
    except OSError:
        return False
    if len(answer) < 8:
        return False
    _, brokers = struct.unpack_from(">ii", answer)
    # The id tells it from a stranger's broker at the same port.
    return bool(brokers > 0 and cluster_id.encode() in answer)


def listening(ports: Iterable[int]) -> bool:
    """Whether each of the ports takes connections."""
    try:
        for port in ports:
            socket.create_connection((HOST, port), ANSWER_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _ask(port: int, request: bytes) -> bytes:
    with socket.create_connection((HOST, port), ANSWER_TIMEOUT_S) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as answers:
            size = answers.read(4)
            return answers.read(*struct.unpack(">i", size)) if len(size) == 4 else b""

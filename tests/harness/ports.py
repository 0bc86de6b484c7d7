"""Ports of the loopback interface: kept for a server that is to come, or just found to be free."""

import socket
from typing import Final

HOST: Final = "127.0.0.1"


def reserve(port: int = 0) -> socket.socket:
    """Keep a port (0: any free one) from being given to others until the socket is closed.

    The socket never listens, so on Linux a server may bind the same port beside it. OSError where
    somebody serves there.
    """
    kept = socket.socket()
    try:
        # Set before binding it allows a port in TIME_WAIT; set after, that another binds it too.
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, port != 0)
        kept.bind((HOST, port))
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except OSError:
        kept.close()
        raise
    return kept


def free_port() -> int:
    """A port that nobody listens on at present; another one may take it before you do."""
    with reserve() as trial:
        return int(trial.getsockname()[1])

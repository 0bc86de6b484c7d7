"""Free ports for servers of tests."""

import socket


def free_port() -> int:
    """A port that nobody listens on at present."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])

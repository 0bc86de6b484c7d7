"""The contenders: how each is started, where its outputs go, and what it promises.

Peers have Pythons and jars of their own; a peer that is not installed is left out with one line.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from bench.contender import Contender, free_port
from bench.station import COMMAND, GROUP, INPUTS, Station
from schemas.vocabulary import CAPACITY_CHANGES, REJECTED_INPUTS, STATE_CHANGES

OUTPUTS: Final = (STATE_CHANGES, CAPACITY_CHANGES, REJECTED_INPUTS)


class Errand(NamedTuple):
    """What a contender has to do: the inputs of a prefix, on so many partitions."""

    station: Station
    prefix: str
    partitions: int
    events: int
    # Makes the group, the outputs and the state of a run its own.
    run: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The input topics, by their names on the cluster."""
        return tuple(self.prefix + topic for topic in INPUTS)


class Entry(NamedTuple):
    """One contender. Without `transactional` its group's offsets say nothing about its outputs."""

    name: str
    label: str
    promise: str
    start: Callable[[Errand], Contender]
    transactional: bool = True
    # At most so many of the events.
    events_max: int | None = None
    # Of its own topics, beside those that it creates itself.
    peer: bool = True

    def group(self, errand: Errand) -> str:
        """The consumer group of a run."""
        return f"{errand.run}" if self.peer else errand.prefix + GROUP

    def outputs(self, errand: Errand) -> tuple[str, ...]:
        """Where its outputs are counted."""
        if self.peer:
            return (f"{errand.run}-output",)
        return tuple(errand.prefix + topic for topic in OUTPUTS)


def start_worker(errand: Errand, number: int = 0) -> Contender:
    """`omnistate worker conversation`, as anybody starts it."""
    port = free_port()
    environment = {
        **errand.station.environment(errand.prefix),
        "OMNISTATE_WEB_PORT": str(port),
        "OMNISTATE_LOG_LEVEL": "WARNING",
    }
    log = errand.station.folder / f"{errand.run}-{number}.log"
    return Contender([*COMMAND, "worker", "conversation"], log, environment, port)


def start_peer(
    errand: Errand, program: str, settings: Sequence[str] = (), python: str = sys.executable
) -> Contender:
    """A peer that is a program of Python."""
    command = [python, "-m", f"bench.peers.{program}", *peer_arguments(errand)]
    for each in settings:
        command += ["--set", each]
    return Contender(command, errand.station.folder / f"{errand.run}.log")


def peer_arguments(errand: Errand) -> list[str]:
    """What every peer is told."""
    return [
        *("--brokers", errand.station.brokers),
        *("--inputs", *errand.inputs),
        *("--output", f"{errand.run}-output"),
        *("--table", f"{errand.run}-table"),
        *("--group", errand.run),
        *("--partitions", str(errand.partitions)),
        *("--events", str(errand.events)),
        *("--folder", str(errand.station.folder / errand.run)),
    ]


OMNISTATE: Final = Entry(
    "omnistate", "omnistate, whole engine", "exactly once", start_worker, peer=False
)
BARE: Final = Entry(
    "bare", "bare aiokafka loop", "exactly once", lambda errand: start_peer(errand, "bare")
)
READ_ONLY: Final = Entry(
    "read-only", "read only", "reads", lambda errand: start_peer(errand, "read_only")
)


def entries() -> list[Entry]:
    """Everybody whom this machine can provide."""
    return [OMNISTATE, BARE, READ_ONLY]

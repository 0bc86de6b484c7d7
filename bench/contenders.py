"""The contenders: how each is started, where its outputs go, and what it promises.

Peers have Pythons and jars of their own; a peer that is not installed is left out with one line.
"""

import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import CAPACITY_CHANGES, REJECTED_INPUTS, STATE_CHANGES

from bench.broker_fixture import EVERY_INPUT, GROUP, INPUTS, BrokerFixture
from bench.contender import Contender
from bench.java import PeerMissing, streams_command
from bench.peer_settings import FAUST_TRIALS, FAUST_TUNED, QUIX, QUIX_QUICKEST, QUIX_TRIALS
from tests.harness.command import COMPILED, ROOT, SOURCES, Command
from tests.harness.worker_process import WorkerProcess

PEERS_PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"
WARM_EVENTS: Final = 300_000
OUTPUTS: Final = (STATE_CHANGES, CAPACITY_CHANGES, REJECTED_INPUTS)


# Without a compiler it is what everybody has.
OMNISTATE_COMMAND: Final[Command] = (str(COMPILED),) if COMPILED.exists() else SOURCES


class Job(NamedTuple):
    """What a contender has to do: the inputs of a prefix, on so many partitions."""

    broker: BrokerFixture
    prefix: str
    partitions: int
    events: int
    # Makes the group, the outputs and the state of a run its own.
    run: str


Starter = Callable[[Job], Contender]


class Entry(NamedTuple):
    """One contender.

    Without `transactional` its group's offsets say nothing about its outputs. A peer has topics of
    its own, and everything that it reads in one.
    """

    name: str
    label: str
    promise: str
    settings: str
    start: Starter
    transactional: bool = True
    # At most so many of the events.
    events_max: int | None = None
    peer: bool = True

    def group(self, job: Job) -> str:
        """The consumer group of a run."""
        return f"{job.run}" if self.peer else job.prefix + GROUP

    def inputs(self, job: Job) -> tuple[str, ...]:
        """What it reads: peers have everything in one topic."""
        topics = (EVERY_INPUT,) if self.peer else INPUTS
        return tuple(job.prefix + topic for topic in topics)

    def outputs(self, job: Job) -> tuple[str, ...]:
        """Where its outputs are counted."""
        if self.peer:
            return (f"{job.run}-output",)
        return tuple(job.prefix + topic for topic in OUTPUTS)


def start_worker(job: Job, number: int = 0, command: Command = OMNISTATE_COMMAND) -> Contender:
    """`omnistate worker conversation`, as anybody starts it."""
    log = job.broker.folder / f"{job.run}-{number}.log"
    own = job.broker.installation(job.prefix, command).environment
    return Contender.work(WorkerProcess("conversation", own, log, command=command))


def start_command(program: str, python: str = sys.executable) -> list[str]:
    """What starts a peer that is a program of Python; its arguments follow."""
    return [python, "-m", f"bench.peers.{program}"]


def start_peer(
    job: Job, program: str, settings: Sequence[str] = (), python: str = sys.executable
) -> Contender:
    """A peer that is a program of Python."""
    command = [*start_command(program, python), *peer_arguments(job)]
    for each in settings:
        command += ["--set", each]
    return Contender.run(command, job.broker.folder / f"{job.run}.log")


def peer_arguments(job: Job) -> list[str]:
    """What every peer is told."""
    return [
        *("--brokers", job.broker.brokers),
        *("--inputs", job.prefix + EVERY_INPUT),
        *("--output", f"{job.run}-output"),
        *("--table", f"{job.run}-table"),
        *("--group", job.run),
        *("--partitions", str(job.partitions)),
        *("--events", str(job.events)),
        *("--folder", str(job.broker.folder / job.run)),
    ]


def start_streams(job: Job) -> Contender:
    """Kafka Streams, after it has counted some of the events to warm up."""
    command = [*streams_command(job.broker.folder), *peer_arguments(job)]
    warm = min(job.events, WARM_EVENTS)
    log = job.broker.folder / f"{job.run}.log"
    return Contender.run([*command, "--set", f"warm={warm}"], log)


def _peer(program: str, *settings: str, python: str = sys.executable) -> Starter:
    return lambda job: start_peer(job, program, settings, python)


def _others(program: str, *settings: str) -> Starter:
    return _peer(program, *settings, python=str(PEERS_PYTHON))


_COMPILED: Final = " with its hot part compiled (`make compiled`)" if COMPILED.exists() else ""
OMNISTATE: Final = Entry(
    "omnistate",
    "omnistate, whole engine",
    "exactly once",
    f"`omnistate worker conversation`{_COMPILED}; it merges its two input topics",
    start_worker,
    peer=False,
)
PLAIN: Final = OMNISTATE._replace(
    name="plain",
    label="omnistate, not compiled",
    settings="the same as it is installed by default, in plain Python",
    start=lambda job: start_worker(job, command=SOURCES),
)
READ_ONLY: Final = Entry(
    "read-only", "read only", "reads", "a plain aiokafka consumer", _peer("read_only")
)
ENTRIES: Final = (
    OMNISTATE,
    PLAIN,
    Entry(
        "faust",
        "Faust, defaults",
        "at least once",
        "memory store",
        _peer("faust_count"),
        transactional=False,
    ),
    Entry(
        "faust-tuned",
        "Faust, tuned",
        "at least once",
        f"memory store, {' '.join(FAUST_TUNED)}",
        _others("faust_count", *FAUST_TUNED),
        transactional=False,
    ),
    Entry(
        "quix",
        "Quix Streams",
        "exactly once",
        f"RocksDB and changelog, {' '.join(QUIX)}",
        _others("quix_count", *QUIX),
    ),
    Entry(
        "quix-quickest",
        "Quix Streams, quickest",
        "exactly once",
        f"RocksDB and changelog, {' '.join(QUIX_QUICKEST)}, so that with little traffic an output "
        "waits for up to five seconds",
        _others("quix_count", *QUIX_QUICKEST),
    ),
    Entry(
        "streams",
        "Kafka Streams, warmed up",
        "exactly once",
        "exactly_once_v2, RocksDB and changelog, one thread, no cache that would leave outputs "
        f"out; before, an application of its own in the same process counts {WARM_EVENTS:,} events",
        start_streams,
    ),
    Entry(
        "bare",
        "bare aiokafka loop",
        "exactly once",
        "send_batch, up to 8,000 records a transaction, a counter by key in memory",
        _peer("bare"),
    ),
    READ_ONLY,
)


def list_contenders(
    names: Collection[str], folder: Path, faust_events: int
) -> tuple[list[Entry], dict[str, str]]:
    """Everybody, or those named, whom this machine can provide; and why others are not there."""
    missing: dict[str, str] = {}
    if not PEERS_PYTHON.exists():
        missing = dict.fromkeys(
            ("faust-tuned", "quix", "quix-quickest"), "no .venv-bench: make .venv-bench/.peers"
        )
    if not COMPILED.exists():
        missing[PLAIN.name] = "omnistate itself is not compiled: make compiled"
    if not names or "streams" in names:
        try:
            streams_command(folder)
        except PeerMissing as reason:
            missing["streams"] = str(reason)
    wanted = [
        entry._replace(events_max=None if entry.transactional else faust_events)
        for entry in ENTRIES
        if not names or entry.name in names
    ]
    return (
        [entry for entry in wanted if entry.name not in missing],
        {entry.name: missing[entry.name] for entry in wanted if entry.name in missing},
    )


def trials(faust_events: int) -> list[Entry]:
    """The settings that were tried for the peers that have many; Faust's on fewer events."""
    tried = [
        *(("faust", "faust_count", False, settings) for settings in FAUST_TRIALS),
        *(("quix", "quix_count", True, settings) for settings in QUIX_TRIALS),
    ]
    return [
        Entry(
            f"trial-{number}",
            f"{name}: {' '.join(settings) or 'defaults'}",
            "",
            "",
            _others(program, *settings),
            transactional,
            None if transactional else faust_events,
        )
        for number, (name, program, transactional, settings) in enumerate(tried)
    ]

"""The one table of faults and exit statuses, of all commands and workers.

`docs/reference/exit-status.md` is generated from it. Whatever is not in the table is a bug: it
keeps its traceback, and Python's own exit status for that is 1.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from omnistate.adapters.kafka.clients.connection import UnusableCredentials
from omnistate.adapters.kafka.clients.errors import ClusterFailure, ClusterRefusal, Unreachable
from omnistate.adapters.redis.redis_connection import UnusableUrl
from omnistate.process.errors import Unusable
from omnistate.projections.read_model.hash_fields import UnusableFields
from omnistate.projections.read_model.store_ports import (
    StoreRefusal,
    StoreUnavailable,
    StoreUnusable,
)
from omnistate.stream.ports import LogHeldUp, LogRefusal, LogUnavailable
from omnistate.stream.topology import TopologyError


class ExitStatus(IntEnum):
    """How a command or a worker ended."""

    DONE = 0
    FAILED = 1
    UNUSABLE = 2
    UNREACHABLE = 3
    # As a shell reports a process that SIGINT ended.
    INTERRUPTED = 130


MEANINGS: Final = {
    ExitStatus.DONE: "Done. A worker was asked to end (SIGTERM, SIGINT) and did.",
    ExitStatus.FAILED: "Something was found to be wrong, or was waited for in vain.",
    ExitStatus.UNUSABLE: "A person has to mend something first; the one line says what.",
    ExitStatus.UNREACHABLE: "Kafka or Redis cannot be reached.",
    ExitStatus.INTERRUPTED: "Ctrl-C (SIGINT) ended a command before it was done.",
}


class Fault(NamedTuple):
    """An error that is no bug, and how it ends whoever meets it."""

    error: type[BaseException]
    status: ExitStatus
    # Which fault it is, in a phrase.
    what: str
    # In front of its message.
    preamble: str = ""


# The first that matches counts, so kinds of an error stand before it.
FAULTS: Final = (
    Fault(Unusable, ExitStatus.UNUSABLE, "an argument, a setting, a file, a topic or a port"),
    Fault(TopologyError, ExitStatus.UNUSABLE, "a declaration of topics (`TOPICS_FILE`)"),
    Fault(UnusableCredentials, ExitStatus.UNUSABLE, "a certificate or a key for Kafka"),
    Fault(UnusableUrl, ExitStatus.UNUSABLE, "a URL of Redis"),
    Fault(
        ClusterRefusal,
        ExitStatus.UNUSABLE,
        "Kafka refuses: a login, a certificate, a permission, a topic that is missing",
    ),
    Fault(LogRefusal, ExitStatus.UNUSABLE, "the same, while topics are read"),
    Fault(StoreRefusal, ExitStatus.UNUSABLE, "Redis refuses: a login, a permission", "Redis: "),
    Fault(
        StoreUnusable,
        ExitStatus.UNUSABLE,
        "a Redis that cannot hold the read model: a cluster, keys of somebody else's",
        "Redis: ",
    ),
    Fault(Unreachable, ExitStatus.UNREACHABLE, "no broker answers, or none any more"),
    Fault(LogHeldUp, ExitStatus.FAILED, "an open transaction, waited for in vain"),
    Fault(LogUnavailable, ExitStatus.UNREACHABLE, "no broker answers, while topics are read"),
    Fault(StoreUnavailable, ExitStatus.UNREACHABLE, "Redis does not answer", "Redis: "),
    Fault(
        ClusterFailure,
        ExitStatus.FAILED,
        "Kafka answers and does not do it: somebody else started the same",
    ),
    Fault(
        UnusableFields,
        ExitStatus.FAILED,
        "the read model holds what is none",
        "the read model holds what is not of its kind: ",
    ),
    Fault(KeyboardInterrupt, ExitStatus.INTERRUPTED, "Ctrl-C"),
)


def find_fault(error: BaseException) -> Fault | None:
    """The fault that an error is; None for a bug."""
    return next((fault for fault in FAULTS if isinstance(error, fault.error)), None)


def describe_fault(error: BaseException) -> str:
    """What to say of an error that is a fault, in one line."""
    fault = find_fault(error)
    preamble = fault.preamble if fault is not None else ""
    return preamble + " ".join(str(error).split())

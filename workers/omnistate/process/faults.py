"""The one table of faults and exit statuses, of all commands and workers.

`docs/reference/exit-status.md` is generated from it. Whatever is not in the table is a bug: it
keeps its traceback, and Python's own exit status for that is 1.
"""

from typing import Final, NamedTuple

from omnistate.adapters.kafka.clients.errors import (
    ClusterFailure,
    ClusterRefusal,
    InstanceFenced,
    Unreachable,
)
from omnistate.adapters.kafka.clients.tls_context import UnusableCredentials
from omnistate.adapters.redis.redis_url import UnusableUrl
from omnistate.core.row_version import NewerVersion
from omnistate.process.errors import ExitStatus, GivenUp, Unusable
from omnistate.projections.read_model.hash_fields import UnusableFields
from omnistate.projections.read_model.store_ports import (
    StoreRefusal,
    StoreSpoiled,
    StoreUnavailable,
    StoreUnusable,
)
from omnistate.stream.ports import LogHeldUp, LogRefusal, LogUnavailable
from omnistate.stream.topology import TopologyError

MEANINGS: Final = {
    ExitStatus.DONE: "Done. Of a worker: it was asked to end (SIGTERM, SIGINT) and did.",
    ExitStatus.FAILED: "Something was found to be wrong, or was waited for in vain.",
    ExitStatus.UNUSABLE: "A person has to mend something first; the line says what.",
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
    Fault(
        Unusable,
        ExitStatus.UNUSABLE,
        "an argument, setting, variable or file that cannot be used; a topic that is missing or "
        "wrong; a port in use",
    ),
    Fault(TopologyError, ExitStatus.UNUSABLE, "a topic or group that `topics.yaml` lacks"),
    Fault(NewerVersion, ExitStatus.UNUSABLE, "tables that a newer release has written"),
    Fault(UnusableCredentials, ExitStatus.UNUSABLE, "a certificate or key for Kafka"),
    Fault(UnusableUrl, ExitStatus.UNUSABLE, "a URL of Redis"),
    Fault(
        ClusterRefusal,
        ExitStatus.UNUSABLE,
        "Kafka answers and refuses: a login, certificate, permission or topic",
    ),
    Fault(
        InstanceFenced,
        ExitStatus.UNUSABLE,
        "another worker with the same `OMNISTATE_INSTANCE_ID` took this one's place",
    ),
    Fault(LogRefusal, ExitStatus.UNUSABLE, "the same, while topics are read"),
    Fault(
        StoreRefusal,
        ExitStatus.UNUSABLE,
        "Redis answers and refuses: a login, certificate, permission or database",
        "Redis: ",
    ),
    Fault(
        StoreUnusable,
        ExitStatus.UNUSABLE,
        "a Redis that cannot hold the read model: a cluster",
        "Redis: ",
    ),
    Fault(
        StoreSpoiled,
        ExitStatus.UNUSABLE,
        "a key of the read model that is of another type; a worker waits instead",
        "Redis: ",
    ),
    Fault(Unreachable, ExitStatus.UNREACHABLE, "no broker of Kafka answers, or none any more"),
    Fault(
        GivenUp,
        ExitStatus.FAILED,
        "a partition that stands still though Kafka answers; topics that did not come in time",
    ),
    Fault(LogHeldUp, ExitStatus.FAILED, "a transaction of somebody else's that stays open"),
    Fault(LogUnavailable, ExitStatus.UNREACHABLE, "no broker answers, while topics are read"),
    Fault(StoreUnavailable, ExitStatus.UNREACHABLE, "Redis does not answer", "Redis: "),
    Fault(
        ClusterFailure,
        ExitStatus.FAILED,
        "Kafka answers and does not do it, as where the same command was started meanwhile",
    ),
    Fault(
        UnusableFields,
        ExitStatus.FAILED,
        "a read model whose content is not of its kind",
        "the read model holds what is not of its kind: ",
    ),
    Fault(KeyboardInterrupt, ExitStatus.INTERRUPTED, "Ctrl-C", "interrupted"),
)


def find_fault(error: BaseException) -> Fault | None:
    """The fault that an error is; None for a bug."""
    return next((fault for fault in FAULTS if isinstance(error, fault.error)), None)


def describe_fault(fault: Fault, error: BaseException) -> str:
    """What to say of it, in one line."""
    return fault.preamble + " ".join(str(error).split())

"""What may go wrong with a cluster: aiokafka's errors in the words of commands and of workers.

Commands say it in one line and end (ClusterFailure and its kinds); what reads and writes partitions
waits and tries again (Fenced, LogUnavailable). Only the translation: what to do about it is for
whoever asked.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from aiokafka import errors

from omnistate.stream.ports import Fenced, LogRefusal, LogUnavailable

# Another producer with our transactional id has come, or the coordinator gave up on us.
FENCING: Final = (
    errors.ProducerFenced,
    errors.InvalidProducerEpoch,
    errors.InvalidProducerIdMapping,
    errors.InvalidTxnState,
    errors.UnknownProducerId,
)
# No other try helps before somebody has changed the cluster, or what we say to it. A topic that a
# broker does not know is none of these: it may not have heard of it yet.
REFUSALS: Final = (
    errors.AuthenticationFailedError,
    errors.AuthenticationMethodNotSupported,
    errors.ClusterAuthorizationFailedError,
    errors.GroupAuthorizationFailedError,
    errors.IllegalSaslStateError,
    errors.InvalidConfigurationError,
    errors.InvalidPartitionsError,
    errors.InvalidReplicationFactorError,
    errors.InvalidSessionTimeoutError,
    errors.InvalidTopicError,
    errors.PolicyViolationError,
    errors.SaslAuthenticationFailed,
    errors.TopicAuthorizationFailedError,
    errors.TransactionalIdAuthorizationFailed,
    errors.UnsupportedSaslMechanismError,
)
# KafkaError writes its own name and number before what it says.
_PREAMBLE: Final = re.compile(r"^(\[Error -?\d+\] )?\w+(: |$)")


class ClusterFailure(Exception):
    """The cluster did not do what it was asked; the message is one line without any content."""


class PositionGone(LogUnavailable):
    """The log has no such offset any more, or never had; `positions` says where."""

    def __init__(self, positions: Mapping[Any, int]) -> None:
        """By partition, as on the cluster."""
        super().__init__(f"the log has no such offset: {dict(positions)}")
        self.positions = positions


class InstanceFenced(LogRefusal):
    """Another worker has joined the group under our instance id, and has our place now."""


class Unreachable(ClusterFailure):
    """No broker answers, or none any more."""


class ClusterRefusal(ClusterFailure):
    """The cluster will not do it before somebody mends what the message names.

    A password, a certificate, a permission, a topic, a number.
    """


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Raise ClusterFailure or a kind of it, beginning with `what`, for whatever aiokafka raises."""
    try:
        yield
    except errors.ProducerFenced:
        raise ClusterFailure(f"{what}: another one like this was started meanwhile") from None
    except (errors.KafkaError, errors.IllegalOperation, OSError) as error:
        raise _kind_of(error)(f"{what}: {describe(error)}") from None


@asynccontextmanager
async def deadline(seconds: float, what: str) -> AsyncIterator[None]:
    """As `explained`, and Unreachable for what takes longer."""
    try:
        async with asyncio.timeout(seconds):
            with explained(what):
                yield
    except TimeoutError:
        raise Unreachable(f"{what}: no answer within {seconds:g} s") from None


@contextmanager
def translated() -> Iterator[None]:
    """Raise Fenced, LogUnavailable or LogRefusal for whatever aiokafka raises within."""
    try:
        yield
    except FENCING as error:
        raise Fenced(describe(error)) from error
    except errors.OffsetOutOfRangeError as error:
        raise PositionGone(error.args[0] if error.args else {}) from error
    except (ClusterRefusal, *REFUSALS) as error:
        raise LogRefusal(describe(error)) from error
    except (ClusterFailure, errors.KafkaError, OSError, TimeoutError) as error:
        raise LogUnavailable(describe(error)) from error


def failure_of(what: str, code: int, message: str | None = None) -> ClusterFailure:
    """The failure behind an error code of the protocol, with what the broker says about it."""
    kind: Any = errors.for_code(code)
    name = kind.__name__.removesuffix("Error")
    said = f"{name}: {' '.join(message.split())}" if message else name
    return _kind_of(kind())(f"{what}: {said}")


def describe(error: BaseException) -> str:
    """One line that says what went wrong, without any record's content."""
    text = " ".join(str(error).split())
    if isinstance(error, ClusterFailure):
        return text
    if isinstance(error, errors.KafkaError):
        text = _PREAMBLE.sub("", text)
    name = type(error).__name__.removesuffix("Error")
    return f"{name}: {text}" if text else name


def look_at(done: "asyncio.Future[Any]") -> None:
    """For a future whose failure is nobody's, or is raised elsewhere: asyncio would complain."""
    if not done.cancelled():
        done.exception()


def _kind_of(error: BaseException) -> type[ClusterFailure]:
    if isinstance(error, REFUSALS):
        return ClusterRefusal
    # What another try may mend has to do with brokers that come and go.
    away = isinstance(error, OSError | errors.KafkaConnectionError | errors.NoBrokersAvailable)
    return Unreachable if away or getattr(error, "retriable", False) else ClusterFailure

"""What may go wrong with a cluster, in the runtime's words.

Only the translation: what to do about it is for whoever owns the partition.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aiokafka import errors

from omnistate.adapters.kafka.clients.failures import ClusterFailure
from omnistate.stream.ports import Fenced, LogUnavailable

# Another producer with our transactional id has come, or the coordinator gave up on us.
FENCING: Final = (
    errors.ProducerFenced,
    errors.InvalidProducerEpoch,
    errors.InvalidProducerIdMapping,
    errors.InvalidTxnState,
    errors.UnknownProducerId,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise Fenced or LogUnavailable for whatever aiokafka raises within."""
    try:
        yield
    except FENCING as error:
        raise Fenced(describe(error)) from error
    except (ClusterFailure, errors.KafkaError, OSError, TimeoutError) as error:
        raise LogUnavailable(describe(error)) from error


def look_at(done: "asyncio.Future[Any]") -> None:
    """For a future whose failure is nobody's, or is raised elsewhere: asyncio would complain."""
    if not done.cancelled():
        done.exception()


def describe(error: BaseException) -> str:
    """One line that says what went wrong, without any record's content."""
    name = type(error).__name__
    text = " ".join(str(error).split())
    return text if text.startswith(name) else f"{name}: {text}" if text else name

"""What a cluster would not do for a command, said in one line.

For commands, which say it and end. Workers wait and try again: theirs is another translation.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiokafka import errors


class ClusterFailure(Exception):
    """The cluster did not do what it was asked; the message is one line without any content."""


class Unreachable(ClusterFailure):
    """No broker answers at all, or none lets us in."""


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Raise ClusterFailure, beginning with `what`, for whatever aiokafka raises within."""
    try:
        yield
    except errors.ProducerFenced:
        raise ClusterFailure(f"{what}: another one like this was started meanwhile") from None
    except (errors.KafkaError, errors.IllegalOperation, OSError) as error:
        raise ClusterFailure(f"{what}: {describe(error)}") from None


@asynccontextmanager
async def deadline(seconds: float, what: str) -> AsyncIterator[None]:
    """As `explained`, and also for what takes longer."""
    try:
        async with asyncio.timeout(seconds):
            with explained(what):
                yield
    except TimeoutError:
        raise ClusterFailure(f"{what}: no answer within {seconds:g} s") from None


def describe(error: BaseException) -> str:
    """One line that names the error, without any record's content."""
    name = type(error).__name__.removesuffix("Error")
    text = " ".join(str(error).split())
    return f"{name}: {text}" if text and name not in text else text or name


def error_of(code: int, message: str | None = None) -> str:
    """One line about an error code of the protocol and what the broker says about it."""
    kind: Any = errors.for_code(code)
    name = kind.__name__.removesuffix("Error")
    return f"{name}: {' '.join(message.split())}" if message else name

"""Values of a Redis that others may write to, too: one that cannot be used is told of by its key.

A list goes on without it. It knows no keys and no models.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from redis.exceptions import ResponseError

from omnistate.projections.read_model.hash_fields import UnusableFields
from omnistate.projections.read_model.store_ports import KeyReport

# pydantic's errors are ValueErrors; what they say may quote what was found.
UNUSABLE: Final = (ValueError, KeyError, TypeError, OverflowError, RecursionError)

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def left_out(key: str, report: KeyReport) -> Iterator[None]:
    """Leave out what cannot be used within, and tell of it by the key that it is of."""
    try:
        yield
    except UNUSABLE as error:
        problem = str(error) if isinstance(error, UnusableFields) else type(error).__name__
        # Keys of others need not be text.
        named = key.encode(errors="surrogateescape").decode(errors="backslashreplace")
        report(named, f"cannot be used ({problem}): left out")


def of_its_type(answer: Any) -> Any:
    """The answer to one of several commands. Raises UnusableFields for a key of another type."""
    if isinstance(answer, ResponseError):
        raise UnusableFields("of another type")
    return answer


def checked(ask: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Raise UnusableFields for what is found and cannot be made an answer of."""

    @wraps(ask)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await ask(*args, **kwargs)
        except UnusableFields:
            raise
        except UNUSABLE as error:
            raise UnusableFields(f"{ask.__name__}: {type(error).__name__}") from None

    return answer

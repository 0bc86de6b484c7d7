"""What may go wrong with Redis, in the ports' words.

Only the translation: what to do about it is for whoever asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import exceptions

from omnistate.projections.read_model.store_ports import StoreUnavailable, StoreUnusable

REASON_LENGTH: Final = 200


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable or StoreUnusable for whatever redis raises within."""
    try:
        yield
    except exceptions.ResponseError as error:
        said = _said(error)
        if said.startswith("WRONGTYPE"):
            raise StoreUnusable(
                "a key of the read model is of another type: somebody else writes to this Redis; "
                "give it a database of its own"
            ) from error
        if isinstance(error, exceptions.MovedError) or "CROSSSLOT" in said:
            raise StoreUnusable("this is a Redis Cluster: one primary is needed") from error
        raise StoreUnavailable(describe(error)) from error
    except (exceptions.RedisError, OSError, TimeoutError) as error:
        raise StoreUnavailable(describe(error)) from error


def describe(error: BaseException) -> str:
    """One line that says what went wrong, without anything that was written or asked for."""
    # An unknown command is answered with the beginning of its arguments.
    text = _said(error).partition(", with args beginning")[0][:REASON_LENGTH]
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def _said(error: BaseException) -> str:
    """What Redis said: redis-py puts the command before it, where it was one of several."""
    text = " ".join(str(error.args[0] if error.args else error).split())
    told = text.partition(" of pipeline caused error: ")[2]
    return told.strip("(',)\"") or text

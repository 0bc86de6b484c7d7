"""What may go wrong with Redis, in the ports' words.

Only the translation: what to do about it is for whoever asked.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import exceptions

from omnistate.projections.read_model.store_ports import (
    StoreRefusal,
    StoreSpoiled,
    StoreUnavailable,
    StoreUnusable,
)

REASON_LENGTH: Final = 200
# No other try helps before somebody has changed the URL, its files, or the user's permissions.
REFUSALS: Final = (
    exceptions.AuthenticationError,
    exceptions.AuthenticationWrongNumberOfArgsError,
    exceptions.AuthorizationError,
    exceptions.NoPermissionError,
    ssl.SSLError,
    FileNotFoundError,
)
# What has no class of its own in redis-py: no password given, and a database that is not there.
REFUSING: Final = ("NOAUTH", "WRONGPASS", "NOPERM", "DB index is out of range", "Invalid Database")


def is_other_type(error: BaseException) -> bool:
    """Whether a key holds another type than it is asked for."""
    return _said(error).startswith("WRONGTYPE")


@contextmanager
def translated(key: str = "") -> Iterator[None]:
    """Raise StoreUnavailable or a kind of it, or StoreUnusable, for whatever redis raises within.

    StoreSpoiled where `key`, or a key that redis names, is of another type.
    """
    try:
        yield
    except exceptions.ResponseError as error:
        if is_other_type(error):
            raise StoreSpoiled(
                f"{key or _key_of(error)} is of another type: somebody else writes to this Redis; "
                "delete it, and give the read model a database of its own"
            ) from error
        said = _said(error)
        if isinstance(error, exceptions.MovedError) or "CROSSSLOT" in said:
            raise StoreUnusable("this is a Redis Cluster: one primary is needed") from error
        raise _kind_of(error)(describe(error)) from error
    except (exceptions.RedisError, OSError, TimeoutError) as error:
        raise _kind_of(error)(describe(error)) from error


def describe(error: BaseException) -> str:
    """One line that says what went wrong, without anything that was written or asked for."""
    # An unknown command is answered with the beginning of its arguments.
    text = _said(error).partition(", with args beginning")[0][:REASON_LENGTH]
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def _kind_of(error: BaseException) -> type[StoreUnavailable]:
    cause: BaseException | None = error
    while cause is not None:
        # A Redis that goes away in a TLS handshake says no more than that.
        if isinstance(cause, REFUSALS) and not isinstance(cause, ssl.SSLEOFError):
            return StoreRefusal
        cause = cause.__cause__ or cause.__context__
    return StoreRefusal if _said(error).startswith(REFUSING) else StoreUnavailable


def _key_of(error: BaseException) -> str:
    """The key that redis-py names, where the command was one of several."""
    words = str(error.args[0] if error.args else "").split(" of pipeline caused error: ")
    named = words[0].partition("(")[2].split() if len(words) > 1 else []
    return named[1][:REASON_LENGTH].rstrip(")") if len(named) > 1 else "a key of the read model"


def _said(error: BaseException) -> str:
    """What Redis said: redis-py puts the command before it, where it was one of several."""
    text = " ".join(str(error.args[0] if error.args else error).split())
    told = text.partition(" of pipeline caused error: ")[2]
    return told.strip("(',)\"") or text

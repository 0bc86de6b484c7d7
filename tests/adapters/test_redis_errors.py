"""redis-py's errors in the words of the store's ports."""

import ssl

import pytest
from omnistate.adapters.redis.redis_errors import translated
from omnistate.projections.read_model.store_ports import (
    StoreRefusal,
    StoreSpoiled,
    StoreUnavailable,
    StoreUnusable,
)
from redis import exceptions


def outcome(error: BaseException) -> BaseException:
    with pytest.raises((StoreUnavailable, StoreUnusable)) as raised, translated():
        raise error
    return raised.value


def caused(cause: BaseException) -> exceptions.ConnectionError:
    error = exceptions.ConnectionError("Error 1 connecting")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.ConnectionError("refused"), StoreUnavailable),
        (exceptions.TimeoutError("slow"), StoreUnavailable),
        (exceptions.BusyLoadingError("loading"), StoreUnavailable),
        (ConnectionResetError(), StoreUnavailable),
        (caused(ssl.SSLEOFError()), StoreUnavailable),
        (exceptions.ResponseError("OOM command not allowed"), StoreUnavailable),
        (exceptions.AuthenticationError("Authentication required."), StoreRefusal),
        (exceptions.ResponseError("NOAUTH Authentication required."), StoreRefusal),
        (exceptions.ResponseError("WRONGPASS invalid username-password pair"), StoreRefusal),
        (exceptions.NoPermissionError("no permissions to run 'get'"), StoreRefusal),
        (exceptions.ResponseError("DB index is out of range"), StoreRefusal),
        (caused(ssl.SSLCertVerificationError("self-signed")), StoreRefusal),
        (caused(FileNotFoundError(2, "ca.pem")), StoreRefusal),
        (exceptions.ResponseError("WRONGTYPE Operation against a key"), StoreSpoiled),
        (exceptions.ResponseError("CROSSSLOT Keys in request"), StoreUnusable),
    ],
)
def test_which_of_them_it_is(error: BaseException, kind: type[Exception]) -> None:
    assert type(outcome(error)) is kind


def test_what_was_asked_for_is_not_told() -> None:
    asked = exceptions.ResponseError("unknown command 'X', with args beginning with: 'secret'")
    assert "secret" not in str(outcome(asked))

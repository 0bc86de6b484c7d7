"""How every connection of a process is opened: with what is in the files by now, and patiently.

aiokafka's clients keep certificates and passwords for life; here they give functions instead, which
are asked for each connection. Logins that a broker refuses are tried again ever less often, by all
clients of a process: aiokafka's try each for itself, some ten times a second, and whoever counts
wrong passwords would lock the account. Until the next try is due the last refusal is raised, and
nobody is asked.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import aiokafka.client
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
# Of a connection's options, those that may be given as functions of nothing.
RENEWED: Final = ("ssl_context", "sasl_plain_username", "sasl_plain_password")
_REFUSALS: Final = (
    AuthenticationFailedError,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)


class _Refused(NamedTuple):
    error: KafkaError
    pause_s: float
    until_s: float


class Logins:
    """In the place of aiokafka's function that opens a connection."""

    def __init__(
        self, connect: Callable[..., Awaitable[Any]], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`connect` is that function; `now_s` never goes back."""
        self._connect = connect
        self._now_s = now_s
        # By broker, user and password: a mended password is tried at once.
        self._refused: dict[tuple[Any, ...], _Refused] = {}
        self._trying: set[tuple[Any, ...]] = set()

    async def open(self, host: str, port: int, **options: Any) -> Any:
        """A connection. Raises what aiokafka raises, or the last refusal again."""
        options |= {name: options[name]() for name in RENEWED if callable(options.get(name))}
        if not str(options.get("security_protocol", "")).startswith("SASL"):
            return await self._connect(host, port, **options)
        members = ("sasl_mechanism", "sasl_plain_username", "sasl_plain_password")
        key = (host, port, *(options.get(member) for member in members))
        refused = self._refused.get(key)
        if refused is None:
            return await self._try(key, host, port, **options)
        if key in self._trying or self._now_s() < refused.until_s:
            raise type(refused.error)(*refused.error.args)
        # One for all: the others hear what became of it.
        self._trying.add(key)
        try:
            return await self._try(key, host, port, **options)
        finally:
            self._trying.discard(key)

    async def _try(self, key: tuple[Any, ...], host: str, port: int, **options: Any) -> Any:
        try:
            connection = await self._connect(host, port, **options)
        except _REFUSALS as error:
            former = self._refused.get(key)
            # Several may have begun before the first of them was refused: they count as one.
            if former is None or key in self._trying:
                pause_s = min(former.pause_s * 2, LONGEST_PAUSE_S) if former else FIRST_PAUSE_S
                self._refused[key] = _Refused(error, pause_s, self._now_s() + pause_s)
            raise
        self._refused.pop(key, None)
        return connection


_LOGINS: Final = Logins(aiokafka.client.create_conn)


def space_out_logins() -> None:
    """Have every client of this process connect like that from now on; may be called again."""
    aiokafka.client.create_conn = _LOGINS.open

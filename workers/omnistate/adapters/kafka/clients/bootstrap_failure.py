"""Why no broker let a client in: aiokafka only logs the reasons, and raises that there are some.

While somebody listens, they are kept for the error that is raised, and stay out of the log.
"""

import errno
import logging
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from omnistate.adapters.kafka.clients.errors import (
    REFUSALS,
    ClusterFailure,
    ClusterRefusal,
    Unreachable,
    describe,
)

# What a broker does to a client that does not speak as it expects; it does not say why.
CLOSED: Final = (
    "it closed the connection; does it expect another security protocol, or a certificate?"
)

_reasons: Final[ContextVar[list[BaseException] | None]] = ContextVar("reasons", default=None)


class _Listener(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the errors that a line is about; False then, so that it is not logged."""
        kept = _reasons.get()
        if kept is None:
            return True
        arguments = record.args if isinstance(record.args, tuple) else ()
        kept += [each for each in arguments if isinstance(each, BaseException)]
        return False


_listener: Final = _Listener()


@contextmanager
def listening() -> Iterator[Sequence[BaseException]]:
    """The errors that a client meets within while it looks for its first broker, as they come."""
    # The logger of its client module. Adding the filter once more changes nothing.
    logging.getLogger("aiokafka").addFilter(_listener)
    kept: list[BaseException] = []
    token = _reasons.set(kept)
    try:
        yield kept
    finally:
        _reasons.reset(token)


def explain_bootstrap(brokers: str, reasons: Sequence[BaseException]) -> ClusterFailure:
    """ClusterRefusal where a broker answered and will not let us in, else Unreachable."""
    for reason in reasons:
        if _is_refusal(reason):
            return ClusterRefusal(f"Kafka at {brokers} refuses us: {_describe(reason)}")
    message = f"no Kafka broker answers at {brokers}"
    said = "; ".join(dict.fromkeys(_describe(reason) for reason in reasons))
    return Unreachable(f"{message}: {said}" if said else message)


def _is_refusal(error: BaseException) -> bool:
    # A broker that goes away in a handshake says no more than that.
    in_tls = isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError)
    return in_tls or isinstance(error, REFUSALS)


def _describe(error: BaseException) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            # asyncio makes some of its own, without a reason.
            reason = getattr(error, "reason", None) or str(error)
            return f"TLS failed: {reason.lower().replace('_', ' ')}"
        case TimeoutError():
            return "no answer"
        case socket.gaierror():
            return f"{error.strerror}"
        case OSError() if error.errno == errno.ECONNREFUSED or "Errno 111" in str(error):
            return "connection refused"
        case ConnectionError():
            return CLOSED
        case _ if "closed" in str(error):
            return CLOSED
    return describe(error)

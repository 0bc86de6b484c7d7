"""What aiokafka logs, and Faust of its producer, sorted: is a line about brokers that are away?

It logs nothing itself. aiokafka has no other way to say that a running client has lost its broker.
"""

import logging
from typing import Final

from aiokafka import errors

# As the whole driver's logger, and those of its modules, are called.
DRIVER: Final = "aiokafka"
AWAY: Final = (
    OSError,
    TimeoutError,
    errors.KafkaConnectionError,
    errors.NodeNotReadyError,
    errors.RequestTimedOutError,
)
# Faust's, of each record that it could not publish: the error is in the text alone.
UNPUBLISHED: Final = "_on_published error for message topic "
# What follows from it, and names no error.
CONSEQUENCES: Final = frozenset(
    {
        "Unable to update metadata from %s",
        "Marking the coordinator dead (node %s)for group %s.",
        "Heartbeat session expired - marking coordinator dead",
        "Heartbeat failed for group %s: coordinator (node %s) is either not started or not valid",
    }
)


def is_of_driver(record: logging.LogRecord) -> bool:
    """Whether aiokafka has logged this, or Faust of what aiokafka could not send."""
    return record.name.partition(".")[0] == DRIVER or _is_unpublished(record)


def kind_of(record: logging.LogRecord) -> tuple[str, str]:
    """What lines of one kind have in common: the logger, and the text without what varies."""
    return record.name, UNPUBLISHED if _is_unpublished(record) else str(record.msg)


def tell_away(record: logging.LogRecord) -> str | None:
    """Why, where a line of the driver's says that a broker cannot be reached, or what follows."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    if record.msg in CONSEQUENCES or any(isinstance(each, AWAY) for each in arguments):
        return record.getMessage()
    if _is_unpublished(record):
        reason = record.getMessage().partition(" message <")[0]
        return reason if any(each.__name__ in reason for each in AWAY) else None
    error = record.exc_info[1] if record.exc_info else None
    # Its sender wraps what it died of, and shows the tracebacks of all.
    while error is not None and not isinstance(error, AWAY):
        error = error.__cause__
    return None if error is None else f"{record.getMessage()}: {error}"


def _is_unpublished(record: logging.LogRecord) -> bool:
    return record.name == "faust.topics" and str(record.msg).startswith(UNPUBLISHED)

"""How commands and workers end: their exit statuses, and the error that a person has to mend.

Light to import. Which status follows from which error is told in `faults`.
"""

from enum import IntEnum


class ExitStatus(IntEnum):
    """How a command or a worker ended."""

    DONE = 0
    FAILED = 1
    UNUSABLE = 2
    UNREACHABLE = 3
    # As a shell reports a process that SIGINT ended.
    INTERRUPTED = 130


class GivenUp(Exception):
    """What was waited for did not come; the message is one line."""


class Unusable(Exception):
    """It cannot run as things are; the message is one line that says what to do about it.

    An argument, a setting, a file, a topic or a port.
    """


def plain(message: str) -> str:
    """What pydantic says of a value, in fewer words."""
    return message.removeprefix("Value error, ").replace("Input should be", "must be")

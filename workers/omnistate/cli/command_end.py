"""How a command ends: with its exit status, and one line on standard error where it is at fault.

It knows no command, and imports the table of faults only where there is one.
"""

import sys
from collections.abc import Callable
from contextlib import suppress

from omnistate.cli.standard_output import ReaderGone
from omnistate.process.errors import ExitStatus, Unusable


def run_command(name: str, act: Callable[[], int]) -> int:
    """Run a command to its end; its exit status. A bug is raised as it is."""
    try:
        return act()
    except ReaderGone:
        # It has had enough, as `| head` has.
        return ExitStatus.DONE
    except Unusable as error:
        return say(name, " ".join(str(error).split()), ExitStatus.UNUSABLE)
    except (Exception, KeyboardInterrupt) as error:
        from omnistate.process.faults import describe_fault, find_fault

        fault = find_fault(error)
        if fault is None:
            raise
        return say(name, describe_fault(fault, error), fault.status)


def say(name: str, message: str, status: int = ExitStatus.FAILED) -> int:
    """Print one line on standard error and give the exit status back."""
    # Where nobody listens, the status alone has to do.
    with suppress(OSError):
        if sys.stderr is not None:
            print(f"{' '.join(['omnistate', name]).strip()}: {printable(message)}", file=sys.stderr)
    return status


def printable(text: str) -> str:
    """The text on one line, with whatever a terminal would not print as it is escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)

"""What led the representative worker to say something: the cause, and the trace that it carried.

Whatever is said repeats both (contract.md#envelope). It reads no record and encodes nothing.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from omnistate.core.facts import Cause

TRACE: Final = ("traceparent", "tracestate")
# W3C asks to pass on at least 512 characters; every output repeats them.
TRACE_LENGTH_MAX: Final = 1_024


class Occasion(NamedTuple):
    """A cause, and the trace members of its event by name; those that are usable."""

    cause: Cause
    trace: Mapping[str, str]


def pick_trace(members: Mapping[str, Any]) -> dict[str, str]:
    """The trace members of an event that every output may repeat."""
    found = {name: members.get(name) for name in TRACE}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, str) and 1 <= len(value) <= TRACE_LENGTH_MAX
    }

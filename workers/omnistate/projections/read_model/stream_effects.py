"""What changes of conversations add to the stream of changes.

The stream is for live boards; whoever wants more reads the topic. It says nothing of where
conversations stand, and may be ahead of the rest of the model by a moment, or behind it.
"""

from collections.abc import Iterable
from typing import Final

from omnistate.projections.keys import Command, Keys
from omnistate.projections.read_model.output_records import Change

STREAM_LENGTH: Final = 10_000


def stream_changes(keys: Keys, changes: Iterable[Change]) -> list[Command]:
    """What puts the changes into the stream, in the order of their partition."""
    return [
        ("XADD", keys.changes, "MAXLEN", "~", str(STREAM_LENGTH), "*", "event", change.text)
        for change in changes
    ]

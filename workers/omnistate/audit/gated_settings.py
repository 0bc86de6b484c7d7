"""Which settings ask for a grant of the gate's: rows of the engine's table of settings."""

from collections.abc import Mapping
from contextlib import suppress

import msgspec

from omnistate.core.settings import decode_settings
from omnistate.stream.ports import Record


def find_gated(latest: Mapping[bytes | None, Record]) -> set[bytes]:
    """The keys of those in which routers assign through the gate alone; unreadable ones aside."""
    found = set()
    for key, record in latest.items():
        with suppress(msgspec.DecodeError):
            if key is not None and decode_settings(record.value or b"").through_gate:
                found.add(key)
    return found

"""What the router does: it asks the gate for a representative, moves a conversation, or closes it.

Each names the `sequence` it was decided on, and its id is made of what was decided: the same
decision has the same id, so a repeat, or a second router's, does no harm.
"""

from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

# Under which the router's inputs are known; the ids are unique within it.
SOURCE: Final = "/omnistate/router"
_ENCODE: Final = msgspec.msgpack.Encoder().encode


class AssignmentRequest(NamedTuple):
    """May this representative be given this conversation? Key and subject: the representative."""

    id: str
    representative_id: str
    conversation_id: str
    units: int
    profiles: tuple[str, ...]
    expected_sequence: int
    allowed_presences: tuple[str, ...]


class QueueMove(NamedTuple):
    """It overflows into another queue: `router.move` with `overflow`."""

    id: str
    conversation_id: str
    queue_id: str
    expected_sequence: int


class OverflowClosing(NamedTuple):
    """It is over because of overflow: `router.close`, reason `overflow`."""

    id: str
    conversation_id: str
    expected_sequence: int


Action = AssignmentRequest | QueueMove | OverflowClosing


def name_request(conversation_id: str, sequence: int, representative_id: str) -> str:
    """The id of a request: the same whoever makes it, and nobody else's."""
    return _digest(("request", conversation_id, sequence, representative_id))


def name_overflow(conversation_id: str, sequence: int, queue_id: str, rule: int) -> str:
    """The id of a move or closing by the overflow rule of that number, from 0."""
    return _digest(("overflow", conversation_id, sequence, queue_id, rule))


def _digest(parts: tuple[str | int, ...]) -> str:
    # Ids may have any character and 256 of them, so joined they would be neither short nor unique.
    return blake2b(_ENCODE(parts), digest_size=16).hexdigest()

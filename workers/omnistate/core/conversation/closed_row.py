"""The row of a closed conversation as bytes: only its layout, which changelogs keep.

It has only what a closed one's state, later outputs and inputs that come too late still need.
"""

from typing import Final

import msgspec
from omnistate_schemas.vocabulary import Role

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Hold
from omnistate.core.conversation.rare_rows import WaitingRow, read_waiting, write_waiting
from omnistate.core.conversation.stages import Stage
from omnistate.core.conversation.waiting import restart
from omnistate.core.details import Reservation
from omnistate.core.row_version import ROW_VERSION

HoldRow = tuple[int, str, Role, int, list[str], bool, int | None, Reservation | None]
# Version, stage, earliest deadline, settings; origin, when it last happened and was closed,
# sequence, queue, who had it last, when it is forgotten, remainders of holds, memory of repeats and
# of messages, what waits for its order.
_Row = tuple[
    int,
    Stage,
    int | None,
    bytes,
    str,
    int,
    int,
    int,
    str | None,
    str | None,
    int | None,
    list[HoldRow],
    bytes,
    bytes,
    list[WaitingRow],
]
# MessagePack's head of an array of so many members, and the version as the first.
CLOSED_HEAD: Final = b"\x9f" + bytes((ROW_VERSION,))

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(_Row).decode
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_VERSION: Final = ROW_VERSION


def encode_closed(conversation: Conversation, holds: list[HoldRow]) -> bytes:
    """The row as bytes; `holds` are those of the conversation."""
    extras = conversation.extras
    return _ENCODE(
        (
            _VERSION,
            conversation.stage,
            conversation.earliest_ms(),
            conversation.settings_key,
            conversation.origin,
            conversation.occurred_ms,
            conversation.stage_since_ms,
            conversation.sequence,
            conversation.queue_id,
            conversation.representative_id,
            conversation.deadlines.get("forget"),
            holds,
            conversation.fingerprints,
            conversation.messages,
            [] if extras is None else write_waiting(extras.waiting),
        )
    )


def decode_closed(row: bytes) -> Conversation:
    """The conversation of a row. Raises msgspec.DecodeError where it is none."""
    conversation = Conversation(b"", "", "", "")
    (
        _,
        conversation.stage,
        _,
        conversation.settings_key,
        conversation.origin,
        conversation.occurred_ms,
        conversation.stage_since_ms,
        conversation.sequence,
        conversation.queue_id,
        conversation.representative_id,
        forget_ms,
        holds,
        conversation.fingerprints,
        conversation.messages,
        waiting,
    ) = _DECODE(row)
    conversation.holds = [Hold(*hold) for hold in holds]
    if forget_ms is not None:
        conversation.deadlines["forget"] = forget_ms
    if waiting:
        conversation.rest.waiting = read_waiting(waiting)
        restart(conversation)
    return conversation

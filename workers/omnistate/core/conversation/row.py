"""The rows of the tables as bytes: one conversation, and one representative's counter.

Only their layout, which changelogs keep. What comes first is read alone by `row_header`; rows of
former versions are read by way of `row_version`. A closed conversation keeps only what its state,
later outputs and inputs that come too late still need.
"""

from typing import Final

import msgspec
from omnistate_schemas.vocabulary import Role

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation, Hold
from omnistate.core.conversation.stages import Stage
from omnistate.core.row_version import CONVERSATION, COUNTER, ROW_VERSION

_HoldRow = tuple[int, str, Role, int, list[str], bool, int | None]
# Version, stage, earliest deadline; what it began with; the rest in the order of `Conversation`.
_Row = tuple[
    int,
    Stage,
    int | None,
    bytes,
    str,
    str,
    str,
    dict[str, int],
    list[_HoldRow],
    int,
    int,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    bool,
    bool,
    bool,
    int | None,
    list[str],
    list[str],
    list[str],
    int,
    int,
    int,
    int,
    bytes,
]

# Of a closed one: version, stage, deadline (`forget`'s, if no hold is left), settings; origin, when
# it was closed, sequence, queue, who had it last, remainders of holds, memory of repeats.
_ClosedRow = tuple[
    int, Stage, int | None, bytes, str, int, int, str | None, str | None, list[_HoldRow], bytes
]
_CLOSED_HEAD: Final = 0x9B

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(_Row).decode
_DECODE_CLOSED: Final = msgspec.msgpack.Decoder(_ClosedRow).decode
_DECODE_COUNTER: Final = msgspec.msgpack.Decoder(tuple[int, int, int, dict[str, int]]).decode
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_VERSION: Final = ROW_VERSION
_UPGRADE: Final = CONVERSATION.upgrade
_UPGRADE_COUNTER: Final = COUNTER.upgrade


def encode_conversation(conversation: Conversation) -> bytes:
    """The row as bytes, for tables and changelogs."""
    holds = [
        (
            hold.number,
            hold.representative_id,
            hold.role,
            hold.units,
            hold.profiles,
            hold.forced,
            hold.until_ms,
        )
        for hold in conversation.holds
    ]
    if conversation.stage == "closed":
        return _encode_closed(conversation, holds)
    return _ENCODE(
        (
            _VERSION,
            conversation.stage,
            conversation.earliest_ms(),
            conversation.settings_key,
            conversation.channel,
            conversation.workstream_id,
            conversation.origin,
            conversation.deadlines,
            holds,
            conversation.stage_since_ms,
            conversation.sequence,
            conversation.queue_id,
            conversation.customer_id,
            conversation.representative_id,
            conversation.offered_representative_id,
            conversation.last_representative_id,
            conversation.served_by_id,
            conversation.handler_id,
            conversation.outbound,
            conversation.forced,
            conversation.session_closed,
            conversation.units,
            conversation.profiles,
            conversation.skipped,
            conversation.consultants,
            conversation.hold_count,
            conversation.transfer_count,
            conversation.overflow_transfer_count,
            conversation.decline_count,
            conversation.fingerprints,
        )
    )


def decode_conversation(row: bytes) -> Conversation:
    """The conversation of a row. Raises msgspec.DecodeError where it is none.

    A closed one has only what its row keeps.
    """
    row = _UPGRADE(row)
    if row and row[0] == _CLOSED_HEAD:
        return _decode_closed(row)
    conversation = Conversation(b"", "", "", "")
    (
        _,
        conversation.stage,
        _,
        conversation.settings_key,
        conversation.channel,
        conversation.workstream_id,
        conversation.origin,
        conversation.deadlines,
        holds,
        conversation.stage_since_ms,
        conversation.sequence,
        conversation.queue_id,
        conversation.customer_id,
        conversation.representative_id,
        conversation.offered_representative_id,
        conversation.last_representative_id,
        conversation.served_by_id,
        conversation.handler_id,
        conversation.outbound,
        conversation.forced,
        conversation.session_closed,
        conversation.units,
        conversation.profiles,
        conversation.skipped,
        conversation.consultants,
        conversation.hold_count,
        conversation.transfer_count,
        conversation.overflow_transfer_count,
        conversation.decline_count,
        conversation.fingerprints,
    ) = _DECODE(row)
    conversation.holds = [Hold(*hold) for hold in holds]
    return conversation


def _encode_closed(conversation: Conversation, holds: list[_HoldRow]) -> bytes:
    return _ENCODE(
        (
            _VERSION,
            conversation.stage,
            conversation.earliest_ms(),
            conversation.settings_key,
            conversation.origin,
            conversation.stage_since_ms,
            conversation.sequence,
            conversation.queue_id,
            conversation.representative_id,
            holds,
            conversation.fingerprints,
        )
    )


def _decode_closed(row: bytes) -> Conversation:
    conversation = Conversation(b"", "", "", "")
    (
        _,
        conversation.stage,
        due_ms,
        conversation.settings_key,
        conversation.origin,
        conversation.stage_since_ms,
        conversation.sequence,
        conversation.queue_id,
        conversation.representative_id,
        holds,
        conversation.fingerprints,
    ) = _DECODE_CLOSED(row)
    conversation.holds = [Hold(*hold) for hold in holds]
    if not holds and due_ms is not None:
        conversation.deadlines["forget"] = due_ms
    return conversation


def encode_counter(counter: Counter) -> bytes:
    """The row of a counter as bytes."""
    return _ENCODE((_VERSION, counter.sequence, counter.units, counter.profiles))


def decode_counter(row: bytes) -> Counter:
    """The counter of a row. Raises msgspec.DecodeError where it is none."""
    _, sequence, units, profiles = _DECODE_COUNTER(_UPGRADE_COUNTER(row))
    return Counter(sequence, units, profiles)

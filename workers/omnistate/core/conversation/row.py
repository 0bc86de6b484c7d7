"""The rows of the tables as bytes: one conversation, and one representative's counter.

Only their layout, which changelogs keep. What comes first is read alone by `row_header`; rows of
former versions are read by way of `former_row`. A closed conversation keeps only what its state,
later outputs and inputs that come too late still need; one that has not begun what waits for it.
"""

from typing import Final

import msgspec
from omnistate_schemas.vocabulary import Role

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.former_row import read_former
from omnistate.core.conversation.parties import Hold, Offer
from omnistate.core.conversation.rare_rows import (
    ExtrasRow,
    WaitingRow,
    read_extras,
    read_waiting,
    write_extras,
    write_waiting,
)
from omnistate.core.conversation.stages import Stage
from omnistate.core.conversation.waiting import restart
from omnistate.core.details import Reservation
from omnistate.core.row_version import COUNTER, ROW_VERSION

_HoldRow = tuple[int, str, Role, int, list[str], bool, int | None, Reservation | None]
_OfferRow = tuple[str, bool, int | None, Reservation | None]
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
    dict[str, int],
    list[_OfferRow],
    list[_HoldRow],
    int,
    int,
    int,
    int | None,
    int | None,
    int | None,
    int,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
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
    bytes,
    str | None,
    ExtrasRow | None,
]
# Of a closed one: version, stage, earliest deadline, settings; origin, when it last happened and
# was closed, sequence, queue, who had it last, when it is forgotten, remainders of holds, memory of
# repeats and of messages, what waits for its order.
_ClosedRow = tuple[
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
    list[_HoldRow],
    bytes,
    bytes,
    list[WaitingRow],
]
# Of one that has not begun: version, stage, earliest deadline, no settings, what waits for it.
_EarlyRow = tuple[int, Stage, int | None, bytes, list[WaitingRow]]
# MessagePack's heads of arrays of so many members.
_HEAD: Final = b"\xdc\x00\x26"
_CLOSED_HEAD: Final = b"\x9f"
_EARLY_HEAD: Final = b"\x95"

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(_Row).decode
_DECODE_CLOSED: Final = msgspec.msgpack.Decoder(_ClosedRow).decode
_DECODE_EARLY: Final = msgspec.msgpack.Decoder(_EarlyRow).decode
_DECODE_COUNTER: Final = msgspec.msgpack.Decoder(tuple[int, int, int, dict[str, int]]).decode
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_VERSION: Final = ROW_VERSION
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
            hold.reservation,
        )
        for hold in conversation.holds
    ]
    stage, extras = conversation.stage, conversation.extras
    if stage == "closed":
        return _encode_closed(conversation, holds)
    if stage == "nothing":
        waiting = [] if extras is None else write_waiting(extras.waiting)
        return _ENCODE((_VERSION, stage, conversation.earliest_ms(), b"", waiting))
    return _ENCODE(
        (
            _VERSION,
            stage,
            conversation.earliest_ms(),
            conversation.settings_key,
            conversation.channel,
            conversation.workstream_id,
            conversation.origin,
            conversation.deadlines,
            conversation.windows,
            [
                (offer.representative_id, offer.forced, offer.until_ms, offer.reservation)
                for offer in conversation.offers
            ],
            holds,
            conversation.occurred_ms,
            conversation.started_ms,
            conversation.stage_since_ms,
            conversation.queued_ms,
            conversation.queue_since_ms,
            conversation.representative_since_ms,
            conversation.sequence,
            conversation.queue_id,
            conversation.customer_id,
            conversation.representative_id,
            conversation.last_representative_id,
            conversation.served_by_id,
            conversation.handler_id,
            conversation.outbound,
            conversation.session_closed,
            conversation.units,
            conversation.profiles,
            conversation.skipped,
            conversation.consultants,
            conversation.hold_count,
            conversation.transfer_count,
            conversation.overflow_count,
            conversation.decline_count,
            conversation.fingerprints,
            conversation.messages,
            conversation.reason,
            None if extras is None else write_extras(extras),
        )
    )


def decode_conversation(row: bytes) -> Conversation:
    """The conversation of a row of any version. Raises msgspec.DecodeError where it is none.

    A closed one has only what its row keeps.
    """
    if row[:1] == _CLOSED_HEAD:
        return _decode_closed(row)
    if row[:1] == _EARLY_HEAD:
        conversation = Conversation(b"", "", "", "")
        *_, waiting = _DECODE_EARLY(row)
        conversation.rest.waiting = read_waiting(waiting)
        restart(conversation)
        return conversation
    if row[:3] != _HEAD:
        return read_former(row)
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
        conversation.windows,
        offers,
        holds,
        conversation.occurred_ms,
        conversation.started_ms,
        conversation.stage_since_ms,
        conversation.queued_ms,
        conversation.queue_since_ms,
        conversation.representative_since_ms,
        conversation.sequence,
        conversation.queue_id,
        conversation.customer_id,
        conversation.representative_id,
        conversation.last_representative_id,
        conversation.served_by_id,
        conversation.handler_id,
        conversation.outbound,
        conversation.session_closed,
        conversation.units,
        conversation.profiles,
        conversation.skipped,
        conversation.consultants,
        conversation.hold_count,
        conversation.transfer_count,
        conversation.overflow_count,
        conversation.decline_count,
        conversation.fingerprints,
        conversation.messages,
        conversation.reason,
        extras,
    ) = _DECODE(row)
    conversation.offers = [Offer(*offer) for offer in offers]
    conversation.holds = [Hold(*hold) for hold in holds]
    conversation.extras = None if extras is None else read_extras(extras)
    return conversation


def upgrade_conversation(row: bytes) -> bytes:
    """A row of any version as the present one writes it."""
    if row[:3] == _HEAD or row[:1] in (_CLOSED_HEAD, _EARLY_HEAD):
        return row
    return encode_conversation(decode_conversation(row))


def _encode_closed(conversation: Conversation, holds: list[_HoldRow]) -> bytes:
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


def _decode_closed(row: bytes) -> Conversation:
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
    ) = _DECODE_CLOSED(row)
    conversation.holds = [Hold(*hold) for hold in holds]
    if forget_ms is not None:
        conversation.deadlines["forget"] = forget_ms
    if waiting:
        conversation.rest.waiting = read_waiting(waiting)
        restart(conversation)
    return conversation


def encode_counter(counter: Counter) -> bytes:
    """The row of a counter as bytes."""
    return _ENCODE((_VERSION, counter.sequence, counter.units, counter.profiles))


def decode_counter(row: bytes) -> Counter:
    """The counter of a row. Raises msgspec.DecodeError where it is none."""
    _, sequence, units, profiles = _DECODE_COUNTER(_UPGRADE_COUNTER(row))
    return Counter(sequence, units, profiles)

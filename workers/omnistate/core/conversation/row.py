"""The row of one conversation as bytes: only its layout, which changelogs keep.

What comes first is read alone by `row_header`; rows of former versions are read by way of
`former_row`. A closed conversation has a row of its own, `closed_row`; of one that has not begun
what waits for it is kept.
"""

from typing import Final

import msgspec

from omnistate.core.conversation.closed_row import (
    CLOSED_HEAD,
    HoldRow,
    decode_closed,
    encode_closed,
)
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
from omnistate.core.row_version import CONVERSATION, ROW_VERSION

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
    list[HoldRow],
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
# Of one that has not begun: version, stage, earliest deadline, no settings, what waits for it.
_EarlyRow = tuple[int, Stage, int | None, bytes, list[WaitingRow]]
# MessagePack's heads of arrays of so many members, and the version as the first.
_HEAD: Final = b"\xdc\x00\x26" + bytes((ROW_VERSION,))
_EARLY_HEAD: Final = b"\x95" + bytes((ROW_VERSION,))

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(_Row).decode
_DECODE_EARLY: Final = msgspec.msgpack.Decoder(_EarlyRow).decode
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_VERSION: Final = ROW_VERSION
_CLOSED_HEAD: Final = CLOSED_HEAD
_UPGRADE: Final = CONVERSATION.upgrade


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
        return encode_closed(conversation, holds)
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
    if row[:2] == _CLOSED_HEAD:
        return decode_closed(row)
    if row[:2] == _EARLY_HEAD:
        conversation = Conversation(b"", "", "", "")
        *_, waiting = _DECODE_EARLY(row)
        conversation.rest.waiting = read_waiting(waiting)
        restart(conversation)
        return conversation
    if row[:4] != _HEAD:
        present = _UPGRADE(row)
        return read_former(row) if present is row else decode_conversation(present)
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
    if row[:4] == _HEAD or row[:2] in (_CLOSED_HEAD, _EARLY_HEAD):
        return row
    return encode_conversation(decode_conversation(row))

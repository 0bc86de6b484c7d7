"""Rows of former versions: a conversation of edition 1 as the present law holds it.

Reading alone; nothing writes such rows any more. What they did not keep (when things happened) is
taken from what they did.
"""

from typing import Final

import msgspec
from omnistate_schemas.vocabulary import Role

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Hold, Offer
from omnistate.core.conversation.stages import Stage
from omnistate.core.input import FINGERPRINT_BYTES, FINGERPRINTS_KEPT

_HoldRow = tuple[int, str, Role, int, list[str], bool, int | None]
# Version, stage, earliest deadline, settings, channel, workstream, origin, deadlines, holds, since
# when in this stage, sequence, queue, customer, representative, who has the offer, who had it last,
# who served, handler; outbound, forced, session closed; units, profiles, skipped, consultants;
# counts of holds, transfers, overflows and declines; fingerprints.
_Row2 = tuple[
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
# Version, stage, deadline, settings, origin, when it was closed, sequence, queue, who had it last,
# remainders of holds, fingerprints.
_ClosedRow2 = tuple[
    int, Stage, int | None, bytes, str, int, int, str | None, str | None, list[_HoldRow], bytes
]
# Version 1 did not say so.
_HEAD1: Final = b"\xdc\x00\x1d"
_HEAD2: Final = b"\xdc\x00\x1e\x02"
_CLOSED_HEAD2: Final = b"\x9b\x02"
_DECODE2: Final = msgspec.msgpack.Decoder(_Row2).decode
_DECODE_CLOSED2: Final = msgspec.msgpack.Decoder(_ClosedRow2).decode
_WINDOW: Final = "representative_reconnect"


def read_former(row: bytes) -> Conversation:
    """The conversation of a row of version 1 or 2. Raises msgspec.DecodeError where it is none."""
    if row.startswith(_CLOSED_HEAD2):
        return _read_closed(row)
    if row.startswith(_HEAD1):
        row = _HEAD2 + row[len(_HEAD1) :]
    conversation = Conversation(b"", "", "", "")
    (
        _,
        conversation.stage,
        _,
        conversation.settings_key,
        conversation.channel,
        conversation.workstream_id,
        conversation.origin,
        deadlines,
        holds,
        since_ms,
        conversation.sequence,
        conversation.queue_id,
        conversation.customer_id,
        conversation.representative_id,
        offered_id,
        conversation.last_representative_id,
        conversation.served_by_id,
        conversation.handler_id,
        conversation.outbound,
        forced,
        conversation.session_closed,
        conversation.units,
        conversation.profiles,
        conversation.skipped,
        conversation.consultants,
        conversation.hold_count,
        conversation.transfer_count,
        conversation.overflow_count,
        conversation.decline_count,
        fingerprints,
    ) = _DECODE2(row)
    conversation.holds = [Hold(*hold) for hold in holds]
    if offered_id is not None:
        conversation.offers.append(Offer(offered_id, forced, deadlines.pop("offer", None)))
    for name, id_ in (
        (_WINDOW, conversation.representative_id),
        (f"{_WINDOW}/offered", offered_id),
    ):
        due_ms = deadlines.pop(name, None)
        if due_ms is not None and id_ is not None:
            conversation.windows[id_] = due_ms
    conversation.deadlines = deadlines
    conversation.fingerprints = _last(fingerprints)
    _take_times(conversation, since_ms)
    return conversation


def _take_times(conversation: Conversation, since_ms: int) -> None:
    conversation.occurred_ms = conversation.started_ms = conversation.stage_since_ms = since_ms
    if conversation.stage in {"open", "awaiting_acceptance"}:
        conversation.queued_ms = conversation.queue_since_ms = since_ms
    if conversation.representative_id is not None:
        conversation.representative_since_ms = since_ms


def _read_closed(row: bytes) -> Conversation:
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
        fingerprints,
    ) = _DECODE_CLOSED2(row)
    conversation.holds = [Hold(*hold) for hold in holds]
    if not holds and due_ms is not None:
        conversation.deadlines["forget"] = due_ms
    conversation.fingerprints = _last(fingerprints)
    conversation.occurred_ms = conversation.stage_since_ms
    return conversation


def _last(fingerprints: bytes) -> bytes:
    return fingerprints[-FINGERPRINT_BYTES * FINGERPRINTS_KEPT :]

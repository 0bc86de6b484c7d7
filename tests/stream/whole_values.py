"""Of everything that the present version stores a value in which no member is as it is by itself.

Their rows are in `golden/whole-3.json`: a layout that changes by accident is seen in one of them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Extras, Hold, Offer, Waiting
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.core.details import Details, Reservation, Update
from omnistate.core.input import Input
from omnistate.core.representative.grants import Grant
from omnistate.core.representative.holdings import (
    HeldCost,
    Holding,
    decode_holding,
    decode_holding_key,
    encode_holding,
    encode_holding_key,
)
from omnistate.core.representative.totals import Share, Totals, decode_totals, encode_totals
from omnistate.core.row_version import ROW_VERSION
from omnistate.core.settings import WorkstreamSettings, decode_settings, encode_settings
from omnistate.projections.figures.counting_rows import MemoryRow, decode_memory, encode_memory
from omnistate.projections.figures.service_figures import HandOver, Memory
from omnistate.stream.position import Position, decode_position, encode_position

AT_MS: Final = 1_772_440_000_000
GRANTED: Final = Reservation("request-1", "/router", 30, ["chat"])
SETTINGS: Final = WorkstreamSettings(
    channel="sms",
    kind="messaging",
    picked=True,
    units=20,
    profiles=("chat",),
    wrap_up_block_ms=60_000,
    release_on_close=True,
    reserve_on_offer=False,
    keep_same_representative=True,
    auto_accept=True,
    offer_ms=1,
    customer_reconnect_ms=2,
    representative_reconnect_ms=3,
    open_ms=4,
    active_ms=5,
    wrap_up_ms=6,
    waiting_ms=7,
    resolved_ms=8,
    bot_inactivity_ms=9,
    closed_retention_ms=10,
    direct_consult_blocks=True,
    queue_consult_blocks=False,
    follows=True,
    settle_ms=11,
    max_delay_ms=None,
    parallel_offers=12,
    through_gate=True,
    wrap_up_after_transfer_ms=13,
    reopens=True,
    idle_ms=14,
    promotes=False,
    may_wait=True,
    bot_silence_ms=15,
    silence_rules=(("customer", 16, "remind"), ("representative", 17, "requeue")),
    tells_recorded=False,
    default_queue_id="support",
)


def waiting() -> Waiting:
    """An input that waits for its order, with all that is kept of one."""
    input_ = Input("channel-events", 3, 41, "conversation.answered", "c", "e", "/acd", b"12345678")
    input_.time_ms, input_.size, input_.trigger = AT_MS, 300, "conversation.answered/again"
    input_.representative_id, input_.actor_id, input_.queue_id = "ana", "sue", "second"
    input_.target_id, input_.declined, input_.direct = "ben", True, True
    input_.reason, input_.traceparent, input_.tracestate = "merged", "00-1-2-01", "a=b"
    update = Update(7, {"language": "es", "gone": None}, 40, ["call"])
    input_.details = Details(update, GRANTED, 60, AT_MS + 1, "sold", "c-2")
    return Waiting(input_, AT_MS + 2, AT_MS + 3)


def extras() -> Extras:
    """What few conversations have."""
    found = Extras()
    found.priority, found.attributes = 5, {"skills": ["es"], "vip": True, "rate": 1.5}
    found.disposition, found.merged_into, found.promised_to = "sold", "c-2", "cem"
    found.reconnected_ms, found.reported_ms, found.on_hold_since_ms = AT_MS, AT_MS + 1, AT_MS + 2
    found.on_hold_ms, found.extended_ms = 4_000, 60_000
    found.silent, found.silent_since_ms, found.silence_rules_fired = "customer", AT_MS + 3, 1
    found.reminder_count, found.waiting = 2, [waiting()]
    return found


def conversation() -> Conversation:
    """One that is offered to two, is consulted about, and has been handed over."""
    found = Conversation(b"settings", "sms", "social", "3-17", "awaiting_acceptance")
    found.reason = "assigned_by_supervisor"
    found.deadlines, found.windows = {"auto_close": AT_MS + 90}, {"ana": AT_MS + 80}
    found.offers = [Offer("ana", True, AT_MS + 70, GRANTED), Offer("ben", False)]
    found.holds = [
        Hold(1, "ana", "primary", 30, ["chat"], True, AT_MS + 60, GRANTED),
        Hold(2, "cem", "wrap_up", 30, [], False, AT_MS + 50),
    ]
    found.occurred_ms, found.started_ms, found.stage_since_ms = AT_MS + 6, AT_MS, AT_MS + 5
    found.queued_ms, found.queue_since_ms, found.representative_since_ms = AT_MS, AT_MS + 1, AT_MS
    found.sequence, found.queue_id, found.customer_id = 7, "support", "customer-1"
    found.representative_id, found.last_representative_id = "ana", "cem"
    found.served_by_id, found.handler_id = "cem", "bot-1"
    found.outbound = found.session_closed = True
    found.units, found.profiles, found.skipped, found.consultants = 40, ["call"], ["dee"], ["eve"]
    found.hold_count, found.transfer_count, found.overflow_count = 2, 3, 4
    found.decline_count, found.fingerprints, found.messages = 5, bytes(8), bytes(range(8))
    found.extras = extras()
    return found


def early() -> Conversation:
    """What waits for its start."""
    found = Conversation(b"", "", "", "")
    found.rest.waiting = [waiting()]
    found.deadlines["early"] = AT_MS + 3
    return found


def closed() -> Conversation:
    """A closed one that somebody writes up, and for which something waits."""
    found = Conversation(b"settings", "", "", "3-17", "closed")
    found.occurred_ms, found.stage_since_ms, found.sequence = AT_MS, AT_MS + 1, 11
    found.queue_id, found.representative_id = "second", "ben"
    found.holds = [Hold(2, "cem", "wrap_up", 30, ["chat"], False, AT_MS + 50, GRANTED)]
    found.fingerprints, found.messages = bytes(8), bytes(range(8))
    found.rest.waiting = [waiting()]
    found.deadlines |= {"forget": AT_MS + 99, "settle": AT_MS + 3}
    return found


TOTALS: Final = Totals(
    sequence=4,
    shares={3: Share(9, 50, {"chat": 2})},
    set_presence="away",
    set_by_supervisor=True,
    gaps=1,
    fingerprints=bytes(8),
    published=bytes(range(8)),
    standing="resting",
    lease_until_ms=AT_MS,
    grants=[Grant("c", "request-1", "/router", 30, ["chat", "day"], AT_MS, 0, ["day"], 3)],
    granted=bytes(range(8, 16)),
    last_granted_ms=AT_MS + 1,
    last_released_ms=AT_MS + 2,
    orders=6,
    unlisted={3: 8},
)
HOLDING: Final = Holding(
    ROW_VERSION,
    3,
    [HeldCost("3-17.h1", "primary", 30, ["chat"]), HeldCost("3-17.h2", "daily", 0, ["day"])],
    kept=True,
)
HAND_OVER: Final = HandOver(AT_MS, AT_MS - 500, "ana", "support", "line")
MEMORY: Final = MemoryRow(
    ROW_VERSION, 3, Memory(5, AT_MS, True, 61_000, 2, AT_MS + 1, (HAND_OVER,))
)
POSITION: Final = Position(
    AT_MS, {"channel-events": 17}, {"conversations": 2}, ROW_VERSION, {"channel-events": "abc"}
)
# By name: the value, how it is written, and how it is read.
Stored = tuple[Any, Callable[[Any], bytes], Callable[[bytes], Any]]
STORED: Final[dict[str, Stored]] = {
    "conversation": (conversation(), encode_conversation, decode_conversation),
    "early": (early(), encode_conversation, decode_conversation),
    "closed": (closed(), encode_conversation, decode_conversation),
    "settings": (SETTINGS, lambda settings: encode_settings(settings)[1], decode_settings),
    "totals": (TOTALS, encode_totals, decode_totals),
    "holding": (HOLDING, encode_holding, decode_holding),
    "holding_key": (("ana", "c"), lambda ids: encode_holding_key(*ids), decode_holding_key),
    "position": (POSITION, encode_position, decode_position),
    "memory": (
        MEMORY,
        lambda row: json.dumps(encode_memory(row)).encode(),
        lambda row: decode_memory(json.loads(row)),
    ),
}
GOLDEN: Final = Path(__file__).parent / "golden" / "whole-3.json"

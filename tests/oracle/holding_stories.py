"""Short days of the second edition that are about what is held, computed by hand.

`stories` says how they read.
"""

from __future__ import annotations

from typing import Any

CHANGED, RELEASED, RECORDED = "conversation.state_changed", "capacity.released", "input.recorded"

HOLDING_STORIES = {
    "what it costs changes": """
    * desk: {channel: live_chat, profiles: [chat], units: 10, parallel_offers: 2}
    * capacity_profiles: {chat: {limit: 3}, day: {limit: 2, reset: end_of_day}}
    0     | conversation.started channel=live_chat profiles=["x"] | C1 open
    1     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/10
    2     | router.assign rep=ben | A13 awaiting_acceptance, +ben/primary/10
    3     | conversation.updated profiles=["day"] | U1 awaiting_acceptance, -ana/primary U1,
          | -ben/primary U1, +ana/primary/10!, +ana/daily/0!, +ben/primary/10!, +ben/daily/0!
    4     | representative.accept rep=ben | A1 in_conversation, -ana/primary A1
    5     | consult.started rep=eva via=queue | +eva/consultant/10, +eva/daily/0
    6     | conversation.updated units=20 priority=9 | U1 in_conversation, -ben/primary U1,
          | -eva/consultant U1, +ben/primary/20!, +eva/consultant/20!
    7     | conversation.updated priority=8 attributes={"case":"1"} | U1 in_conversation
    8     | conversation.updated attributes={"case":null} priority=8 | U1 in_conversation
    9     | conversation.updated attributes={"case":null} | no_effect
    10    | conversation.closed reason=duplicate | Z1 closed, -ben/primary Z1, -eva/consultant Z1
    54000 | timer day_reset | -ana/daily P1, -ben/daily P1, -eva/daily P1
    """,
    "a day that starts at four": """
    * desk: {channel: sms, profiles: [day]}
    * capacity_profiles: {day: {limit: 2, reset: end_of_day}}
    * representatives: {ana: {time_zone: Europe/Madrid, day_starts: "12:30"}}
    0     | conversation.started channel=sms | C1 open
    1     | representative.pick rep=ana | O2 in_conversation, +ana/primary/0!, +ana/daily/0!
    9000  | timer day_reset | -ana/daily P1
    9001  | representative.release rep=ana | B6 open, -ana/primary B6
    9002  | representative.pick rep=ana | O2 in_conversation, +ana/primary/0!, +ana/daily/0!
    """,
    "nothing is held before they answer": """
    * desk: {channel: voice, reserve_on_offer: false, wrap_up_after_transfer: 30}
    0     | conversation.started channel=voice direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    1     | representative.transfer rep=ana to=representative:ben | B10 in_conversation
    2     | supervisor.assign sup=sue rep=eva | B13 in_conversation
    3     | representative.accept rep=ben | not_offered
    4     | representative.accept rep=eva | B17 in_conversation, -ana/primary B17,
          | +eva/primary/30!, +ana/wrap_up/30
    5     | supervisor.assign sup=sue rep=ana | B13 in_conversation, -ana/wrap_up B13
    6     | representative.reject rep=ana | B18 in_conversation
    7     | representative.transfer rep=eva to=bot:robin | B12 with_bot, -eva/primary B12,
          | +eva/wrap_up/30
    8     | supervisor.force_close sup=sue | D5 closed, -eva/wrap_up D5
    """,
    "wrap-up that is made longer": """
    * desk: {channel: live_chat, block_capacity_for_wrap_up: 60, auto_close: {wrap_up: 30}}
    0     | conversation.started channel=live_chat direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    10    | customer.ended | B2 wrap_up
    20    | representative.extend_wrap_up rep=ana seconds=40 |
    110   | timer wrap_up_release | -ana/primary W4
    110   | timer auto_close | W2 closed
    """,
    "told of twice": """
    * desk: {channel: sms, reopen_from_wrap_up: true, block_capacity_for_wrap_up: never}
    0     | conversation.started channel=sms direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    1     | representative.message rep=ana id=m1 |
    2     | representative.message rep=ana id=m1 | duplicate
    3     | representative.resume rep=ana id=r1 | invalid_status
    4     | representative.end rep=ana | B1 wrap_up, -ana/primary B1
    5     | customer.messaged | W8 in_conversation, +ana/primary/30!
    6     | representative.close_session rep=ana | B9 waiting, -ana/primary B9
    7     | representative.resume rep=ana id=r1 | X3 in_conversation, +ana/primary/30!
    8     | representative.resume rep=ana id=r1 | duplicate
    9     | representative.close_session rep=ana resume_at=2025-03-05T09:00:09Z | B9 waiting,
          | -ana/primary B9
    10    | representative.end rep=ben | not_assigned
    11    | representative.end rep=ana disposition=done | X9 closed
    """,
    "a lost customer is called again": """
    * desk: {channel: live_chat, keep_same_representative: true}
    * desk: {representative_reconnect_window: 30}
    0     | conversation.started channel=live_chat priority=50 | C1 open
    1     | customer.disconnected |
    2     | router.schedule scheduled_for=2025-03-05T09:10:00Z rep=ana | N4 scheduled
    600   | timer scheduled | S1 open, S3 awaiting_acceptance, +ana/primary/30!
    601   | representative.disconnected rep=ana |
    631   | timer representative_reconnect | A6 open, L1 awaiting_acceptance, -ana/primary A6,
          | +ana/primary/30!
    640   | supervisor.assign sup=sue queue_id=second | A10 open, -ana/primary A10
    641   | customer.ended | O7 closed
    """,
}
FIGURES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "what it costs changes": [
        ("conversation.updated@3", CHANGED, {"profiles": ["chat", "day"], "units": 10}),
        ("conversation.updated@6", CHANGED, {"units": 20, "priority": 9}),
        ("conversation.updated@7", CHANGED, {"attributes": {"case": "1"}}),
        ("conversation.updated@8", CHANGED, {"attributes": None, "reason": "in_conversation"}),
        (
            "conversation.closed@10",
            CHANGED,
            {"reason": "duplicate", "representative_id": "ben", "abandoned": False},
        ),
    ],
    "wrap-up that is made longer": [
        (
            "representative.extend_wrap_up@20",
            RECORDED,
            {"next_timer": {"name": "auto_close", "at": "2025-03-05T09:01:50.000Z"}},
        ),
    ],
    "a lost customer is called again": [
        ("supervisor.assign@640", CHANGED, {"queued_at": 600, "queue_since": 640}),
        ("customer.ended@641", CHANGED, {"abandoned": True, "left_waiting": True}),
    ],
}

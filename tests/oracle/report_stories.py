"""Short days of which another system tells, computed by hand; `stories` says how they read."""

from __future__ import annotations

from typing import Any

CHANGED, RELEASED = "conversation.state_changed", "capacity.released"

REPORT_STORIES = {
    "what comes before its start": """
    * desk: {channel: live_chat, authority: upstream}
    0     | conversation.answered rep=ana |
    1     | router.assign rep=ben | unknown_conversation
    2     | conversation.offered rep=ana |
    2.5   | conversation.started channel=live_chat | C1 open
    2.5   | taken conversation.answered | F4 in_conversation, +ana/primary/30!
    2.5   | taken conversation.offered | no_effect
    3     | conversation.ended by=system | F5 wrap_up
    """,
    "a start that never comes": """
    * desk: {channel: live_chat, authority: upstream}
    0     | customer.messaged id=m1 |
    1     | customer.messaged id=m1 | duplicate
    2     | conversation.queued |
    3     | taken customer.messaged | unknown_conversation
    5     | taken conversation.queued | unknown_conversation
    6     | conversation.started channel=live_chat | C1 open
    """,
    "clocks that disagree": """
    * desk: {channel: voice, authority: upstream, settle_window: 3}
    0     | conversation.started channel=voice queue_id=first | C1 open
    10    | conversation.ended |
    8     | conversation.answered rep=ana |
    8     | conversation.offered rep=ana |
    11    | taken conversation.offered | F2 awaiting_acceptance, +ana/primary/30!
    11    | taken conversation.answered | F4 in_conversation
    12    | representative.hold rep=ana |
    11    | representative.hold rep=ben |
    13    | taken conversation.ended | F5 wrap_up
    14    | taken representative.hold | no_effect
    15    | conversation.wrapped_up rep=ana |
    15    | taken representative.hold | no_effect
    18    | taken conversation.wrapped_up | F6 closed, -ana/primary F6
    """,
    "what is told too late": """
    * desk: {channel: sms, authority: upstream}
    0     | conversation.started channel=sms | C1 open
    10    | conversation.answered rep=ana | F4 in_conversation, +ana/primary/30!
    9     | conversation.offered rep=ana | superseded
    9     | customer.messaged |
    12    | conversation.parked | F7 waiting, -ana/primary F7
    11    | conversation.answered rep=ben | superseded
    13    | conversation.answered rep=ben | F4 in_conversation, +ben/primary/30!
    14    | conversation.wrapped_up rep=ana | no_effect
    15    | conversation.wrapped_up | F6 closed, -ben/primary F6
    16    | conversation.wrapped_up | stale
    """,
    "it rings with several": """
    * desk: {channel: voice, authority: upstream, parallel_offers: 2, wrap_up_after_transfer: 30}
    0     | conversation.started channel=voice | C1 open
    1     | conversation.offered rep=ana | F2 awaiting_acceptance, +ana/primary/30!
    2     | conversation.offered rep=ben | F2 awaiting_acceptance, +ben/primary/30!
    3     | conversation.offered rep=eva | no_effect
    4     | conversation.offer_ended rep=ana declined=true | F3 awaiting_acceptance,
          | -ana/primary F3
    5     | conversation.offer_ended rep=ana | no_effect
    6     | conversation.offer_ended rep=ben | F3 open, -ben/primary F3
    7     | conversation.answered rep=ben | F4 in_conversation, +ben/primary/30!
    8     | conversation.offered rep=ana | F2 in_conversation, +ana/primary/30!
    9     | conversation.answered rep=ben | F4 in_conversation, -ana/primary F4
    10    | conversation.answered rep=ben | no_effect
    11    | conversation.answered rep=eva | F4 in_conversation, -ben/primary F4, +eva/primary/30!,
          | +ben/wrap_up/30
    12    | conversation.wrapped_up rep=ben | -ben/wrap_up W7
    13    | conversation.ended by=customer | F5 wrap_up
    14    | conversation.answered rep=ana | F4 in_conversation, -eva/primary F4, +ana/primary/30!
    15    | conversation.queued queue_id=second | F1 open, -ana/primary F1
    16    | conversation.queued queue_id=second | no_effect
    17    | conversation.ended | F5 closed
    """,
    "a record that waits and comes back": """
    * desk: {channel: record, authority: upstream, auto_close: {active: 100}}
    0     | conversation.started channel=record | C1 open
    1     | conversation.offered rep=ana | F2 awaiting_acceptance, +ana/primary/30!
    2     | router.assign rep=ben | A13 in_conversation, -ana/primary A13, +ben/primary/30
    3     | conversation.parked | F7 waiting, -ben/primary F7
    4     | record.reactivated | X1 open
    5     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    6     | record.deactivated outcome=resolved | B14 resolved, -ana/primary B14
    7     | record.reactivated | R5 in_conversation, +ana/primary/30!
    107   | timer auto_close | B4 closed, -ana/primary B4
    """,
    "whatever the other system forgets": """
    * desk: {channel: live_chat, authority: upstream}
    0     | conversation.started channel=live_chat | C1 open
    1     | conversation.offered rep=ana | F2 awaiting_acceptance, +ana/primary/30!
    86401 | timer auto_close | A14 closed, -ana/primary A14
    """,
    "this engine decides": """
    * desk: {channel: live_chat, max_delay: 5}
    0     | conversation.started channel=live_chat | C1 open
    20    | conversation.offered rep=ana | engine_decides
    16    | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    30    | representative.reject rep=ana | A2 open, -ana/primary A2
    20    | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    31    | customer.reconnected |
    30.5  | customer.disconnected | no_effect
    31    | customer.disconnected |
    40    | customer.ended | A4 closed, -ana/primary A4
    """,
    "what a gate grants": """
    * desk: {channel: live_chat, assign_through_gate: true, reserve_on_offer: false}
    0     | conversation.started channel=live_chat | C1 open
    1     | router.assign rep=ana | not_reserved
    2     | router.assign rep=ana reservation={"id":"g1","source":"/r","units":20}
          | source=/omnistate/gate | declined ana not_reserved, not_reserved
    3     | router.assign rep=ana reservation={"id":"g2","source":"/r","units":30} |
          | declined ana not_reserved, not_reserved
    4     | router.assign rep=ana reservation={"id":"g3","source":"/r","units":30}
          | source=/omnistate/gate | O1 awaiting_acceptance
    5     | router.assign rep=ana reservation={"id":"g4","source":"/r","units":30}
          | source=/omnistate/gate | declined ana no_effect, no_effect
    6     | representative.reject rep=ana | A2 open, declined ana withdrawn
    7     | router.assign rep=ana reservation={"id":"g5","source":"/r","units":30}
          | source=/omnistate/gate | O1 awaiting_acceptance
    8     | representative.accept rep=ana | A1 in_conversation, +ana/primary/30
    9     | conversation.updated units=40 | U1 in_conversation, -ana/primary U1, +ana/primary/40!
    10    | conversation.updated units=40 | no_effect
    """,
}
FIGURES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "clocks that disagree": [
        ("conversation.offered@11", CHANGED, {"occurred_at": 8, "queued_at": 0}),
        (
            "conversation.ended@13",
            CHANGED,
            {"occurred_at": 10, "previous_status_seconds": 2, "hold_seconds": None},
        ),
        ("conversation.wrapped_up@18", CHANGED, {"previous_status_seconds": 5}),
    ],
    "it rings with several": [
        (
            "conversation.offer_ended@4",
            CHANGED,
            {"skipped_representative_ids": ["ana"], "decline_count": 1},
        ),
        ("conversation.offer_ended@6", CHANGED, {"decline_count": 1, "queued_at": 0}),
        ("conversation.offered@8", CHANGED, {"offered_representative_id": "ana"}),
        ("conversation.answered@11", CHANGED, {"transfer_count": 1}),
        ("conversation.answered@14", CHANGED, {"transfer_count": 1}),
        (
            "conversation.ended@17",
            CHANGED,
            {
                "representative_id": "ana",
                "reason": "customer_left_open",
                "abandoned": False,
                "left_waiting": True,
                "queued_at": 15,
            },
        ),
    ],
    "this engine decides": [
        # believed, since it is not more than five seconds late
        ("router.assign@20", CHANGED, {"occurred_at": 16}),
        # not believed
        ("router.assign@30", CHANGED, {"occurred_at": 30}),
        ("customer.ended@40", CHANGED, {"abandoned": True, "left_waiting": True}),
    ],
}

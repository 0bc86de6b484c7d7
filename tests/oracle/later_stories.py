"""Short days of the contract's second edition, computed by hand; `stories` says how they read.

`FIGURES` says what members of one output of a day must be: moments are seconds after it began.
"""

from __future__ import annotations

from typing import Any

CHANGED, HELD = "conversation.state_changed", "capacity.held"

LATER_STORIES = {
    "several are asked at once": """
    * desk: {channel: live_chat, parallel_offers: 3}
    0     | conversation.started channel=live_chat | C1 open
    1     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    11    | router.assign rep=ben | A13 awaiting_acceptance, +ben/primary/30
    21    | router.assign rep=eva | A13 awaiting_acceptance, +eva/primary/30
    22    | router.assign rep=eva | no_effect
    23    | router.assign rep=dan | invalid_status
    24    | representative.disconnected rep=eva |
    25    | representative.reject rep=ana reason=lunch | A2 awaiting_acceptance, -ana/primary A2
    26    | router.withdraw rep=ana | not_offered
    27    | router.withdraw rep=ben | A11 awaiting_acceptance, -ben/primary A11
    28    | router.assign rep=ana | A13 awaiting_acceptance, +ana/primary/30
    29    | representative.transfer rep=ana to=queue:billing | A8 awaiting_acceptance,
          | -ana/primary A8
    30    | router.assign rep=ben | A13 awaiting_acceptance, +ben/primary/30
    141   | timer offer | A3 awaiting_acceptance, -eva/primary A3
    142   | representative.accept rep=ben | A1 in_conversation
    143   | representative.end rep=ben | B1 wrap_up
    """,
    "the first who answers has it": """
    * desk: {channel: voice, parallel_offers: 2, block_capacity_for_wrap_up: never}
    0     | conversation.started channel=voice | C1 open
    1     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    2     | router.assign rep=ben | A13 awaiting_acceptance, +ben/primary/30
    3     | representative.accept rep=ben | A1 in_conversation, -ana/primary A1
    4     | representative.end rep=ben | B1 wrap_up, -ben/primary B1
    """,
    "whoever hands over writes up": """
    * desk: {channel: voice, wrap_up_after_transfer: 60, block_capacity_for_wrap_up: never}
    0     | conversation.started channel=voice direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    10    | representative.transfer rep=ana to=representative:ben | B10 in_conversation,
          | +ben/primary/30
    11    | representative.accept rep=ben | B17 in_conversation, -ana/primary B17, +ana/wrap_up/30
    12    | representative.close_session rep=ana | -ana/wrap_up W7
    13    | representative.close_session rep=ana | not_assigned
    20    | representative.transfer rep=ben to=queue:billing | B7 open, -ben/primary B7,
          | +ben/wrap_up/30
    30    | customer.ended | O7 closed
    80    | timer wrap_up_release | -ben/wrap_up W6
    """,
    "writing up ends where they are given it again": """
    * desk: {channel: voice, wrap_up_after_transfer: 60}
    0     | conversation.started channel=voice direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    10    | representative.transfer rep=ana to=external:+34 | B11 with_external, -ana/primary B11,
          | +ana/wrap_up/30
    11    | representative.resume rep=ben | not_assigned
    12    | representative.resume rep=ana | E5 in_conversation, -ana/wrap_up E5, +ana/primary/30!
    20    | representative.transfer rep=ana to=external:+35 | B11 with_external, -ana/primary B11,
          | +ana/wrap_up/30
    21    | external.failed | E3 open
    22    | router.assign rep=ana | O1 awaiting_acceptance, -ana/wrap_up O1, +ana/primary/30
    23    | supervisor.force_close sup=sue | A7 closed, -ana/primary A7
    """,
    "the caller waits on hold": """
    * desk: {channel: voice}
    0     | conversation.started channel=voice direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    10    | representative.unhold rep=ana | no_effect
    20    | representative.hold rep=ana |
    21    | representative.hold rep=ana | no_effect
    22    | representative.hold rep=ben | no_effect
    50    | representative.unhold rep=ana |
    60    | representative.hold rep=ana |
    70    | representative.end rep=ana disposition=sold | B1 wrap_up
    75    | representative.extend_wrap_up rep=ben seconds=60 | not_assigned
    76    | representative.extend_wrap_up rep=ana seconds=3000 |
    77    | representative.extend_wrap_up rep=ana seconds=3000 |
    78    | representative.extend_wrap_up rep=ana seconds=1 | no_effect
    90070 | timer auto_close | W2 closed, -ana/primary W2
    """,
    "a consultant stays with the customer": """
    * desk: {channel: live_chat, representative_reconnect_window: 30}
    0     | conversation.started channel=live_chat | C1 open
    1     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    2     | consult.started rep=ben via=direct |
    3     | consult.started rep=eva via=queue | +eva/consultant/30
    4     | representative.disconnected rep=ben |
    10    | representative.disconnected rep=ana |
    40    | timer representative_reconnect | B23 in_conversation, -ana/primary B23,
          | -eva/consultant B23, +eva/primary/30!
    41    | consult.started rep=dan via=queue | +dan/consultant/30
    42    | representative.close_session rep=eva | B23 in_conversation, -eva/primary B23,
          | -dan/consultant B23, +dan/primary/30!
    43    | representative.close_session rep=dan | B8 open, -dan/primary B8
    """,
    "a consultant whose window runs out": """
    * desk: {channel: live_chat, representative_reconnect_window: 30}
    0     | conversation.started channel=live_chat | C1 open
    1     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    2     | consult.started rep=ben via=queue | +ben/consultant/30
    3     | representative.transfer rep=ana to=representative:ben | B10 in_conversation,
          | +ben/primary/30
    4     | representative.disconnected rep=ben |
    34    | timer representative_reconnect | B18 in_conversation, -ben/primary B18,
          | -ben/consultant K2
    40    | representative.end rep=ana | B1 wrap_up
    50    | representative.disconnected rep=ana |
    80    | timer representative_reconnect | -ana/primary W9
    81    | representative.close_session rep=ana | W1 closed
    """,
    "a lively thread, idle for a while": """
    * desk: {channel: sms, release_when_idle: 30, reopen_from_wrap_up: true}
    * desk: {block_capacity_for_wrap_up: 60, auto_accept: false}
    0     | conversation.started channel=sms | C1 open
    1     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    20    | customer.messaged |
    50    | timer idle | -ana/primary K3
    51    | supervisor.leave sup=sue |
    60    | representative.message rep=ana | +ana/primary/30!
    90    | timer idle | -ana/primary K3
    91    | representative.transfer rep=ana to=representative:ben | B10 in_conversation,
          | +ana/primary/30!, +ben/primary/30
    92    | router.withdraw | B18 in_conversation, -ben/primary B18
    122   | timer idle | -ana/primary K3
    130   | representative.end rep=ana | B1 wrap_up, +ana/primary/30!
    140   | customer.messaged | W8 in_conversation
    170   | timer idle | -ana/primary K3
    """,
    "who owes an answer": """
    * desk: {channel: sms, time_out_rules: [{silent: customer, after: 60, then: wait},
          | {silent: customer, after: 20, then: remind}, {silent: representative, after: 30,
          | then: requeue}]}
    0     | conversation.started channel=sms | C1 open
    1     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    10    | representative.message rep=ana |
    20    | representative.message rep=ana |
    30    | timer silence | remind customer
    40    | customer.messaged |
    41    | representative.message rep=ana |
    61    | timer silence | remind customer
    101   | timer silence | B20 waiting, -ana/primary B20
    110   | customer.messaged | X1 open, X2 awaiting_acceptance, +ana/primary/30!
    111   | representative.accept rep=ana | A1 in_conversation
    120   | customer.messaged |
    130   | customer.messaged |
    150   | timer silence | B22 open, -ana/primary B22
    """,
    "the customer says nothing more": """
    * desk: {channel: live_chat, time_out_rules: [{silent: customer, after: 20, then: end}]}
    0     | conversation.started channel=live_chat | C1 open
    1     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    10    | representative.message rep=ana |
    30    | timer silence | B21 wrap_up
    """,
    "bots": """
    * desk: {channel: whatsapp, bot_response_timeout: 30}
    0     | conversation.started channel=whatsapp handled_by=bot queue_id=support | C2 with_bot
    1     | bot.take bot_id=b1 | N3 with_bot
    2     | bot.take bot_id=b1 | no_effect
    10    | customer.messaged |
    20    | customer.messaged |
    30    | bot.message |
    31    | customer.messaged |
    61    | timer bot_silence | D6 open
    70    | bot.take bot_id=b2 | N3 with_bot
    71    | representative.pick rep=ana | N6 in_conversation, +ana/primary/30!
    72    | representative.close_session rep=ana resume_at=2025-03-05T09:02:00Z | B9 waiting,
          | -ana/primary B9
    120   | timer wake | X8 open, X2 awaiting_acceptance, +ana/primary/30!
    121   | representative.accept rep=ana | A1 in_conversation
    122   | representative.close_session rep=ana | B9 waiting, -ana/primary B9
    123   | bot.take bot_id=b1 | N3 with_bot
    124   | supervisor.transfer sup=sue rep=ana | N1 awaiting_acceptance, +ana/primary/30!
    125   | conversation.closed reason=spam | Z1 closed, -ana/primary Z1
    """,
    "called back as promised": """
    * desk: {channel: voice}
    0     | conversation.started channel=voice direction=outbound rep=ana
          | scheduled_for=2025-03-05T09:01:00Z | C4 scheduled
    10    | customer.ended | no_effect
    60    | timer scheduled | S1 open, S3 awaiting_acceptance, +ana/primary/30!
    61    | representative.reject rep=ana | A2 open, -ana/primary A2
    62    | router.schedule scheduled_for=2025-03-05T09:01:00Z | invalid_data
    63    | router.schedule scheduled_for=2025-03-05T09:02:00Z rep=ben | N4 scheduled
    64    | router.close reason=failure expected_sequence=3 | superseded
    120   | timer scheduled | S1 open, S3 awaiting_acceptance, +ben/primary/30!
    121   | representative.release rep=ben | A8 open, -ben/primary A8
    122   | router.schedule scheduled_for=2025-03-05T09:03:00Z | N4 scheduled
    123   | router.close reason=failure | N5 closed
    """,
}
FIGURES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "several are asked at once": [
        (
            "router.assign@21",
            CHANGED,
            {"offered_representative_ids": ["ana", "ben", "eva"], "representative_id": "ana"},
        ),
        (
            "representative.reject@25",
            CHANGED,
            {
                "offered_representative_id": "ben",
                "offered_representative_ids": ["ben", "eva"],
                "representative_id": "ben",
                "representative_since": 25,
                "skipped_representative_ids": ["ana"],
                "decline_reason": "lunch",
                "decline_count": 1,
                "queued_at": 0,
            },
        ),
        ("router.assign@28", CHANGED, {"decline_count": 1, "decline_reason": None}),
        (
            "representative.accept@142",
            CHANGED,
            {
                "queued_at": 0,
                "decline_count": 2,
                "offered_representative_ids": None,
                "skipped_representative_ids": ["eva"],
            },
        ),
        ("representative.end@143", CHANGED, {"queued_at": None, "decline_count": None}),
    ],
    "the caller waits on hold": [
        (
            "representative.end@70",
            CHANGED,
            {"hold_seconds": 40, "disposition": "sold", "representative_since": 0},
        ),
        ("timer.auto_close@90070", CHANGED, {"hold_seconds": 40, "occurred_at": 90070}),
    ],
    "a lively thread, idle for a while": [
        ("representative.message@60", HELD, {"rule": "K4", "forced": True}),
        ("representative.end@130", HELD, {"rule": "B1", "forced": True}),
    ],
    "called back as promised": [
        ("conversation.started@0", CHANGED, {"direction": "outbound", "scheduled_for": 60}),
        ("timer.scheduled@60", CHANGED, {"scheduled_for": None, "queued_at": 60}),
        ("router.schedule@63", CHANGED, {"queued_at": 60, "abandoned": False}),
    ],
}

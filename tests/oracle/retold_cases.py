"""Cases from other projects' bug reports, retold with the contract's second edition.

Each is a day on which an engine of the first edition kept its law and served people badly, or had
no words for what happened. `stories` says how they read, `later_stories` what `FIGURES` are; what
is `on=` another conversation names it.
"""

from __future__ import annotations

from typing import Any

CHANGED, RECORDED = "conversation.state_changed", "input.recorded"

RETOLD_CASES = {
    # She hands a call over: a minute to write up, and nobody rings her before.
    "wrap-up after a transfer": """
    * desk: {channel: voice, units: 100, block_capacity_for_wrap_up: 60}
    * desk: {wrap_up_after_transfer: 60}
    0     | conversation.started channel=voice queue_id=first | C1 open
    0     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/100
    3     | representative.accept rep=ana | A1 in_conversation
    600   | consult.started rep=bob via=queue | +bob/consultant/100
    720   | representative.transfer rep=ana to=representative:bob | B10 in_conversation,
          | +bob/primary/100
    723   | representative.accept rep=bob | B17 in_conversation, -ana/primary B17,
          | -bob/consultant B17, +ana/wrap_up/100
    783   | timer wrap_up_release | -ana/wrap_up W6
    1200  | customer.ended | B2 wrap_up
    1260  | timer wrap_up_release | -bob/primary W4
    1800  | conversation.started on=call-3 channel=voice direction=outbound rep=cem |
          | C3 in_conversation, +cem/primary/100!
    2400  | representative.transfer on=call-3 rep=cem to=queue:second | B7 open, -cem/primary B7,
          | +cem/wrap_up/100
    2420  | representative.close_session on=call-3 rep=cem | -cem/wrap_up W7
    """,
    # A bot has it, or has died with it; people step in without being asked.
    "take over from the bot": """
    * desk: {channel: messaging, bot_response_timeout: 300}
    0     | conversation.started channel=whatsapp handled_by=bot queue_id=support | C2 with_bot
    60    | customer.messaged |
    70    | representative.pick rep=ana | N6 in_conversation, +ana/primary/30!
    80    | conversation.started on=wa-2 channel=whatsapp handled_by=bot | C2 with_bot
    81    | supervisor.assign on=wa-2 sup=sue rep=ana | N1 awaiting_acceptance, +ana/primary/30!
    82    | conversation.started on=wa-3 channel=whatsapp handled_by=bot | C2 with_bot
    83    | router.move on=wa-3 queue_id=support | N2 open
    84    | conversation.started on=wa-4 channel=whatsapp handled_by=bot | C2 with_bot
    85    | router.close on=wa-4 reason=failure | N5 closed
    90    | conversation.started on=wa-5 channel=whatsapp handled_by=bot queue_id=support |
          | C2 with_bot
    100   | customer.messaged on=wa-5 |
    150   | customer.messaged on=wa-5 |
    190   | representative.accept on=wa-2 rep=ana | A1 in_conversation
    400   | timer bot_silence | D6 open
    """,
    # The number outside is not answered: the call comes back.
    "the external leg fails": """
    * desk: {channel: voice, units: 100}
    0     | conversation.started channel=voice queue_id=support direction=outbound rep=ana |
          | C3 in_conversation, +ana/primary/100!
    300   | representative.transfer rep=ana to=external:+34911111111 | B11 with_external,
          | -ana/primary B11
    340   | representative.resume rep=ana | E5 in_conversation, +ana/primary/100!
    350   | representative.transfer rep=ana to=external:+34922222222 | B11 with_external,
          | -ana/primary B11
    380   | external.failed | E3 open
    381   | supervisor.assign sup=sue rep=bob | O3 awaiting_acceptance, +bob/primary/100!
    382   | representative.accept rep=bob | A1 in_conversation
    400   | representative.transfer rep=bob to=external:+34933333333 | B11 with_external,
          | -bob/primary B11
    900   | external.ended | E4 closed
    """,
    # Whatever they have goes back after the window, also what came in the same second. Each
    # conversation is told of it; who tells is the representative worker.
    "a desktop is gone": """
    * desk: {channel: live_chat, auto_accept: true}
    * workstreams: {cases: {channel: record, units: 10, representative_reconnect_window: 150}}
    0     | conversation.started channel=live_chat | C1 open
    0     | router.assign rep=ana | O1 in_conversation, +ana/primary/30
    600   | representative.disconnected rep=ana |
    600.2 | conversation.started on=chat-3 channel=live_chat | C1 open
    600.3 | router.assign on=chat-3 rep=ana | O1 in_conversation, +ana/primary/30
    600.4 | conversation.started on=case-1 channel=record workstream_id=cases | C1 open
    600.5 | router.assign on=case-1 rep=ana | O1 in_conversation, +ana/primary/10
    601   | representative.disconnected on=chat-3 rep=ana |
    601   | representative.disconnected on=case-1 rep=ana |
    630   | customer.messaged on=chat-3 |
    750   | timer representative_reconnect | B5 open, -ana/primary B5
    751   | timer representative_reconnect | B5 open, -ana/primary B5, B5 open, -ana/primary B5
    """,
    # A disconnect that its reconnect has overtaken; with two tabs the gateway says nothing at all.
    "two tabs": """
    * desk: {channel: live_chat, block_capacity_for_wrap_up: never}
    0     | conversation.started channel=live_chat | C1 open
    0     | router.assign rep=bob | O1 awaiting_acceptance, +bob/primary/30
    5     | representative.accept rep=bob | A1 in_conversation
    300.3 | customer.reconnected |
    300.1 | customer.disconnected | no_effect
    510   | customer.messaged |
    600   | customer.disconnected |
    700   | customer.messaged |
    1000  | representative.end rep=bob | B1 wrap_up, -bob/primary B1
    """,
    # What is cancelled while it is scheduled never opens; a promise is kept.
    "scheduled, then cancelled": """
    * desk: {channel: voice, units: 100}
    * workstreams: {cases: {channel: record, units: 25}}
    0     | conversation.started on=case-1 channel=record workstream_id=cases
          | scheduled_for=2025-03-05T10:00:00Z | C4 scheduled
    10    | record.deactivated on=case-1 outcome=resolved | S4 closed
    20    | conversation.started channel=voice direction=outbound rep=ana
          | scheduled_for=2025-03-05T10:00:00Z | C4 scheduled
    30    | customer.ended | no_effect
    40    | conversation.started on=cb-2 channel=voice scheduled_for=2025-03-05T10:00:00Z |
          | C4 scheduled
    50    | conversation.closed on=cb-2 reason=completed | Z1 closed
    3600  | timer scheduled | S1 open, S3 awaiting_acceptance, +ana/primary/100!
    3610  | representative.accept rep=ana | A1 in_conversation
    """,
    # Who has waited longest keeps the place after an offer that nobody took.
    "a place in the queue": """
    * desk: {channel: voice, units: 100}
    0     | conversation.started channel=voice queue_id=support priority=5 | C1 open
    360   | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/100
    480   | timer offer | A3 open, -ana/primary A3
    500   | router.move queue_id=second overflow=true | O5 open
    600   | router.assign rep=ben | O1 awaiting_acceptance, +ben/primary/100
    603   | representative.accept rep=ben | A1 in_conversation
    """,
    # On hold, a code for how it ended, and what the desktop knows of the case.
    "hold and disposition": """
    * desk: {channel: voice, units: 100}
    0     | conversation.started channel=voice priority=5
          | attributes={"case":"CAS-1","skills":["es"]} | C1 open
    0     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/100
    5     | representative.accept rep=ana | A1 in_conversation
    180   | representative.hold rep=ana |
    300   | representative.unhold rep=ana |
    360   | representative.end rep=ana | B1 wrap_up
    390   | representative.close_session rep=ana disposition=resolved | W1 closed, -ana/primary W1
    """,
    # Whoever is silent: the representative loses it, the customer waits, and a thread wakes up.
    "silence": """
    * desk: {channel: messaging, time_out_rules: [{silent: representative, after: 900,
          | then: requeue}, {silent: customer, after: 600, then: wait}]}
    0     | conversation.started channel=whatsapp | C1 open
    0     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    5     | representative.accept rep=ana | A1 in_conversation
    60    | customer.messaged |
    960   | timer silence | B22 open, -ana/primary B22
    970   | router.assign rep=bob | O1 awaiting_acceptance, +bob/primary/30
    975   | representative.accept rep=bob | A1 in_conversation
    1000  | representative.message rep=bob |
    1600  | timer silence | B20 waiting, -bob/primary B20
    1700  | representative.resume rep=bob | X3 in_conversation, +bob/primary/30!
    1710  | representative.close_session rep=bob resume_at=2025-03-06T09:00:00Z | B9 waiting,
          | -bob/primary B9
    86400 | timer wake | X8 open, X2 awaiting_acceptance, +bob/primary/30!
    """,
    # Who comes back meets the bot first; a bot hands to another; a bot takes from the queue.
    "back to the bot": """
    * desk: {channel: messaging, keep_same_representative: false}
    0     | conversation.started channel=whatsapp handled_by=bot | C2 with_bot
    60    | bot.escalate queue_id=support | D1 open
    65    | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    1200  | representative.close_session rep=ana | B9 waiting, -ana/primary B9
    1300  | bot.take bot_id=night-bot | N3 with_bot
    1310  | customer.messaged |
    1311  | bot.message |
    1320  | bot.take bot_id=bot-2 | N3 with_bot
    1330  | bot.escalate | D1 open
    1340  | bot.take bot_id=bot-2 | N3 with_bot
    1350  | bot.end | D2 closed
    """,
    # An hour's call of two people: two minutes are hers.
    "whose hour": """
    * desk: {channel: voice, units: 100}
    0     | conversation.started channel=voice | C1 open
    0     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/100
    0     | representative.accept rep=ana | A1 in_conversation
    90    | consult.started rep=bob via=direct |
    120   | representative.transfer rep=ana to=representative:bob | B10 in_conversation,
          | +bob/primary/100
    120   | representative.accept rep=bob | B17 in_conversation, -ana/primary B17
    3600  | customer.ended | B2 wrap_up
    3630  | representative.close_session rep=bob | W1 closed, -bob/primary W1
    """,
}
FIGURES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "scheduled, then cancelled": [("timer.scheduled@3600", CHANGED, {"direction": "outbound"})],
    "a place in the queue": [
        ("timer.offer@480", CHANGED, {"queued_at": 0, "queue_since": 0, "decline_count": 1}),
        (
            "router.move@500",
            CHANGED,
            {"queued_at": 0, "queue_since": 500, "decline_count": 0, "overflow_count": 1},
        ),
        ("representative.accept@603", CHANGED, {"queued_at": 0, "started_at": 0, "priority": 5}),
    ],
    "hold and disposition": [
        ("representative.hold@180", RECORDED, {"representative_id": "ana", "sequence": 3}),
        ("representative.end@360", CHANGED, {"hold_seconds": 120, "disposition": None}),
        (
            "representative.close_session@390",
            CHANGED,
            {
                "hold_seconds": 120,
                "disposition": "resolved",
                "attributes": {"case": "CAS-1", "skills": ["es"]},
                "priority": 5,
            },
        ),
    ],
    "silence": [
        ("timer.silence@960", CHANGED, {"skipped_representative_ids": ["ana"]}),
        (
            "representative.close_session@1710",
            CHANGED,
            {"next_timer": {"name": "wake", "at": "2025-03-06T09:00:00.000Z"}},
        ),
    ],
    "back to the bot": [
        ("bot.take@1300", CHANGED, {"handler": {"kind": "bot", "id": "night-bot"}}),
    ],
    "whose hour": [
        ("representative.accept@0", CHANGED, {"representative_since": 0}),
        ("representative.accept@120", CHANGED, {"representative_since": 120}),
        (
            "customer.ended@3600",
            CHANGED,
            {"representative_since": 120, "occurred_at": 3600, "representative_id": "bob"},
        ),
    ],
}

"""A dozen short days, computed by hand from the contract.

A story is a text. Its first lines that begin with `*` are settings (YAML, of the workstream `desk`
or of a whole section). Then each line is `second | input | outcome`: an input is a type and its
members (`rep`, `sup` and `to=kind:id` for short), or `timer NAME`. The outcome lists what comes
out, in order: `RULE stage` for a change, `+who/role/units` for a hold (`!` after it: forced),
`-who/role RULE` for a release, `code` for a refusal, nothing where it is recorded. A line that
begins with `|` carries the outcome on. A second that is before the one above comes late. What
waited for its turn is `taken TYPE` when it came.

Those of the contract's second edition are in `later_stories`.
"""

from __future__ import annotations

STORIES = {
    "a chat with a lost customer, affinity and a skipped representative": """
    * desk: {channel: live_chat, keep_same_representative: true}
    0     | conversation.started channel=live_chat | C1 open
    10    | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    20    | representative.disconnected rep=ana |
    130   | timer offer | A3 open, -ana/primary A3
    140   | router.assign rep=ben | O1 awaiting_acceptance, +ben/primary/30
    150   | representative.disconnected rep=ben |
    151   | representative.accept rep=ben | A1 in_conversation
    160   | representative.disconnected rep=ben |
    310   | timer representative_reconnect | B5 open, L1 awaiting_acceptance,
          | -ben/primary B5, +ben/primary/30!
    311   | representative.disconnected rep=ben |
    320   | customer.disconnected |
    321   | customer.disconnected | no_effect
    430   | timer offer | A3 open, -ben/primary A3
    500   | timer customer_reconnect | O8 closed
    501   | customer.messaged | stale
    502   | representative.pick rep=ana | closed
    """,
    "the offered one is lost and gets it again": """
    * desk: {channel: live_chat, keep_same_representative: true, reserve_on_offer: false}
    0     | conversation.started channel=live_chat | C1 open
    1     | supervisor.assign sup=sam rep=ana | O3 awaiting_acceptance
    2     | representative.disconnected rep=ana |
    121   | timer offer | A3 open
    122   | router.assign rep=ana auto_accept=true | O1 in_conversation, +ana/primary/30
    123   | representative.release rep=ana | B6 open, -ana/primary B6
    124   | router.assign rep=ben | O1 awaiting_acceptance
    125   | customer.disconnected |
    126   | customer.messaged |
    127   | representative.reject rep=ana | not_offered
    128   | supervisor.transfer sup=sam rep=ben | no_effect
    129   | supervisor.transfer sup=sam rep=ana | A9 awaiting_acceptance
    130   | representative.accept rep=ana | A1 in_conversation, +ana/primary/30!
    131   | representative.close_session rep=ana | B8 open, -ana/primary B8
    132   | representative.close_session rep=ana | no_effect
    133   | representative.release rep=ben | invalid_status
    134   | customer.ended | O7 closed
    """,
    "affinity after a lost offer": """
    * desk: {channel: live_chat, keep_same_representative: true}
    * desk: {representative_reconnect_window: 30}
    0     | conversation.started channel=live_chat | C1 open
    1     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    2     | representative.disconnected rep=ana |
    32    | timer representative_reconnect | A6 open, L1 awaiting_acceptance,
          | -ana/primary A6, +ana/primary/30!
    40    | customer.ended | A4 closed, -ana/primary A4
    """,
    "a thread that waits, comes back and is resumed": """
    * desk: {channel: messaging, auto_accept: true, auto_close: {waiting: 100}}
    0     | conversation.started channel=sms | C1 open
    1     | router.assign rep=ana | O1 in_conversation, +ana/primary/30
    2     | representative.close_session rep=ana | B9 waiting, -ana/primary B9
    3     | representative.message rep=ben | no_effect
    4     | customer.messaged | X1 open, X2 awaiting_acceptance, +ana/primary/30!
    5     | representative.reject rep=ana | A2 open, -ana/primary A2
    6     | representative.pick rep=ben | O2 in_conversation, +ben/primary/30!
    7     | representative.close_session rep=ben | B9 waiting, -ben/primary B9
    8     | representative.resume rep=ana | not_assigned
    9     | representative.resume rep=ben | X3 in_conversation, +ben/primary/30!
    10    | representative.close_session rep=ben | B9 waiting, -ben/primary B9
    11    | supervisor.assign sup=sam rep=ben | X6 in_conversation, +ben/primary/30!
    12    | representative.close_session rep=ben | B9 waiting, -ben/primary B9
    50    | representative.message rep=ben |
    60    | supervisor.monitor sup=sam |
    150   | timer inactivity | X4 closed
    """,
    "a transfer offer declined, lost, timed out, replaced and taken": """
    * desk: {channel: persistent_chat, representative_reconnect_window: 30}
    0     | conversation.started channel=persistent_chat | C1 open
    1     | router.assign rep=ana auto_accept=true | O1 in_conversation, +ana/primary/30
    2     | representative.transfer rep=ana to=representative:ana | no_effect
    3     | representative.transfer rep=ana to=representative:ben | B10 in_conversation,
          | +ben/primary/30
    4     | representative.reject rep=ben | B18 in_conversation, -ben/primary B18
    5     | supervisor.transfer sup=sam rep=ben | B13 in_conversation, +ben/primary/30!
    6     | representative.disconnected rep=ben |
    36    | timer representative_reconnect | B18 in_conversation, -ben/primary B18
    40    | consult.started rep=eva via=queue | +eva/consultant/30
    41    | consult.started rep=eva via=queue | no_effect
    42    | consult.started rep=ben via=direct |
    43    | supervisor.assign sup=sam rep=eva | B13 in_conversation, +eva/primary/30!
    44    | representative.transfer rep=ana to=representative:eva | no_effect
    45    | representative.transfer rep=ana to=representative:ben | B10 in_conversation,
          | -eva/primary B10, +ben/primary/30
    46    | representative.accept rep=eva | not_offered
    165   | timer offer | B18 in_conversation, -ben/primary B18
    170   | supervisor.assign sup=sam rep=eva | B13 in_conversation, +eva/primary/30!
    171   | representative.accept rep=eva | B17 in_conversation,
          | -ana/primary B17, -eva/consultant B17
    172   | representative.message rep=ben |
    173   | consult.ended rep=ben via=direct |
    174   | representative.message rep=ben | no_effect
    175   | representative.end rep=ana | not_assigned
    176   | representative.transfer rep=eva to=queue:billing | B7 open, -eva/primary B7
    177   | router.move queue_id=billing | no_effect
    178   | router.move queue_id=support overflow=true | O5 open
    179   | router.close reason=failure | O6 closed
    """,
    "consultants leave with the conversation": """
    * desk: {channel: voice, consult_blocks_capacity: {direct: true}}
    0     | conversation.started channel=voice direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    1     | consult.started rep=ben via=direct | +ben/consultant/30
    2     | consult.started rep=eva via=queue | +eva/consultant/30
    3     | consult.ended rep=ben via=direct | -ben/consultant K2
    4     | supervisor.transfer sup=sam rep=ben | wrong_channel
    5     | representative.transfer rep=ana to=external:+34 | B11 with_external,
          | -ana/primary B11, -eva/consultant B11
    6     | supervisor.monitor sup=sam |
    7206  | timer auto_close | E2 closed
    """,
    "wrap-up that blocks beyond its closing": """
    * desk: {channel: voice, block_capacity_for_wrap_up: 60, auto_close: {active: 30}}
    * desk: {closed_retention: 100}
    0     | conversation.started channel=voice | C1 open
    1     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/30
    2     | representative.accept rep=ana | A1 in_conversation
    32    | timer auto_close | B4 wrap_up
    33    | representative.end rep=ana | no_effect
    34    | representative.close_session rep=ana | W1 closed
    92    | timer wrap_up_release | -ana/primary W5
    191   | bot.end | closed
    192   | bot.end | unknown_conversation
    """,
    "wrap-up that closes by itself after the block": """
    * desk: {channel: live_chat, block_capacity_for_wrap_up: 600, auto_close: {wrap_up: 60}}
    0     | conversation.started channel=live_chat handled_by=bot | C2 with_bot
    1     | bot.escalate queue_id=support | D1 open
    2     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    3     | customer.disconnected |
    183   | timer customer_reconnect | B3 wrap_up
    783   | timer wrap_up_release | -ana/primary W4
    783   | timer auto_close | W2 closed
    """,
    "release on close, and never": """
    * desk: {channel: live_chat, block_capacity_for_wrap_up: 60, release_on_close: true}
    0     | conversation.started channel=live_chat direction=outbound rep=ana | C3 in_conversation,
          | +ana/primary/30!
    1     | customer.ended | B2 wrap_up
    2     | representative.close_session rep=ana | W1 closed, -ana/primary W1
    """,
    "a record with a closed session": """
    * desk: {channel: record}
    0     | conversation.started channel=record units=5 | C1 open
    1     | router.assign rep=ana | O1 in_conversation, +ana/primary/5
    2     | representative.close_session rep=ana |
    3     | representative.reconnected rep=ana |
    4     | representative.close_session rep=ana |
    5     | representative.disconnected rep=ana |
    6     | record.deactivated outcome=cancelled | B14 resolved, R1 closed, -ana/primary B14
    """,
    "a record that changes hands": """
    * desk: {channel: record, auto_accept: false}
    0     | conversation.started channel=record | C1 open
    1     | representative.pick rep=ana | O2 in_conversation, +ana/primary/30!
    2     | representative.close_session rep=ana |
    3     | supervisor.transfer sup=sam rep=ben | B17 in_conversation,
          | -ana/primary B17, +ben/primary/30!
    4     | representative.resolve_record rep=ana outcome=resolved | not_assigned
    5     | representative.resolve_record rep=ben outcome=resolved | B14 resolved, -ben/primary B14
    6     | representative.resolve_record rep=ben outcome=resolved | no_effect
    7     | representative.close_session rep=ana | not_assigned
    86405 | timer auto_close | R4 closed
    """,
    "a slot for the day": """
    * desk: {channel: persistent_chat, profiles: [day, now], keep_same_representative: false}
    * capacity_profiles: {day: {limit: 2, reset: end_of_day}, now: {limit: 2}}
    * representatives: {ana: {time_zone: Asia/Tokyo}}
    0     | conversation.started channel=persistent_chat | C1 open
    1     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/0, +ana/daily/0
    2     | representative.release rep=ana | A8 open, -ana/primary A8
    3     | router.assign rep=ana | O1 awaiting_acceptance, +ana/primary/0
    4     | representative.accept rep=ana | A1 in_conversation
    21600 | timer day_reset | -ana/daily P1
    21601 | consult.started rep=ben via=queue | +ben/consultant/0, +ben/daily/0
    21602 | representative.end rep=ana | B1 wrap_up, -ben/consultant B1
    21603 | supervisor.force_close sup=sam | W3 closed, -ana/primary W3
    54000 | timer day_reset | -ben/daily P1
    """,
    "scheduled, and wrong data": """
    * desk: {channel: messaging, distribution: pick}
    0     | conversation.started channel=voice | invalid_data
    1     | bot.end | unknown_conversation
    2     | conversation.started channel=line scheduled_for=2025-03-05T09:01:00Z handled_by=bot |
          | C4 scheduled
    3     | customer.messaged | no_effect
    4     | conversation.started channel=line | duplicate
    60    | timer scheduled | S1 open
    61    | router.assign rep=ana | pick_only
    62    | representative.pick | invalid_data
    63    | representative.transfer rep=ana to=external:x | wrong_channel
    64    | supervisor.assign sup=sam rep=ana | O3 awaiting_acceptance, +ana/primary/30!
    65    | representative.transfer rep=ana to=queue:q | A8 open, -ana/primary A8
    """,
}

"""The grids of `cells` for `authority: upstream`: where they are others, and those of timers.

Facts and actions work in both. What differs: reports; a record that is offered, which only a
report can do; and a second offer, since twenty may be pending by default.
"""

from __future__ import annotations

REPORTED = """
                 | open                    | awaiting_acceptance     | in_conversation
conv.queued      | F1                      | F1                      | F1
conv.offered     | F2                      | F2                      | F2
conv.offer_ended | ~eff                    | F3                      | ~eff
conv.answered    | F4                      | F4                      | F4
conv.parked      | ~ch  ~eff ~eff ~ch ~eff | ~ch  ~eff ~eff ~ch ~eff | ~ch  F7   F7   ~ch F7
conv.ended       | F5                      | F5                      | F5
conv.wrapped_up  | ~eff                    | ~eff                    | F6

                 | scheduled               | with_external | with_bot           | waiting
conv.queued      | F1                      | F1            | F1                 | F1
conv.offered     | F2                      | F2            | F2                 | F2
conv.offer_ended | ~eff                    | ~eff          | ~eff               | ~eff
conv.answered    | F4                      | F4            | F4                 | F4
conv.parked      | ~ch  ~eff ~eff ~ch ~eff | ~ch           | ~ch  ~eff ~eff ~ch | ~eff
conv.ended       | ~eff                    | F5            | F5                 | F5
conv.wrapped_up  | ~eff                    | ~eff          | ~eff               | ~eff

                 | wrap_up            | resolved | closed | nothing
conv.queued      | F1                 | F1       | ~old   | waits
conv.offered     | F2                 | F2       | ~old   | waits
conv.offer_ended | ~eff               | ~eff     | ~old   | waits
conv.answered    | F4                 | F4       | ~old   | waits
conv.parked      | ~ch  ~eff ~eff ~ch | ~eff     | ~old   | waits
conv.ended       | ~eff               | ~eff     | ~old   | waits
conv.wrapped_up  | F6                 | ~eff     | ~old   | waits
"""

SECOND_OFFER = """
              | awaiting_acceptance
router.assign | A13
"""

RECORD_OFFERED = """
                        | awaiting_acceptance
conv.started            | ~du
conv.updated            | U1
conv.progressed         | ~ch
conv.closed             | Z1
cust.messaged           | ~ch
cust.ended              | ~ch
cust.disconnected       | ~ch
cust.reconnected        | ~ch
rec.deactivated:deleted | ~eff
rec.deactivated:other   | ~eff
rec.reactivated         | ~eff
external.failed         | ~ch
external.ended          | ~ch
router.assign           | A13
router.move             | A10
router.close            | !ch
router.withdraw         | A11
router.schedule         | !st
rep.pick                | !st
rep.accept              | A1
rep.reject              | !ch
rep.message             | ~ch
rep.end                 | !ch
rep.close_session       | !st
rep.hold                | ~ch
rep.unhold              | ~ch
rep.extend_wrap_up      | !ch
rep.release             | A8
rep.transfer:queue      | A8
rep.transfer:rep        | !st
rep.transfer:external   | !ch
rep.transfer:bot        | !ch
rep.resume              | !st
rep.disconnected        | rec
rep.reconnected         | rec
rep.resolve_record      | !st
consult.started         | !ch
consult.ended           | ~ch
sup.assign:rep          | A9
sup.assign:queue        | A10
sup.transfer            | A9
sup.monitor             | ~ch
sup.leave               | ~ch
sup.force_close         | A7
bot.escalate            | !ch
bot.end                 | !ch
bot.take                | !ch
bot.message             | ~ch
"""

# Timers: every duration is configured that the kind may have, also those that it ignores; wrap-up
# blocks for seconds; a profile resets at the end of the day; X closed the closed one; the window is
# the one that the canonical `...disconnected` starts; in in_conversation the offer is that of a
# transfer, `:offered` the window of the one it is offered to and `:consultant` that of one who
# consults; the silent side is the representative for `:requeue`, else the customer. `-` does not
# run.
TIMERS = """
                                    | open          | awaiting_acceptance | in_conversation
wrap_up_release                     | -             | -                   | -
offer                               | -             | A3                  | B18 B18 B18 B18 -
customer_reconnect                  | O8 -  -  -  - | A5 - - -            | B3  -   -   -   -
representative_reconnect            | -             | A6                  | B5
representative_reconnect:offered    | -             | -                   | B18 B18 B18 B18 -
representative_reconnect:consultant | -             | -                   | K2  K2  K2  K2  -
bot_inactivity                      | -             | -                   | -
bot_silence                         | -             | -                   | -
silence:remind                      | -             | -                   | rem rem rem -   -
silence:wait                        | -             | -                   | -   B20 B20 -   -
silence:end                         | -             | -                   | B21 B21 B21 -   -
silence:requeue                     | -             | -                   | B22 B22 B22 -   -
inactivity                          | -             | -                   | -
wake                                | -             | -                   | -
auto_close                          | O9 O9 O9 O9 - | -                   | B4
scheduled                           | -             | -                   | -
idle                                | -             | -                   | K3  K3  K3  -   -
day_reset                           | P1            | P1                  | P1

                                    | scheduled | with_external | with_bot    | waiting
wrap_up_release                     | -         | -             | -           | -
offer                               | -         | -             | -           | -
customer_reconnect                  | -         | -             | D3 -  -  -  | -
representative_reconnect            | -         | -             | -           | -
representative_reconnect:offered    | -         | -             | -           | -
representative_reconnect:consultant | -         | -             | -           | -
bot_inactivity                      | -         | -             | D4 D4 D4 -  | -
bot_silence                         | -         | -             | D6 D6 D6 -  | -
silence:end                         | -         | -             | -           | -
inactivity                          | -         | -             | -           | X4
wake                                | -         | -             | -           | X8
auto_close                          | -         | E2            | -  -  -  D4 | -
scheduled                           | S1        | -             | -           | -
idle                                | -         | -             | -           | -
day_reset                           | -         | P1            | -           | P1

                                    | wrap_up | resolved | closed
wrap_up_release                     | W4      | -        | W5 W5 W5 W5 -
offer                               | -       | -        | -
customer_reconnect                  | -       | -        | -
representative_reconnect            | W9      | -        | -
representative_reconnect:offered    | -       | -        | -
bot_inactivity                      | -       | -        | -
bot_silence                         | -       | -        | -
silence:end                         | -       | -        | -
inactivity                          | -       | -        | -
wake                                | -       | -        | -
auto_close                          | W2      | R4       | -
scheduled                           | -       | -        | -
idle                                | -       | -        | -
day_reset                           | P1      | P1       | P1
"""

UPSTREAM_TIMERS = """
           | open | awaiting_acceptance | in_conversation     | with_bot
auto_close | O9   | A14                 | B4                  | D4
offer      | -    | A3  A3  A3  A3  -   | B18                 | -
"""

RECORD_OFFERED_TIMERS = """
                         | awaiting_acceptance
representative_reconnect | A6
day_reset                | P1
"""

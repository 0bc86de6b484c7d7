"""The grids of `cells`: what each input does in each stage, with `authority: engine`."""

from __future__ import annotations

FIRST_CONTACT = """
                        | open                     | awaiting_acceptance | in_conversation
conv.started            | ~du                      | ~du                 | ~du
conv.updated            | U1                       | U1                  | U1
conv.progressed         | rec  rec  rec  rec  ~ch  | rec                 | rec  rec  rec  rec  ~ch
conv.closed             | Z1                       | Z1                  | Z1
cust.messaged           | rec  rec  rec  ~ch  ~ch  | rec  rec  rec  ~ch  | rec  rec  rec  ~ch  ~ch
cust.ended              | O7   ~ch  ~ch  O7   ~ch  | A4   ~ch  ~ch  A4   | B2   ~ch  ~ch  B2   ~ch
cust.disconnected       | rec  ~ch  ~ch  O7   ~ch  | rec  ~ch  ~ch  A4   | rec  ~ch  ~ch  B2   ~ch
cust.reconnected        | rec  ~eff ~ch  ~ch  ~ch  | rec  ~eff ~ch  ~ch  | rec  ~eff ~ch  ~ch  ~ch
rec.deactivated:deleted | ~ch  ~ch  ~ch  ~ch  O11  | ~ch                 | ~ch  ~ch  ~ch  ~ch  B15
rec.deactivated:other   | ~ch  ~ch  ~ch  ~ch  O11  | ~ch                 | ~ch  ~ch  ~ch  ~ch  B14
rec.reactivated         | ~ch  ~ch  ~ch  ~ch  ~eff | ~ch                 | ~ch  ~ch  ~ch  ~ch  ~eff
external.failed         | ~ch  ~ch  ~ch  ~eff ~ch  | ~ch  ~ch  ~ch  ~eff | ~ch  ~ch  ~ch  ~eff ~ch
external.ended          | ~ch  ~ch  ~ch  ~eff ~ch  | ~ch  ~ch  ~ch  ~eff | ~ch  ~ch  ~ch  ~eff ~ch
router.assign           | O1                       | !st                 | !st
router.move             | O5                       | A10                 | B19
router.close            | O6   O6   O6   O6   !ch  | !st                 | !st  !st  !st  !st  !ch
router.withdraw         | !off                     | A11                 | !off
router.schedule         | N4                       | !st                 | !st
rep.pick                | O2   O2   O2   !psh O2   | !st  !st  !st  !psh | !st  !st  !st  !psh !st
rep.accept              | !off                     | A1                  | ~eff
rep.reject              | !off !off !off !off !ch  | A2                  | !off !off !off !off !ch
rep.message             | ~eff ~eff ~eff ~ch  ~ch  | ~eff ~eff ~eff ~ch  | rec  rec  rec  ~ch  ~ch
rep.end                 | !st  !st  !st  !st  !ch  | !st                 | B1   B1   B1   B1   !ch
rep.close_session       | ~eff                     | !st                 | B8   B9   B9   B8   rec
rep.hold                | ~ch  ~ch  ~ch  ~eff ~ch  | ~ch  ~ch  ~ch  ~eff | ~ch  ~ch  ~ch  rec  ~ch
rep.unhold              | ~ch  ~ch  ~ch  ~eff ~ch  | ~ch  ~ch  ~ch  ~eff | ~ch  ~ch  ~ch  ~eff ~ch
rep.extend_wrap_up      | !st  !st  !st  !st  !ch  | !st                 | !st  !st  !st  !st  !ch
rep.release             | ~eff                     | A8                  | B6
rep.transfer:queue      | !st                      | A8                  | B7
rep.transfer:rep        | !st                      | !st                 | B10  B10  B10  B10  B17
rep.transfer:external   | !ch  !ch  !ch  !st  !ch  | !ch  !ch  !ch  !st  | !ch  !ch  !ch  B11  !ch
rep.transfer:bot        | !st  !st  !st  !st  !ch  | !st                 | B12  B12  B12  B12  !ch
rep.resume              | !ch  !st  !st  !st  !st  | !ch  !st  !st  !st  | !ch  !st  !st  !st  !st
rep.disconnected        | ~eff                     | rec                 | rec
rep.reconnected         | ~eff                     | rec                 | rec
rep.resolve_record      | !ch  !ch  !ch  !ch  !st  | !ch                 | !ch  !ch  !ch  !ch  B14
consult.started         | !st  !st  !st  !st  !ch  | !st                 | rec  rec  rec  rec  !ch
consult.ended           | ~eff ~eff ~eff ~eff ~ch  | ~eff                | ~eff ~eff ~eff ~eff ~ch
sup.assign:rep          | O3                       | A9                  | B13  B13  B13  B13  B17
sup.assign:queue        | O4                       | A10                 | B19
sup.transfer            | !st  !st  !st  !ch  !st  | A9   A9   A9   !ch  | B13  B13  B13  !ch  B17
sup.monitor             | rec  rec  rec  rec  ~ch  | rec                 | rec  rec  rec  rec  ~ch
sup.leave               | rec  rec  rec  rec  ~ch  | rec                 | rec  rec  rec  rec  ~ch
sup.force_close         | O10                      | A7                  | B16
bot.escalate            | !st  !st  !st  !st  !ch  | !st                 | !st  !st  !st  !st  !ch
bot.end                 | !st  !st  !st  !st  !ch  | !st                 | !st  !st  !st  !st  !ch
bot.take                | N3   N3   N3   N3   !ch  | !st                 | !st  !st  !st  !st  !ch
bot.message             | ~eff ~eff ~eff ~ch  ~ch  | ~eff ~eff ~eff ~ch  | ~eff ~eff ~eff ~ch  ~ch
"""

AWAY = """
                        | scheduled                | with_external | with_bot
conv.started            | ~du                      | ~du           | ~du
conv.updated            | U1                       | U1            | U1
conv.progressed         | ~eff ~eff ~eff ~eff ~ch  | rec           | rec
conv.closed             | Z1                       | Z1            | Z1
cust.messaged           | ~eff ~eff ~eff ~ch  ~ch  | ~ch           | rec  rec  rec  ~ch
cust.ended              | ~eff ~ch  ~ch  ~eff ~ch  | E1            | D3   ~ch  ~ch  D3
cust.disconnected       | ~eff ~ch  ~ch  ~eff ~ch  | E1            | rec  ~ch  ~ch  D3
cust.reconnected        | ~eff ~eff ~ch  ~ch  ~ch  | ~ch           | rec  ~eff ~ch  ~ch
rec.deactivated:deleted | ~ch  ~ch  ~ch  ~ch  S4   | ~ch           | ~ch
rec.deactivated:other   | ~ch  ~ch  ~ch  ~ch  S4   | ~ch           | ~ch
rec.reactivated         | ~ch  ~ch  ~ch  ~ch  ~eff | ~ch           | ~ch
external.failed         | ~ch  ~ch  ~ch  ~eff ~ch  | E3            | ~ch  ~ch  ~ch  ~eff
external.ended          | ~ch  ~ch  ~ch  ~eff ~ch  | E4            | ~ch  ~ch  ~ch  ~eff
router.assign           | !st                      | !st           | !st
router.move             | !st                      | N2            | N2
router.close            | N5   N5   N5   N5   !ch  | N5            | N5
router.withdraw         | !off                     | !off          | !off
router.schedule         | N4                       | !st           | N4
rep.pick                | !st  !st  !st  !psh !st  | !psh          | N6   N6   N6   !psh
rep.accept              | !off                     | !off          | !off
rep.reject              | !off !off !off !off !ch  | !off          | !off
rep.message             | ~eff ~eff ~eff ~ch  ~ch  | ~ch           | ~eff ~eff ~eff ~ch
rep.end                 | !st  !st  !st  !st  !ch  | !st           | !st
rep.close_session       | !st                      | !st           | !st
rep.hold                | ~ch  ~ch  ~ch  ~eff ~ch  | ~eff          | ~ch  ~ch  ~ch  ~eff
rep.unhold              | ~ch  ~ch  ~ch  ~eff ~ch  | ~eff          | ~ch  ~ch  ~ch  ~eff
rep.extend_wrap_up      | !st  !st  !st  !st  !ch  | !st           | !st
rep.release             | !st                      | !st           | !st
rep.transfer:queue      | !st                      | !st           | !st
rep.transfer:rep        | !st                      | !st           | !st
rep.transfer:external   | !ch  !ch  !ch  !st  !ch  | !st           | !ch  !ch  !ch  !st
rep.transfer:bot        | !st  !st  !st  !st  !ch  | !st           | !st
rep.resume              | !ch  !st  !st  !st  !st  | E5            | !ch  !st  !st  !st
rep.disconnected        | ~eff                     | ~eff          | ~eff
rep.reconnected         | ~eff                     | ~eff          | ~eff
rep.resolve_record      | !ch  !ch  !ch  !ch  !st  | !ch           | !ch
consult.started         | !st  !st  !st  !st  !ch  | !st           | !st
consult.ended           | ~eff ~eff ~eff ~eff ~ch  | ~eff          | ~eff
sup.assign:rep          | !st                      | N1            | N1
sup.assign:queue        | !st                      | N2            | N2
sup.transfer            | !st  !st  !st  !ch  !st  | !ch           | N1   N1   N1   !ch
sup.monitor             | ~eff ~eff ~eff ~eff ~ch  | rec           | rec
sup.leave               | ~eff ~eff ~eff ~eff ~ch  | rec           | rec
sup.force_close         | S2                       | E1            | D5
bot.escalate            | !st  !st  !st  !st  !ch  | !st           | D1
bot.end                 | !st  !st  !st  !st  !ch  | !st           | D2
bot.take                | !st  !st  !st  !st  !ch  | !st           | N3
bot.message             | ~eff ~eff ~eff ~ch  ~ch  | ~ch           | rec  rec  rec  ~ch
"""

WAITING = """
                        | waiting
conv.started            | ~du
conv.updated            | U1
conv.progressed         | ~eff ~eff ~ch
conv.closed             | Z1
cust.messaged           | X1+X2 X1+X2 ~ch
cust.ended              | ~ch
cust.disconnected       | ~ch
cust.reconnected        | X1+X2 ~ch ~ch
rec.deactivated:deleted | ~ch  ~ch  X10
rec.deactivated:other   | ~ch  ~ch  X10
rec.reactivated         | ~ch  ~ch  X1
external.failed         | ~ch
external.ended          | ~ch
router.assign           | !st
router.move             | X7
router.close            | N5   N5   !ch
router.withdraw         | !off
router.schedule         | N4
rep.pick                | !st
rep.accept              | !off
rep.reject              | !off !off !ch
rep.message             | rec  rec  ~ch
rep.end                 | X9   X9   !ch
rep.close_session       | ~eff
rep.hold                | ~ch
rep.unhold              | ~ch
rep.extend_wrap_up      | !st  !st  !ch
rep.release             | ~eff
rep.transfer:queue      | !st
rep.transfer:rep        | !st
rep.transfer:external   | !ch
rep.transfer:bot        | !st  !st  !ch
rep.resume              | X3
rep.disconnected        | ~eff
rep.reconnected         | ~eff
rep.resolve_record      | !ch  !ch  !st
consult.started         | !st  !st  !ch
consult.ended           | ~eff ~eff ~ch
sup.assign:rep          | X6
sup.assign:queue        | X7
sup.transfer            | X6
sup.monitor             | rec  rec  ~ch
sup.leave               | rec  rec  ~ch
sup.force_close         | X5
bot.escalate            | !st  !st  !ch
bot.end                 | !st  !st  !ch
bot.take                | N3   N3   !ch
bot.message             | ~eff ~eff ~ch
"""

ENDING = """
                        | wrap_up             | resolved | closed               | nothing
conv.started            | ~du                 | ~du      | ~du                  | C1
conv.started:bot        | ~du                 | !bad     | ~du ~du ~du ~du !bad | C2 C2 C2 C2 !bad
conv.started:outbound   | ~du                 | ~du      | ~du                  | C3
conv.started:scheduled  | ~du                 | ~du      | ~du                  | C4
conv.updated            | U1                  | U1       | ~old                 | waits
conv.progressed         | ~eff                | ~ch      | ~old                 | waits
conv.closed             | Z1                  | Z1       | ~old                 | waits
cust.messaged           | ~old ~old ~old ~ch  | ~ch      | ~old                 | waits
cust.ended              | ~eff ~ch  ~ch  ~eff | ~ch      | ~old                 | waits
cust.disconnected       | ~eff ~ch  ~ch  ~eff | ~ch      | ~old                 | waits
cust.reconnected        | ~eff ~eff ~ch  ~ch  | ~ch      | ~old                 | waits
rec.deactivated:deleted | ~ch                 | R3       | ~old                 | waits
rec.deactivated:other   | ~ch                 | ~eff     | ~old                 | waits
rec.reactivated         | ~ch                 | R5       | ~old                 | waits
external.failed         | ~ch  ~ch  ~ch  ~eff | ~ch      | ~old                 | waits
external.ended          | ~ch  ~ch  ~ch  ~eff | ~ch      | ~old                 | waits
router.assign           | !st                 | !st      | !cl                  | !unk
router.move             | !st                 | !st      | !cl                  | !unk
router.close            | !st                 | !ch      | !cl                  | !unk
router.withdraw         | !off                | !off     | !cl                  | !unk
router.schedule         | !st                 | !st      | !cl                  | !unk
rep.pick                | !st  !st  !st  !psh | !st      | !cl                  | !unk
rep.accept              | !off                | !off     | !cl                  | !unk
rep.reject              | !off                | !ch      | !cl                  | !unk
rep.message             | ~eff ~eff ~eff ~ch  | ~ch      | ~old                 | waits
rep.end                 | ~eff                | !ch      | !cl                  | !unk
rep.close_session       | W1                  | R1       | !cl                  | !unk
rep.hold                | ~ch  ~ch  ~ch  ~eff | ~ch      | ~old                 | waits
rep.unhold              | ~ch  ~ch  ~ch  ~eff | ~ch      | ~old                 | waits
rep.extend_wrap_up      | rec                 | !ch      | !cl                  | !unk
rep.release             | !st                 | !st      | !cl                  | !unk
rep.transfer:queue      | !st                 | !st      | !cl                  | !unk
rep.transfer:rep        | !st                 | !st      | !cl                  | !unk
rep.transfer:external   | !ch  !ch  !ch  !st  | !ch      | !cl                  | !unk
rep.transfer:bot        | !st                 | !ch      | !cl                  | !unk
rep.resume              | !ch  !st  !st  !st  | !st      | !cl                  | !unk
rep.disconnected        | rec                 | ~eff     | ~old                 | waits
rep.reconnected         | rec                 | ~eff     | ~old                 | waits
rep.resolve_record      | !ch                 | ~eff     | !cl                  | !unk
consult.started         | !st                 | !ch      | !cl                  | !unk
consult.ended           | ~eff                | ~ch      | ~old                 | waits
sup.assign:rep          | !st                 | !st      | !cl                  | !unk
sup.assign:queue        | !st                 | !st      | !cl                  | !unk
sup.transfer            | !st  !st  !st  !ch  | !st      | !cl                  | !unk
sup.monitor             | rec                 | ~ch      | ~old                 | waits
sup.leave               | rec                 | ~ch      | ~old                 | waits
sup.force_close         | W3                  | R2       | !cl                  | !unk
bot.escalate            | !st                 | !ch      | !cl                  | !unk
bot.end                 | !st                 | !ch      | !cl                  | !unk
bot.take                | !st                 | !ch      | !cl                  | !unk
bot.message             | ~eff ~eff ~eff ~ch  | ~ch      | ~old                 | waits
"""

# Reports, where this engine decides.
UNASKED = """
                   | open | awaiting_acceptance | in_conversation | scheduled | with_external
conv.queued        | ~dec | ~dec                | ~dec            | ~dec      | ~dec
conv.offered       | ~dec | ~dec                | ~dec            | ~dec      | ~dec
conv.offer_ended   | ~dec | ~dec                | ~dec            | ~dec      | ~dec
conv.answered      | ~dec | ~dec                | ~dec            | ~dec      | ~dec
conv.parked        | ~dec | ~dec                | ~dec            | ~dec      | ~dec
conv.ended         | ~dec | ~dec                | ~dec            | ~dec      | ~dec
conv.wrapped_up    | ~dec | ~dec                | ~dec            | ~dec      | ~dec

                   | with_bot | waiting | wrap_up | resolved | closed | nothing
conv.queued        | ~dec     | ~dec    | ~dec    | ~dec     | ~old   | waits
conv.offered       | ~dec     | ~dec    | ~dec    | ~dec     | ~old   | waits
conv.offer_ended   | ~dec     | ~dec    | ~dec    | ~dec     | ~old   | waits
conv.answered      | ~dec     | ~dec    | ~dec    | ~dec     | ~old   | waits
conv.parked        | ~dec     | ~dec    | ~dec    | ~dec     | ~old   | waits
conv.ended         | ~dec     | ~dec    | ~dec    | ~dec     | ~old   | waits
conv.wrapped_up    | ~dec     | ~dec    | ~dec    | ~dec     | ~old   | waits
"""

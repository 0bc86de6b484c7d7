"""What happens in every cell, written by hand from contract.md#rules.

A cell is a stage, a channel kind and an input variant. The canonical form of each input, with the
default settings of a push workstream:

* The actor is the right one where the stage has one: the primary (in_conversation), the offered
  (awaiting_acceptance), `representative_id` (waiting, wrap_up, resolved), who left last (open), who
  had it last (closed). Elsewhere they are somebody.
* A target (of an assignment, a pick, a transfer, a consult) is somebody who is not involved, and a
  queue is not the one that the conversation is in. Nobody consults, no offer of a transfer is
  pending, no reconnect window runs, the session of a record is open.
* Each input has a new id and all its members.

The grids below say the rules joined by "+", `rec` for recorded, or a code: `~` ignored, `!`
rejected. A stage has a word for each of its kinds (`KINDS_OF_STAGE`), or one word for all of
them.
"""

from __future__ import annotations

CODES = {
    "rec": "recorded",
    "~eff": "ignored:no_effect",
    "~du": "ignored:duplicate",
    "~old": "ignored:stale",
    "~ch": "ignored:wrong_channel",
    "!ch": "rejected:wrong_channel",
    "!bad": "rejected:invalid_data",
    "!unk": "rejected:unknown_conversation",
    "!st": "rejected:invalid_status",
    "!off": "rejected:not_offered",
    "!psh": "rejected:push_only",
    "!cl": "rejected:closed",
}
WORDS = {
    "LC": "live_chat",
    "PC": "persistent_chat",
    "AM": "messaging",
    "VO": "voice",
    "RE": "record",
}
KINDS_OF_STAGE = {
    "nothing": "LC PC AM VO RE",
    "scheduled": "LC PC AM VO RE",
    "open": "LC PC AM VO RE",
    "awaiting_acceptance": "LC PC AM VO",
    "in_conversation": "LC PC AM VO RE",
    "with_external": "VO",
    "with_bot": "LC PC AM VO",
    "waiting": "PC AM",
    "wrap_up": "LC PC AM VO",
    "resolved": "RE",
    "closed": "LC PC AM VO RE",
}
ABBREVIATIONS = {
    "conv.": "conversation.",
    "cust.": "customer.",
    "rec.": "record.",
    "rep.": "representative.",
    "sup.": "supervisor.",
    ":rep": ":representative",
}

FIRST_CONTACT = """
                        | open                    | awaiting_acceptance | in_conversation
conv.started            | ~du                     | ~du                 | ~du
cust.messaged           | rec  rec  rec  ~ch  ~ch | rec  rec  rec  ~ch  | rec  rec  rec  ~ch  ~ch
cust.ended              | O7   ~ch  ~ch  O7   ~ch | A4   ~ch  ~ch  A4   | B2   ~ch  ~ch  B2   ~ch
cust.disconnected       | rec  ~ch  ~ch  O7   ~ch | rec  ~ch  ~ch  A4   | rec  ~ch  ~ch  B2   ~ch
cust.reconnected        | rec  ~eff ~ch  ~ch  ~ch | rec  ~eff ~ch  ~ch  | rec  ~eff ~ch  ~ch  ~ch
rec.deactivated:deleted | ~ch  ~ch  ~ch  ~ch  O11 | ~ch                 | ~ch  ~ch  ~ch  ~ch  B15
rec.deactivated:other   | ~ch  ~ch  ~ch  ~ch  O11 | ~ch                 | ~ch  ~ch  ~ch  ~ch  B14
router.assign           | O1                      | !st                 | !st
router.move             | O5                      | A10                 | B19
router.close            | O6   O6   O6   O6   !ch | !st                 | !st  !st  !st  !st  !ch
rep.pick                | O2   O2   O2   !psh O2  | !st  !st  !st  !psh | !st  !st  !st  !psh !st
rep.accept              | !off                    | A1                  | ~eff
rep.reject              | !off !off !off !off !ch | A2                  | !off !off !off !off !ch
rep.message             | ~eff ~eff ~eff ~ch  ~ch | ~eff ~eff ~eff ~ch  | rec  rec  rec  ~ch  ~ch
rep.end                 | !st  !st  !st  !st  !ch | !st                 | B1   B1   B1   B1   !ch
rep.close_session       | ~eff                    | !st                 | B8   B9   B9   B8   rec
rep.release             | ~eff                    | A8                  | B6
rep.transfer:queue      | !st                     | A8                  | B7
rep.transfer:rep        | !st                     | !st                 | B10  B10  B10  B10  B17
rep.transfer:external   | !ch  !ch  !ch  !st  !ch | !ch  !ch  !ch  !st  | !ch  !ch  !ch  B11  !ch
rep.transfer:bot        | !st  !st  !st  !st  !ch | !st                 | B12  B12  B12  B12  !ch
rep.resume              | !ch  !st  !st  !ch  !ch | !ch  !st  !st  !ch  | !ch  !st  !st  !ch  !ch
rep.disconnected        | ~eff                    | rec                 | rec
rep.reconnected         | ~eff                    | rec                 | rec
rep.resolve_record      | !ch  !ch  !ch  !ch  !st | !ch                 | !ch  !ch  !ch  !ch  B14
consult.started         | !st  !st  !st  !st  !ch | !st                 | rec  rec  rec  rec  !ch
consult.ended           | ~eff ~eff ~eff ~eff ~ch | ~eff                | ~eff ~eff ~eff ~eff ~ch
sup.assign:rep          | O3                      | A9                  | B13  B13  B13  B13  B17
sup.assign:queue        | O4                      | A10                 | B19
sup.transfer            | !st  !st  !st  !ch  !st | A9   A9   A9   !ch  | B13  B13  B13  !ch  B17
sup.monitor             | rec  rec  rec  rec  ~ch | rec                 | rec  rec  rec  rec  ~ch
sup.force_close         | O10                     | A7                  | B16
bot.escalate            | !st  !st  !st  !st  !ch | !st                 | !st  !st  !st  !st  !ch
bot.end                 | !st  !st  !st  !st  !ch | !st                 | !st  !st  !st  !st  !ch
"""

AWAY = """
                        | scheduled                | with_external | with_bot            | waiting
conv.started            | ~du                      | ~du           | ~du                 | ~du
cust.messaged           | ~eff ~eff ~eff ~ch  ~ch  | ~ch           | rec  rec  rec  ~ch  | X1+X2
cust.ended              | ~eff ~ch  ~ch  ~eff ~ch  | E1            | D3   ~ch  ~ch  D3   | ~ch
cust.disconnected       | ~eff ~ch  ~ch  ~eff ~ch  | E1            | rec  ~ch  ~ch  D3   | ~ch
cust.reconnected        | ~eff ~eff ~ch  ~ch  ~ch  | ~ch           | rec  ~eff ~ch  ~ch  | X1+X2 ~ch
rec.deactivated:deleted | ~ch  ~ch  ~ch  ~ch  ~eff | ~ch           | ~ch                 | ~ch
rec.deactivated:other   | ~ch  ~ch  ~ch  ~ch  ~eff | ~ch           | ~ch                 | ~ch
router.assign           | !st                      | !st           | !st                 | !st
router.move             | !st                      | !st           | !st                 | !st
router.close            | !st  !st  !st  !st  !ch  | !st           | !st                 | !st
rep.pick                | !st  !st  !st  !psh !st  | !psh          | !st  !st  !st  !psh | !st
rep.accept              | !off                     | !off          | !off                | !off
rep.reject              | !off !off !off !off !ch  | !off          | !off                | !off
rep.message             | ~eff ~eff ~eff ~ch  ~ch  | ~ch           | ~eff ~eff ~eff ~ch  | rec
rep.end                 | !st  !st  !st  !st  !ch  | !st           | !st                 | !st
rep.close_session       | !st                      | !st           | !st                 | ~eff
rep.release             | !st                      | !st           | !st                 | ~eff
rep.transfer:queue      | !st                      | !st           | !st                 | !st
rep.transfer:rep        | !st                      | !st           | !st                 | !st
rep.transfer:external   | !ch  !ch  !ch  !st  !ch  | !st           | !ch  !ch  !ch  !st  | !ch
rep.transfer:bot        | !st  !st  !st  !st  !ch  | !st           | !st                 | !st
rep.resume              | !ch  !st  !st  !ch  !ch  | !ch           | !ch  !st  !st  !ch  | X3
rep.disconnected        | ~eff                     | ~eff          | ~eff                | ~eff
rep.reconnected         | ~eff                     | ~eff          | ~eff                | ~eff
rep.resolve_record      | !ch  !ch  !ch  !ch  !st  | !ch           | !ch                 | !ch
consult.started         | !st  !st  !st  !st  !ch  | !st           | !st                 | !st
consult.ended           | ~eff ~eff ~eff ~eff ~ch  | ~eff          | ~eff                | ~eff
sup.assign:rep          | !st                      | !st           | !st                 | X6
sup.assign:queue        | !st                      | !st           | !st                 | X7
sup.transfer            | !st  !st  !st  !ch  !st  | !ch           | !st  !st  !st  !ch  | X6
sup.monitor             | ~eff ~eff ~eff ~eff ~ch  | rec           | rec                 | rec
sup.force_close         | S2                       | E1            | D5                  | X5
bot.escalate            | !st  !st  !st  !st  !ch  | !st           | D1                  | !st
bot.end                 | !st  !st  !st  !st  !ch  | !st           | D2                  | !st
"""

ENDING = """
                        | wrap_up             | resolved | closed               | nothing
conv.started            | ~du                 | ~du      | ~du                  | C1
conv.started:bot        | ~du                 | !bad     | ~du ~du ~du ~du !bad | C2 C2 C2 C2 !bad
conv.started:outbound   | ~du                 | ~du      | ~du                  | C3
conv.started:scheduled  | ~du                 | ~du      | ~du                  | C4
cust.messaged           | ~eff ~eff ~eff ~ch  | ~ch      | ~old                 | !unk
cust.ended              | ~eff ~ch  ~ch  ~eff | ~ch      | ~old                 | !unk
cust.disconnected       | ~eff ~ch  ~ch  ~eff | ~ch      | ~old                 | !unk
cust.reconnected        | ~eff ~eff ~ch  ~ch  | ~ch      | ~old                 | !unk
rec.deactivated:deleted | ~ch                 | R3       | ~old                 | !unk
rec.deactivated:other   | ~ch                 | ~eff     | ~old                 | !unk
router.assign           | !st                 | !st      | !cl                  | !unk
router.move             | !st                 | !st      | !cl                  | !unk
router.close            | !st                 | !ch      | !cl                  | !unk
rep.pick                | !st  !st  !st  !psh | !st      | !cl                  | !unk
rep.accept              | !off                | !off     | !cl                  | !unk
rep.reject              | !off                | !ch      | !cl                  | !unk
rep.message             | ~eff ~eff ~eff ~ch  | ~ch      | ~old                 | !unk
rep.end                 | ~eff                | !ch      | !cl                  | !unk
rep.close_session       | W1                  | R1       | !cl                  | !unk
rep.release             | !st                 | !st      | !cl                  | !unk
rep.transfer:queue      | !st                 | !st      | !cl                  | !unk
rep.transfer:rep        | !st                 | !st      | !cl                  | !unk
rep.transfer:external   | !ch  !ch  !ch  !st  | !ch      | !cl                  | !unk
rep.transfer:bot        | !st                 | !ch      | !cl                  | !unk
rep.resume              | !ch  !st  !st  !ch  | !ch      | !cl                  | !unk
rep.disconnected        | ~eff                | ~eff     | ~old                 | !unk
rep.reconnected         | ~eff                | ~eff     | ~old                 | !unk
rep.resolve_record      | !ch                 | ~eff     | !cl                  | !unk
consult.started         | !st                 | !ch      | !cl                  | !unk
consult.ended           | ~eff                | ~ch      | ~old                 | !unk
sup.assign:rep          | !st                 | !st      | !cl                  | !unk
sup.assign:queue        | !st                 | !st      | !cl                  | !unk
sup.transfer            | !st  !st  !st  !ch  | !st      | !cl                  | !unk
sup.monitor             | rec                 | ~ch      | ~old                 | !unk
sup.force_close         | W3                  | R2       | !cl                  | !unk
bot.escalate            | !st                 | !ch      | !cl                  | !unk
bot.end                 | !st                 | !ch      | !cl                  | !unk
"""

# Timers: every duration is configured, also those that the kind ignores; wrap-up blocks for
# seconds; a profile resets at the end of the day; X closed the closed one; the window is the one
# that the canonical `...disconnected` starts; in in_conversation the offer is that of a transfer
# and `:offered` the window of the one it is offered to. `-` does not run.
TIMERS = """
                                 | open          | awaiting_acceptance | in_conversation
wrap_up_release                  | -             | -                   | -
offer                            | -             | A3                  | B18 B18 B18 B18 -
customer_reconnect               | O8 -  -  -  - | A5 - - -            | B3  -   -   -   -
representative_reconnect         | -             | A6                  | B5
representative_reconnect:offered | -             | -                   | B18 B18 B18 B18 -
bot_inactivity                   | -             | -                   | -
inactivity                       | -             | -                   | -
auto_close                       | O9 O9 O9 O9 - | -                   | B4
scheduled                        | -             | -                   | -
day_reset                        | P1            | P1                  | P1

                                 | scheduled | with_external | with_bot    | waiting
wrap_up_release                  | -         | -             | -           | -
offer                            | -         | -             | -           | -
customer_reconnect               | -         | -             | D3 -  -  -  | -
representative_reconnect         | -         | -             | -           | -
representative_reconnect:offered | -         | -             | -           | -
bot_inactivity                   | -         | -             | D4 D4 D4 -  | -
inactivity                       | -         | -             | -           | X4
auto_close                       | -         | E2            | -  -  -  D4 | -
scheduled                        | S1        | -             | -           | -
day_reset                        | -         | P1            | -           | P1

                                 | wrap_up | resolved | closed
wrap_up_release                  | W4      | -        | W5 W5 W5 W5 -
offer                            | -       | -        | -
customer_reconnect               | -       | -        | -
representative_reconnect         | -       | -        | -
representative_reconnect:offered | -       | -        | -
bot_inactivity                   | -       | -        | -
inactivity                       | -       | -        | -
auto_close                       | W2      | R4       | -
scheduled                        | -       | -        | -
day_reset                        | P1      | P1       | P1
"""

Cell = tuple[str, str, str]


def read_grid(text: str) -> dict[Cell, str]:
    """The cells of a grid by (stage, kind, row), codes spelt out."""
    cells: dict[Cell, str] = {}
    stages: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        name, *groups = (part.strip() for part in line.split("|"))
        if not name:
            stages = groups
            continue
        for short, long in ABBREVIATIONS.items():
            name = name.replace(short, long)
        for stage, group in zip(stages, groups, strict=True):
            kinds, words = KINDS_OF_STAGE[stage].split(), group.split()
            words = words * len(kinds) if len(words) == 1 else words
            for kind, word in zip(kinds, words, strict=True):
                cells[stage, WORDS[kind], name] = CODES.get(word, word)
    return cells


CELLS = read_grid(FIRST_CONTACT) | read_grid(AWAY) | read_grid(ENDING)
TIMER_CELLS = read_grid(TIMERS)

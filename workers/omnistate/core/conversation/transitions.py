"""THE LAW: what every input and every timer does in every stage, as one table.

Theory of operation. A conversation is in one stage (`stages`). An input, or a timer that is due,
meets it in exactly one cell of TABLE. The cell names

    a rule id      a change is published; `rules` says what it does. Of several (`B8|B9|rec`) the
                   first applies whose kinds, trigger, stage and condition fit. Some only give a
                   hold back (`rules.HOLD_RULES`); `W7` is looked for before anything else.
    rec            recorded: the row is updated, no change is published (`recorded.RECORDED`)
    say            a reminder is published, nothing changes
    early          kept: a fact or report that has come before its conversation's start
    next           what has been kept, or waits for its order, is taken: the first of it
    -              ignored: a fact that changes nothing                         -> no_effect
    x              rejected: an action that is not possible now                 -> invalid_status
    dup            ignored: it has been started already                         -> duplicate
    stale, shut    the conversation is closed: facts are ignored, actions rejected
    ?              there is no such conversation                                -> unknown_conversation
    .              this timer never runs here

Which code a refused input gets where several fit is said once, in `refusals.CODES`. Everything that
decides what may follow what lives in TABLE, `rules` and `refusals`; nothing here knows about rows,
time or capacity. Types of several meanings are split: `representative.transfer/queue`.
"""

from collections.abc import Mapping
from typing import Final, get_args

from omnistate_schemas.applicability import kinds_for
from omnistate_schemas.completeness import Incomplete, check_complete, check_known
from omnistate_schemas.vocabulary import KINDS, REPORTS, Kind, TimerName

from omnistate.core.conversation.stages import STAGES, Stage
from omnistate.core.conversation.triggers import INPUT_TRIGGERS
from omnistate.core.kinds import kinds_where

TABLE: Final = """
trigger                                   nothing     sched. open await. conversation     ext. bot  waiting wrap_up resolved closed

# what happened: customers, records, other parties
conversation.started                      C4|C3|C2|C1 dup    dup  dup    dup              dup  dup  dup     dup     dup      dup
conversation.updated                      early       U1     U1   U1     U1               U1   U1   U1      U1      U1       stale
conversation.progressed                   early       -      rec  rec    rec              rec  rec  -       -       -        stale
conversation.closed                       early       Z1     Z1   Z1     Z1               Z1   Z1   Z1      Z1      Z1       stale
customer.messaged                         early       -      rec  rec    rec              rec  rec  X1      W8|-    -        stale
customer.ended                            early       -      O7   A4     B2               E1   D3   -       -       -        stale
customer.disconnected                     early       -      rec  rec    rec              rec  rec  -       -       -        stale
customer.reconnected                      early       -      rec  rec    rec              rec  rec  X1      -       -        stale
record.deactivated/finished               early       S4     O11  -      B14              -    -    X10     -       -        stale
record.deactivated/deleted                early       S4     O11  -      B15              -    -    X10     -       R3       stale
record.reactivated                        early       -      -    -      -                -    -    X1      -       R5       stale
external.failed                           early       -      -    -      -                E3   -    -       -       -        stale
external.ended                            early       -      -    -      -                E4   -    -       -       -        stale

# what another system reports, where it decides
conversation.queued                       early       F1     F1   F1     F1               F1   F1   F1      F1      F1       stale
conversation.offered                      early       F2     F2   F2     F2               F2   F2   F2      F2      F2       stale
conversation.offer_ended                  early       -      -    F3     F3               -    -    -       -       -        stale
conversation.answered                     early       F4     F4   F4     F4               F4   F4   F4      F4      F4       stale
conversation.parked                       early       -      -    -      F7               -    -    -       -       -        stale
conversation.ended                        early       -      F5   F5     F5               F5   F5   F5      -       -        stale
conversation.wrapped_up                   early       W7|-   W7|- W7|-   W7|F6|-          W7|- W7|- W7|-    W7|F6|- W7|-     stale

# what the router asks for
router.assign                             ?           x      O1   A13    x                x    x    x       x       x        shut
router.move                               ?           x      O5   A10    B19              N2   N2   X7      x       x        shut
router.close                              ?           N5     O6   x      x                N5   N5   N5      x       x        shut
router.withdraw                           ?           x      x    A11    B18              x    x    x       x       x        shut
router.schedule                           ?           N4     N4   x      x                x    N4   N4      x       x        shut

# what representatives do, and their desktops
representative.pick                       ?           x      O2   x      x                x    N6   x       x       x        shut
representative.accept                     ?           x      x    A1     B17              x    x    x       x       x        shut
representative.reject                     ?           x      x    A2     B18              x    x    x       x       x        shut
representative.message                    early       -      -    -      rec              -    -    rec     -       -        stale
representative.hold                       early       -      -    -      rec              -    -    -       -       -        stale
representative.unhold                     early       -      -    -      rec              -    -    -       -       -        stale
representative.end                        ?           x      x    x      B1               x    x    X9|x    x       x        shut
representative.close_session              ?           W7|x   W7|x W7|x   W7|B23|B8|B9|rec W7|x W7|x W7|x    W7|W1   W7|R1    W7|shut
representative.extend_wrap_up             ?           x      x    x      x                x    x    x       rec     x        shut
representative.release                    ?           x      x    A8     B6               x    x    x       x       x        shut
representative.transfer/queue             ?           x      x    A8     B7               x    x    x       x       x        shut
representative.transfer/representative    ?           x      x    x      B17|B10          x    x    x       x       x        shut
representative.transfer/external          ?           x      x    x      B11              x    x    x       x       x        shut
representative.transfer/bot               ?           x      x    x      B12              x    x    x       x       x        shut
representative.resume                     ?           x      x    x      x                E5|x x    X3|x    x       x        shut
representative.disconnected               early       -      -    rec    rec              -    -    -       rec     -        stale
representative.reconnected                early       -      -    rec    rec              -    -    -       rec     -        stale
representative.resolve_record             ?           x      x    x      B14              x    x    x       x       x        shut

# consultants and supervisors
consult.started                           ?           x      x    x      rec              x    x    x       x       x        shut
consult.ended                             early       -      -    -      rec              -    -    -       -       -        stale
supervisor.assign/representative          ?           x      O3   A9     B17|B13          N1   N1   X6      x       x        shut
supervisor.assign/queue                   ?           x      O4   A10    B19              N2   N2   X7      x       x        shut
supervisor.transfer                       ?           x      x    A9     B17|B13          N1   N1   X6      x       x        shut
supervisor.monitor                        early       -      rec  rec    rec              rec  rec  rec     rec     -        stale
supervisor.leave                          early       -      rec  rec    rec              rec  rec  rec     rec     -        stale
supervisor.force_close                    ?           S2     O10  A7     B16              E1   D5   X5      W3      R2       shut

# bots
bot.escalate                              ?           x      x    x      x                x    D1   x       x       x        shut
bot.end                                   ?           x      x    x      x                x    D2   x       x       x        shut
bot.take                                  ?           x      N3   x      x                x    N3   N3      x       x        shut
bot.message                               early       -      -    -      -                -    rec  -       -       -        stale

# what time does
timer.early                               next        .      .    .      .                .    .    .       .       .        .
timer.settle                              .           next   next next   next             next next next    next    next     next
timer.wrap_up_release                     .           .      .    .      .                .    .    .       W4      .        W5
timer.wrap_up_release/transfer            .           W6     W6   W6     W6               W6   W6   W6      W6      W6       W6
timer.offer                               .           .      .    A3     B18              .    .    .       .       .        .
timer.customer_reconnect                  .           .      O8   A5     B3               .    D3   .       .       .        .
timer.representative_reconnect            .           .      .    .      B23|B5           .    .    .       W9      .        .
timer.representative_reconnect/offered    .           .      .    A6     B18              .    .    .       .       .        .
timer.representative_reconnect/consultant .           .      .    .      K2               .    .    .       .       .        .
timer.bot_inactivity                      .           .      .    .      .                .    D4   .       .       .        .
timer.bot_silence                         .           .      .    .      .                .    D6   .       .       .        .
timer.silence/remind                      .           .      .    .      say              .    .    .       .       .        .
timer.silence/wait                        .           .      .    .      B20              .    .    .       .       .        .
timer.silence/end                         .           .      .    .      B21              .    .    .       .       .        .
timer.silence/requeue                     .           .      .    .      B22              .    .    .       .       .        .
timer.inactivity                          .           .      .    .      .                .    .    X4      .       .        .
timer.wake                                .           .      .    .      .                .    .    X8      .       .        .
timer.auto_close                          .           .      O9   A14    B4               E2   D4   .       W2      R4       .
timer.scheduled                           .           S1     .    .      .                .    .    .       .       .        .
timer.idle                                .           .      .    .      K3               .    .    .       .       .        .
timer.day_reset                           .           P1     P1   P1     P1               P1   P1   P1      P1      P1       P1
"""

# The words of a cell that are no rule, as said above.
SIGNS: Final = frozenset(
    ["rec", "say", "early", "next", "-", "x", "dup", "stale", "shut", "?", "."]
)

# Which timer fires first where several of one conversation are due at once (contract.md#ties).
# Windows of one instant go by what their people are to it; `forget` is the row's own end.
TIES: Final = (
    "early",
    "settle",
    "wrap_up_release",
    "offer",
    "customer_reconnect",
    "representative_reconnect",
    "bot_inactivity",
    "bot_silence",
    "silence",
    "inactivity",
    "wake",
    "auto_close",
    "scheduled",
    "idle",
    "day_reset",
    "forget",
)

# Timers that only some channel kinds have.
TIMER_FOR: Final = {
    "timer.wrap_up_release": kinds_where(lambda kind: kind.wraps_up),
    "timer.customer_reconnect": kinds_where(lambda kind: kind.disconnect == "window"),
    "timer.representative_reconnect/consultant": kinds_for("consult.started"),
    "timer.bot_inactivity": kinds_where(lambda kind: kind.bot_timer == "bot_inactivity"),
    "timer.bot_silence": kinds_where(lambda kind: kind.writes),
    "timer.silence/remind": kinds_where(lambda kind: kind.writes),
    "timer.silence/wait": kinds_where(lambda kind: kind.leaving == "waiting"),
    "timer.silence/end": kinds_where(lambda kind: kind.writes),
    "timer.silence/requeue": kinds_where(lambda kind: kind.writes),
    "timer.inactivity": kinds_where(lambda kind: kind.waits is not None),
    "timer.wake": kinds_where(lambda kind: kind.waits is not None),
    "timer.idle": kinds_where(lambda kind: kind.writes),
}


def read_table(text: str) -> dict[Stage, dict[str, tuple[str, ...]]]:
    """Stage -> trigger -> the words of the cell. Raises Incomplete where the table has a hole."""
    head, *lines = text.strip().splitlines()
    # The head shortens the stages' names: each of its words is a part of its stage's.
    columns = zip(STAGES, head.split()[1:], strict=False)
    named = [stage for stage, word in columns if word.rstrip(".") in stage]
    check_complete("the head of transitions.TABLE", named, STAGES, "stage")
    cells: dict[Stage, dict[str, tuple[str, ...]]] = {stage: {} for stage in STAGES}
    for line in lines:
        if not line or line.startswith("#"):
            continue
        trigger, *words = line.split()
        row = f"the row {trigger} of transitions.TABLE"
        if trigger in cells["nothing"]:
            raise Incomplete(f"{row} is there twice")
        there = (*STAGES[: len(words)], *words[len(STAGES) :])
        check_complete(row, there, STAGES, "cell of the stage")
        for stage, word in zip(STAGES, words, strict=True):
            cells[stage][trigger] = tuple(word.split("|"))
    return cells


CELLS: Final = read_table(TABLE)
TRIGGERS: Final = tuple(CELLS["nothing"])
TIMERS: Final = tuple(trigger for trigger in TRIGGERS if trigger.startswith("timer."))

# Facts are ignored where nothing provides for them; everything else is an action and is rejected.
# Which is which shows where all is over.
FACTS: Final = frozenset(
    trigger for trigger, words in CELLS["closed"].items() if {"stale", "dup"} & set(words)
)

# Facts of a system that decides for itself.
FOLLOWED: Final = frozenset(REPORTS)


def kinds_meeting(trigger: str) -> frozenset[Kind]:
    """The channel kinds whose conversations can meet an input or a timer."""
    if trigger in TIMERS:
        return TIMER_FOR.get(trigger, frozenset(KINDS))
    return kinds_for(trigger)


def check_facts_and_actions(cells: Mapping[Stage, Mapping[str, tuple[str, ...]]]) -> None:
    """Raise Incomplete where a fact is rejected, or an action ignored without a word."""
    for stage, row in cells.items():
        for trigger in INPUT_TRIGGERS:
            what, wrong = (
                ("a fact", "x shut ?") if trigger in FACTS else ("an action", "- stale early")
            )
            for word in set(wrong.split()).intersection(row[trigger]):
                raise Incomplete(f"transitions.TABLE: {trigger} is {what}, not {word} in {stage}")


_PUBLIC: Final = tuple(name for name in TIES if name != "forget")
_NAMED: Final = tuple(trigger.removeprefix("timer.").partition("/")[0] for trigger in TIMERS)
check_complete("transitions.TIES", _PUBLIC, get_args(TimerName), "timer")
check_complete("transitions.TABLE", _NAMED, _PUBLIC, "timer")
check_complete("transitions.TABLE", TRIGGERS, (*INPUT_TRIGGERS, *TIMERS), "trigger")
check_known("transitions.TIMER_FOR", TIMER_FOR, TIMERS, "timer")
check_facts_and_actions(CELLS)

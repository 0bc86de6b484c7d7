"""What happens in every cell, written by hand from contract.md#rules.

A cell is a stage, a channel kind and an input variant; there is one set of cells for each
authority. The canonical form of each input, with the default settings of a push workstream:

* The actor is the right one where the stage has one: the primary (in_conversation), the offered
  (awaiting_acceptance), `representative_id` (waiting, wrap_up, resolved), who left last (open), who
  was primary last (with_external, closed). Elsewhere they are somebody. A report that ends
  something is about them, too.
* A target (of an assignment, a pick, a transfer, a consult, a report that begins something) is
  somebody who is not involved, and a queue is not the one that the conversation is in. Nobody
  consults, no offer of a transfer is pending, no reconnect window runs, nobody is on hold, nobody
  writes up, the session of a record is open. A record waits where its workstream lets it.
* Each input has a new id and all its members.

The grids say the rules joined by "+", `rec` for recorded, `waits` for an input that comes too
early, or a code: `~` ignored, `!` rejected. A stage has a word for each of its kinds, or one word
for all of them.
"""

from __future__ import annotations

from .cell_grids import AWAY, ENDING, FIRST_CONTACT, UNASKED, WAITING
from .upstream_grids import (
    RECORD_OFFERED,
    RECORD_OFFERED_TIMERS,
    REPORTED,
    SECOND_OFFER,
    TIMERS,
    UPSTREAM_TIMERS,
)

CODES = {
    "rec": "recorded",
    "rem": "reminder",
    "~eff": "ignored:no_effect",
    "~du": "ignored:duplicate",
    "~old": "ignored:stale",
    "~ch": "ignored:wrong_channel",
    "~dec": "ignored:engine_decides",
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
    "waiting": "PC AM RE",
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

Cell = tuple[str, str, str]


def read_grid(text: str, kinds_of: dict[str, str]) -> dict[Cell, str]:
    """The cells of a grid by (stage, kind, row), codes spelt out."""
    cells: dict[Cell, str] = {}
    stages: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        name, *groups = (part.strip() for part in line.split("|"))
        if not name:
            stages = groups
            continue
        for short, long in ABBREVIATIONS.items():
            name = name.replace(short, long) if name.startswith(short) or short[0] == ":" else name
        for stage, group in zip(stages, groups, strict=True):
            kinds, words = kinds_of[stage].split(), group.split()
            words = words * len(kinds) if len(words) == 1 else words
            for kind, word in zip(kinds, words, strict=True):
                cells[stage, WORDS[kind], name] = CODES.get(word, word)
    return cells


ALONE = {"awaiting_acceptance": "RE"}
WITH_RECORDS = KINDS_OF_STAGE | {"awaiting_acceptance": "LC PC AM VO RE"}

_SHARED = (
    read_grid(FIRST_CONTACT, KINDS_OF_STAGE)
    | read_grid(AWAY, KINDS_OF_STAGE)
    | read_grid(WAITING, KINDS_OF_STAGE)
    | read_grid(ENDING, KINDS_OF_STAGE)
)
# Where this engine decides.
CELLS = _SHARED | read_grid(UNASKED, KINDS_OF_STAGE)
TIMER_CELLS = read_grid(TIMERS, KINDS_OF_STAGE)
# Where another system does.
UPSTREAM_CELLS = (
    _SHARED
    | read_grid(SECOND_OFFER, KINDS_OF_STAGE)
    | read_grid(RECORD_OFFERED, ALONE)
    | read_grid(REPORTED, WITH_RECORDS)
)
UPSTREAM_TIMER_CELLS = (
    TIMER_CELLS | read_grid(UPSTREAM_TIMERS, WITH_RECORDS) | read_grid(RECORD_OFFERED_TIMERS, ALONE)
)
CELLS_OF = {"engine": CELLS, "upstream": UPSTREAM_CELLS}
TIMER_CELLS_OF = {"engine": TIMER_CELLS, "upstream": UPSTREAM_TIMER_CELLS}

"""What a partition's owner may be doing: one state, and one table of what moves it on.

The group says whose the partition is, the work says how far it has come; both are events here, and
there is no flag beside the state. It knows no log, no task and no clock.
"""

import asyncio
from enum import StrEnum
from typing import Final


class OwnerState(StrEnum):
    """What the owner of one partition is doing; the value is what a person is told."""

    JOINING = "joining"  # ours; nothing has been taken over yet
    FENCING = "fencing"  # a former owner is being shut out
    RESTORING = "restoring"  # the tables are being read back
    SUSPENDED = "suspended"  # taken away meanwhile: the restore goes on, nothing is written
    ANNOUNCING = "announcing"  # whole and sought; the first commit is under way
    RUNNING = "running"  # reads, between two batches
    COMMITTING = "committing"  # a batch is under way
    PAUSING = "pausing"  # taken away: the batch under way is finished
    PAUSED = "paused"  # taken away, with whole tables
    FINISHING = "finishing"  # given back before the batch was finished
    RESUMING = "resuming"  # given back: reads on from the last commit
    BACKING_OFF = "backing off"  # waits before another try
    STOPPED = "stopped"  # a person is needed; looked at again all the same
    AWAY = "away"  # taken away, with nothing under way
    ENDING = "ending"  # told to end
    ENDED = "ended"


class OwnerEvent(StrEnum):
    """What moves an owner on. The first three are the group's, the others the work's."""

    GIVEN = "given"
    TAKEN_AWAY = "taken away"
    RELEASED = "released"
    BEGUN = "begun"
    FENCED_OFF = "fenced off"  # nobody else can write any more
    RESTORED = "restored"
    BATCH_BEGUN = "batch begun"
    BATCH_ENDED = "batch ended"  # committed, or undone
    REWOUND = "rewound"
    FAILED = "failed"  # another try may help
    GAVE_UP = "gave up"  # another try cannot help
    LET_GO = "let go"


# A state's row: what each event leads to. "." = stays as it is, "-" = cannot happen.
_TABLE: Final = """
            given     taken_away released begun   fenced_off restored   batch_begun batch_ended rewound failed      gave_up let_go
joining     .         away       ending   fencing -          -          -           -           -       backing_off stopped -
fencing     .         suspended  ending   -       restoring  -          -           -           -       backing_off stopped -
restoring   .         suspended  ending   -       .          announcing -           -           -       backing_off stopped -
suspended   restoring .          ending   -       .          paused     -           -           -       away        away    -
announcing  .         pausing    ending   -       -          -          .           running     -       backing_off stopped -
running     .         paused     ending   -       -          -          committing  -           -       backing_off stopped -
committing  .         pausing    ending   -       -          -          -           running     -       backing_off stopped -
pausing     finishing .          ending   -       -          -          -           paused      -       away        away    -
paused      resuming  .          ending   -       -          -          .           -           .       away        away    -
finishing   .         pausing    ending   -       -          -          -           resuming    -       backing_off stopped -
resuming    .         paused     ending   -       -          -          .           -           running backing_off stopped -
backing_off .         away       ending   fencing -          -          -           .           -       .           stopped -
stopped     .         away       ending   fencing -          -          -           .           -       .           .       -
away        joining   .          ending   -       -          -          -           .           .       .           .       -
ending      .         .          .        .       .          .          .           .           .       .           .       ended
ended       .         .          .        -       -          -          -           -           -       -           -       .
"""


def _read_table(text: str) -> dict[OwnerState, dict[OwnerEvent, OwnerState]]:
    """The table; a state, an event or a cell that is missing stops the import."""
    head, *rows = (line.split() for line in text.strip().splitlines())
    events = [OwnerEvent[name.upper()] for name in head]
    table: dict[OwnerState, dict[OwnerEvent, OwnerState]] = {}
    for name, *cells in rows:
        state = OwnerState[name.upper()]
        if len(cells) != len(events):
            raise TypeError(f"the row of {name} has {len(cells)} cells for {len(events)} events")
        table[state] = {
            event: state if cell == "." else OwnerState[cell.upper()]
            for event, cell in zip(events, cells, strict=True)
            if cell != "-"
        }
    if set(events) != set(OwnerEvent) or set(table) != set(OwnerState):
        raise TypeError("the table of ownership lacks a state or an event")
    return table


TABLE: Final = _read_table(_TABLE)
# The group wants it here.
OURS: Final = frozenset(
    OwnerState[name]
    for name in [
        "JOINING",
        "FENCING",
        "RESTORING",
        "ANNOUNCING",
        "RUNNING",
        "COMMITTING",
        "FINISHING",
        "RESUMING",
        "BACKING_OFF",
        "STOPPED",
    ]
)
# What was read may be used: neither taken away nor given back since it was asked for.
READING: Final = frozenset(
    {OwnerState.RESTORING, OwnerState.ANNOUNCING, OwnerState.RUNNING, OwnerState.COMMITTING}
)
BATCH_UNDER_WAY: Final = frozenset(
    {OwnerState.ANNOUNCING, OwnerState.COMMITTING, OwnerState.PAUSING, OwnerState.FINISHING}
)


OVER: Final = frozenset({OwnerState.BACKING_OFF, OwnerState.STOPPED, OwnerState.AWAY})


class ImpossibleMove(RuntimeError):
    """An event that cannot happen in this state: a fault of the program."""


class Ownership:
    """The state of one partition's owner, and a way to wait for another one."""

    __slots__ = ("_changed", "state")

    def __init__(self, state: OwnerState = OwnerState.JOINING) -> None:
        """The group has given the partition to this worker."""
        self.state = state
        self._changed = asyncio.Event()

    @property
    def ours(self) -> bool:
        """Whether the group wants the partition here."""
        return self.state in OURS

    @property
    def reading(self) -> bool:
        """Whether what is read now may be used."""
        return self.state in READING

    @property
    def over(self) -> bool:
        """Whether what was taken over is worth nothing any more: only a takeover leads on."""
        return self.state in OVER

    @property
    def ending(self) -> bool:
        """Whether the owner was told to end."""
        return self.state in (OwnerState.ENDING, OwnerState.ENDED)

    def move(self, event: OwnerEvent) -> OwnerState:
        """What the event leads to. Raises ImpossibleMove."""
        found = TABLE[self.state].get(event)
        if found is None:
            raise ImpossibleMove(f"{event} while {self.state}")
        if found is not self.state:
            self.state = found
            self._changed.set()
            self._changed = asyncio.Event()
        return found

    async def wait_until_ours(self) -> None:
        """Until the group wants the partition here, or the owner is told to end."""
        await self.wait_for(OURS | {OwnerState.ENDING, OwnerState.ENDED})

    async def wait_for(self, states: frozenset[OwnerState]) -> OwnerState:
        """Until it is in one of these states."""
        while self.state not in states:
            await self._changed.wait()
        return self.state

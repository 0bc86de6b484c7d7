"""What a representative's presence rests on, and what follows from what: one table each. Pure.

It knows no time and no capacity: what capacity makes of a presence stands in `presence`.
"""

from typing import Final, Literal, NamedTuple

from omnistate_schemas.vocabulary import Presence

Standing = Literal[
    "default",  # nobody has said anything yet: their configuration's default presence
    "capacity",  # what was said is over: by what they hold
    "working",  # said available or busy: until what they hold changes
    "resting",  # said away or do not disturb: until somebody says something else
    "offline",  # said so
    "lost",  # their lease ran out
]
# What happens: something is said, what they hold changes, their lease runs out.
Happening = Literal["working", "resting", "offline", "held", "lapsed"]


class Following(NamedTuple):
    """What a standing becomes, by what happens; None: that does not happen then."""

    working: Standing
    resting: Standing
    offline: Standing
    held: Standing
    lapsed: Standing | None


FOLLOWING: Final[dict[Standing, Following]] = {
    # from                  working    resting    offline    held        lapsed
    "default": Following("working", "resting", "offline", "default", None),
    "capacity": Following("working", "resting", "offline", "capacity", "lost"),
    "working": Following("working", "resting", "offline", "capacity", "lost"),
    "resting": Following("working", "resting", "offline", "resting", "lost"),
    "offline": Following("working", "resting", "offline", "offline", None),
    "lost": Following("working", "resting", "offline", "lost", None),
}
SAID: Final[dict[Presence, Literal["working", "resting", "offline"]]] = {
    "available": "working",
    "busy": "working",
    "do_not_disturb": "resting",
    "away": "resting",
    "offline": "offline",
}
# Whoever has gone is disconnected in all that they hold for handling. By default nobody has gone:
# they have never come.
GONE: Final[frozenset[Standing]] = frozenset({"offline", "lost"})


def follow(standing: Standing, happening: Happening) -> Standing | None:
    """What the standing becomes; None where that does not happen to it."""
    found: Standing | None = getattr(FOLLOWING[standing], happening)
    return found

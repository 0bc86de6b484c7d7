"""How much may be held, so that no row and no output passes what its topic takes.

Theory. What an output repeats is bounded by its members, but for two things that grow: the profiles
that a representative's counter names, which each hold and release repeats and the representative
worker adds up over all partitions, and the holds of a conversation, which its row keeps. Both grow
with a hold alone, so a hold that would lead past a bound is refused before anything has changed
(contract.md#too-large), and nothing else is ever looked at. Looking closely costs; whether a hold
could lead past a bound at all is seen from a few lengths (`may_pass`).
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from omnistate_schemas.envelope import ID_LENGTH_MAX
from omnistate_schemas.input_data import PROFILES_MAX
from omnistate_schemas.output_data import PROFILES_HELD_MAX

from omnistate.core.conversation.conversation import Conversation

# What a conversation's holds take of its row. The rest has bounds of its own; what the gate granted
# is kept with 20 offers and their holds at most. The topic has room for all of it.
HOLDS_BYTES_MAX: Final = 700_000
# The profiles of all partitions in what the representative worker says of one representative.
TOTALS_BYTES_MAX: Final = 8_000_000
# Beside its name, as JSON with quotation marks, a profile has four members there; and JSON writes a
# control character in six bytes.
PROFILE_BYTES: Final = 96
PROFILE_BYTES_MAX: Final = PROFILE_BYTES + 2 + 6 * ID_LENGTH_MAX
# A name, or an id, in a row is UTF-8 with a head; and what else a hold has.
_NAME_BYTES: Final = 3
_HOLD_BYTES: Final = 48
_NAME_BYTES_MAX: Final = _NAME_BYTES + 4 * ID_LENGTH_MAX + _HOLD_BYTES
# The shortest profile in a counter's row: a name of one character, and a number.
_ROW_BYTES_MIN: Final = 3
_ENCODE: Final = msgspec.json.Encoder().encode


class TooLarge(Exception):
    """The hold would lead past a bound; the message names it."""


class HoldBounds:
    """The bounds of what one partition may hold; they depend on how many partitions there are."""

    __slots__ = ("profiles_bytes_max", "quiet_cost", "quiet_profiles", "quiet_row_bytes")

    def __init__(self, partitions: int = 1) -> None:
        """`partitions` is how many the inputs have."""
        self.profiles_bytes_max = TOTALS_BYTES_MAX // partitions
        most = min(PROFILES_HELD_MAX, self.profiles_bytes_max // PROFILE_BYTES_MAX)
        # A counter of so many profiles takes a hold of so many more without a closer look; a row of
        # a counter that is no longer than this names no more.
        self.quiet_cost = min(PROFILES_MAX, most // 3)
        self.quiet_profiles = most - self.quiet_cost
        self.quiet_row_bytes = _ROW_BYTES_MIN * self.quiet_profiles

    def may_pass(self, conversation: Conversation, cost: int, *, crowded: bool) -> bool:
        """Whether a hold of `cost` profiles, or fewer, could lead past a bound.

        `crowded` says that some counter of the partition is not quiet.
        """
        if crowded or cost > self.quiet_cost:
            return True
        return (len(conversation.holds) + 2) * (cost + 1) * _NAME_BYTES_MAX > HOLDS_BYTES_MAX

    def find_excess(
        self,
        conversation: Conversation,
        representative_id: str,
        profiles: Iterable[str],
        parts: list[list[str]],
    ) -> str | None:
        """Which bound `parts`, each of them a hold's profiles, pass; None where they pass none.

        `profiles` are those that the representative's counter names already.
        """
        held = set(profiles).union(*parts)
        if len(held) > PROFILES_HELD_MAX:
            return (
                f"{representative_id} would hold {len(held)} capacity profiles in this partition; "
                f"{PROFILES_HELD_MAX} are the most"
            )
        size = sum(map(_measure_profile, held))
        if size > self.profiles_bytes_max:
            return (
                f"the capacity profiles that {representative_id} would hold in this partition take "
                f"{size} bytes; {self.profiles_bytes_max} are the most"
            )
        size = sum(_measure_hold(representative_id, each) for each in parts)
        size += sum(_measure_hold(it.representative_id, it.profiles) for it in conversation.holds)
        if size > HOLDS_BYTES_MAX:
            return (
                f"what the conversation would hold takes {size} bytes; "
                f"{HOLDS_BYTES_MAX} are the most"
            )
        return None


def _measure_profile(name: str) -> int:
    return len(_ENCODE(name)) + PROFILE_BYTES


def _measure_hold(representative_id: str, profiles: list[str]) -> int:
    names = sum(len(name.encode()) + _NAME_BYTES for name in profiles)
    return names + len(representative_id.encode()) + _NAME_BYTES + _HOLD_BYTES

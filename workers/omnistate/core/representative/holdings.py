"""What one conversation holds of one representative: a row of the table of holdings. Pure.

It says nothing of totals, which are the engines' counters; an audit holds the two together.
"""

from typing import Final

import msgspec

from omnistate.core.row_version import HOLDINGS, ROW_VERSION

# Roles of somebody who talks with the customer, and so can lose the connection.
HANDLING: Final = frozenset({"primary", "consultant"})
DAILY: Final = "daily"
# Rules that give capacity back and leave the conversation with whoever has it: what is idle or only
# costs something else, and wrap-up. After F5 it may be over; whoever is told too much ignores it.
KEEPING: Final = frozenset({"K3", "U1", "B1", "B2", "B3", "B21", "F5", "W4", "W9"})


class HeldCost(msgspec.Struct, array_like=True):
    """One hold, as `capacity.held` says it."""

    hold_id: str
    role: str
    units: int
    profiles: list[str]


class Holding(msgspec.Struct, array_like=True):
    """All that one conversation holds of one representative, the oldest hold first."""

    version: int = ROW_VERSION
    # The conversation's: whose counters these holds move.
    partition: int = 0
    holds: list[HeldCost] = []
    # Nothing of them is held for handling any more, and yet it is theirs: it was told that they
    # have gone, and is to be told when they are back.
    kept: bool = False

    @property
    def handled(self) -> bool:
        """Whether they handle it."""
        return any(hold.role in HANDLING for hold in self.holds)

    @property
    def daily(self) -> frozenset[str]:
        """The profiles of which it has a slot with them until their day is over."""
        return frozenset(
            name for hold in self.holds if hold.role == DAILY for name in hold.profiles
        )

    def begin(self, hold: HeldCost) -> None:
        """A hold begins; the same one again is nothing."""
        if all(hold.hold_id != each.hold_id for each in self.holds):
            self.holds.append(hold)
        if hold.role in HANDLING:
            self.kept = False

    def end(self, hold_id: str, *, kept: bool = False) -> None:
        """A hold ends; one that is not known is nothing.

        `kept`: even so, what they handled goes on being theirs.
        """
        handled = self.handled
        self.holds = [each for each in self.holds if each.hold_id != hold_id]
        if handled and not self.handled:
            self.kept = kept

    @property
    def says_nothing(self) -> bool:
        """Whether it needs no row."""
        return not self.holds and not self.kept


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Holding)
_KEYS: Final = msgspec.msgpack.Decoder(tuple[str, str])


def encode_holding(holding: Holding) -> bytes:
    """The row as bytes."""
    return _ENCODER.encode(holding)


def decode_holding(row: bytes) -> Holding:
    """The holding of a row. Raises msgspec.DecodeError where it is none."""
    return _DECODER.decode(HOLDINGS.upgrade(row))


def encode_holding_key(representative_id: str, conversation_id: str) -> bytes:
    """The row's key."""
    return _ENCODER.encode((representative_id, conversation_id))


def decode_holding_key(key: bytes) -> tuple[str, str]:
    """Representative and conversation. Raises msgspec.DecodeError where it is no such key."""
    return _KEYS.decode(key)

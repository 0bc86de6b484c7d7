"""A representative's totals: what every partition says they hold, added up, and their presence.

The row of the representative worker. Each partition's counter is absolute and its sequence gapless,
so the sum is right whatever was missed or seen twice; what was missed is counted, and what cannot
come next is refused. Pure.
"""

from typing import Final

import msgspec

from omnistate.core.input import FINGERPRINT_BYTES
from omnistate.core.row_version import ROW_VERSION, TOTALS

# So many inputs about a representative are remembered, to know a repeat.
FINGERPRINTS_KEPT: Final = 16
# No partition's counter comes so much further between two changes that are seen.
JUMP_MAX: Final = 2**32
# These hold until somebody sets another; available and busy until capacity changes next.
LASTING: Final = frozenset({"do_not_disturb", "away", "offline"})


class OutOfSequence(ValueError):
    """A partition's counter cannot come after the one that is known; says why."""


class Share(msgspec.Struct, array_like=True):
    """What a representative holds in one partition of the conversation worker."""

    sequence: int
    units: int
    profiles: dict[str, int]


class Totals(msgspec.Struct, array_like=True):
    """One representative. `published` is the digest of what readers were told last."""

    version: int = ROW_VERSION
    sequence: int = 0
    shares: dict[int, Share] = {}
    set_presence: str | None = None
    set_by_supervisor: bool = False
    gaps: int = 0
    fingerprints: bytes = b""
    published: bytes = b""

    @property
    def units(self) -> int:
        """How many units they hold altogether."""
        return sum(share.units for share in self.shares.values())

    @property
    def profiles(self) -> dict[str, int]:
        """How many slots of each profile they hold altogether, without zeros."""
        found: dict[str, int] = {}
        for share in self.shares.values():
            for name, slots in share.profiles.items():
                if slots:
                    found[name] = found.get(name, 0) + slots
        return found

    def take_over(self, partition: int, share: Share) -> int | None:
        """Believe a partition's newest counter; how many before it are missing, None = a repeat.

        Raises OutOfSequence where it goes back, says something else than the same one said before,
        or jumps by more than JUMP_MAX: then nothing has changed.
        """
        former = self.shares.get(partition)
        known = 0 if former is None else former.sequence
        if share == former:
            return None
        if share.sequence < known:
            raise OutOfSequence(f"{share.sequence} goes back: {known} was counted")
        if share.sequence == known:
            raise OutOfSequence(f"{known} was counted, and said something else")
        if share.sequence - known > JUMP_MAX:
            raise OutOfSequence(f"{share.sequence} comes after {known}: no gap is as large")
        missing = share.sequence - known - 1
        self.gaps += missing
        if self.set_presence is not None and self.set_presence not in LASTING:
            self.set_presence = None
        self.shares[partition] = share
        return missing

    def set(self, presence: str, *, by_supervisor: bool) -> None:
        """Somebody sets their presence."""
        self.set_presence = presence
        self.set_by_supervisor = by_supervisor

    def knows(self, fingerprint: bytes) -> bool:
        """Whether this input is among the last ones; if not, it is now."""
        kept = self.fingerprints
        size = FINGERPRINT_BYTES
        if fingerprint in [kept[at : at + size] for at in range(0, len(kept), size)]:
            return True
        self.fingerprints = (kept + fingerprint)[-size * FINGERPRINTS_KEPT :]
        return False


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Totals)


def encode_totals(totals: Totals) -> bytes:
    """The row as bytes."""
    return _ENCODER.encode(totals)


def decode_totals(row: bytes) -> Totals:
    """The totals of a row. Raises msgspec.DecodeError where it is none."""
    return _DECODER.decode(TOTALS.upgrade(row))

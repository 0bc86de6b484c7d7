"""A representative's totals: what every partition says they hold, added up, and their presence.

The row of the representative worker. Each partition's counter is absolute and its sequence gapless,
so the sum is right whatever was missed or seen twice; what was missed is counted, and what cannot
come next is refused. What is granted counts beside it. Pure.
"""

from typing import Final, cast

import msgspec
from omnistate_schemas.vocabulary import Presence

from omnistate.core.input import FINGERPRINT_BYTES
from omnistate.core.representative.grants import Grant
from omnistate.core.representative.standing import SAID, Standing, follow
from omnistate.core.row_version import ROW_VERSION, TOTALS

# So many inputs about a representative are remembered, to know a repeat.
FINGERPRINTS_KEPT: Final = 16
# And so many requests that were granted.
GRANTED_KEPT: Final = 64
# No partition's counter comes so much further between two changes that are seen.
JUMP_MAX: Final = 2**32


class OutOfSequence(ValueError):
    """A partition's counter cannot come after the one that is known; says why."""


class Share(msgspec.Struct, array_like=True):
    """What a representative holds in one partition of the conversation worker."""

    sequence: int
    units: int
    profiles: dict[str, int]


class Totals(msgspec.Struct, array_like=True):
    """One representative. `published` is the digest of what readers were told last.

    Times are epoch milliseconds. A row of a former version has no `standing`, and lists nothing of
    what was held before in the table of holdings: `unlisted` says up to which change, by partition.
    """

    version: int = ROW_VERSION
    sequence: int = 0
    shares: dict[int, Share] = {}
    set_presence: str | None = None
    set_by_supervisor: bool = False
    gaps: int = 0
    fingerprints: bytes = b""
    published: bytes = b""
    standing: Standing | None = "default"
    lease_until_ms: int | None = None
    grants: list[Grant] = []
    granted: bytes = b""
    last_granted_ms: int | None = None
    last_released_ms: int | None = None
    # How much was said to conversations: what names each such event.
    orders: int = 0
    unlisted: dict[int, int] | None = {}

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

    def count_missing(self, partition: int, share: Share) -> int | None:
        """How many changes before a partition's newest counter are missing; None = a repeat.

        Raises OutOfSequence where it goes back, says something else than the same one said before,
        or jumps by more than JUMP_MAX.
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
        return share.sequence - known - 1

    def take_over(self, partition: int, share: Share) -> int | None:
        """Believe a partition's newest counter; how many before it are missing, None = a repeat.

        Raises OutOfSequence as `count_missing` does: then nothing has changed.
        """
        missing = self.count_missing(partition, share)
        if missing is None:
            return None
        self.gaps += missing
        if missing:
            # What was held or released meanwhile is on no list.
            self.unlisted = {**(self.unlisted or {}), partition: share.sequence - 1}
        self.change_standing(follow(self.now_standing, "held"))
        self.shares[partition] = share
        return missing

    @property
    def now_standing(self) -> Standing:
        """What their presence rests on."""
        if self.standing is not None:
            return self.standing
        if self.set_presence is not None:
            return SAID[cast("Presence", self.set_presence)]
        return "capacity" if self.fingerprints else "default"

    def change_standing(self, standing: Standing | None) -> None:
        """Their presence rests on this from now on; what was said lasts no longer than it does."""
        if standing is not None:
            self.standing = standing
            if standing in ("default", "capacity", "lost"):
                self.set_presence = None

    @property
    def says_nothing(self) -> bool:
        """Whether nobody would miss them: they never held, were granted or said anything."""
        return not self.shares and not self.grants and self.now_standing == "default"

    def knows(self, fingerprint: bytes) -> bool:
        """Whether this input is among the last ones; if not, it is now."""
        if is_among(fingerprint, self.fingerprints):
            return True
        self.fingerprints = remember(fingerprint, self.fingerprints, FINGERPRINTS_KEPT)
        return False


def is_among(fingerprint: bytes, kept: bytes) -> bool:
    """Whether a digest is one of those kept."""
    size = FINGERPRINT_BYTES
    return fingerprint in [kept[at : at + size] for at in range(0, len(kept), size)]


def remember(fingerprint: bytes, kept: bytes, most: int) -> bytes:
    """The last digests, this one among them."""
    return (kept + fingerprint)[-FINGERPRINT_BYTES * most :]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Totals)


def encode_totals(totals: Totals) -> bytes:
    """The row as bytes."""
    return _ENCODER.encode(totals)


def decode_totals(row: bytes) -> Totals:
    """The totals of a row. Raises msgspec.DecodeError where it is none."""
    return _DECODER.decode(TOTALS.upgrade(row))

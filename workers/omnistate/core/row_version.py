"""The version of what the tables keep: how former rows are read, and how they are still written.

Every stored value says its version. A release reads rows of every version before its own, and
writes those of its own or, until it is told to switch, of the one before, so that the workers of
that release can take over. A newer one is refused before a partition is taken over, by its
position. A new version appends members: a former row is the new one's beginning, and the defaults
of what was appended follow. Bytes only.
"""

from typing import Final, NamedTuple

import msgspec

# 1 does not say so. 2 says so; positions count the rows of each table. 3 is the second edition's.
ROW_VERSION: Final = 3
# What 3 remembers of a conversation no former row has a member for, so nobody can share tables with
# the workers of a former release.
FIRST_WRITTEN: Final = 3
WRITABLE: Final = tuple(range(max(ROW_VERSION - 1, FIRST_WRITTEN), ROW_VERSION + 1))
_READ: Final = msgspec.msgpack.Decoder(msgspec.Raw).decode


class NewerVersion(ValueError):
    """A newer release has written this; the message says what to do."""

    def __init__(self, found: int) -> None:
        """`found` is the version that was read."""
        super().__init__(
            f"the tables are of version {found}, and this release reads up to {ROW_VERSION}: "
            "run the release that wrote them, or a newer one"
        )


class NotWritable(ValueError):
    """A row says what the former version has no member for: writing it would lose that."""


class FormerRow(NamedTuple):
    """How rows of `version` begin, how those of the next one do, and what that one appended."""

    version: int
    former: bytes
    present: bytes
    defaults: bytes = b""

    def upgrade(self, row: bytes) -> bytes:
        """The row as the next version would have written it; any other as it is."""
        if not row.startswith(self.former):
            return row
        return self.present + row[len(self.former) :] + self.defaults

    def downgrade(self, row: bytes) -> bytes:
        """The row of the next version as this one would have written it. Raises NotWritable.

        What the next version appended must have its default: it may be used only once that
        version's rows are written.
        """
        end = len(row) - len(self.defaults)
        former = self.former + row[len(self.present) : end]
        # The defaults may be the end of a longer member: then what is left is no whole row.
        if row[end:] != self.defaults or not _is_whole(former):
            raise NotWritable(f"a row uses what version {self.version} has no member for")
        return former


def _is_whole(row: bytes) -> bool:
    try:
        _READ(row)
    except msgspec.DecodeError:
        return False
    return True


class RowLayout:
    """The rows of one table in every version."""

    def __init__(self, *formers: FormerRow) -> None:
        """In the order of versions; where rows have several forms, one for each of them."""
        self._formers = formers

    def upgrade(self, row: bytes) -> bytes:
        """A row of any version up to the present one as the present one would have written it."""
        for former in self._formers:
            row = former.upgrade(row)
        return row

    def downgrade(self, row: bytes, version: int = ROW_VERSION - 1) -> bytes:
        """A row of the next version as `version` would have written it. Raises NotWritable."""
        for former in self._formers:
            if former.version == version and row.startswith(former.present):
                return former.downgrade(row)
        raise NotWritable(f"version {version} has no such row")


# MessagePack's heads of arrays: one member more than before, and the version as the first. Rows of
# conversations changed their shape: `conversation.former_row` reads the former ones.
CONVERSATION: Final = RowLayout()
COUNTER: Final = RowLayout(
    FormerRow(1, b"\x93", b"\x94\x02"), FormerRow(2, b"\x94\x02", b"\x94\x03")
)
# Standing, lease, grants, granted requests, last grant and release, orders, what is not listed.
TOTALS: Final = RowLayout(
    FormerRow(1, b"\x97", b"\x98\x02"),
    FormerRow(2, b"\x98\x02", b"\xdc\x00\x10\x03", b"\xc0\xc0\x90\xc4\x00\xc0\xc0\x00\xc0"),
)
# New in version 3.
HOLDINGS: Final = RowLayout()
# Of the settings the version stands in front, so that a digest of the rest names them for ever.
SETTINGS: Final = RowLayout(
    FormerRow(1, b"\xde\x00\x16", b"\x92\x02\xde\x00\x16"),
    FormerRow(2, b"\x92\x02", b"\x92\x03"),
)

"""The version of what the tables keep, and how a former version's rows are read.

Every stored value begins with it. A release reads its own version and the one before; a newer one
is refused before a partition is taken over, by its position. A new version appends members: a
former row is the new one's beginning, and the defaults of what was appended follow. Bytes only.
"""

from typing import Final, NamedTuple

# 1 is edition 1's, whose rows do not say so. 2 says so; positions count the rows of each table.
ROW_VERSION: Final = 2


class NewerVersion(ValueError):
    """A newer release has written this; the message says what to do."""

    def __init__(self, found: int) -> None:
        """`found` is the version that was read."""
        super().__init__(
            f"the tables are of version {found}, and this release reads up to {ROW_VERSION}: "
            "run the release that wrote them, or a newer one"
        )


class FormerRow(NamedTuple):
    """How rows of the former version begin, how the present one's do, and what is appended."""

    former: bytes
    present: bytes
    defaults: bytes = b""

    def upgrade(self, row: bytes) -> bytes:
        """The row as the present version would have written it."""
        if not row.startswith(self.former):
            return row
        return self.present + row[len(self.former) :] + self.defaults


# MessagePack's heads of arrays: one member more than before, and the version as the first.
CONVERSATION: Final = FormerRow(b"\xdc\x00\x1d", b"\xdc\x00\x1e\x02")
COUNTER: Final = FormerRow(b"\x93", b"\x94\x02")
TOTALS: Final = FormerRow(b"\x97", b"\x98\x02")

"""The rows of the representative worker's partition, as encoded bytes decoded when touched."""

from collections.abc import Iterable, Mapping
from typing import Final

from omnistate.core.representative.totals import Totals, decode_totals
from omnistate.stream.ports import Write
from omnistate.stream.position import POSITIONS, Position, decode_position

TOTALS: Final = "totals"


class TotalsTable:
    """The committed rows of one partition."""

    __slots__ = ("clock_ms", "offsets", "position", "rows", "topic_ids")

    def __init__(self) -> None:
        """Start empty; restore with `merge`."""
        self.rows: dict[str, bytes] = {}
        self.clock_ms: int | None = None
        self.offsets: dict[str, int] | None = None
        self.position: Position | None = None
        # What tells the inputs from others of the same names; by the log, not by the rows.
        self.topic_ids: Mapping[str, str] | None = None

    def merge(self, writes: Iterable[Write]) -> None:
        """Take over committed rows. Raises KeyError for an unknown table."""
        for table, key, value in writes:
            if table == TOTALS and value is not None:
                self.rows[key.decode()] = value
            elif table == POSITIONS and value is not None:
                self.position = decode_position(value)
                self.clock_ms, self.offsets, *_ = self.position
            else:
                raise KeyError(table)

    def totals(self, id_: str) -> Totals:
        """A representative's row, to be changed; a new one where there is none yet."""
        row = self.rows.get(id_)
        return Totals(shares={}) if row is None else decode_totals(row)

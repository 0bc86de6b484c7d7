"""The rows of the representative worker's partition, as encoded bytes decoded when touched."""

from collections.abc import Iterable, Mapping
from typing import Final

from omnistate.core.representative.holdings import (
    Holding,
    decode_holding,
    decode_holding_key,
    encode_holding,
    encode_holding_key,
)
from omnistate.core.representative.totals import Totals, decode_totals
from omnistate.stream.ports import Write
from omnistate.stream.position import POSITIONS, Position, decode_position
from omnistate.stream.representative.lease_index import LeaseIndex

TOTALS: Final = "totals"
HOLDINGS: Final = "holdings"


class TotalsTable:
    """The committed rows of one partition."""

    __slots__ = (
        "clock_ms",
        "held_rows",
        "holdings",
        "leases",
        "offsets",
        "position",
        "rows",
        "topic_ids",
    )

    def __init__(self) -> None:
        """Start empty; restore with `merge`."""
        self.rows: dict[str, bytes] = {}
        # By representative and conversation, and how many there are.
        self.holdings: dict[str, dict[str, bytes]] = {}
        self.held_rows = 0
        self.leases = LeaseIndex()
        self.clock_ms: int | None = None
        self.offsets: dict[str, int] | None = None
        self.position: Position | None = None
        # What tells the inputs from others of the same names; by the log, not by the rows.
        self.topic_ids: Mapping[str, str] | None = None

    def merge(self, writes: Iterable[Write]) -> None:
        """Take over committed rows. Raises KeyError for an unknown table."""
        for table, key, value in writes:
            if table == TOTALS:
                self._merge_totals(key.decode(), value)
            elif table == HOLDINGS:
                self._merge_holding(key, value)
            elif table == POSITIONS and value is not None:
                self.position = decode_position(value)
                self.clock_ms, self.offsets, *_ = self.position
            else:
                raise KeyError(table)

    def _merge_totals(self, id_: str, value: bytes | None) -> None:
        if value is None:
            # Only where they are counted again.
            self.rows.pop(id_, None)
        else:
            self.rows[id_] = value

    def _merge_holding(self, key: bytes, value: bytes | None) -> None:
        representative_id, conversation_id = decode_holding_key(key)
        held = self.holdings.setdefault(representative_id, {})
        before = len(held)
        if value is None:
            held.pop(conversation_id, None)
        else:
            held[conversation_id] = value
        self.held_rows += len(held) - before
        if not held:
            del self.holdings[representative_id]

    def index(self) -> None:
        """Enter every row's lease, after a restore."""
        self.leases = LeaseIndex()
        for id_, row in self.rows.items():
            self.leases.enter({id_: decode_totals(row).lease_until_ms})

    def totals(self, id_: str) -> Totals:
        """A representative's row, to be changed; a new one where there is none yet."""
        row = self.rows.get(id_)
        if row is None:
            return Totals(shares={}, grants=[], unlisted={})
        found = decode_totals(row)
        if found.unlisted is None:
            # Of a former version: what is held by now is on no list.
            found.unlisted = {number: each.sequence for number, each in found.shares.items()}
        return found


class HoldingsOverlay:
    """What one representative holds, by conversation, as one batch has left it."""

    __slots__ = ("_changed", "_id", "_rows")

    def __init__(self, table: TotalsTable, representative_id: str) -> None:
        """Nothing has changed yet."""
        self._id = representative_id
        self._rows = table.holdings.get(representative_id, {})
        self._changed: dict[str, Holding] = {}

    def of(self, conversation_id: str) -> Holding:
        """What a conversation holds of them, to be changed and put back; perhaps nothing."""
        found = self._changed.get(conversation_id)
        if found is not None:
            return found
        row = self._rows.get(conversation_id)
        return Holding(holds=[]) if row is None else decode_holding(row)

    def put(self, conversation_id: str, holding: Holding) -> None:
        """It holds this of them from now on."""
        self._changed[conversation_id] = holding

    def handled(self) -> list[str]:
        """The conversations that they handle, by id."""
        names = sorted({*self._rows, *self._changed})
        return [name for name in names if self.of(name).handled]

    def take_theirs(self) -> list[str]:
        """Those, and the ones kept without a hold, which are kept no longer; by id."""
        theirs = []
        for name in sorted({*self._rows, *self._changed}):
            holding = self.of(name)
            if holding.handled or holding.kept:
                theirs.append(name)
            if holding.kept:
                holding.kept = False
                self.put(name, holding)
        return theirs

    def writes(self) -> Iterable[tuple[Write, int]]:
        """The rows that differ from the table's, and by how much each changes their number."""
        for conversation_id, holding in self._changed.items():
            row = None if holding.says_nothing else encode_holding(holding)
            former = self._rows.get(conversation_id)
            if row != former:
                key = encode_holding_key(self._id, conversation_id)
                yield Write(HOLDINGS, key, row), (row is not None) - (former is not None)

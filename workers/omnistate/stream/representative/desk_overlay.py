"""The desks that one batch touches, over a table that it does not change."""

from collections.abc import Iterator

from omnistate.core.directory import Directory
from omnistate.core.representative.desk import CapacityChange, Desk
from omnistate.core.representative.totals import OutOfSequence, Totals
from omnistate.stream.cloudevents import Undecodable
from omnistate.stream.ports import Record
from omnistate.stream.representative.capacity_change import BYTES_USUAL, Said, measure
from omnistate.stream.representative.lease_index import LeaseOverlay
from omnistate.stream.representative.occasion import Occasion
from omnistate.stream.representative.spoken import name_order
from omnistate.stream.representative.totals_table import HoldingsOverlay, TotalsTable


class TouchedDesk:
    """One desk, what is to be said of it, and how many bytes its row has at most."""

    __slots__ = ("changed_ms", "desk", "holdings", "occasion", "size", "told")

    def __init__(self, table: TotalsTable, id_: str, directory: Directory) -> None:
        """As the table has it."""
        self.holdings = HoldingsOverlay(table, id_)
        self.desk = Desk(id_, table.totals(id_), self.holdings, directory)
        self.size = len(table.rows.get(id_, b""))
        # What changed it last, and when; None: nothing did.
        self.occasion: Occasion | None = None
        self.changed_ms: int | None = None
        # A changed configuration may concern them.
        self.told = False

    @property
    def id(self) -> str:
        """The representative's."""
        return self.desk.id

    @property
    def totals(self) -> Totals:
        """Their row, to be changed in place."""
        return self.desk.totals

    def mark(self, occasion: Occasion, now_ms: int) -> None:
        """Something has changed it."""
        self.occasion, self.changed_ms = occasion, now_ms

    def name_next(self, now_ms: int) -> str:
        """The id of what is said to a conversation next; the same until it is `said`."""
        return name_order(self.id, now_ms, self.totals.orders + 1)

    def said(self) -> None:
        """Something was said to a conversation: what is said next has another id."""
        self.totals.orders += 1

    def measure(self, change: CapacityChange, record_bytes: int) -> int:
        """How many bytes the row has at most with a change. Raises Undecodable: too many."""
        # A counter takes the former one's place.
        size = self.size + record_bytes
        if size > BYTES_USUAL:
            size = measure(self.desk.totals, change.partition, change.share)
        return size


class DeskOverlay:
    """Every desk that the batch touches, in the order in which it did, and the leases."""

    __slots__ = ("_desks", "_directory", "_table", "leases")

    def __init__(self, table: TotalsTable, directory: Directory) -> None:
        """None yet."""
        self._table = table
        self._directory = directory
        self._desks: dict[str, TouchedDesk] = {}
        self.leases = LeaseOverlay(table.leases)

    def touch(self, id_: str) -> TouchedDesk:
        """The desk of a representative, to be changed in place."""
        found = self._desks.get(id_)
        if found is None:
            found = self._desks[id_] = TouchedDesk(self._table, id_, self._directory)
        return found

    def measure(self, said: Said, record: Record) -> int | None:
        """How many bytes the row has at most with what a `record` says; None: no counter moves.

        Raises Undecodable where it cannot come next, or the row would be too large.
        """
        change = said.change
        if change is None:
            return None
        desk = self.touch(said.representative_id)
        try:
            size = desk.measure(change, len(record.value or b""))
            missing = desk.totals.count_missing(change.partition, change.share)
        except OutOfSequence as error:
            raise Undecodable("undecodable", f"partition_sequence: {error}") from None
        finally:
            self.leave(desk)
        return None if missing is None else size

    def leave(self, desk: TouchedDesk) -> None:
        """Nothing has been done to it: where nobody knows of them yet, there is to be no row."""
        untouched = desk.changed_ms is None and not desk.told
        if untouched and desk.id not in self._table.rows:
            del self._desks[desk.id]

    def __iter__(self) -> Iterator[TouchedDesk]:
        """In the order in which they were touched."""
        return iter(list(self._desks.values()))

"""The counters: what each representative holds in each partition of the engine, added up.

Each published hold or release shows the counter after it; the rows of the counters show the last.
All three must agree. Memory is bounded by representatives times partitions.
"""

from collections.abc import Iterable, Mapping, Set

import msgspec
from omnistate_schemas.outputs import CapacityHeld, CapacityReleased
from omnistate_schemas.vocabulary import CAPACITY_CHANGES

from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import CounterRow, Rows
from omnistate.audit.cut import place_of
from omnistate.audit.findings import Findings, Side
from omnistate.audit.trail import Trail
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

CapacityEvent = CapacityHeld | CapacityReleased


class Account(msgspec.Struct):
    """What one representative holds in one partition, counted here."""

    row: CounterRow | None
    sequence: int = 0
    units: int = 0
    profiles: dict[str, int] = {}
    at_ms: int = 0
    last: tuple[tuple[str, int, int], Side] = (("", 0, 0), Side.BEYOND)
    # The first drift is named; what follows from it is not.
    drifts: bool = False


class Accounts:
    """Every account, by the engine's partition and the representative."""

    def __init__(self, layout: Layout, rows: Rows, findings: Findings, followed: Set[int]) -> None:
        """`followed` are the partitions of the engine whose trails a replay will ask for."""
        self._accounts: dict[tuple[int, str], Account] = {}
        self._layout = layout
        self._rows = rows.counters
        self._findings = findings
        self._followed = followed
        # What was published of one representative by one partition; perhaps nothing.
        self._trails: dict[tuple[int, str], Trail] = {}
        self._lacking = [start > 0 for start in layout.beginnings[CAPACITY_CHANGES]]

    def trail_of(self, partition: int, representative_id: str) -> Trail:
        """What was published of one representative by one partition; perhaps nothing."""
        found = self._trails.get((partition, representative_id))
        if found is None:
            home = partition_of(representative_id.encode(), len(self._lacking))
            found = Trail(CAPACITY_CHANGES, home, lacking=self._lacking[home])
            self._trails[partition, representative_id] = found
        return found

    def trails_of(self, partition: int) -> list[Trail]:
        """What was published by one partition, by representative."""
        return [trail for (number, _), trail in self._trails.items() if number == partition]

    def follow(self, record: Record, partition: int, who: str, side: Side) -> None:
        """Put what was published of a representative by a partition on its trail."""
        if partition in self._followed:
            self.trail_of(partition, who).append(record, side)

    def count(
        self, record: Record, event: CapacityEvent, at_ms: int, side: Side, sign: int
    ) -> None:
        """One hold (sign 1) or release (-1); 0 where it is neither, for it broke the law."""
        data = event.data
        account = self._account_of(record, event)
        self.follow(record, data.partition, event.subject, side)
        if data.partition_sequence != account.sequence + 1:
            sentence = f"partition_sequence: {data.partition_sequence} after {account.sequence}"
            self._complain(record, sentence)
        if at_ms < account.at_ms:
            self._complain(record, "time: goes back")
        account.sequence, account.at_ms = data.partition_sequence, at_ms
        account.last = (place_of(record), side)
        account.units += sign * data.units
        _add(account.profiles, data.profiles, sign)
        if not account.drifts:
            self._compare_shown(record, event, account)
        if account.row is not None:
            self._compare_row(record, account, account.row, side, data.partition)

    def conclude(self) -> None:
        """Find the counters without a row, and the rows without a change."""
        for key, account in self._accounts.items():
            if key not in self._rows:
                place, side = account.last
                self._findings.report("tables", place, "this counter has no row", side, of=key[0])
        for (partition, _), row in self._rows.items():
            if not row.seen and not any(self._lacking):
                place = (self._layout.counters, partition, row.offset)
                sentence = f"change {row.sequence}, which the row counts, is not on the topic"
                self._findings.add("tables", *place, sentence)

    def _account_of(self, record: Record, event: CapacityEvent) -> Account:
        data, who = event.data, event.subject
        account = self._accounts.get((data.partition, who))
        if account is None:
            account = Account(self._rows.get((data.partition, who)))
            self._accounts[data.partition, who] = account
            if self._lacking[record.partition]:
                _start_late(account, event)
        return account

    def _compare_shown(self, record: Record, event: CapacityEvent, account: Account) -> None:
        """The counter that the event shows is the sum of the holds."""
        data = event.data
        for name, shown, counted in (
            ("partition_units", data.partition_units, account.units),
            ("partition_profiles", _without_zeros(data.partition_profiles), account.profiles),
        ):
            if shown != counted:
                account.drifts = True
                self._complain(record, f"{name}: is not the sum of the holds")

    def _compare_row(
        self, record: Record, account: Account, row: CounterRow, side: Side, partition: int
    ) -> None:
        """The row with this change's number says the same; one with a lower number lags."""
        if account.sequence == row.sequence:
            row.seen = True
            counted = (account.units, account.profiles)
            if not account.drifts and (row.units, row.profiles) != counted:
                place = (self._layout.counters, partition, row.offset)
                self._findings.add("tables", *place, "the counter is not the sum of the holds")
        elif account.sequence > row.sequence and side is not Side.BEYOND:
            row.seen, account.row = True, None
            sentence = f"the counter's row has come to change {row.sequence} only"
            self._findings.report("tables", place_of(record), sentence, side, of=partition)

    def _complain(self, record: Record, sentence: str) -> None:
        self._findings.add("holds", *place_of(record), sentence)


def _start_late(account: Account, event: CapacityEvent) -> None:
    """Retention took what was before: begin with what the event says was there."""
    data = event.data
    sign = 1 if isinstance(event, CapacityHeld) else -1
    account.sequence = data.partition_sequence - 1
    account.units = data.partition_units - sign * data.units
    account.profiles = _without_zeros(data.partition_profiles)
    _add(account.profiles, data.profiles, -sign)


def _add(profiles: dict[str, int], names: Iterable[str], sign: int) -> None:
    """Add to each name's count; a name whose count is 0 is left out."""
    if sign:
        for name in names:
            count = profiles.get(name, 0) + sign
            if count:
                profiles[name] = count
            else:
                del profiles[name]


def _without_zeros(profiles: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in profiles.items() if count}

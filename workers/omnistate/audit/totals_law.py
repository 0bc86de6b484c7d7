"""The law of totals: published totals = the sum over partitions = what conversations hold.

The changes are counted once more, while the ledger reads them: each says what its partition came
to. Memory is bounded by representatives times partitions. Beside workers at work the table, read
before the changes, is compared with the very changes it names; a picture with the table where both
are of one number, and with the changes and rows where nothing was committed since.
"""

from collections import Counter
from collections.abc import Set
from typing import Final

from omnistate_schemas.vocabulary import CAPACITY_CHANGES

from omnistate.audit.accounts import CapacityEvent
from omnistate.audit.audit_layout import Layout, TotalsLayout, read_totals_layout
from omnistate.audit.audited_rows import Rows
from omnistate.audit.cut import Cut, find_partitions_at_rest, place_of, read_cut
from omnistate.audit.findings import Findings
from omnistate.audit.seen_changes import SeenChange, SeenChanges
from omnistate.audit.source import TopicReader
from omnistate.audit.totals_rows import (
    HeldCapacity,
    PartitionShare,
    Picture,
    TotalsRow,
    TotalsSnapshot,
    add_up,
    read_totals,
    without_zeros,
)
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record
from omnistate.stream.topology import Topology

NOTHING: Final = HeldCapacity(0, {})


class TotalsCheck:
    """The representative worker's totals, held against everything else."""

    def __init__(
        self,
        layout: Layout,
        of_totals: TotalsLayout,
        cut: Cut,
        totals: TotalsSnapshot,
        rows: Rows,
        findings: Findings,
    ) -> None:
        """`cut` is the representative worker's, `rows` are the engine's."""
        self.layout = of_totals
        self.cut = cut
        self.totals = totals
        self._rows = rows
        self._findings = findings
        self._standings: dict[str, SeenChanges] = {}
        self._lacking = [start > 0 for start in layout.beginnings[CAPACITY_CHANGES]]

    @property
    def has_run(self) -> bool:
        """Whether there has ever been a representative worker."""
        return bool(any(self.cut.ends) or self.totals.rows or self.totals.pictures)

    def see(self, record: Record, event: CapacityEvent) -> None:
        """One change, in the order of its partition."""
        data, who = event.data, event.subject
        if record.key != who.encode():
            # The worker makes it a dead letter.
            return
        standing = self._standings.get(who)
        if standing is None:
            standing = self._standings[who] = SeenChanges()
        number = data.partition
        counted = HeldCapacity(data.partition_units, without_zeros(data.partition_profiles))
        share = PartitionShare(data.partition_sequence, counted)
        if record.offset >= self.cut.offset(record.partition, CAPACITY_CHANGES):
            standing.behind = True
        else:
            standing.take(number, SeenChange(place_of(record), share))
        row = self.totals.rows.get(who)
        named = None if row is None else row.shares.get(number)
        if row is None or named is None or named.sequence != share.sequence:
            return
        if number not in standing.found and named.held != share.held:
            sentence = f"partition {number}: is not what change {share.sequence} says"
            self._findings.add("totals", *row.place, sentence)
        standing.found.add(number)

    def conclude(self, at_rest: Set[int], *, engine_at_rest: bool) -> None:
        """Compare; `at_rest` are the partitions of the totals that nobody has written to since."""
        totals, held = self.totals, self._held()
        for who in sorted({*totals.rows, *totals.pictures, *self._standings}):
            row, picture = totals.rows.get(who), totals.pictures.get(who)
            standing = self._standings.get(who, SeenChanges())
            home = partition_of(who.encode(), self.layout.partitions)
            still = home in at_rest
            self._check_taken(row, standing)
            if row is not None:
                self._check_named(who, row, standing, home, still=still)
            if picture is None:
                self._check_silence(row, still=still)
                continue
            self._findings.counts["representatives"] += 1
            self._check_order(row, picture, still=still)
            if still or (row is not None and row.sequence == picture.sequence):
                self._check_picture(row, picture, self._sum(row, standing, home, still=still))
            if still and engine_at_rest and not standing.behind:
                self._compare(picture, held.get(who, NOTHING), "the conversations hold")

    def _check_taken(self, row: TotalsRow | None, standing: SeenChanges) -> None:
        """Whatever the positions say was taken is in the table."""
        for number, seen in standing.taken.items():
            share = None if row is None else row.shares.get(number)
            come_to = 0 if share is None else share.sequence
            if come_to < seen.share.sequence:
                sentence = f"was taken, but the totals have come to change {come_to} of it only"
                self._findings.add("totals", *seen.place, f"partition {number}: {sentence}")

    def _check_named(
        self, who: str, row: TotalsRow, standing: SeenChanges, home: int, *, still: bool
    ) -> None:
        """Whatever the table names is on the topic, and was taken."""
        for number, share in row.shares.items():
            taken = standing.taken.get(number)
            if number in standing.found:
                if still and (taken is None or taken.share.sequence < share.sequence):
                    sentence = f"change {share.sequence} is counted, but was not taken yet"
                    self._complain(row.place, f"partition {number}: {sentence}")
            elif not self._lacking[home]:
                sentence = f"change {share.sequence} is not on the topic"
                self._complain(row.place, f"partition {number}: {sentence}")
            else:
                self._check_counter(who, row, number, share)

    def _check_counter(self, who: str, row: TotalsRow, number: int, share: PartitionShare) -> None:
        """Retention took the change: the engine's own counter says the same, if it is of it."""
        counter = self._rows.counters.get((number, who))
        if counter is None or counter.sequence != share.sequence:
            return
        if (counter.units, counter.profiles) != share.held:
            self._complain(row.place, f"partition {number}: is not what the engine's counter says")

    def _check_silence(self, row: TotalsRow | None, *, still: bool) -> None:
        """Of whom nothing is published nobody may hold anything."""
        if row is None or not row.published:
            if row is not None and row.shares:
                self._complain(row.place, "readers were never told of these totals")
        elif row.shares or still:
            self._complain(row.place, "what was published of these totals is gone")

    def _check_order(self, row: TotalsRow | None, picture: Picture, *, still: bool) -> None:
        """The last picture is the one that the table counts as its last."""
        come_to = 0 if row is None else row.sequence
        if picture.sequence < come_to:
            sentence = f"sequence: {picture.sequence}, but the totals have published {come_to}"
            self._complain(picture.place, sentence)
        elif picture.sequence > come_to and still:
            sentence = f"sequence: {picture.sequence}, but the totals have published {come_to} only"
            self._complain(picture.place, sentence)

    def _check_picture(
        self, row: TotalsRow | None, picture: Picture, expected: HeldCapacity
    ) -> None:
        self._compare(picture, expected, "the partitions come to")
        if row is None:
            return
        for name in ("gaps", "set_presence"):
            if getattr(picture, name) != getattr(row, name):
                self._complain(picture.place, f"{name}: is not what the totals say")

    def _compare(self, picture: Picture, held: HeldCapacity, where: str) -> None:
        if picture.held.units != held.units:
            sentence = f"occupied_units: {picture.held.units}, {where} {held.units}"
            self._complain(picture.place, sentence)
        if picture.held.profiles != held.profiles:
            self._complain(picture.place, f"profiles: occupied is not what {where}")

    def _sum(
        self, row: TotalsRow | None, standing: SeenChanges, home: int, *, still: bool
    ) -> HeldCapacity:
        """Of the changes that were taken; of the row, where some are gone or it may be newer."""
        if row is not None and (self._lacking[home] or not still):
            return add_up(share.held for share in row.shares.values())
        return add_up(seen.share.held for seen in standing.taken.values())

    def _held(self) -> dict[str, HeldCapacity]:
        """What the rows of conversations hold, by representative."""
        found: dict[str, list[HeldCapacity]] = {}
        for hold in self._rows.holds.values():
            who, _, units, profiles, _ = hold.terms
            assert isinstance(who, str)
            assert isinstance(units, int)
            assert isinstance(profiles, tuple)
            found.setdefault(who, []).append(HeldCapacity(units, Counter(profiles)))
        return {who: add_up(each) for who, each in found.items()}

    def _complain(self, place: tuple[str, int, int], sentence: str) -> None:
        self._findings.add("totals", *place, sentence)


async def begin_totals(
    reader: TopicReader, topology: Topology, layout: Layout, rows: Rows, findings: Findings
) -> TotalsCheck:
    """Read how far the worker has come, then what it has: before any change is read."""
    of_totals = await read_totals_layout(reader, topology)
    cut = await read_cut(reader, of_totals, findings, "totals batches")
    totals = await read_totals(reader, of_totals, findings)
    return TotalsCheck(layout, of_totals, cut, totals, rows, findings)


async def end_totals(
    reader: TopicReader, check: TotalsCheck, layout: Layout, cut: Cut, findings: Findings
) -> Set[int]:
    """Conclude; the partitions that nobody has written to since. `cut` is the engine's."""
    for partition, written in enumerate(await reader.ends(CAPACITY_CHANGES)):
        taken = check.cut.offset(partition, CAPACITY_CHANGES)
        if taken > written:
            sentence = f"the totals have taken up to {taken}, but the topic ends here"
            findings.add("totals", CAPACITY_CHANGES, partition, written, sentence)
    engine_at_rest, _ = await find_partitions_at_rest(reader, layout, cut)
    positions = await reader.ends(check.layout.positions)
    totals = await reader.ends(check.layout.totals)
    at_rest = {
        number
        for number in range(check.layout.partitions)
        # A batch that only tells of a new configuration may leave the position as it is.
        if positions[number] == check.cut.ends[number]
        and totals[number] == check.totals.ends[number]
    }
    check.conclude(at_rest, engine_at_rest=len(engine_at_rest) == layout.partitions)
    return at_rest

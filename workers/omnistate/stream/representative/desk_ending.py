"""The end of a batch at the desks: changed pictures are told of, and changed rows are written."""

from typing import NamedTuple

from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY

from omnistate.core.directory import Directory
from omnistate.core.representative.presence import describe_capacity
from omnistate.core.representative.totals import encode_totals
from omnistate.stream.ports import Outgoing, Write
from omnistate.stream.representative.desk_overlay import DeskOverlay, TouchedDesk
from omnistate.stream.representative.spoken import digest_capacity, encode_capacity
from omnistate.stream.representative.totals_table import HOLDINGS, TOTALS, TotalsTable


class EndedDesks(NamedTuple):
    """What is published, what is written, and how many rows each table has then."""

    outputs: list[Outgoing]
    writes: list[Write]
    rows: dict[str, int]


def end_desks(
    desks: DeskOverlay,
    table: TotalsTable,
    directory: Directory,
    clock_ms: int | None,
) -> EndedDesks:
    """Every desk that the batch has touched."""
    outputs: list[Outgoing] = []
    writes: list[Write] = []
    new = held = 0
    # Readers of a partition see times that do not go back.
    for desk in sorted(desks, key=lambda each: _time_of(each, clock_ms)):
        said = _publish(desk, directory, clock_ms)
        if said is not None:
            outputs.append(said)
        row = encode_totals(desk.totals)
        former = table.rows.get(desk.id)
        if row != former:
            new += former is None
            writes.append(Write(TOTALS, desk.id.encode(), row))
        for write, more in desk.holdings.writes():
            writes.append(write)
            held += more
    rows = {TOTALS: len(table.rows) + new, HOLDINGS: table.held_rows + held}
    return EndedDesks(outputs, writes, rows)


def _time_of(desk: TouchedDesk, clock_ms: int | None) -> int:
    """When it changed, epoch milliseconds; by a changed configuration: now."""
    return (clock_ms or 0) if desk.changed_ms is None else desk.changed_ms


def _publish(desk: TouchedDesk, directory: Directory, clock_ms: int | None) -> Outgoing | None:
    """What readers are told; None where the picture is what they were told last."""
    id_, totals = desk.id, desk.totals
    if id_ not in directory.representatives and totals.says_nothing:
        if not totals.published:
            return None
        totals.published = b""
        return Outgoing(REPRESENTATIVE_CAPACITY, id_.encode(), None)
    digest = digest_capacity(describe_capacity(id_, totals, directory, "", None))
    if digest == totals.published:
        return None
    totals.published = digest
    totals.sequence += 1
    at_ms = _time_of(desk, clock_ms)
    cause, trace = desk.occasion or (None, {})
    said = describe_capacity(id_, totals, directory, format_time(at_ms), cause)
    return encode_capacity(said, trace)

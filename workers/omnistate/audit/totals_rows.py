"""What the representative worker has and says: its table's rows, and what it has published last.

Read whole, the rows first, so that whatever a row says was published is found to be. Each published
total is looked at by itself here; what it must add up to is the business of `totals`. Memory: one
row and one picture a representative.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from omnistate_schemas.presence import RepresentativeCapacityChanged
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY
from pydantic import TypeAdapter, ValidationError

from omnistate.audit.audit_layout import TotalsLayout
from omnistate.audit.cut import place_of
from omnistate.audit.findings import Findings, describe_error
from omnistate.audit.source import TopicReader
from omnistate.core.representative.grants import Grant
from omnistate.core.representative.totals import decode_totals
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

_READ: Final = TypeAdapter(RepresentativeCapacityChanged).validator.validate_json


class HeldCapacity(NamedTuple):
    """Units, and slots of profiles without those that are 0."""

    units: int
    profiles: Mapping[str, int]


class PartitionShare(NamedTuple):
    """What a representative holds in one partition of the engine after one change there."""

    sequence: int
    held: HeldCapacity


class TotalsRow(msgspec.Struct, gc=False):
    """A row of the totals, at (topic, partition, offset)."""

    place: tuple[str, int, int]
    sequence: int
    shares: dict[int, PartitionShare]
    set_presence: str | None
    gaps: int
    # Whether readers have been told of them at all.
    published: bool
    grants: Sequence[Grant]
    # Up to which change holds are on no list, by the engine's partition.
    unlisted: Mapping[int, int]


class Picture(msgspec.Struct, gc=False):
    """What was published last, at (topic, partition, offset)."""

    place: tuple[str, int, int]
    at_ms: int
    sequence: int
    units: int
    held: HeldCapacity
    set_presence: str | None
    gaps: int
    # Profiles of which something is granted.
    granted: frozenset[str]
    # Limit and whether it blocks, by profile.
    limits: dict[str, tuple[int, bool]]


class TotalsSnapshot(NamedTuple):
    """By representative; `ends` are those of the table's changelog that were read up to."""

    rows: Mapping[str, TotalsRow]
    pictures: Mapping[str, Picture]
    ends: Sequence[int]


async def read_totals(
    reader: TopicReader, layout: TotalsLayout, findings: Findings
) -> TotalsSnapshot:
    """Read the table and what was published. What cannot be read breaks the law of totals."""
    rows: dict[str, TotalsRow] = {}
    ends = await reader.ends(layout.totals)
    for partition, end in enumerate(ends):
        async for chunk in reader.records(layout.totals, partition, 0, end):
            for record in chunk:
                row = _read_row(record, layout, findings)
                if row is not None:
                    rows[(record.key or b"").decode()] = row
    pictures: dict[str, Picture] = {}
    for partition, end in enumerate(await reader.ends(REPRESENTATIVE_CAPACITY)):
        sequences: dict[bytes | None, int] = {}
        async for chunk in reader.records(REPRESENTATIVE_CAPACITY, partition, 0, end):
            for record in chunk:
                _take_picture(record, pictures, sequences, layout, findings)
    return TotalsSnapshot(rows, pictures, ends)


def without_zeros(profiles: Mapping[str, int]) -> dict[str, int]:
    """Only the profiles of which something is held."""
    return {name: slots for name, slots in profiles.items() if slots}


def add_up(parts: Iterable[HeldCapacity]) -> HeldCapacity:
    """The sum, without zeros."""
    units, profiles = 0, dict[str, int]()
    for part in parts:
        units += part.units
        for name, slots in part.profiles.items():
            profiles[name] = profiles.get(name, 0) + slots
    return HeldCapacity(units, without_zeros(profiles))


def _read_row(record: Record, layout: TotalsLayout, findings: Findings) -> TotalsRow | None:
    place = place_of(record)
    try:
        row = decode_totals(record.value or b"")
        (record.key or b"").decode()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        findings.add("totals", *place, "this is no row of the totals")
        return None
    if partition_of(record.key or b"", layout.partitions) != record.partition:
        findings.add("totals", *place, "the key belongs to another partition")
    return TotalsRow(
        place,
        row.sequence,
        {
            partition: PartitionShare(
                share.sequence, HeldCapacity(share.units, without_zeros(share.profiles))
            )
            for partition, share in row.shares.items()
        },
        row.set_presence,
        row.gaps,
        bool(row.published),
        row.grants,
        {number: share.sequence for number, share in row.shares.items()}
        if row.unlisted is None
        else row.unlisted,
    )


def _take_picture(
    record: Record,
    pictures: dict[str, Picture],
    sequences: dict[bytes | None, int],
    layout: TotalsLayout,
    findings: Findings,
) -> None:
    """Take over the newest picture of a key, or its tombstone. Older ones may be gone."""
    place = place_of(record)
    key = record.key or b""
    if partition_of(key, layout.partitions) != record.partition:
        findings.add("totals", *place, "the key belongs to another partition")
    if record.value is None:
        pictures.pop(key.decode(errors="replace"), None)
        return
    try:
        event = _READ(record.value)
    except ValidationError as error:
        findings.add("totals", *place, f"not as published: {describe_error(error)}")
        return
    data, who = event.data, event.subject
    if key != who.encode() or data.representative_id != who:
        findings.add("totals", *place, "key, subject and representative_id are not the same")
        return
    if event.id != f"{who}.{data.sequence}":
        findings.add("totals", *place, "id: is not theirs, with the sequence")
    before = sequences.get(key, 0)
    if data.sequence <= before:
        findings.add("totals", *place, f"sequence: {data.sequence} after {before}")
    sequences[key] = data.sequence
    if data.available_units != data.units - data.occupied_units - data.granted_units:
        findings.add("totals", *place, "available_units: is not what is left of units")
    slots = data.profiles.values()
    if any(each.available != each.limit - each.occupied - each.granted for each in slots):
        findings.add("totals", *place, "profiles: available is not what is left of a limit")
    occupied = {name: each.occupied for name, each in data.profiles.items()}
    pictures[who] = Picture(
        place,
        parse_time_ms(event.time),
        data.sequence,
        data.units,
        HeldCapacity(data.occupied_units, without_zeros(occupied)),
        data.set_presence,
        data.gaps,
        frozenset(name for name, each in data.profiles.items() if each.granted),
        {name: (each.limit, each.blocking) for name, each in data.profiles.items()},
    )

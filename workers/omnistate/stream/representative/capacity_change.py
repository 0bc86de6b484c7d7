"""A capacity change as an input of the representative worker: read, and judged as any input is.

Whoever may write to the topic may have written it: only what an engine can have said becomes a
counter. It knows no totals; whether a change is the next one of its partition is for these to say.
"""

from typing import Annotated, Final

import msgspec
from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from omnistate_schemas.output_data import PROFILES_HELD_MAX

from omnistate.core.conversation.bounds import PROFILE_BYTES, TOTALS_BYTES_MAX
from omnistate.core.facts import Cause
from omnistate.core.representative.totals import Share, Totals, encode_totals
from omnistate.stream.cloudevents import Undecodable
from omnistate.stream.ports import Record

TYPES: Final = frozenset({"capacity.held", "capacity.released"})
# Moves no counter, and has none (contract.md#capacity-changes).
DECLINED: Final = "capacity.declined"
# What an engine writes at once, at the most.
RECORD_BYTES_MAX: Final = 1_000_000
# Below this a row's picture, too, is far from the bound, and nobody needs to look.
BYTES_USUAL: Final = 16_384

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LENGTH_MAX)]
_Partition = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Sequence = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
# However many partitions a row has, their sum has 64 bits.
_Units = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
_Slots = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Profiles = Annotated[dict[_Id, _Slots], msgspec.Meta(max_length=PROFILES_HELD_MAX)]


class _Data(msgspec.Struct, gc=False):
    representative_id: _Id
    partition: _Partition
    partition_sequence: _Sequence
    partition_units: _Units
    # Left out where it is empty.
    partition_profiles: _Profiles = {}


class _Event(msgspec.Struct, gc=False):
    id: _Id
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=SOURCE_LENGTH_MAX)]
    type: str
    subject: str
    data: _Data


class _Typed(msgspec.Struct, gc=False):
    type: str


_READ: Final = msgspec.json.Decoder(_Event).decode
_READ_TYPE: Final = msgspec.json.Decoder(_Typed).decode
_ENCODE: Final = msgspec.json.Encoder().encode


class ShareChange(msgspec.Struct, frozen=True, gc=False):
    """What one partition of the engine says of a representative."""

    representative_id: str
    partition: int
    share: Share
    cause: Cause


def read_capacity_change(record: Record) -> ShareChange | None:
    """The change in a record of `capacity-changes`. Raises Undecodable.

    None for a grant that came to nothing, which moves no counter.
    """
    value = record.value or b""
    if len(value) > RECORD_BYTES_MAX:
        raise Undecodable("oversized", f"{len(value)} bytes; {RECORD_BYTES_MAX} are the most")
    try:
        event = _READ(value)
    except msgspec.DecodeError as error:
        if _is_declined(value):
            return None
        raise Undecodable("undecodable", f"no capacity change: {error}") from None
    except UnicodeDecodeError:
        raise Undecodable("undecodable", "no capacity change: invalid UTF-8") from None
    except RecursionError:
        raise Undecodable("undecodable", "no capacity change: nested too deeply") from None
    if event.type not in TYPES:
        raise Undecodable("unknown_type", "no such type of capacity change")
    data = event.data
    if event.subject != data.representative_id:
        raise Undecodable("undecodable", "the subject is not the representative")
    if record.key != data.representative_id.encode():
        raise Undecodable("wrong_key", "the record's key is not the representative")
    held = {name: slots for name, slots in data.partition_profiles.items() if slots}
    return ShareChange(
        data.representative_id,
        data.partition,
        Share(data.partition_sequence, data.partition_units, held),
        Cause(event.type, event.id, event.source),
    )


def _is_declined(value: bytes) -> bool:
    try:
        return _READ_TYPE(value).type == DECLINED
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def measure(totals: Totals, partition: int, share: Share) -> int:
    """How many bytes the row has with this share. Raises Undecodable.

    That is where the row, or a picture of it, would be too large.
    """
    shares = {**totals.shares, partition: share}
    held = msgspec.structs.replace(totals, shares=shares)
    row = len(encode_totals(held))
    # As the engines count, who share this bound out: what they accept is never too large here.
    picture = sum(len(_ENCODE(name)) + PROFILE_BYTES for name in held.profiles)
    if max(row, picture) > TOTALS_BYTES_MAX:
        raise Undecodable(
            "oversized",
            f"the totals would come to {max(row, picture)} bytes; {TOTALS_BYTES_MAX} are the most",
        )
    return row

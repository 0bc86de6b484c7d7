"""A capacity change as an input of the representative worker: read, and judged as any input is.

Whoever may write to the topic may have written it: only what an engine can have said becomes a
counter. It knows no totals; whether a change is the next one of its partition is for these to say.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from omnistate_schemas.output_data import PROFILES_HELD_MAX

from omnistate.core.conversation.bounds import PROFILE_BYTES, TOTALS_BYTES_MAX
from omnistate.core.facts import Cause
from omnistate.core.representative.desk import CapacityChange
from omnistate.core.representative.holdings import HeldCost
from omnistate.core.representative.totals import Share, Totals, encode_totals
from omnistate.stream.cloudevents import Undecodable
from omnistate.stream.ports import Record
from omnistate.stream.representative.occasion import Occasion, pick_trace

KINDS: Final[dict[str, Literal["held", "released"]]] = {
    "capacity.held": "held",
    "capacity.released": "released",
}
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
_Source = Annotated[str, msgspec.Meta(min_length=1, max_length=SOURCE_LENGTH_MAX)]
_Names = Annotated[list[_Id], msgspec.Meta(max_length=PROFILES_HELD_MAX)]


class _Reservation(msgspec.Struct, gc=False):
    id: _Id
    source: _Source


class _Data(msgspec.Struct, gc=False):
    """A member that is left out has nothing in it."""

    representative_id: _Id
    conversation_id: _Id
    hold_id: Annotated[str, msgspec.Meta(min_length=1, max_length=2 * ID_LENGTH_MAX)]
    role: _Id
    units: _Units
    partition: _Partition
    partition_sequence: _Sequence
    partition_units: _Units
    partition_profiles: _Profiles = {}
    profiles: _Names = []
    reservation: _Reservation | None = None
    rule: str = ""


class _Declined(msgspec.Struct, gc=False):
    representative_id: _Id
    reservation: _Reservation


class _Head(msgspec.Struct, gc=False):
    id: _Id
    source: _Source
    type: str
    subject: str
    data: msgspec.Raw
    traceparent: Any = None
    tracestate: Any = None


_READ: Final = msgspec.json.Decoder(_Head).decode
_READ_DATA: Final = msgspec.json.Decoder(_Data).decode
_READ_DECLINED: Final = msgspec.json.Decoder(_Declined).decode
_ENCODE: Final = msgspec.json.Encoder().encode


class Said(msgspec.Struct, frozen=True, gc=False):
    """What the engine says of a representative: a change, or whose grant is not taken."""

    representative_id: str
    occasion: Occasion
    change: CapacityChange | None
    # Source and id of the request that was granted.
    declined: tuple[str, str] | None = None


def read_capacity_change(record: Record) -> Said:
    """What a record of `capacity-changes` says. Raises Undecodable."""
    value = record.value or b""
    if len(value) > RECORD_BYTES_MAX:
        raise Undecodable("oversized", f"{len(value)} bytes; {RECORD_BYTES_MAX} are the most")
    try:
        event = _READ(value)
        data: _Data | _Declined | None = None
        if event.type in KINDS:
            data = _READ_DATA(event.data)
        elif event.type == DECLINED:
            data = _READ_DECLINED(event.data)
    except msgspec.DecodeError as error:
        raise Undecodable("undecodable", f"no capacity change: {error}") from None
    except UnicodeDecodeError:
        raise Undecodable("undecodable", "no capacity change: invalid UTF-8") from None
    except RecursionError:
        raise Undecodable("undecodable", "no capacity change: nested too deeply") from None
    if data is None:
        raise Undecodable("unknown_type", "no such type of capacity change")
    if event.subject != data.representative_id:
        raise Undecodable("undecodable", "the subject is not the representative")
    if record.key != data.representative_id.encode():
        raise Undecodable("wrong_key", "the record's key is not the representative")
    trace = pick_trace({"traceparent": event.traceparent, "tracestate": event.tracestate})
    occasion = Occasion(Cause(event.type, event.id, event.source), trace)
    who = data.representative_id
    named = data.reservation
    reservation = None if named is None else (named.source, named.id)
    if isinstance(data, _Declined):
        return Said(who, occasion, None, reservation)
    held = {name: slots for name, slots in data.partition_profiles.items() if slots}
    change = CapacityChange(
        KINDS[event.type],
        data.partition,
        Share(data.partition_sequence, data.partition_units, held),
        data.conversation_id,
        HeldCost(data.hold_id, data.role, data.units, data.profiles),
        reservation,
        data.rule,
    )
    return Said(who, occasion, change)


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

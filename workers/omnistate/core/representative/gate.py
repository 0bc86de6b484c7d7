"""The gate: whether a representative may be given a conversation, now. Pure.

It looks at limits, at what is held in all partitions, at what it has granted and nobody has taken
or declined yet, and at presence (contract.md#the-gate). Whatever it gives counts at once, so two
requests never get the same room.
"""

from collections.abc import Set
from typing import Final, NamedTuple

import msgspec
from omnistate_schemas.assignment import GRANTS_MAX

from omnistate.core.directory import Directory
from omnistate.core.representative.grants import Grant, Request
from omnistate.core.representative.presence import find_presence
from omnistate.core.representative.room import Room, measure_room
from omnistate.core.representative.totals import GRANTED_KEPT, Totals, is_among, remember

# What the grants of one representative take, in their row and in what readers are told.
GRANTS_BYTES_MAX: Final = 131_072
# Beside its names: the members of a grant, and of each profile that it adds to the picture.
_GRANT_BYTES: Final = 192
_PROFILE_BYTES: Final = 128
_ENCODE: Final = msgspec.json.Encoder().encode


class Refusal(NamedTuple):
    """Why not: a code, and a sentence for people."""

    code: str
    message: str


def judge(
    request: Request,
    id_: str,
    totals: Totals,
    daily: Set[str],
    directory: Directory,
    now_ms: int,
) -> Grant | Refusal:
    """What would be granted, or why it is not; nothing has changed until `give`.

    `daily` are the profiles of which the conversation has a slot with them until their day is over.
    `now_ms` is the partition's clock, epoch milliseconds.
    """
    if is_among(request.fingerprint, totals.granted):
        return Refusal("duplicate", "It was granted before.")
    counted = [name for name in dict.fromkeys(request.profiles) if name not in daily]
    room = measure_room(id_, totals, directory, counted)
    short = _find_short(request, counted, totals, room)
    if short is not None:
        return Refusal("no_capacity", short)
    presence = find_presence(id_, totals, directory, room)
    if not presence.of_capacity and presence.presence not in request.allowed_presences:
        allowed = ", ".join(sorted(request.allowed_presences))
        return Refusal(
            "not_assignable", f"Their presence is {presence.presence}; allowed are: {allowed}."
        )
    grant = Grant(
        request.conversation_id,
        request.id,
        request.source,
        request.units,
        list(dict.fromkeys(request.profiles)),
        now_ms,
        request.units,
        counted,
    )
    size = sum(map(measure_grant, (*totals.grants, grant)))
    if size > GRANTS_BYTES_MAX:
        return Refusal(
            "too_large", f"Their grants would take {size} bytes; {GRANTS_BYTES_MAX} are the most."
        )
    return grant


def give(grant: Grant, request: Request, totals: Totals) -> None:
    """What `judge` found counts from now on, and its request is known again."""
    totals.grants = [*totals.grants, grant]
    totals.granted = remember(request.fingerprint, totals.granted, GRANTED_KEPT)
    totals.last_granted_ms = grant.at_ms


def _find_short(request: Request, counted: list[str], totals: Totals, room: Room) -> str | None:
    """What there is too little of; None where there is room."""
    if request.units > room.available:
        return f"Units: {request.units} are asked for, {room.available} are left."
    for name in counted:
        profile = room.profiles[name]
        if profile.available < 1:
            taken = profile.occupied + profile.granted
            return f"Profile {name}: no slot is left, {taken} of {profile.limit} are taken."
    blocked_by = room.blocked_by
    if blocked_by is not None:
        return f"Profile {blocked_by} is used up, and blocks everything else."
    if len(totals.grants) >= GRANTS_MAX:
        return f"Grants: {len(totals.grants)} wait for their holds, {GRANTS_MAX} are the most."
    return None


def measure_grant(grant: Grant) -> int:
    """How many bytes a grant takes at most, in the row or in the picture."""
    names = (grant.conversation_id, grant.id, grant.source)
    slots = sum(2 * len(_ENCODE(name)) + _PROFILE_BYTES for name in grant.profiles)
    return sum(len(_ENCODE(name)) for name in names) + slots + _GRANT_BYTES

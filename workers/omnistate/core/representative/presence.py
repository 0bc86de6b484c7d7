"""How a representative's presence follows from what was said and what they hold. Pure.

As contract.md#presence has it: unused → available, partly used → busy, fully used
or negative → do not disturb; units and profiles together only when both are used up; a blocking
profile that is used up is enough by itself. What somebody sets goes first. What is granted and not
held yet makes no presence.
"""

from typing import Final, NamedTuple

import msgspec
from omnistate_schemas.times import format_time

from omnistate.core.directory import Directory
from omnistate.core.facts import Cause
from omnistate.core.representative.room import ProfileRoom, Room, measure_room
from omnistate.core.representative.totals import Totals

# Of a representative with one of these a router may think at all.
WORKING: Final = frozenset({"available", "busy"})


class PresenceNow(NamedTuple):
    """The effective presence, and where it comes from."""

    presence: str
    reason: str

    @property
    def of_capacity(self) -> bool:
        """Whether it only follows from capacity; the default `available` does, too."""
        return self.reason == "capacity" or self == (AVAILABLE, "default")


AVAILABLE: Final = "available"


class ShownReservation(msgspec.Struct, frozen=True, gc=False):
    """What is kept for an offer."""

    id: str
    source: str
    units: int
    profiles: list[str]


class ShownGrant(msgspec.Struct, frozen=True, gc=False):
    """One grant as readers see it."""

    conversation_id: str
    reservation: ShownReservation
    at: str


class RepresentativeCapacity(msgspec.Struct, frozen=True, gc=False):
    """`data` of `representative.capacity_changed`, as `omnistate_schemas.presence` describes it."""

    representative_id: str
    sequence: int
    units: int
    occupied_units: int
    granted_units: int
    available_units: int
    profiles: dict[str, ProfileRoom]
    grants: list[ShownGrant]
    blocked_by_profile: bool
    presence: str
    presence_reason: str
    set_presence: str | None
    assignable: bool
    last_granted_at: str | None
    last_released_at: str | None
    gaps: int
    changed_at: str
    cause: Cause | None


def describe_capacity(
    id_: str, totals: Totals, directory: Directory, changed_at: str, cause: Cause | None
) -> RepresentativeCapacity:
    """What readers are told of a representative, by the limits in force."""
    room = measure_room(id_, totals, directory)
    presence, reason = find_presence(id_, totals, directory, room)
    blocked = room.blocked_by is not None
    return RepresentativeCapacity(
        representative_id=id_,
        sequence=totals.sequence,
        units=room.units,
        occupied_units=room.occupied,
        granted_units=room.granted,
        available_units=room.available,
        profiles=room.profiles,
        grants=[
            ShownGrant(
                each.conversation_id,
                ShownReservation(each.id, each.source, each.units, each.profiles),
                format_time(each.at_ms),
            )
            for each in totals.grants
        ],
        blocked_by_profile=blocked,
        presence=presence,
        presence_reason=reason,
        set_presence=totals.set_presence,
        assignable=presence in WORKING and not blocked,
        last_granted_at=_format(totals.last_granted_ms),
        last_released_at=_format(totals.last_released_ms),
        gaps=totals.gaps,
        changed_at=changed_at,
        cause=cause,
    )


def find_presence(id_: str, totals: Totals, directory: Directory, room: Room) -> PresenceNow:
    """The presence of a representative who has this room."""
    standing = totals.now_standing
    if standing == "lost":
        return PresenceNow("offline", "lost")
    if standing not in ("default", "capacity"):
        assert totals.set_presence is not None
        who = "set_by_supervisor" if totals.set_by_supervisor else "set_by_representative"
        return PresenceNow(totals.set_presence, who)
    default = directory.default_presence_of(id_)
    if standing == "default" and default != AVAILABLE:
        return PresenceNow(default, "default")
    presence = _derive(room)
    # What the default says it is; another one is capacity's doing.
    by_default = standing == "default" and presence == default
    return PresenceNow(presence, "default" if by_default else "capacity")


def _format(time_ms: int | None) -> str | None:
    return None if time_ms is None else format_time(time_ms)


def _derive(room: Room) -> str:
    """The presence that capacity alone makes."""
    units, occupied, profiles = room.units, room.occupied, room.profiles.values()
    blocked = any(each.blocking and each.held_up for each in profiles)
    if blocked or occupied > units or any(each.occupied > each.limit for each in profiles):
        return "do_not_disturb"
    slots = any(each.occupied for each in profiles)
    if not occupied and not slots:
        return "available"
    # Units count where any are held, or where there are no profiles to go by.
    units_left = occupied < units if occupied or not profiles else False
    profiles_left = any(not each.held_up and each.limit for each in profiles)
    return "busy" if units_left or profiles_left else "do_not_disturb"

"""How a representative's presence follows from what they have set and what they hold. Pure.

As contract.md#presence has it: unused → available, partly used → busy, fully used
or negative → do not disturb; units and profiles together only when both are used up; a blocking
profile that is used up is enough by itself. What somebody sets goes first.
"""

from typing import Final

import msgspec

from omnistate.core.directory import Directory
from omnistate.core.facts import Cause
from omnistate.core.representative.totals import Totals

# Of a representative with one of these a router may think at all.
WORKING: Final = frozenset({"available", "busy"})


class ProfileCapacity(msgspec.Struct, frozen=True, gc=False):
    """The slots of one profile."""

    limit: int
    occupied: int
    available: int
    blocking: bool

    @property
    def used_up(self) -> bool:
        """Whether nothing is left of it, by what is held."""
        return self.available <= 0 < self.occupied


class RepresentativeCapacity(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True
):
    """`data` of `representative.capacity_changed`, as `omnistate_schemas.presence` describes it."""

    representative_id: str
    sequence: int
    units: int
    occupied_units: int
    available_units: int
    profiles: dict[str, ProfileCapacity] = {}
    blocked_by_profile: bool
    presence: str
    presence_reason: str
    set_presence: str | None = None
    assignable: bool
    gaps: int
    changed_at: str
    cause: Cause | None = None


def describe_capacity(
    id_: str, totals: Totals, directory: Directory, changed_at: str, cause: Cause | None
) -> RepresentativeCapacity:
    """What readers are told of a representative, by the limits in force."""
    units = directory.units_of(id_)
    occupied = totals.units
    profiles = _describe_profiles(id_, totals, directory)
    blocked = any(each.blocking and each.used_up for each in profiles.values())
    presence = totals.set_presence or _derive(units, occupied, profiles, blocked=blocked)
    reason = "capacity"
    if totals.set_presence is not None:
        reason = "set_by_supervisor" if totals.set_by_supervisor else "set_by_representative"
    return RepresentativeCapacity(
        representative_id=id_,
        sequence=totals.sequence,
        units=units,
        occupied_units=occupied,
        available_units=units - occupied,
        profiles=profiles,
        blocked_by_profile=blocked,
        presence=presence,
        presence_reason=reason,
        set_presence=totals.set_presence,
        assignable=presence in WORKING and not blocked,
        gaps=totals.gaps,
        changed_at=changed_at,
        cause=cause,
    )


def _describe_profiles(
    id_: str, totals: Totals, directory: Directory
) -> dict[str, ProfileCapacity]:
    held = totals.profiles
    configured = directory.representatives.get(id_)
    found = {}
    for name in sorted({*held, *(configured.profiles if configured else ())}):
        limit, occupied = directory.limit_of(id_, name), held.get(name, 0)
        profile = directory.profiles.get(name)
        blocking = profile is not None and profile.blocking
        found[name] = ProfileCapacity(limit, occupied, limit - occupied, blocking)
    return found


def _derive(
    units: int, occupied: int, profiles: dict[str, ProfileCapacity], *, blocked: bool
) -> str:
    """The presence that capacity alone makes."""
    if blocked or occupied > units or any(each.available < 0 for each in profiles.values()):
        return "do_not_disturb"
    slots = any(each.occupied for each in profiles.values())
    if not occupied and not slots:
        return "available"
    # Units count where any are held, or where there are no profiles to go by.
    units_left = occupied < units if occupied or not profiles else False
    profiles_left = any(not each.used_up and each.limit for each in profiles.values())
    return "busy" if units_left or profiles_left else "do_not_disturb"

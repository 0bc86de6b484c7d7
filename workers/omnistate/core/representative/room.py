"""How much room a representative has: limits, less what they hold and what is granted. Pure."""

from collections.abc import Iterable

import msgspec

from omnistate.core.directory import Directory
from omnistate.core.representative.grants import count_slots, count_units
from omnistate.core.representative.totals import Totals


class ProfileRoom(msgspec.Struct, frozen=True, gc=False):
    """The slots of one profile."""

    limit: int
    occupied: int
    granted: int
    available: int
    blocking: bool

    @property
    def used_up(self) -> bool:
        """Whether nothing is left of it, by what is held and granted."""
        return self.available <= 0 < self.occupied + self.granted

    @property
    def held_up(self) -> bool:
        """Whether nothing is left of it, by what is held alone."""
        return self.occupied >= max(self.limit, 1)


class Room(msgspec.Struct, frozen=True, gc=False):
    """Units and slots of one representative."""

    units: int
    occupied: int
    granted: int
    profiles: dict[str, ProfileRoom]

    @property
    def available(self) -> int:
        """Units left; negative where more are taken than there are."""
        return self.units - self.occupied - self.granted

    @property
    def blocked_by(self) -> str | None:
        """A blocking profile that is used up, if there is one."""
        return next(
            (name for name, each in self.profiles.items() if each.blocking and each.used_up), None
        )


def measure_room(id_: str, totals: Totals, directory: Directory, more: Iterable[str] = ()) -> Room:
    """The room by the limits in force, of every profile that counts, and of these `more`."""
    held, granted = totals.profiles, count_slots(totals.grants)
    configured = directory.representatives.get(id_)
    own = configured.profiles if configured else ()
    profiles = {}
    for name in sorted({*held, *granted, *own, *more}):
        limit = directory.limit_of(id_, name)
        occupied, given = held.get(name, 0), granted.get(name, 0)
        profile = directory.profiles.get(name)
        blocking = profile is not None and profile.blocking
        profiles[name] = ProfileRoom(limit, occupied, given, limit - occupied - given, blocking)
    return Room(directory.units_of(id_), totals.units, count_units(totals.grants), profiles)

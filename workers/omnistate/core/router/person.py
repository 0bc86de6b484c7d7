"""A representative as the router sees them: queues, skills, presence, and room for work."""

from typing import Final

from omnistate_schemas.configuration import Representative
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import RoutingMethod

from omnistate.core.router.offering import Need
from omnistate.core.router.seen import CapacitySeen

NEVER: Final = -1
# Presence, whether it only follows from capacity, and skills.
Standing = tuple[str, bool, frozenset[str]]
# By which people of equal rank are in order.
Preference = tuple[int, int, str]


class Person:
    """One representative; `version` counts what became known of them, kept by the picture."""

    __slots__ = (
        "available_units",
        "blocked",
        "configured",
        "follows_capacity",
        "id",
        "last_granted_ms",
        "last_released_ms",
        "presence",
        "profiles",
        "queues",
        "skills",
        "version",
    )

    def __init__(self, id_: str) -> None:
        """Somebody of whom nothing is known yet: in no queue."""
        self.id: Final = id_
        self.version = 0
        self.configured = Representative()
        self.queues: dict[str, int] = {}
        self.skills: frozenset[str] = frozenset()
        self.see(None)

    def configure(self, configured: Representative | None, seen: CapacitySeen | None) -> None:
        """Take the configuration in force; None: there is none, they are in no queue."""
        self.configured = configured or Representative()
        self.queues = dict(self.configured.queues)
        self.skills = frozenset(self.configured.skills)
        self.see(seen)

    def see(self, seen: CapacitySeen | None) -> None:
        """Take the totals; None: nothing is published of them yet, so the defaults hold."""
        default = self.configured.default_presence
        if seen is None:
            self.presence: str = default
            self.follows_capacity = default == "available"
            self.available_units = self.configured.units
            self.profiles: dict[str, int] = {}
            self.blocked = False
            self.last_granted_ms = self.last_released_ms = NEVER
            return
        self.presence = seen.presence
        # The default `available` does, too.
        self.follows_capacity = seen.presence_reason == "capacity" or (
            (seen.presence, seen.presence_reason) == ("available", "default")
        )
        self.available_units = seen.available_units
        self.profiles = {name: slots.available for name, slots in seen.profiles.items()}
        self.blocked = seen.blocked_by_profile or any(
            slots.blocking and slots.available <= 0 < slots.occupied + slots.granted
            for slots in seen.profiles.values()
        )
        self.last_granted_ms = _read_time(seen.last_granted_at)
        self.last_released_ms = _read_time(seen.last_released_at)

    @property
    def signed_in(self) -> bool:
        """Whether their presence is not `offline`."""
        return self.presence != "offline"

    @property
    def standing(self) -> Standing:
        """What decides, room aside, whether they could be asked."""
        return self.presence, self.follows_capacity, self.skills

    def has_presence(self, presences: tuple[str, ...]) -> bool:
        """Whether their presence is allowed; one that only follows from capacity always is."""
        return self.presence in presences or (self.follows_capacity and self.signed_in)

    def has_room(self, need: Need, limits: dict[str, int]) -> bool:
        """Whether what it costs fits; `limits` are those of profiles that they do not list."""
        if self.blocked or self.available_units < need.units:
            return False
        return all(self.slots_of(name, limits) >= 1 for name in need.profiles)

    def slots_of(self, profile: str, limits: dict[str, int]) -> int:
        """How many slots of a profile are available; 0 of one that nobody configured."""
        found = self.profiles.get(profile)
        if found is None:
            found = self.configured.profiles.get(profile)
        return limits.get(profile, 0) if found is None else found

    def precede(self, method: RoutingMethod, need: Need, limits: dict[str, int]) -> Preference:
        """The key by which people of equal rank are in order: the smallest is asked first."""
        if method == "round_robin":
            return (self.last_granted_ms, 0, self.id)
        if method == "least_active":
            return (self.last_released_ms, 0, self.id)
        if need.units or not need.profiles:
            room = self.available_units
        else:
            room = min(self.slots_of(name, limits) for name in need.profiles)
        return (-room, self.last_released_ms, self.id)


def _read_time(text: str | None) -> int:
    return NEVER if text is None else parse_time_ms(text)

"""The configuration in force: what conversations started now inherit, and the limits that count.

It does not read configuration from anywhere.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from omnistate_schemas.configuration import CapacityProfile, Representative, Workstream
from omnistate_schemas.vocabulary import Presence

from omnistate.core.settings import WorkstreamSettings, encode_settings, resolve


class Directory:
    """The configuration in force: what conversations started now inherit, and present limits."""

    __slots__ = ("profiles", "representatives", "version", "workstreams")

    def __init__(
        self,
        workstreams: Mapping[str, Workstream] | None = None,
        profiles: Mapping[str, CapacityProfile] | None = None,
        representatives: Mapping[str, Representative] | None = None,
    ) -> None:
        """Resolve every workstream once; profiles and representatives are looked up as they are."""
        # Counts the changes, so that whoever derives something from it knows when to do so anew.
        self.version = 0
        self.workstreams: dict[str, tuple[bytes, bytes, WorkstreamSettings]] = {}
        for id_, workstream in (workstreams or {}).items():
            self.put_workstream(id_, workstream)
        self.profiles = dict(profiles or {})
        self.representatives = dict(representatives or {})

    def put_workstream(self, id_: str, workstream: Workstream | None) -> None:
        """Add or replace a workstream; None takes it away."""
        self.version += 1
        if workstream is None:
            self.workstreams.pop(id_, None)
        else:
            settings = resolve(workstream)
            self.workstreams[id_] = (*encode_settings(settings), settings)

    def put_profile(self, name: str, profile: CapacityProfile | None) -> None:
        """Add or replace a capacity profile; None takes it away."""
        self.version += 1
        if profile is None:
            self.profiles.pop(name, None)
        else:
            self.profiles[name] = profile

    def put_representative(self, id_: str, representative: Representative | None) -> None:
        """Add or replace a representative; None takes them away."""
        self.version += 1
        if representative is None:
            self.representatives.pop(id_, None)
        else:
            self.representatives[id_] = representative

    def split_by_reset(self, profiles: Iterable[str]) -> tuple[list[str], list[str]]:
        """The profiles that are given back at once, and those kept until the end of the day."""
        at_once: list[str] = []
        daily: list[str] = []
        for name in profiles:
            profile = self.profiles.get(name, UNKNOWN_PROFILE)
            (daily if profile.reset == "end_of_day" else at_once).append(name)
        return at_once, daily

    def time_zone_of(self, representative_id: str) -> str:
        """The IANA name of the representative's zone; UTC for one whom nobody configured."""
        return self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).time_zone

    def day_starts_of(self, representative_id: str) -> str:
        """When the representative's day begins, `HH:MM` on their clocks."""
        return self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).day_starts

    def default_presence_of(self, representative_id: str) -> Presence:
        """Their presence until one is set for the first time."""
        return self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).default_presence

    def units_of(self, representative_id: str) -> int:
        """How many units the representative has at present."""
        return self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).units

    def limit_of(self, representative_id: str, profile: str) -> int:
        """How many slots of `profile` the representative has at present."""
        own = self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).profiles
        limit = own.get(profile)
        return self.profiles.get(profile, UNKNOWN_PROFILE).limit if limit is None else limit


# Nobody has room for a profile that nobody configured: it shows as negative availability.
UNKNOWN_PROFILE: Final = CapacityProfile(limit=0)
UNKNOWN_REPRESENTATIVE: Final = Representative()

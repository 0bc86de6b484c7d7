"""How a workstream's conversations are offered, and what one of them needs of a representative."""

from typing import NamedTuple, Self

from omnistate_schemas.applicability import KIND_OF
from omnistate_schemas.configuration import Workstream

from omnistate.core.kinds import TRAITS


class Need(NamedTuple):
    """What a representative must have for a conversation: one of the presences, and room."""

    presences: tuple[str, ...]
    units: int
    profiles: tuple[str, ...]


class Offering(NamedTuple):
    """A workstream as the router sees it, by its configuration in force."""

    pushed: bool
    by_engine: bool
    parallel_offers: int
    presences: tuple[str, ...]

    @classmethod
    def of(cls, workstream: Workstream) -> Self:
        """Read what is configured."""
        return cls(
            pushed=workstream.distribution == "push",
            by_engine=workstream.authority == "engine",
            # Where it is left out for `upstream`, nothing is pushed.
            parallel_offers=workstream.parallel_offers or 1,
            presences=tuple(sorted(workstream.allowed_presences)),
        )


def is_record(channel: str) -> bool:
    """Whether a conversation over `channel` is a record: never closed by overflow."""
    return not TRAITS[KIND_OF[channel]].closes_open

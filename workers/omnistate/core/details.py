"""What only a few inputs say, and what few conversations keep of it.

Values only. It stays interpreted where others are compiled: msgspec reads how the classes are
declared.
"""

from typing import NamedTuple

Attribute = bool | int | float | str | list[str]
Attributes = dict[str, Attribute]
# As they are given: null takes a member away.
GivenAttributes = dict[str, Attribute | None]


class Update(NamedTuple):
    """The data of a `conversation.updated`."""

    priority: int | None
    attributes: GivenAttributes | None
    units: int | None
    profiles: list[str] | None


class Reservation(NamedTuple):
    """What the gate has granted for a `router.assign`."""

    id: str
    source: str
    units: int
    profiles: list[str]

    @property
    def cost(self) -> tuple[int, frozenset[str]]:
        """What was granted, as `WorkstreamSettings.weigh` tells what something costs."""
        return self.units, frozenset(self.profiles)


class Details(NamedTuple):
    """What only a few inputs say; most have none."""

    update: Update | None = None
    reservation: Reservation | None = None
    # Of `representative.extend_wrap_up`.
    seconds: int = 0
    # `scheduled_for` of `router.schedule`, `resume_at` of an X.
    at_ms: int | None = None
    # A disposition, or why an offer was declined.
    remark: str | None = None
    merged_into: str | None = None

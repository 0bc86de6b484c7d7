"""What the router reads of the outputs: a conversation's last change, a representative's totals.

Only the members that it goes by; whatever else an event says is passed over. Times are RFC 3339, as
published; a member that is left out is null, empty or, of a number, 0.
"""

from typing import Annotated, Final

import msgspec
from omnistate_schemas.vocabulary import Channel

# Attributes that the router knows; a value of another kind says nothing to it.
Words = list[str] | str | float | bool | None
PREFERRED_MAX: Final = 3
# Far beyond what is published, and small enough to be written again, in a request.
_MOST: Final = 2**53
Number = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
# More may be held than there is.
Signed = Annotated[int, msgspec.Meta(ge=-_MOST, le=_MOST)]


class Attributes(msgspec.Struct, frozen=True, gc=False):
    """The attributes that decide to whom a conversation goes."""

    skills: Words = None
    preferred_representatives: Words = None


class ConversationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`data` of `conversation.state_changed`."""

    conversation_id: str
    sequence: Number
    status: str
    channel: Channel
    workstream_id: str
    rule: str = ""
    detail: str | None = None
    queue_id: str | None = None
    queued_at: str | None = None
    queue_since: str | None = None
    representative_id: str | None = None
    representative_since: str | None = None
    offered_representative_ids: tuple[str, ...] = ()
    skipped_representative_ids: tuple[str, ...] = ()
    decline_count: Number = 0
    priority: Number = 0
    units: Number | None = None
    profiles: tuple[str, ...] = ()
    attributes: Attributes = Attributes()


class ProfileSeen(msgspec.Struct, frozen=True, gc=False):
    """The slots of one profile of a representative."""

    available: Signed
    occupied: Number = 0
    granted: Number = 0
    blocking: bool = False


class ReservationSeen(msgspec.Struct, frozen=True, gc=False):
    """Which request a grant answers."""

    id: str = ""
    source: str = ""


class GrantSeen(msgspec.Struct, frozen=True, gc=False):
    """What the gate has given and nobody has taken or declined yet."""

    conversation_id: str
    reservation: ReservationSeen = ReservationSeen()


class CapacitySeen(msgspec.Struct, frozen=True, kw_only=True):
    """`data` of `representative.capacity_changed`."""

    representative_id: str
    presence: str
    presence_reason: str = "capacity"
    available_units: Signed = 0
    profiles: dict[str, ProfileSeen] = {}
    grants: tuple[GrantSeen, ...] = ()
    blocked_by_profile: bool = False
    last_granted_at: str | None = None
    last_released_at: str | None = None


class CauseSeen(msgspec.Struct, frozen=True, gc=False):
    """Which input was refused."""

    type: str
    id: str | None = None
    source: str | None = None


class RefusalSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`data` of `input.rejected` and `input.ignored`."""

    code: str
    cause: CauseSeen
    conversation_id: str | None = None
    representative_id: str | None = None
    sequence: int = 0


def differ_in_number_alone(one: ConversationSeen, other: ConversationSeen) -> bool:
    """Whether nothing but `sequence`, and the rule that it came by, is another."""
    return msgspec.structs.replace(one, sequence=other.sequence, rule=other.rule) == other


def list_words(value: Words) -> tuple[str, ...]:
    """The texts of an attribute, each once, in order; a single text is one of them."""
    if isinstance(value, str):
        return (value,)
    return tuple(dict.fromkeys(value)) if isinstance(value, list) else ()


def list_grants(seen: CapacitySeen) -> dict[str, str]:
    """The id of the request that each grant answers, by conversation."""
    return {grant.conversation_id: grant.reservation.id for grant in seen.grants}

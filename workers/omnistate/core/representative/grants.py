"""What the gate has given and nobody has taken or declined yet: it counts as occupied. Pure.

A grant ends with the hold that bears its reservation, or with the word that nobody took it. Slots
that last until the end of the day are a hold of their own right after the first one; until that one
comes, a grant goes on for them alone.
"""

from collections.abc import Iterable

import msgspec


class Request(msgspec.Struct, frozen=True, gc=False):
    """Somebody asks for a representative's capacity; `fingerprint` tells a repeat."""

    id: str
    source: str
    fingerprint: bytes
    conversation_id: str
    units: int
    profiles: tuple[str, ...]
    expected_sequence: int | None
    auto_accept: bool | None
    allowed_presences: frozenset[str]


class Grant(msgspec.Struct, array_like=True):
    """One grant, named after its request; `at_ms` is epoch milliseconds.

    `counted_units` and `counted` are what still counts of `units` and `profiles`, as granted.
    `rest_in` is the partition whose next change ends what is left of it.
    """

    conversation_id: str
    id: str
    source: str
    units: int
    profiles: list[str]
    at_ms: int
    counted_units: int
    counted: list[str]
    rest_in: int | None = None


def count_units(grants: Iterable[Grant]) -> int:
    """How many units are granted."""
    return sum(grant.counted_units for grant in grants)


def count_slots(grants: Iterable[Grant]) -> dict[str, int]:
    """How many slots of each profile are granted, without zeros."""
    found: dict[str, int] = {}
    for grant in grants:
        for name in grant.counted:
            found[name] = found.get(name, 0) + 1
    return found


def drop_rests(grants: list[Grant], partition: int) -> list[Grant]:
    """The grants without those of which a rest was to come with this partition's next change."""
    return [grant for grant in grants if grant.rest_in != partition]


def drop(grants: list[Grant], source: str, id_: str) -> list[Grant]:
    """The grants without that of a request."""
    return [grant for grant in grants if (grant.source, grant.id) != (source, id_)]


def settle(
    grants: list[Grant], source: str, id_: str, held: Iterable[str], partition: int, *, more: bool
) -> list[Grant]:
    """The grants once a hold of the `held` profiles bears the reservation of a request.

    `more` says that its other slots are held right after it.
    """
    for number, grant in enumerate(grants):
        if (grant.source, grant.id) == (source, id_):
            rest = sorted(set(grant.counted) - set(held)) if more else []
            if not rest:
                break
            left = msgspec.structs.replace(grant, counted_units=0, counted=rest, rest_in=partition)
            return [*grants[:number], left, *grants[number + 1 :]]
    return drop(grants, source, id_)

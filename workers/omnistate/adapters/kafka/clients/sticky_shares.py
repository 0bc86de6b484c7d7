"""Who of a group gets which partition numbers: all keep what they had, as far as is fair; pure.

A number stands for the partition of that number of every topic: they always go together.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple


class Claim(NamedTuple):
    """What a member was given last, and in which sharing-out, counted by the group's leaders."""

    epoch: int
    numbers: frozenset[int]


NO_CLAIM: Final = Claim(0, frozenset())


def share_out(
    numbers: Iterable[int], members: Collection[str], claims: Mapping[str, Claim]
) -> dict[str, list[int]]:
    """The numbers of each member: all of them, each once, no two members more than one apart.

    No other such sharing-out moves fewer numbers away from who has them by the latest claim. It
    depends on nothing but its arguments' values. `members` are not empty.
    """
    kept: dict[str, list[int]] = {member: [] for member in sorted(members)}
    free: list[int] = []
    for number in sorted(set(numbers)):
        owner = _owner_of(number, kept, claims)
        (free if owner is None else kept[owner]).append(number)
    least, extra = divmod(sum(map(len, kept.values())) + len(free), len(kept))
    # Those who have most may have one more: so the fewest are taken away.
    ranked = sorted(kept, key=lambda member: (-len(kept[member]), member))
    quotas = {member: least + (place < extra) for place, member in enumerate(ranked)}
    for member, quota in quotas.items():
        free += kept[member][quota:]
        del kept[member][quota:]
    left = iter(sorted(free))
    for member, own in kept.items():
        own += [next(left) for _ in range(quotas[member] - len(own))]
        own.sort()
    return kept


def _owner_of(number: int, members: Iterable[str], claims: Mapping[str, Claim]) -> str | None:
    """Whose claim is the latest; of equal ones, which cannot both be true, the first member's."""
    claimants = [each for each in members if number in claims.get(each, NO_CLAIM).numbers]
    return max(claimants, key=lambda each: claims[each].epoch, default=None)

"""Capacity counted once more from the published holds and releases alone, in their order.

It shares no code with the engine, the audit or the demo: what it says is held, they must say too.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final

# A release repeats these of its hold (contract.md#capacity-changes).
GIVEN_BACK: Final = (
    "conversation_id",
    "representative_id",
    "role",
    "units",
    "profiles",
    "forced",
)
# Partition and representative.
Account = tuple[int, str]


class CapacityRecount:
    """Feed it the `data` of every `capacity.held` and `capacity.released`."""

    def __init__(self) -> None:
        self.open: dict[str, Mapping[str, Any]] = {}
        self.units: Counter[Account] = Counter()
        self.slots: defaultdict[Account, Counter[str]] = defaultdict(Counter)
        self._sequences: Counter[Account] = Counter()
        self._known: set[str] = set()

    def take(self, data: Mapping[str, Any], *, held: bool) -> list[str]:
        """Count one; what does not follow from those before it, a sentence each."""
        account, id_ = (data["partition"], data["representative_id"]), data["hold_id"]
        found = []
        if data["partition_sequence"] != self._sequences[account] + 1:
            found.append(
                f"gap, {account} {data['partition_sequence']} after {self._sequences[account]}"
            )
        self._sequences[account] = data["partition_sequence"]
        if held:
            if id_ in self._known:
                found.append(f"doubled, {id_} was held before")
            self._known.add(id_)
            self.open[id_] = data
        else:
            taken = self.open.pop(id_, None)
            if taken is None or any(taken.get(name) != data.get(name) for name in GIVEN_BACK):
                found.append(f"{id_} is released, but was not held so")
        sign = 1 if held else -1
        self.units[account] += sign * data["units"]
        for name in data.get("profiles", ()):
            self.slots[account][name] += sign
        shown = data["partition_units"], Counter(data.get("partition_profiles", {}))
        counted = self.units[account], self.slots[account]
        if shown != counted:
            found.append(f"drift, {account} shows {shown}, is {counted}")
            # One fault is said once.
            self.units[account], self.slots[account] = shown
        return found

    def units_of(self) -> dict[str, int]:
        """Units held by each representative who holds any, over all partitions."""
        units: Counter[str] = Counter()
        for (_, who), number in self.units.items():
            units[who] += number
        return {who: number for who, number in units.items() if number}

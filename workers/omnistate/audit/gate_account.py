"""What one representative holds and was granted, counted once more for the law of the gate.

Changes and grants are handed in in the order in which the worker takes them. Units and slots are
those that the changes show, by partition of the engine.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from omnistate.audit.gate_records import Cost, Mark, Moved


class Granted(msgspec.Struct, gc=False):
    """What still counts of a grant; `rest_in` is where its last slots are held next."""

    mark: Mark
    units: int
    slots: Sequence[str]
    rest_in: int | None = None


class GateAccount:
    """One representative."""

    def __init__(self) -> None:
        """Nothing held, nothing granted."""
        self._shares: dict[int, tuple[int, int, Mapping[str, int]]] = {}
        self.granted: list[Granted] = []
        # By id of the hold, and up to which change each partition was counted.
        self.holds: dict[str, Moved] = {}

    def move(self, moved: Moved, *, held: bool) -> bool:
        """A hold begins or ends; whether it is new."""
        partition, sequence = moved.partition, moved.partition_sequence
        if sequence <= self._shares.get(partition, (0, 0, {}))[0]:
            return False
        shown = {name: count for name, count in moved.partition_profiles.items() if count}
        self._shares[partition] = (sequence, moved.partition_units, shown)
        self.granted = [each for each in self.granted if each.rest_in != partition]
        if held:
            daily = self._daily_slots(moved.conversation_id)
            if moved.reservation is not None:
                mark = Mark(moved.reservation.source, moved.reservation.id)
                self._settle(mark, moved, more=not daily)
            self.holds[moved.hold_id] = moved
        else:
            self.holds.pop(moved.hold_id, None)
        return True

    def _settle(self, mark: Mark, moved: Moved, *, more: bool) -> None:
        for number, each in enumerate(self.granted):
            if each.mark == mark:
                rest = sorted(set(each.slots) - set(moved.profiles)) if more else []
                left = [Granted(mark, 0, rest, moved.partition)] if rest else []
                self.granted[number : number + 1] = left
                return

    def decline(self, mark: Mark) -> None:
        """Nobody takes what was granted."""
        self.granted = [each for each in self.granted if each.mark != mark]

    def grant(self, mark: Mark, cost: Cost) -> Iterable[tuple[str, int]]:
        """Count a grant; what it takes part of, and how much of that is taken now."""
        slots = [
            each for each in cost.profiles if each not in self._daily_slots(cost.conversation_id)
        ]
        self.granted.append(Granted(mark, cost.units, slots))
        taken: Counter[str] = Counter()
        for _, _, shown in self._shares.values():
            taken.update(shown)
        for each in self.granted:
            taken.update(each.slots)
        units = sum(units for _, units, _ in self._shares.values())
        yield "", units + sum(each.units for each in self.granted)
        for name in slots:
            yield name, taken[name]

    def _daily_slots(self, conversation_id: str) -> set[str]:
        return {
            name
            for hold in self.holds.values()
            if hold.role == "daily" and hold.conversation_id == conversation_id
            for name in hold.profiles
        }

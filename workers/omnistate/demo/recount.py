"""The capacity ledger counted once more, from the published holds and releases alone.

It shares no code with the engine: every hold is opened and closed by its id, and what is left is
compared with the counters that the engine published and with the holds in its rows.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass
class Recount:
    """Feed it every capacity event in order; `violations` stays empty while the laws hold."""

    holds: int = 0
    releases: int = 0
    violations: list[str] = field(default_factory=list)
    _open: dict[str, Event] = field(default_factory=dict)
    _units: Counter[str] = field(default_factory=Counter)
    _profiles: dict[str, Counter[str]] = field(default_factory=dict)
    _sequence: Counter[str] = field(default_factory=Counter)

    def read(self, event: Event) -> None:
        """One `capacity.held` or `capacity.released`; what was declined moves nothing."""
        if event["type"] == "capacity.declined":
            return
        data = event["data"]
        who, hold_id = data["representative_id"], data["hold_id"]
        self._sequence[who] += 1
        if data["partition_sequence"] != self._sequence[who]:
            self.violations.append(f"{event['id']}: {who} skips to {data['partition_sequence']}")
        if event["type"] == "capacity.held":
            self.holds += 1
            if hold_id in self._open:
                self.violations.append(f"{event['id']}: held twice")
            self._open[hold_id] = data
            sign = 1
        else:
            self.releases += 1
            taken = self._open.pop(hold_id, None)
            if taken is None or _cost(taken) != _cost(data):
                self.violations.append(f"{event['id']}: gives back what was not taken")
            sign = -1
        self._units[who] += sign * data["units"]
        profiles = self._profiles.setdefault(who, Counter())
        for name in data.get("profiles", ()):
            profiles[name] += sign
        if data["partition_units"] != self._units[who]:
            self.violations.append(f"{event['id']}: {who} shows {data['partition_units']} units")
        shown = data.get("partition_profiles", {})
        if shown != {name: count for name, count in profiles.items() if count}:
            self.violations.append(f"{event['id']}: {who} shows other slots than are held")

    @property
    def still_held(self) -> int:
        """How many holds are open."""
        return len(self._open)

    def compare(self, state: dict[str, Any]) -> int:
        """The drift against the engine's rows (what `replay --state` prints): units and slots.

        0 = each counter equals the sum of the holds, and the rows hold exactly what was published.
        """
        drift = 0
        rows = {
            hold["hold_id"]: hold
            for conversation in state["conversations"].values()
            for hold in conversation["holds"]
        }
        drift += len(rows.keys() ^ self._open.keys())
        for who, representative in state["representatives"].items():
            drift += abs(representative["occupied_units"] - self._units[who])
            for name, profile in representative["profiles"].items():
                counted = self._profiles.get(who, Counter())[name]
                drift += abs(profile["occupied"] - counted)
        return drift


def _cost(hold: Event) -> tuple[int, list[str]]:
    return hold["units"], hold.get("profiles", [])

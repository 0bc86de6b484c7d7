"""What a manager would want to know of the day, gathered from the outputs alone.

It reads state changes in order and keeps counts and a time line; it draws and prints nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import CAPACITY_CHANGES, REPRESENTATIVE_CAPACITY, STATE_CHANGES

# Rules that only holds have.
OF_HOLDS: Final = frozenset({"K1", "K2", "K3", "K4", "W4", "W5", "W6", "W7", "W9", "P1"})
SAMPLE_MS: Final = 5 * 60_000
Event = dict[str, Any]


@dataclass
class WorkstreamFigures:
    """One workstream's day."""

    started: int = 0
    served: int = 0
    closed: int = 0
    abandoned: int = 0
    transfers: int = 0
    declined: int = 0
    overflowed: int = 0
    answer_ms: list[int] = field(default_factory=list)

    @property
    def average_answer_seconds(self) -> float | None:
        """How long customers waited for the first representative, on average."""
        return sum(self.answer_ms) / len(self.answer_ms) / 1_000 if self.answer_ms else None


@dataclass(frozen=True)
class Sample:
    """One instant of the time line."""

    at_ms: int
    by_status: dict[str, int]
    occupied_units: int


class Figures:
    """The day so far; feed it every output in order."""

    def __init__(self, start_ms: int) -> None:
        """Nothing has happened at `start_ms`."""
        self.workstreams: dict[str, WorkstreamFigures] = {}
        self.statuses: Counter[str] = Counter()
        self.units: dict[str, int] = {}
        # How often each rule was applied, those of holds alone included.
        self.rules: Counter[str] = Counter()
        # Reminders, by who was silent.
        self.reminders: Counter[str] = Counter()
        # Who was lost, and who of them came back.
        self.lost: Counter[str] = Counter()
        self.returned: Counter[str] = Counter()
        self.samples: list[Sample] = []
        self.stories: dict[str, list[Event]] = {}
        self._opened_ms: dict[str, int] = {}
        self._served: set[str] = set()
        self._lost: set[str] = set()
        self._next_sample_ms = start_ms

    def read(self, topic: str, event: Event) -> None:
        """Take one output in."""
        at_ms = parse_time_ms(event["time"])
        self.sample(at_ms)
        if topic == STATE_CHANGES:
            self._read_change(event, at_ms)
        elif topic == CAPACITY_CHANGES and event["type"] != "capacity.declined":
            data = event["data"]
            self.units[data["representative_id"]] = data["partition_units"]
            self.rules[data["rule"]] += data["rule"] in OF_HOLDS
        elif event["type"] == "conversation.reminder":
            self.reminders[event["data"]["silent"]] += 1
        elif topic == REPRESENTATIVE_CAPACITY:
            self._read_presence(event["data"])

    def sample(self, at_ms: int) -> None:
        """Write the time line on to `at_ms`."""
        while self._next_sample_ms <= at_ms:
            counts = {name: count for name, count in self.statuses.items() if name != "closed"}
            occupied = sum(self.units.values())
            self.samples.append(Sample(self._next_sample_ms, counts, occupied))
            self._next_sample_ms += SAMPLE_MS

    def _read_presence(self, data: Event) -> None:
        id_, is_lost = data["representative_id"], data["presence_reason"] == "lost"
        if is_lost and id_ not in self._lost:
            self._lost.add(id_)
            self.lost[id_] += 1
        elif not is_lost and id_ in self._lost:
            self._lost.discard(id_)
            self.returned[id_] += 1

    def _read_change(self, event: Event, at_ms: int) -> None:
        data = event["data"]
        conversation_id, rule = data["conversation_id"], data["rule"]
        self.rules[rule] += 1
        figures = self.workstreams.setdefault(data["workstream_id"], WorkstreamFigures())
        self.stories.setdefault(conversation_id, []).append(event)
        if "previous_status" in data:
            self.statuses[data["previous_status"]] -= 1
        else:
            figures.started += 1
        self.statuses[data["status"]] += 1
        if data.get("detail") == "awaiting_assignment":
            self._opened_ms.setdefault(conversation_id, at_ms)
        if data.get("detail") == "in_conversation" and conversation_id not in self._served:
            self._served.add(conversation_id)
            figures.served += 1
            if conversation_id in self._opened_ms:
                figures.answer_ms.append(at_ms - self._opened_ms[conversation_id])
        figures.closed += data["status"] == "closed"
        figures.abandoned += data["abandoned"]
        figures.transfers += rule in {"B7", "B11", "B12", "B17"}
        figures.declined += rule in {"A2", "A3"}
        figures.overflowed += rule in {"O5", "O6"}

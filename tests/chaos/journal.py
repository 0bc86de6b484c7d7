"""The journal: every input that a broker has acknowledged, in the order of its partition.

An input's place in its list is its offset: nobody else writes to the inputs but who has announced
it, whose offsets are filled in. `agent-actions` alone has a second writer, the representative
worker: what it put there is noted where it is read, and its markers are gaps. Appended to by the
generator's thread, read by everybody.
"""

import threading
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import AGENT_ACTIONS

from tests.chaos.chaos_traffic import NOTHING, Event
from tests.harness.topics import Place

# contract.md#recorded-inputs: these alone may be accepted without an output; and presence, of which
# `representative-capacity` tells in its own way.
SILENT: Final = frozenset(
    {
        "conversation.progressed",
        "customer.messaged",
        "representative.message",
        "representative.presence",
        "bot.message",
    }
)


class Entry(NamedTuple):
    """An acknowledged input; `digest` is of its key and value, in this process only."""

    digest: int
    type: str
    id: str
    # The code of the dead letter that it must become, NOTHING, or None.
    expected: str | None
    append_ms: int

    def comes_to(self, outcomes: Sequence[str]) -> bool:
        """Whether it may have these outcomes: "change", "record", "refusal", "letter"."""
        if self.expected == NOTHING:
            return not outcomes
        if self.expected is not None:
            return [*outcomes] == ["letter"]
        # One input may go through two rules (X1, then X2).
        if [*outcomes] in (["refusal"], ["record"], ["change"], ["change", "change"]):
            return True
        return not outcomes and self.type in SILENT


_MARKER: Final = Entry(0, "marker", "", NOTHING, 0)


# What a worker of ours writes to as well.
SHARED: Final = AGENT_ACTIONS


def digest(key: bytes | None, value: bytes | None) -> int:
    """What tells an input from another."""
    return hash((key, value))


def _entry_of(event: Event, append_ms: int) -> Entry:
    return Entry(digest(event.key, event.value), event.type, event.id, event.expected, append_ms)


class Journal:
    """By topic and partition; may be asked at any time."""

    def __init__(self, topics: Iterable[str], partitions: int) -> None:
        self.partitions = partitions
        self.entries: dict[Place, list[Entry]] = {
            (topic, number): [] for topic in topics for number in range(partitions)
        }
        # What a broker said that cannot be: each is a fault of the cluster or of this harness.
        self.contradictions: list[str] = []
        # By partition: how long each batch waited for its acknowledgement, seconds.
        self.waits: list[list[float]] = [[] for _ in range(partitions)]
        # Where an input begins that was made anew or cut short; what was before is gone.
        self.begins: dict[Place, int] = {}
        self._announced = dict.fromkeys(self.entries, 0)
        # Acknowledged, and nobody says where.
        self._unplaced: dict[Place, list[Entry]] = {place: [] for place in self.entries}
        self._lock = threading.Lock()

    def append(self, place: Place, events: Iterable[Event], offset: int, append_ms: int) -> None:
        """The broker has put the events at this offset and after; -1 where it does not say."""
        if place[0] == SHARED:
            self._append_shared(place, events, offset, append_ms)
            return
        entries = self.entries[place]
        if 0 < (gap := offset - len(entries)) <= self._announced[place]:
            self._announced[place] -= gap
            entries.extend([_MARKER._replace(append_ms=append_ms)] * gap)
        if offset not in {-1, len(entries)}:
            self.contradictions.append(
                f"{place}: acknowledged at offset {offset}, but {len(entries)} came before it"
            )
        if append_ms < 0:
            append_ms = entries[-1].append_ms if entries else 0
        entries.extend(_entry_of(event, append_ms) for event in events)

    def _append_shared(
        self, place: Place, events: Iterable[Event], offset: int, append_ms: int
    ) -> None:
        found = [_entry_of(event, max(append_ms, 0)) for event in events]
        with self._lock:
            if offset == -1:
                self._unplaced[place] += found
                return
            for number, entry in enumerate(found, start=offset):
                if not self._put(place, number, entry):
                    self.contradictions.append(f"{place}: two inputs are at offset {number}")

    def _put(self, place: Place, offset: int, entry: Entry) -> bool:
        """Whether nothing was there."""
        entries = self.entries[place]
        gap = offset + 1 - len(entries)
        entries.extend([_MARKER._replace(append_ms=entry.append_ms)] * max(gap, 0))
        free = entries[offset].digest == _MARKER.digest
        if free:
            entries[offset] = entry
        return free

    def knows(self, place: Place, offset: int) -> bool:
        """Whether an input is known to be there."""
        entries = self.entries[place]
        return offset < len(entries) and entries[offset].digest != _MARKER.digest

    def place(self, place: Place, offset: int, entry: Entry) -> bool:
        """An input is read where none is known to be; whether it was acknowledged after all."""
        with self._lock:
            unplaced = self._unplaced[place]
            known = next((each for each in unplaced if each.digest == entry.digest), None)
            if known is not None:
                unplaced.remove(known)
            self._put(place, offset, known or entry)
        return known is not None

    def announce_marker(self, place: Place) -> None:
        """One offset there, now or later, will be a transaction's marker, which is no input."""
        self._announced[place] += 1

    def ends(self, topics: Collection[str]) -> dict[Place, int]:
        """How many inputs each partition of these topics has at least."""
        return {
            place: len(entries) for place, entries in self.entries.items() if place[0] in topics
        }

    def count(self, topics: Collection[str]) -> int:
        """How many inputs that are still there somebody must hear of."""
        return sum(
            entry.expected != NOTHING
            for place, entries in self.entries.items()
            if place[0] in topics
            for entry in entries[self.begins.get(place, 0) :]
        )

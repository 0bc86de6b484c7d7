"""The journal: every input that a broker has acknowledged, in the order of its partition.

An input's place in its list is its offset: nobody else writes to the inputs but who has announced
it, whose offsets are filled in. Appended to by the generator's thread, read by everybody.
"""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from tests.chaos.chaos_traffic import NOTHING, Event
from tests.harness.topics import Place


class Entry(NamedTuple):
    """An acknowledged input; `digest` is of its key and value, in this process only."""

    digest: int
    type: str
    id: str
    # The code of the dead letter that it must become, NOTHING, or None.
    expected: str | None
    append_ms: int


_MARKER: Final = Entry(0, "marker", "", NOTHING, 0)


def digest(key: bytes | None, value: bytes | None) -> int:
    """What tells an input from another."""
    return hash((key, value))


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

    def append(self, place: Place, events: Iterable[Event], offset: int, append_ms: int) -> None:
        """The broker has put the events at this offset and after; -1 where it does not say."""
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
        entries.extend(
            Entry(digest(event.key, event.value), event.type, event.id, event.expected, append_ms)
            for event in events
        )

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

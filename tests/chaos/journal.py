"""The journal: every input that a broker has acknowledged, in the order of its partition.

Nobody else writes to the inputs, so that an input's place in its list is its offset. Appended to by
the generator's thread, read by everybody.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from tests.chaos.chaos_traffic import Event
from tests.harness.topics import Place


class Entry(NamedTuple):
    """An acknowledged input; `digest` is of its key and value, in this process only."""

    digest: int
    type: str
    id: str
    # The code of the dead letter that it must become, or None.
    expected: str | None
    append_ms: int


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

    def append(self, place: Place, events: Iterable[Event], offset: int, append_ms: int) -> None:
        """The broker has put the events at this offset and after; -1 where it does not say."""
        entries = self.entries[place]
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

    def ends(self, topics: Collection[str]) -> dict[Place, int]:
        """How many inputs each partition of these topics has at least."""
        return {
            place: len(entries) for place, entries in self.entries.items() if place[0] in topics
        }

    def count(self, topics: Collection[str]) -> int:
        """How many inputs were acknowledged."""
        return sum(self.ends(topics).values())

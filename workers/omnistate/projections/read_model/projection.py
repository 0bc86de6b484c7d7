"""What records of a partition come to: decoded, and projected over what the store says so far.

It applies nothing; a record that is none of its topic is told and left out.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from omnistate_schemas.vocabulary import STATE_CHANGES

from omnistate.projections.keys import Keys
from omnistate.projections.read_model.conversation_effects import ModelEffects, project_changes
from omnistate.projections.read_model.output_records import (
    Unreadable,
    decode_capacity,
    decode_change,
)
from omnistate.projections.read_model.projection_observer import ProjectionObserver
from omnistate.projections.read_model.representative_effects import project_capacities
from omnistate.projections.read_model.store_ports import Store, TopicPartition
from omnistate.stream.ports import Record

T = TypeVar("T")


class Projection:
    """The two topics' projections, over one store."""

    def __init__(
        self, store: Store, keys: Keys, observer: ProjectionObserver, clock_ms: Callable[[], int]
    ) -> None:
        """`clock_ms` is the wall clock, which says what has expired already."""
        self._store = store
        self._keys = keys
        self._observer = observer
        self._clock_ms = clock_ms

    async def project(
        self,
        place: TopicPartition,
        records: Sequence[Record],
        expected: int | None,
        stream_from: int,
    ) -> tuple[ModelEffects, int]:
        """What the records come to, and how many are none of their topic.

        Changes from offset `stream_from` on are news. Raises StoreUnavailable, and Conflict where
        the store is not at the offset `expected`.
        """
        if place.topic == STATE_CHANGES:
            changes = self._decode(place, records, decode_change)
            ids = list(dict.fromkeys(each.conversation_id for each in changes))
            rows = await self._store.rows(place, expected, ids)
            effects = project_changes(self._keys, changes, rows, self._clock_ms(), stream_from)
            return effects, len(records) - len(changes)
        capacities = self._decode(place, records, decode_capacity)
        return project_capacities(self._keys, capacities), len(records) - len(capacities)

    def _decode(
        self, place: TopicPartition, records: Sequence[Record], decode: Callable[[Record], T]
    ) -> list[T]:
        found = []
        for record in records:
            try:
                found.append(decode(record))
            except Unreadable as problem:
                self._observer.unreadable(place, record.offset, str(problem))
        return found

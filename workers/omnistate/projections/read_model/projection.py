"""What records of a partition come to: decoded, and projected over what the store says so far.

It applies nothing; a record that is none of its topic is told and left out.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from omnistate.projections.keys import Command, Keys
from omnistate.projections.read_model.conversation_effects import ModelEffects, project_states
from omnistate.projections.read_model.output_records import (
    Change,
    Forgotten,
    Unreadable,
    decode_capacity,
    decode_change,
    decode_state,
    decode_whole_change,
)
from omnistate.projections.read_model.partition_role import Role
from omnistate.projections.read_model.projection_observer import ProjectionObserver
from omnistate.projections.read_model.representative_effects import project_capacities
from omnistate.projections.read_model.store_ports import Store, TopicPartition
from omnistate.projections.read_model.stream_effects import stream_changes
from omnistate.stream.ports import Record, UnreadableRecord

T = TypeVar("T")


class Projection:
    """The projections of the topics, over one store."""

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
        role: Role | None,
        records: Sequence[Record],
        expected: int | None,
        stream_from: int,
    ) -> tuple[ModelEffects, int]:
        """What the records come to, and how many are none of their topic.

        Changes from offset `stream_from` on are news. Raises StoreUnavailable, and Conflict where
        the store is not at the offset `expected`.
        """
        if role is Role.TOTALS:
            capacities = self._decode(place, records, decode_capacity)
            return project_capacities(self._keys, capacities), len(records) - len(capacities)
        if role is Role.STATES:
            states = self._decode(place, records, decode_state)
            effects = await self._project_states(place, expected, states)
            return effects, len(records) - len(states)
        carried = role is Role.CARRIED
        changes = self._decode(place, records, decode_whole_change if carried else decode_change)
        news = stream_changes(self._keys, (each for each in changes if each.offset >= stream_from))
        unreadable = len(records) - len(changes)
        if carried:
            return await self._project_states(place, expected, changes, news), unreadable
        return ModelEffects(news, len(news), len(changes) - len(news)), unreadable

    async def _project_states(
        self,
        place: TopicPartition,
        expected: int | None,
        states: Sequence[Change | Forgotten],
        beside: Sequence[Command] = (),
    ) -> ModelEffects:
        ids = list(dict.fromkeys(each.conversation_id for each in states))
        rows = await self._store.rows(place, expected, ids)
        return project_states(self._keys, states, rows, self._clock_ms(), beside)

    def _decode(
        self, place: TopicPartition, records: Sequence[Record], decode: Callable[[Record], T]
    ) -> list[T]:
        found = []
        for record in records:
            if isinstance(record, UnreadableRecord):
                self._observer.unreadable(place, record.first_offset, record.problem)
                continue
            try:
                found.append(decode(record))
            except Unreadable as problem:
                self._observer.unreadable(place, record.offset, str(problem))
        return found

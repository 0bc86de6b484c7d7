"""The store in memory: the port's twin of Redis for tests, with the faults that Redis may have."""

import asyncio
import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from omnistate.projections.keys import Keys
from omnistate.projections.read_model.conversation_effects import ModelRow
from omnistate.projections.read_model.store_ports import (
    Conflict,
    ModelBatch,
    StoreUnavailable,
    TopicPartition,
)
from omnistate_schemas.times import parse_time_ms

from tests.projections.fold import LISTS, Folded


class TwinStore:
    """A store whose contents can be looked at, taken away and put back."""

    def __init__(self, keys: Keys, now_ms: int) -> None:
        self.names = keys
        self.now_ms = now_ms
        self.keys: dict[str, Any] = {}
        self.expiries: dict[str, int] = {}
        self.stored: dict[TopicPartition, int] = {}
        self.stream: list[str] = []
        # What the next calls of `apply` do: "before" and "after" lose the answer.
        self.faults: list[str] = []
        self.batches = 0
        self.lowest_count = 0

    async def offsets(self) -> Mapping[TopicPartition, int]:
        await asyncio.sleep(0)
        return dict(self.stored)

    async def rows(
        self, place: TopicPartition, expected: int | None, conversation_ids: Sequence[str]
    ) -> Mapping[str, ModelRow]:
        await asyncio.sleep(0)
        if self.stored.get(place) != expected:
            raise Conflict(self.stored.get(place))
        found = {}
        for id_ in conversation_ids:
            fields = self.keys.get(self.names.conversation(id_))
            if fields is not None:
                first = fields.get("offered_representative_id")
                offers = fields.get("offered_representative_ids")
                found[id_] = ModelRow(
                    int(fields["sequence"]),
                    fields["status"],
                    fields.get("detail"),
                    fields["workstream_id"],
                    fields.get("queue_id"),
                    fields.get("representative_id"),
                    tuple(json.loads(offers) if offers else [first] if first else []),
                    parse_time_ms(fields["changed_at"]),
                )
        return found

    async def apply(self, batch: ModelBatch) -> None:
        await asyncio.sleep(0)
        fault = self.faults.pop() if self.faults else ""
        if fault == "before":
            raise StoreUnavailable("lost on the way there")
        if self.stored.get(batch.place) != batch.expected:
            raise Conflict(self.stored.get(batch.place))
        if batch.without in self.stored:
            raise Conflict(self.stored.get(batch.place))
        assert batch.next >= (batch.expected or 0), "an offset went back"
        for command in batch.commands:
            if command[:2] == ("HSET", self.names.offsets):
                topic, _, number = command[2].rpartition(":")
                self.stored[TopicPartition(topic, int(number))] = int(command[3])
            else:
                self._execute(*command)
        self.stored[batch.place] = batch.next
        self.batches += 1
        if fault == "after":
            raise StoreUnavailable("lost on the way back")

    def empty(self) -> None:
        """FLUSHALL."""
        self.restore(({}, {}, {}, []))

    def snapshot(self) -> Any:
        """What is there, to be put back later."""
        return copy.deepcopy((self.keys, self.expiries, self.stored, self.stream))

    def restore(self, snapshot: Any) -> None:
        """A restart with what was saved then."""
        self.keys, self.expiries, self.stored, self.stream = copy.deepcopy(snapshot)

    def folded(self) -> Folded:
        """What a reader sees."""
        lists = {self.names.root + name for name in LISTS}
        keys = {name: value for name, value in self.keys.items() if name not in lists}
        return Folded(keys, dict(self.expiries))

    def _execute(self, verb: str, key: str, *arguments: str) -> None:
        match verb:
            case "DEL":
                self._delete(key)
            case "HSET":
                pairs = dict(zip(arguments[::2], arguments[1::2], strict=True))
                self.keys.setdefault(key, {}).update(pairs)
            case "PEXPIREAT":
                self.expiries[key] = int(arguments[0])
                if int(arguments[0]) <= self.now_ms:
                    self._delete(key)
            case "SADD":
                self.keys.setdefault(key, set()).update(arguments)
            case "ZADD":
                self.keys.setdefault(key, {})[arguments[1]] = int(arguments[0])
            case "ZREMRANGEBYSCORE":
                assert arguments[0] == "-inf"
                scores = self.keys.get(key, {})
                old = [member for member, at_ms in scores.items() if at_ms <= int(arguments[1])]
                self._remove(key, old)
            case "SREM" | "ZREM":
                self._remove(key, arguments)
            case "XADD":
                assert arguments[:2] + arguments[3:5] == ("MAXLEN", "~", "*", "event")
                assert 0 < int(arguments[2]) <= 10_000
                self.stream.append(arguments[5])
            case "FORGET":
                member, *behind = arguments
                if not any(name in self.keys for name in behind):
                    self._remove(key, [member])
            case "COUNT":
                self._count(key, arguments[0], int(arguments[1]))
            case _:
                raise AssertionError(verb)

    def _delete(self, key: str) -> None:
        self.keys.pop(key, None)
        self.expiries.pop(key, None)

    def _remove(self, key: str, members: Sequence[str]) -> None:
        held = self.keys.get(key)
        for member in members:
            if isinstance(held, set):
                held.discard(member)
            elif held is not None:
                held.pop(member, None)
        if not held:
            self.keys.pop(key, None)

    def _count(self, key: str, field: str, difference: int) -> None:
        counts = self.keys.setdefault(key, {})
        number = int(counts.pop(field, "0")) + difference
        self.lowest_count = min(self.lowest_count, number)
        if number > 0:
            counts[field] = str(number)
        if not counts:
            del self.keys[key]

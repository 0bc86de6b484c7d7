"""The read model in Redis, held against what the topics fold to: a snapshot, and a comparison.

The snapshot is one MULTI, so that its offsets say which records it must show: it can be judged at
any time, whatever is still to come. It shares nothing with the projection but the contract.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)
from redis import Redis
from redis.exceptions import RedisError

from tests.harness.topics import Place
from tests.projections.fold import LISTS, Folded, differences, fold

Json = dict[str, Any]
# The stream is capped at about so many, and a rebuild leaves older ones out.
STREAM_LENGTH: Final = 10_000
# Keys come and go between listing and reading them.
TRIES: Final = 20


class Said(NamedTuple):
    """A record of a topic that the read model is made from; `event` None is a tombstone."""

    place: Place
    offset: int
    key: str
    event: Json | None


class Snapshot(NamedTuple):
    """What Redis had at one instant."""

    offsets: Mapping[Place, int]
    model: Folded
    # The events of its stream.
    stream: list[Json]


class ReadModel:
    """One installation's part of a Redis; every method may raise RedisError."""

    def __init__(self, url: str, prefix: str) -> None:
        self._client = Redis.from_url(url, decode_responses=True, socket_timeout=5)
        self._prefix = prefix
        self._root = f"{prefix}omnistate:"

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def offsets(self) -> dict[Place, int]:
        """How far it says that it is; nothing where Redis does not answer."""
        try:
            return _read_offsets(self._client.hgetall(f"{self._root}offsets"))
        except RedisError:
            return {}

    def take_snapshot(self) -> Snapshot:
        """Everything, as of one instant."""
        for _ in range(TRIES):
            names = sorted(set(self._client.scan_iter(f"{self._root}*", count=1_000)))
            with self._client.pipeline(transaction=False) as pipeline:
                for name in names:
                    pipeline.type(name)
                kinds = pipeline.execute()
            with self._client.pipeline(transaction=True) as pipeline:
                pipeline.keys(f"{self._root}*")
                for name, kind in zip(names, kinds, strict=True):
                    _ask_for(pipeline, name, kind)
                    pipeline.pexpiretime(name)
                there, *found = pipeline.execute()
            if set(there) == set(names):
                return self._make_snapshot(names, found)
        raise RedisError(f"the keys of {self._root} would not stand still")

    def _make_snapshot(self, names: list[str], found: list[Any]) -> Snapshot:
        values = dict(zip(names, zip(found[::2], found[1::2], strict=True), strict=True))
        offsets, _ = values.pop(f"{self._root}offsets", ({}, -1))
        stream, _ = values.pop(f"{self._root}changes", ([], -1))
        for name in LISTS:
            values.pop(self._root + name, None)
        keys: dict[str, Any] = {}
        expiries: dict[str, int] = {}
        for name, (value, expires_ms) in values.items():
            plain = name.removeprefix(self._prefix)
            # Members with their scores, in a sorted set.
            scored = isinstance(value, list)
            keys[plain] = {id_: int(at) for id_, at in value} if scored else value
            if expires_ms > 0:
                expiries[plain] = expires_ms
        events = [json.loads(fields["event"]) for _, fields in stream]
        return Snapshot(_read_offsets(offsets), Folded(keys, expiries), events)


def compare(said: Collection[Said], snapshot: Snapshot) -> list[str]:
    """What the snapshot shows otherwise than the records that it has been told of."""
    told = [each for each in said if each.offset < snapshot.offsets.get(each.place, 0)]
    changes = [each for each in told if each.place[0] == STATE_CHANGES]
    states, capacities = (
        [(each.key, each.event) for each in told if each.place[0] == topic]
        for topic in (CONVERSATION_STATES, REPRESENTATIVE_CAPACITY)
    )
    expected = fold(states, capacities, datetime.now(UTC))
    return [*differences(expected, snapshot.model), *_look_at_stream(changes, snapshot)]


def _look_at_stream(changes: Iterable[Said], snapshot: Snapshot) -> list[str]:
    """Each change once, each conversation's in order, and none of the newer ones is missing."""
    found: list[str] = []
    seen: set[str] = set()
    sequences: dict[str, int] = {}
    for event in snapshot.stream:
        id_, data = event["id"], event["data"]
        subject, number = data["conversation_id"], data["sequence"]
        if id_ in seen:
            found.append(f"the stream tells {id_} twice")
        elif subject in sequences and number != sequences[subject] + 1:
            found.append(f"the stream tells {subject} {number} after {sequences[subject]}")
        seen.add(id_)
        sequences[subject] = number
    if len(snapshot.stream) < STREAM_LENGTH:
        found += [
            f"the stream lacks {each.event['id']}"
            for each in changes
            if each.event is not None
            and each.offset >= snapshot.offsets[each.place] - STREAM_LENGTH
            and each.event["id"] not in seen
        ]
    return found


def _ask_for(pipeline: Any, name: str, kind: str) -> None:
    match kind:
        case "hash":
            pipeline.hgetall(name)
        case "set":
            pipeline.smembers(name)
        case "zset":
            pipeline.zrange(name, 0, -1, withscores=True)
        case "stream":
            pipeline.xrange(name)
        case _:
            # It went meanwhile; the listing that comes with the values tells.
            pipeline.exists(name)


def _read_offsets(fields: Any) -> dict[Place, int]:
    found = {}
    for field, offset in fields.items():
        topic, _, partition = field.rpartition(":")
        found[topic, int(partition)] = int(offset)
    return found

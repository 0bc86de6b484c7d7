"""Days of the engine, through the projector into a real Redis, against the independent fold."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest
from omnistate.adapters.redis.model_store import RedisStore
from omnistate.projections.keys import Keys
from omnistate.projections.read_model import projector
from omnistate.projections.read_model.projector import Projector
from omnistate.projections.read_model.store_ports import TopicPartition
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.cluster.dump import connect, dump, offsets
from tests.harness.engine_run import run
from tests.oracle.random_days import day_of
from tests.projections.fold import EPOCH, differences, fold, milliseconds
from tests.projections.memory_topics import NOW_MS, Member, Topics, capacity, change
from tests.projections.schedule import Watcher


@pytest.mark.parametrize("seed", range(6))
async def test_days_of_the_engine_come_to_the_fold(
    redis_url: str, prefix: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the projector, with everything that days have, shifted so that they end about now."""
    monkeypatch.setattr(projector, "CHECK_S", 0)
    chance = random.Random(seed)
    topics = Topics(3)
    with connect(redis_url) as client:
        seconds, micros = client.time()
        now_ms = seconds * 1_000 + micros // 1_000
        for number in range(10):
            _publish_day(topics, seed * 10 + number, now_ms - chance.randrange(80_000_000))
        for name in ("ana", "ben", "an:offers", "é:conversations"):
            topics.append(REPRESENTATIVE_CAPACITY, name, capacity(name, 30))
        topics.append(REPRESENTATIVE_CAPACITY, "ben", None)
        topics.append(STATE_CHANGES, "x", b"no event")
        topics.append(CONVERSATION_STATES, "x", b"no event")
        await _project(redis_url, prefix, topics, now_ms, chance.choice((7, 50, 500)))
        found = dump(client, prefix)
        now = EPOCH + timedelta(milliseconds=now_ms)
        for place in topics.records:
            topics.records[place] = _events_only(topics, place.partition, place.topic)
        said = [each for each in topics.capacities() if ":" not in each[0]]
        assert differences(fold(topics.states(), said, now), found) == []
        ends = {f"{t}:{n}": bounds.end for (t, n), bounds in topics.bounds.items()}
        assert offsets(client, prefix) == ends
        told: Any = client.xrange(f"{prefix}omnistate:changes")
        assert sorted(fields["event"] for _, fields in told) == sorted(
            (each.value or b"").decode()
            for place, records in topics.records.items()
            if place.topic == STATE_CHANGES
            for each in records
        )


def _events_only(topics: Topics, partition: int, topic: str) -> list[Any]:
    records = topics.records[TopicPartition(topic, partition)]
    return [each for each in records if each.value is None or each.value.startswith(b"{")]


def _publish_day(topics: Topics, seed: int, end_ms: int) -> None:
    outputs, _ = run(*day_of(seed))
    events = [each["value"] for each in outputs if each["topic"] == STATE_CHANGES]
    last_ms = max((milliseconds(each["time"]) for each in events), default=0)
    for event in events:
        data, at_ms = event["data"], milliseconds(event["time"]) - last_ms + end_ms
        shifted = change(f"{seed}-é:{data['conversation_id']}", 1, "open", at_ms)
        id_ = shifted["subject"]
        topics.publish({**shifted, "data": {**data, "conversation_id": id_}}, at_ms % 2)


async def _project(url: str, prefix: str, topics: Topics, now_ms: int, at_most: int) -> None:
    store, member = RedisStore(url, Keys(prefix)), Member(topics, at_most)
    member.assign(topics.records)
    worker = Projector(member, store, Keys(prefix), Watcher(), lambda: now_ms)
    while not worker.ready or await store.offsets() != {
        place: bounds.end for place, bounds in topics.bounds.items()
    }:
        await worker.turn()
    await store.close()


async def test_json_of_the_stream_is_the_event_itself(redis_url: str, prefix: str) -> None:
    topics = Topics(1)
    event = change("c", 1, "open", NOW_MS, queue_id="sales & service")
    topics.publish(event)
    await _project(redis_url, prefix, topics, NOW_MS, 10)
    with connect(redis_url) as client:
        told: Any = client.xrange(f"{prefix}omnistate:changes")
        assert [json.loads(fields["event"]) for _, fields in told] == [event]
        hash_: Any = client.hgetall(f"{prefix}omnistate:conversation:c")
        assert hash_["queue_id"] == "sales & service"
        assert hash_["skipped_representative_ids"] == "[]"
        assert hash_["internal"] == "false"
        assert "handler" not in hash_

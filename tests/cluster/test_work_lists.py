"""Conversations as they are listed in a real Redis: by whom they wait for, when, and why."""

import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from omnistate.adapters.redis.listings import OpenQueue
from omnistate.adapters.redis.model_store import RedisStore
from omnistate.adapters.redis.read_model_reader import ReadModel
from omnistate.projections.keys import Keys
from omnistate.projections.read_model.conversation_effects import ModelRow
from omnistate.projections.read_model.hash_fields import UnusableFields
from omnistate.projections.read_model.store_ports import ModelBatch, TopicPartition
from omnistate_schemas.times import format_time, parse_time_ms
from omnistate_schemas.vocabulary import CONVERSATION_STATES

from tests.cluster.dump import connect

PLACE = TopicPartition(CONVERSATION_STATES, 0)
NOW = "2026-03-02T09:15:22.123Z"
TIMER = f'{{"name":"auto_close","at":"{NOW}"}}'
TOLD: list[str] = []


@pytest.fixture
async def model(redis_url: str, prefix: str) -> AsyncIterator[ReadModel]:
    found = ReadModel(redis_url, Keys(prefix), lambda *said: TOLD.append(" ".join(said)))
    TOLD.clear()
    try:
        yield found
    finally:
        await found.close()


def put(redis_url: str, prefix: str, key: str, id_: str, score_ms: float, **fields: str) -> None:
    """List a conversation, and what is known of it."""
    with connect(redis_url) as client:
        client.zadd(key, {id_: score_ms})
        known: Any = {"sequence": "1", "workstream_id": "chat", "changed_at": NOW, **fields}
        client.hset(Keys(prefix).conversation(id_), mapping=known)


async def test_why_it_waits_is_said(redis_url: str, prefix: str, model: ReadModel) -> None:
    key, since_ms = Keys(prefix).queue("support"), time.time() * 1_000 - 60_000
    declined = {
        "rule": "A2", "reason": "awaiting_assignment", "decline_count": "2", "priority": "7",
        "decline_reason": "at lunch", "direction": "inbound", "channel": "live_chat",
        "queue_id": "support", "queue_since": NOW, "attributes": '{"skills":["spanish"]}',
        "skipped_representative_ids": '["ana"]', "next_timer": TIMER,
        "overflow_count": "1",
    }  # fmt: skip
    put(redis_url, prefix, key, "c", since_ms, **declined)
    # As edition 1 left it; and one whose hash has gone meanwhile.
    put(redis_url, prefix, key, "former", since_ms + 1_000, rule="C1", queue_id="support")
    with connect(redis_url) as client:
        client.zadd(key, {"gone": since_ms + 2_000})
    work = await model.work.queue("support", 10)
    first, former, gone = work.conversations
    assert (work.queue_id, work.open) == ("support", 3)
    assert first.open_since == format_time(int(since_ms))
    assert first.age_seconds == pytest.approx(60, abs=30)
    assert (first.rule, first.decline_count, first.decline_reason) == ("A2", 2, "at lunch")
    assert (first.priority, first.overflow_count, first.direction) == (7, 1, "inbound")
    assert (first.attributes, first.queue_since) == ({"skills": ["spanish"]}, NOW)
    assert first.skipped_representative_ids == ["ana"]
    assert first.next_timer is not None
    assert first.next_timer.name == "auto_close"
    assert (former.rule, former.priority, former.direction) == ("C1", None, None)
    assert (gone.conversation_id, gone.rule, gone.workstream_id) == ("gone", None, None)
    assert TOLD == []


async def test_those_that_wait_the_longest_are_found_in_any_queue(
    redis_url: str, prefix: str, model: ReadModel
) -> None:
    keys = Keys(prefix)
    queues = []
    for number in range(6):
        name = "" if number == 3 else f"q-{number}"
        for place in range(3):
            score_ms = 1_000_000 * (6 - number) + place * 1_500_000
            put(redis_url, prefix, keys.queue(name), f"c-{number}-{place}", score_ms)
        queues.append(OpenQueue(name, 3, 1_000_000 * (6 - number)))
    seen = await model.work.glance(queues, 4)
    assert [each.conversation_id for each in seen.waiting] == ["c-5-0", "c-4-0", "c-5-1", "c-3-0"]
    assert (seen.scheduled.scheduled, seen.with_bot.active, seen.with_external.active) == (0, 0, 0)


async def test_scheduled_ones_and_those_of_others(
    redis_url: str, prefix: str, model: ReadModel
) -> None:
    keys, now_ms = Keys(prefix), time.time() * 1_000
    put(redis_url, prefix, keys.scheduled, "later", now_ms + 3_600_000, direction="outbound")
    put(redis_url, prefix, keys.scheduled, "due", now_ms - 5_000)
    bot, outside = '{"kind":"bot"}', '{"kind":"external","id":"+34600"}'
    put(redis_url, prefix, keys.elsewhere("with_bot"), "b", now_ms - 9_000, handler=bot)
    put(redis_url, prefix, keys.elsewhere("with_external"), "e", now_ms - 7_000, handler=outside)
    scheduled = await model.work.scheduled(1)
    assert scheduled.scheduled == 2
    (due,) = scheduled.conversations
    assert (due.conversation_id, due.due_seconds < 0) == ("due", True)
    seen = await model.work.glance([], 10)
    due, later = seen.scheduled.conversations
    assert parse_time_ms(later.scheduled_for) == int(now_ms + 3_600_000)
    assert (later.direction, later.due_seconds > 0) == ("outbound", True)
    (held,) = seen.with_bot.conversations
    assert held.handler is not None
    assert (held.handler.kind, held.handler.id) == ("bot", None)
    (held,) = seen.with_external.conversations
    assert held.handler is not None
    assert (held.handler.id, held.age_seconds >= 7) == ("+34600", True)


async def test_what_is_not_of_its_kind_costs_itself_alone(
    redis_url: str, prefix: str, model: ReadModel
) -> None:
    keys = Keys(prefix)
    put(redis_url, prefix, keys.queue("q"), "secret", 1_000_000, priority="high")
    put(redis_url, prefix, keys.queue("q"), "good", 2_000_000, priority="1")
    with connect(redis_url) as client:
        client.set(keys.scheduled, "no list")
        client.zadd(keys.elsewhere("with_bot"), {"x": float("inf")})
    seen = await model.work.glance([OpenQueue("q", 2, 1_000_000.0)], 10)
    assert [each.conversation_id for each in seen.waiting] == ["good"]
    assert (seen.scheduled.conversations, seen.with_bot.conversations) == ([], [])
    assert len(TOLD) == 3
    assert not any("high" in each or "no list" in each for each in TOLD)
    with pytest.raises(UnusableFields):
        await model.work.scheduled(10)


async def test_the_store_reads_back_whom_it_was_offered_to(redis_url: str, prefix: str) -> None:
    store = RedisStore(redis_url, Keys(prefix))
    hash_ = {"sequence": "4", "status": "active", "workstream_id": "chat", "changed_at": NOW}
    offers = {"offered_representative_id": "ana"}
    try:
        hashes = {
            "two": {**hash_, **offers, "offered_representative_ids": '["ana","é"]',
                    "detail": "awaiting_acceptance"},
            "former": {**hash_, **offers},
            "none": hash_,
            "odd": {**hash_, "offered_representative_ids": "[1]"},
        }  # fmt: skip
        commands = [
            ("HSET", Keys(prefix).conversation(id_), *itertools.chain(*each.items()))
            for id_, each in hashes.items()
        ]
        await store.apply(ModelBatch(PLACE, None, 1, commands))
        rows = await store.rows(PLACE, 1, ["two", "former", "none", "odd"])
    finally:
        await store.close()
    at_ms = parse_time_ms(NOW)
    bare = ModelRow(4, "active", None, "chat", None, None, (), at_ms)
    assert rows == {
        "two": bare._replace(detail="awaiting_acceptance", offered_representative_ids=("ana", "é")),
        "former": bare._replace(offered_representative_ids=("ana",)),
        "none": bare,
    }

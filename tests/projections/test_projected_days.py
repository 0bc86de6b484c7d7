"""Random days of the engine, projected in batches cut anywhere, against the independent fold."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omnistate.projections.keys import Keys
from omnistate.projections.read_model import projector
from omnistate.projections.read_model.conversation_effects import project_states
from omnistate.projections.read_model.output_records import decode_state
from omnistate.projections.read_model.partition_role import Role
from omnistate.projections.read_model.projection import Projection
from omnistate.projections.read_model.projector import Projector
from omnistate.projections.read_model.store_ports import ModelBatch, TopicPartition
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.harness.engine_run import run
from tests.oracle.random_days import Day, days
from tests.projections.fold import EPOCH, differences, fold, milliseconds
from tests.projections.memory_topics import NOW_MS, Member, Topics, capacity, change
from tests.projections.schedule import Watcher, disturb
from tests.projections.twin import TwinStore

KEYS = Keys()
PLACE = TopicPartition(CONVERSATION_STATES, 0)


def changes_of(day: Day) -> list[dict[str, Any]]:
    """What the engine publishes of a day."""
    outputs, _ = run(*day)
    return [each["value"] for each in outputs if each["topic"] == STATE_CHANGES]


def check(store: TwinStore, topics: Topics) -> None:
    """Fail where the store is not what the topics fold to.

    Of what changed last before there were states, the changes alone tell.
    """
    now = EPOCH + timedelta(milliseconds=store.now_ms)
    before = [(each["subject"], each) for each in topics.changes()]
    said = fold([*before, *topics.states()], topics.capacities(), now)
    assert differences(said, store.folded()) == []
    assert store.lowest_count >= 0


def in_batches(
    events: list[dict[str, Any]], chance: random.Random
) -> Iterator[list[dict[str, Any]]]:
    """Cut anywhere."""
    rest = list(events)
    while rest:
        size = chance.choice((1, 2, 5, 30))
        yield rest[:size]
        del rest[:size]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days(), seed=st.integers(0, 2**32), hours=st.sampled_from((0, 1, 20, 24, 30, 2_000)))
async def test_batches_cut_anywhere_come_to_the_fold(day: Day, seed: int, hours: int) -> None:
    """Batches of the engine, and others of the projection over what these have left."""
    events = changes_of(day)
    chance = random.Random(seed)
    times_ms = [milliseconds(each["time"]) for each in events] or [0]
    store = TwinStore(KEYS, max(times_ms) + hours * 3_600_000)
    topics = Topics(1)
    for batch in in_batches(events, chance):
        topics.publish_batch(batch, chance.randrange(2))
        for event in batch:
            if chance.random() < 0.1:
                # A repeat behind what it repeats, as a mirror of the topic might put it there.
                topics.append(
                    CONVERSATION_STATES, event["subject"], dict(topics.states())[event["subject"]]
                )
            if event["data"]["status"] == "closed" and chance.random() < 0.3:
                topics.forget(event["subject"])
    records = topics.records[PLACE]
    cuts = sorted({0, len(records), *(chance.randint(0, len(records)) for _ in range(6))})
    for start, end in pairwise(cuts):
        states = [decode_state(each) for each in records[start:end]]
        ids = [each.conversation_id for each in states]
        rows = await store.rows(PLACE, store.stored.get(PLACE), ids)
        effects = project_states(KEYS, states, rows, store.now_ms)
        assert effects.applied + effects.skipped == len(states)
        next_offset = records[end - 1].offset + 1
        stored = store.stored.get(PLACE)
        await store.apply(ModelBatch(PLACE, stored, next_offset, effects.commands))
    now = EPOCH + timedelta(milliseconds=store.now_ms)
    assert differences(fold(topics.states(), (), now), store.folded()) == []
    assert store.lowest_count >= 0


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    days=st.lists(days(), min_size=1, max_size=2),
    seed=st.integers(0, 2**32),
    former=st.sampled_from((0.0, 0.3, 0.9)),
)
async def test_workers_that_share_everything_and_a_store_that_fails(
    days: list[Day], seed: int, former: float
) -> None:
    """Two workers think that every partition is theirs; the store is set back, and lost.

    So much of the day may be `former`: published while there were no states, and some of it applied
    by a former worker. Such a store is not emptied: what it knows from then is nowhere else.
    """
    chance = random.Random(seed)
    events = sorted(
        (each for day in days for each in changes_of(day)), key=lambda each: each["time"]
    )
    last: dict[str, int] = {}
    topics = Topics(2)
    store = TwinStore(KEYS, NOW_MS)
    members = [Member(topics, at_most=chance.choice((1, 3, 50))) for _ in range(2)]
    old = int(len(events) * former)

    def publish(some: int) -> None:
        nonlocal old
        batch: list[dict[str, Any]] = []
        while events and len(batch) < some:
            event = events.pop(0)
            # Two days may use one id: what comes second is another conversation.
            if event["data"]["sequence"] > last.get(event["subject"], 0):
                last[event["subject"]] = event["data"]["sequence"]
                batch.append(event)
            old -= 1
            if old == 0:
                topics.publish_batch(batch, chance.randrange(2), former=True)
                batch = []
            if chance.random() < 0.2:
                name = chance.choice(("ana", "ben", "cho"))
                said = None if chance.random() < 0.2 else capacity(name, chance.randrange(100))
                topics.append(REPRESENTATIVE_CAPACITY, name, said)
        topics.publish_batch(batch, chance.randrange(2), former=old > 0)

    carried = old > 0
    publish(old // 2)
    if carried:
        await apply_as_before(store, topics)
    await disturb(store, topics, members, KEYS, chance, publish, empty=not carried)
    check(store, topics)


async def apply_as_before(store: TwinStore, topics: Topics) -> None:
    """What a worker does that knows no states, with all changes that there are."""
    projection = Projection(store, KEYS, Watcher(), lambda: store.now_ms)
    for place, records in topics.records.items():
        if place.topic == STATE_CHANGES:
            effects, _ = await projection.project(place, Role.CARRIED, records, None, 0)
            following = records[-1].offset + 1 if records else 0
            await store.apply(ModelBatch(place, None, following, effects.commands))


@pytest.mark.parametrize("trimmed", [1, 5, 9])
async def test_a_rebuild_from_a_topic_whose_beginning_is_gone(
    trimmed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "CHECK_S", 0)
    topics = Topics(1)
    for number in range(4):
        waiting = {"queue_id": "support"}
        busy = {**waiting, "representative_id": "ana"}
        for sequence, status, members in (
            (1, "open", waiting),
            (2, "active", {**busy, "offered_representative_id": "ana"}),
            (3, "active" if number % 2 else "closed", busy),
        ):
            at_ms = NOW_MS + number * 1_000 + sequence
            topics.publish(change(f"c-{number}", sequence, status, at_ms, **members))
    topics.trim(PLACE, trimmed)
    store = TwinStore(KEYS, NOW_MS)
    member = Member(topics)
    member.assign(topics.records)
    worker = Projector(member, store, KEYS, Watcher(), lambda: NOW_MS)
    for _ in range(5):
        await worker.turn()
    now = EPOCH + timedelta(milliseconds=NOW_MS)
    assert differences(fold(topics.states(), (), now), store.folded()) == []
    assert worker.ready

"""Random days of the engine, projected in batches cut anywhere, against the independent fold."""

import random
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omnistate.projections.keys import Keys
from omnistate.projections.read_model import projector
from omnistate.projections.read_model.conversation_effects import KEPT_MS, project_changes
from omnistate.projections.read_model.output_records import decode_change
from omnistate.projections.read_model.projector import Projector
from omnistate.projections.read_model.store_ports import ModelBatch, TopicPartition
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY, STATE_CHANGES

from tests.harness.engine_run import run
from tests.oracle.random_days import Day, days
from tests.projections.fold import EPOCH, differences, fold, milliseconds
from tests.projections.memory_topics import NOW_MS, Member, Topics, capacity, change
from tests.projections.schedule import Watcher, disturb
from tests.projections.twin import TwinStore

KEYS = Keys()
PLACE = TopicPartition(STATE_CHANGES, 0)


def changes_of(day: Day) -> list[dict[str, Any]]:
    """What the engine publishes of a day."""
    outputs, _ = run(*day)
    return [each["value"] for each in outputs if each["topic"] == STATE_CHANGES]


def check(store: TwinStore, topics: Topics) -> None:
    """Fail where the store is not what the topics fold to."""
    now = EPOCH + timedelta(milliseconds=store.now_ms)
    found = store.folded()
    assert differences(fold(topics.changes(), topics.capacities(), now), found) == []
    assert store.lowest_count >= 0


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days(), seed=st.integers(0, 2**32), hours=st.sampled_from((0, 1, 20, 24, 30, 2_000)))
async def test_batches_cut_anywhere_come_to_the_fold(day: Day, seed: int, hours: int) -> None:
    events = changes_of(day)
    chance = random.Random(seed)
    times_ms = [milliseconds(each["time"]) for each in events] or [0]
    store = TwinStore(KEYS, max(times_ms) + hours * 3_600_000)
    topics = Topics(1)
    for event in events:
        topics.append(STATE_CHANGES, event["subject"], event, markers=chance.randrange(2))
        if chance.random() < 0.1:
            # A repeat behind what it repeats, as a mirror of the topic might put it there.
            topics.append(STATE_CHANGES, event["subject"], event)
    records = topics.records[PLACE]
    cuts = sorted({0, len(records), *(chance.randint(0, len(records)) for _ in range(6))})
    for start, end in pairwise(cuts):
        changes = [decode_change(each) for each in records[start:end]]
        ids = [each.conversation_id for each in changes]
        rows = await store.rows(PLACE, store.stored.get(PLACE), ids)
        effects = project_changes(KEYS, changes, rows, store.now_ms)
        assert effects.applied + effects.skipped == len(changes)
        next_offset = records[end - 1].offset + 1
        batch = ModelBatch(PLACE, store.stored.get(PLACE), next_offset, effects.commands)
        await store.apply(batch)
    check(store, topics)
    # What has been forgotten cannot be told from what is new.
    if store.now_ms - min(times_ms) < KEPT_MS:
        assert len(store.stream) == len(events), "each change is told once"


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(days=st.lists(days(), min_size=1, max_size=2), seed=st.integers(0, 2**32))
async def test_workers_that_share_everything_and_a_store_that_fails(
    days: list[Day], seed: int
) -> None:
    """Two workers think that every partition is theirs; the store is emptied, set back, lost."""
    chance = random.Random(seed)
    events = sorted(
        (each for day in days for each in changes_of(day)), key=lambda each: each["time"]
    )
    last: dict[str, int] = {}
    topics = Topics(2)
    store = TwinStore(KEYS, NOW_MS)
    members = [Member(topics, at_most=chance.choice((1, 3, 50))) for _ in range(2)]

    def publish(some: int) -> None:
        for _ in range(some):
            if not events:
                return
            event = events.pop(0)
            subject = event["subject"]
            # Two days may use one id: what comes second is another conversation.
            if event["data"]["sequence"] > last.get(subject, 0):
                last[subject] = event["data"]["sequence"]
                topics.append(STATE_CHANGES, subject, event, chance.randrange(2))
            if chance.random() < 0.2:
                name = chance.choice(("ana", "ben", "cho"))
                said = None if chance.random() < 0.2 else capacity(name, chance.randrange(100))
                topics.append(REPRESENTATIVE_CAPACITY, name, said)

    await disturb(store, topics, members, KEYS, chance, publish)
    check(store, topics)


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
            event = change(f"c-{number}", sequence, status, at_ms, **members)
            topics.append(STATE_CHANGES, f"c-{number}", event)
    topics.trim(PLACE, trimmed)
    store = TwinStore(KEYS, NOW_MS)
    member = Member(topics)
    member.assign(topics.records)
    worker = Projector(member, store, KEYS, Watcher(), lambda: NOW_MS)
    for _ in range(5):
        await worker.turn()
    check(store, topics)
    assert worker.ready

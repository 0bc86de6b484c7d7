"""Followed topics as anybody may write to them: the former value stays, the rest goes on."""

import json
import random
from typing import Any

import pytest
import structlog
from omnistate.process.projection.projection_metrics import ProjectionMetrics
from omnistate.process.projection.projection_report import ProjectionReport
from omnistate.projections.read_model.output_records import MEMBERS_MAX
from omnistate.projections.read_model.store_ports import TopicPartition
from omnistate.stream.ports import UnreadableRecord
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.projections.memory_topics import NOW_MS, Topics, capacity, change
from tests.projections.projection_rig import (
    CHANGES,
    HASH,
    KEYS,
    STATES,
    TOTALS,
    Bench,
    is_ready,
    turns,
)

Event = dict[str, Any]


def state(**members: Any) -> Event:
    """A later change of the conversation, with other members."""
    return change("c", 2, "open", NOW_MS + 5, **members)


def raw(event: Event, mark: str, text: bytes) -> bytes:
    """The event with text in the place of a string."""
    return json.dumps(event).encode().replace(json.dumps(mark).encode(), text)


STATE_POISON: dict[str, Event | bytes] = {
    "a time beyond all": state(previous_status="open", previous_status_seconds=1e308),
    "the same of another status": state(previous_status="active", previous_status_seconds=1e308),
    "longer than there is time": state(previous_status="open", previous_status_seconds=1e13),
    "4,100 members": state(**{f"m{number}": number for number in range(4_100)}),
    "one member too many": state(**{f"m{number}": number for number in range(MEMBERS_MAX)}),
    "a surrogate": raw(state(more="@"), "@", rb'"\ud800"'),
    "invalid UTF-8": raw(state(more="@"), "@", b'"\xff"'),
    "nested too deeply": raw(state(more="@"), "@", b"[" * 100_000),
    "a number beyond all": raw(state(queue_id="@"), "@", b"1e999"),
    "a sequence beyond 64 bits": change("c", 2**70, "open"),
}
CAPACITY = capacity("ana", 30)
CAPACITY_POISON: dict[str, Event | bytes] = {
    **{
        f"{member}: {value}"[:40]: {**CAPACITY, "data": {**CAPACITY["data"], member: value}}
        for member, value in {
            "units": -1,
            "occupied_units": -5,
            "available_units": 2**70,
            "presence": "asleep",
            "set_presence": "asleep",
            "assignable": 1,
            "profiles": {"chat": {"limit": -1}},
            "sequence": 0,
            "gaps": 1.5,
            "changed_at": "yesterday",
            "cause": {"type": 1},
        }.items()
    },
    "no presence": {
        **CAPACITY,
        "data": {name: value for name, value in CAPACITY["data"].items() if name != "presence"},
    },
    "4,100 members": {
        **CAPACITY,
        "data": {**CAPACITY["data"], **{f"m{n}": n for n in range(4_100)}},
    },
    "a surrogate": raw({**CAPACITY, "data": {**CAPACITY["data"], "m": "@"}}, "@", rb'"\ud800"'),
}


@pytest.mark.parametrize("what", STATE_POISON)
async def test_a_state_that_cannot_be_used_leaves_the_former(bench: Bench, what: str) -> None:
    worker = bench.worker()
    bench.topics.publish(change("c", 1, "open", NOW_MS, queue_id="support"))
    await turns(worker)
    before = bench.store.folded()
    for topic in (CONVERSATION_STATES, STATE_CHANGES):
        bench.topics.append(topic, "c", STATE_POISON[what])
    bench.topics.publish(change("d", 1, "active", NOW_MS + 6))
    await turns(worker)
    assert bench.store.keys[HASH] == before.keys[HASH]
    assert bench.store.keys[KEYS.queue("support")] == before.keys[KEYS.queue("support")]
    assert bench.store.keys[KEYS.conversation("d")]["status"] == "active"
    assert is_ready(worker)
    told = {(place, offset) for place, offset, _ in bench.told("unreadable")}
    assert (STATES, 1) in told
    # What the stream shows as it lies there need not be a hash.
    assert told <= {(STATES, 1), (CHANGES, 1)}


@pytest.mark.parametrize("what", CAPACITY_POISON)
async def test_totals_that_cannot_be_shown_leave_the_former(bench: Bench, what: str) -> None:
    worker = bench.worker()
    bench.topics.append(REPRESENTATIVE_CAPACITY, "ana", capacity("ana", 20))
    await turns(worker)
    former = dict(bench.store.keys[KEYS.representative("ana")])
    bench.topics.append(REPRESENTATIVE_CAPACITY, "ana", CAPACITY_POISON[what])
    bench.topics.append(REPRESENTATIVE_CAPACITY, "bob", capacity("bob", 10))
    await turns(worker)
    assert bench.store.keys[KEYS.representative("ana")] == former
    assert KEYS.representative("bob") in bench.store.keys
    assert [each[:2] for each in bench.told("unreadable")] == [(TOTALS, 1)]
    assert is_ready(worker)


def append_unreadable(topics: Topics, place: TopicPartition, records: int) -> None:
    """A batch of so many records that nobody can read."""
    bounds = topics.bounds[place]
    last = bounds.end + records - 1
    topics.records[place].append(
        UnreadableRecord.of(place, bounds.end, last, NOW_MS, "its checksum is wrong")
    )
    topics.bounds[place] = bounds._replace(end=last + 1)


@pytest.mark.parametrize("place", [STATES, CHANGES, TOTALS])
async def test_a_batch_that_nobody_can_read_is_told_and_passed(
    bench: Bench, place: TopicPartition
) -> None:
    worker = bench.worker()
    bench.publish(1)
    bench.topics.append(REPRESENTATIVE_CAPACITY, "ana", capacity("ana", 20))
    await turns(worker)
    begin = bench.topics.bounds[place].end
    append_unreadable(bench.topics, place, 30)
    bench.publish(2)
    bench.topics.append(REPRESENTATIVE_CAPACITY, "bob", capacity("bob", 20))
    await turns(worker)
    assert bench.told("unreadable") == [
        (place, begin, f"offsets {begin} to {begin + 29}: its checksum is wrong")
    ]
    assert bench.sequence == "2"
    assert KEYS.representative("bob") in bench.store.keys
    assert is_ready(worker)
    assert bench.store.stored[place] == bench.topics.bounds[place].end


async def test_random_bytes_end_nothing(bench: Bench) -> None:
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    worker = bench.worker()
    goods = {
        CONVERSATION_STATES: change("c", 3, "open", previous_status="open",
                                    previous_status_seconds=4.5, queue_id="support"),
        REPRESENTATIVE_CAPACITY: capacity("ana", 20),
    }  # fmt: skip
    for topic, good in goods.items():
        text = json.dumps(good).encode()
        for _ in range(2_000):
            value = bytearray(text)
            for _ in range(dice.randint(1, 4)):
                value[dice.randrange(len(value))] = dice.randrange(256)
            bench.topics.append(topic, "c", bytes(value))
            if topic == CONVERSATION_STATES:
                bench.topics.append(STATE_CHANGES, "c", bytes(value))
    await turns(worker, number=12)
    assert bench.told("unreadable"), f"seed {seed}"
    assert is_ready(worker), f"seed {seed}"
    bench.topics.append(REPRESENTATIVE_CAPACITY, "last", capacity("last", 20))
    await turns(worker)
    assert KEYS.representative("last") in bench.store.keys, f"seed {seed}"


def test_each_is_said_once_and_counted_once() -> None:
    metrics = ProjectionMetrics()
    with structlog.testing.capture_logs() as said:
        report = ProjectionReport(metrics, bar=False)
        for _ in range(3):
            report.unreadable(STATES, 4, "nonsense")
            report.unreadable(TOTALS, 4, "nonsense")
            report.unreadable(STATES, 5, "nonsense")
            report.key_unusable("omnistate:counts", "is of another type")
    events = [line["event"] for line in said]
    assert (events.count("record_unreadable"), events.count("key_unusable")) == (3, 1)
    assert said[-1]["key"] == "omnistate:counts"
    text = metrics.expose().decode()
    assert 'omnistate_followed_unusable_total{topic="conversation-states"} 2.0' in text
    assert 'omnistate_followed_unusable_total{topic="representative-capacity"} 1.0' in text

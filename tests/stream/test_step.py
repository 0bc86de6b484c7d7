"""The step: every input accounted for, and nothing depends on how records are cut or mixed.

Over random days of the oracle's; a seed that fails is printed as hypothesis' example.
"""

import copy
import json
from collections import Counter, defaultdict
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from omnistate.core.conversation.row import decode_conversation
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Outgoing, Record
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    DEAD_LETTERS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.harness.records import day_records, finish, number, plain, run, usual, values

SEEDS = st.integers(0, 2**31)
OUTCOMES = ("changed", "recorded", "ignored", "rejected", "dead_letter")


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_every_input_has_exactly_one_outcome(seed: int) -> None:
    """The batch's own tally, and a recount from what came out."""
    records, directory = day_records(seed)
    outputs, tables, tally = run(records, directory, to_the_end=False)
    # What waits for its start has its outcome later.
    found = map(decode_conversation, tables.conversations.values())
    waiting = sum(len(row.extras.waiting) for row in found if row.extras is not None)
    assert sum(tally[each] for each in OUTCOMES) + waiting == len(records)
    positions = [
        (each["data"]["input"]["topic"], each["data"]["input"]["offset"])
        for topic in (STATE_CHANGES, REJECTED_INPUTS)
        for each in values(outputs, topic)
        if "input" in each["data"]
    ]
    refused = Counter(each["type"] for each in values(outputs, REJECTED_INPUTS))
    dead = [each for each in outputs if each.topic == DEAD_LETTERS]
    assert tally["rejected"] == refused["input.rejected"]
    assert tally["ignored"] == refused["input.ignored"]
    assert tally["dead_letter"] == len(dead)
    assert tally["changed"] == len(set(positions)) - refused.total()
    fell_silent = len(records) - len(set(positions)) - len(dead) - waiting
    assert tally["recorded"] == fell_silent


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_a_dead_letter_is_the_record_as_it_was(seed: int) -> None:
    records, directory = day_records(seed)
    outputs, _, _ = run(records, directory, to_the_end=False)
    by_place = {f"{each.topic}/0/{each.offset}".encode(): each for each in records}
    for dead in (each for each in outputs if each.topic == DEAD_LETTERS):
        headers = dict(dead.headers)
        record = by_place.pop(headers["omnistate-origin"] or b"")
        assert (dead.key, dead.value) == (record.key, record.value)
        assert dead.headers[: len(record.headers)] == record.headers
        assert headers["omnistate-error"]
        assert headers["omnistate-error-message"]


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_ids_are_unique_and_sequences_gapless(seed: int) -> None:
    records, directory = day_records(seed)
    outputs, _, _ = run(records, directory)
    ids: Counter[str] = Counter()
    sequences: dict[str, list[int]] = defaultdict(list)
    for topic in (STATE_CHANGES, CAPACITY_CHANGES, RECORDED_INPUTS, REJECTED_INPUTS):
        for each in values(outputs, topic):
            ids[each["id"]] += 1
            data = each["data"]
            if topic == STATE_CHANGES:
                sequences[each["id"].rpartition(".")[0]].append(data["sequence"])
            elif "partition_sequence" in data:
                assert topic == CAPACITY_CHANGES
                sequences[each["subject"]].append(data["partition_sequence"])
    assert set(ids.values()) <= {1}
    for found in sequences.values():
        assert found == list(range(1, len(found) + 1))


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_any_cut_into_batches_gives_the_same(seed: int, data: st.DataObject) -> None:
    records, directory = day_records(seed)
    cuts = data.draw(st.sets(st.integers(0, len(records))))
    outputs, tables, tally = run(records, directory)
    again, same, counted = run(records, directory, cuts)
    assert again == outputs
    assert plain(same) == plain(tables)
    assert counted == tally


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_one_record_a_batch_gives_the_same(seed: int) -> None:
    records, directory = day_records(seed)
    outputs, tables, _ = run(records, directory)
    again, same, _ = run(records, directory, range(len(records)))
    assert again == outputs
    assert plain(same) == plain(tables)


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_a_dropped_batch_has_never_been(seed: int, data: st.DataObject) -> None:
    """Crash at any record: the tables, and what timers come later, are as before."""
    records, directory = day_records(seed)
    expected, tables, _ = run(records, directory)
    cut = data.draw(st.integers(0, len(records)))
    outputs, survived, _ = run(records[:cut], directory, to_the_end=False)
    before = copy.deepcopy(plain(survived))
    for _ in range(2):
        step = Step(survived, directory)
        for record in records[cut : data.draw(st.integers(cut, len(records)))]:
            step.take(record)
        if data.draw(st.booleans()):
            step.fire_timers((survived.clock_ms or 0) + 86_400_000)
        step.finish()
        step.drop()
        assert plain(survived) == before
    outputs += _go_on(records[cut:], survived, directory)
    assert outputs == expected
    assert plain(survived) == plain(tables)


def _go_on(records: list[Record], tables: Tables, directory: Any) -> list[Outgoing]:
    step = Step(tables, directory)
    for record in records:
        step.take(record)
    batch = step.finish()
    tables.commit(batch)
    return batch.outputs + finish(tables, directory)


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_other_conversations_do_not_matter(seed: int, data: st.DataObject) -> None:
    """Among records of one instant, any mix that keeps each conversation's own order.

    But where a representative would hold too many profiles: whoever comes first takes them.
    """
    records, directory = day_records(seed)
    step_ms = data.draw(st.sampled_from((60_000, 600_000, 10**14)))
    clock_ms, blocks = 0, defaultdict(list)
    for record in records:
        clock_ms = max(clock_ms, record.timestamp_ms // step_ms * step_ms)
        blocks[clock_ms].append(record._replace(timestamp_ms=clock_ms))
    ordered = [record for block in blocks.values() for record in block]
    mixed = [record for block in blocks.values() for record in _mix(block, data)]
    one, _, tally = run(number(ordered), directory)
    other, _, counted = run(number(mixed), directory)
    refusals = [*values(one, REJECTED_INPUTS), *values(other, REJECTED_INPUTS)]
    assume(all(each["data"]["code"] != "too_large" for each in refusals))
    assert told_by_conversation(other) == told_by_conversation(one)
    assert counted == tally


def _mix(block: list[Record], data: st.DataObject) -> list[Record]:
    queues: dict[bytes | None, list[Record]] = defaultdict(list)
    for record in block:
        queues[record.key].append(record)
    turns = data.draw(st.permutations([record.key for record in block]))
    return [queues[key].pop(0) for key in turns]


def told_by_conversation(outputs: list[Outgoing]) -> dict[str, list[Any]]:
    """What was said of each conversation, without what is counted across all of them."""
    told: dict[str, list[Any]] = defaultdict(list)
    for outgoing in outputs:
        if outgoing.topic == DEAD_LETTERS:
            continue
        event = json.loads(outgoing.value or b"")
        data = event.pop("data")
        del event["id"]
        for name in ("input", "partition_sequence", "partition_units", "partition_profiles"):
            data.pop(name, None)
        if "hold_id" in data:
            data["hold_id"] = data["hold_id"].rpartition(".h")[2]
        told[data["conversation_id"]].append((event, data))
    return told


def test_a_dead_letter_does_not_move_the_clock() -> None:
    """An offer of two minutes is still there for a record that came a minute after it."""
    ana = {"representative_id": "ana"}
    started = {"channel": "live_chat", "workstream_id": "support-chat"}
    records, directory = usual(
        "c1",
        [
            ("conversation.started", started),
            ("router.assign", ana),
            ("representative.accept", ana),
        ],
    )
    late_ms = records[-1].timestamp_ms + 3_600_000
    dead = records[0]._replace(key=None, value=b"{", timestamp_ms=late_ms)
    outputs, tables, tally = run(
        number([*records[:2], dead, records[2]]), directory, to_the_end=False
    )
    assert tally == {"changed": 3, "dead_letter": 1}
    assert [each["data"]["rule"] for each in values(outputs, STATE_CHANGES)] == ["C1", "O1", "A1"]
    assert tables.clock_ms == records[2].timestamp_ms


def talk(messages: int) -> bytes:
    """The row of a chat in conversation after so many messages, with ids as they are in use."""
    started = {"channel": "live_chat", "workstream_id": "support-chat", "queue_id": "support"}
    ana = {"representative_id": "ana.garcia"}
    customer = {"customer_id": "0f8fad5b-d9cb-469f-a165-708677289501"}
    said: list[tuple[str, dict[str, Any]]] = [
        ("conversation.started", started | customer),
        ("router.assign", ana),
        ("representative.accept", ana),
        *[("customer.messaged", {}), ("representative.message", ana)] * (messages // 2),
    ]
    _, tables, _ = run(*usual("chat-2025-03-05-000017", said), to_the_end=False)
    (row,) = tables.conversations.values()
    assert decode_conversation(row).stage == "in_conversation"
    return row


def test_the_row_of_an_open_conversation_is_small() -> None:
    """A dozen inputs fit in 400 bytes; the list of the last 64 inputs alone may take 512 more."""
    assert len(talk(9)) <= 400
    assert len(talk(200)) == len(talk(300)) <= 800

"""`conversation-states`: one record a conversation and batch, the bytes of its last change."""

import json
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.core.conversation.row import decode_conversation
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.ports import Batch, Fenced, Outgoing
from omnistate_schemas.vocabulary import CONVERSATION_STATES, STATE_CHANGES

from tests.harness.records import YEARS_MS, day_records, usual
from tests.stream.faulty_log import Fault, FaultyLog, Moment, World
from tests.stream.runs import drain

SEEDS = st.integers(0, 10_000)
CHAT = [
    ("conversation.started", {"channel": "live_chat", "workstream_id": "support-chat"}),
    ("router.assign", {"representative_id": "ana"}),
    ("representative.accept", {"representative_id": "ana"}),
    ("customer.messaged", {}),
    ("supervisor.force_close", {"supervisor_id": "sue"}),
]


def as_published(batch: Batch) -> dict[bytes | None, Outgoing]:
    """The last change of each conversation that a batch published."""
    return {each.key: each for each in batch.outputs if each.topic == STATE_CHANGES}


def begun(tables: Tables) -> set[str]:
    """The conversations that have begun; others are inputs that wait for their start."""
    rows = tables.conversations
    return {id_ for id_ in rows if decode_conversation(rows[id_]).stage != "nothing"}


def check(states: dict[str, bytes], tables: Tables, changes: dict[str, bytes]) -> None:
    """Whatever is remembered stands there with its last change, and nothing else does."""
    assert states.keys() == begun(tables)
    for id_, value in states.items():
        assert value == changes[id_]
        row = decode_conversation(tables.conversations[id_])
        assert json.loads(value)["id"] == f"{row.origin}.{row.sequence}"


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_a_day_cut_anywhere(seed: int, data: st.DataObject) -> None:
    records, directory = day_records(seed)
    cuts = sorted({0, len(records), *data.draw(st.lists(st.integers(0, len(records))))})
    tables, states, changes = Tables(), dict[str, bytes](), dict[str, bytes]()
    far_ms = max((each.timestamp_ms for each in records), default=0) + YEARS_MS
    for start, end in [*pairwise(cuts), (len(records), len(records))]:
        step = Step(tables, directory)
        for record in records[start:end]:
            step.take(record)
        if start == len(records) and data.draw(st.booleans()):
            step.fire_timers(far_ms)
        before = begun(tables)
        batch = step.finish()
        tables.commit(batch)
        published = as_published(batch)
        assert len({each.key for each in batch.states}) == len(batch.states), "once a batch"
        for each in batch.states:
            id_ = (each.key or b"").decode()
            assert each.topic == CONVERSATION_STATES
            if each.value is None:
                states.pop(id_, None)
                # Its row may be that of inputs that came since, for a start that has not come.
                assert id_ not in begun(tables)
            else:
                assert (each.value, each.headers) == (
                    published[each.key].value,
                    published[each.key].headers,
                )
                states[id_] = changes[id_] = each.value
        forgotten = before - begun(tables)
        assert forgotten <= {(each.key or b"").decode() for each in batch.states}
        check(states, tables, changes)


def test_it_is_the_very_object_that_was_encoded() -> None:
    """Nothing is encoded twice."""
    records, directory = usual("c-1", CHAT)
    step = Step(Tables(), directory)
    for record in records:
        step.take(record)
    batch = step.finish()
    (state,) = batch.states
    assert len(as_published(batch)) == 1
    assert sum(each.topic == STATE_CHANGES for each in batch.outputs) == 4
    assert state.value is as_published(batch)[b"c-1"].value


def test_what_is_refused_or_only_recorded_moves_nothing() -> None:
    records, directory = usual("c-1", [*CHAT[:3], ("customer.messaged", {}), CHAT[1]])
    tables = Tables()
    step = Step(tables, directory)
    for record in records[:3]:
        step.take(record)
    tables.commit(step.finish())
    step = Step(tables, directory)
    for record in records[3:]:
        step.take(record)
    batch = step.finish()
    assert batch.writes
    assert not batch.states


def test_forgotten_and_begun_anew_in_one_batch() -> None:
    """The new one's change is what stands there; a tombstone behind it would be wrong."""
    records, directory = usual("c-1", [CHAT[0], CHAT[-1], CHAT[0]])
    late = records[2]._replace(timestamp_ms=records[1].timestamp_ms + 2 * 86_400_000)
    event = json.loads(late.value or b"") | {"id": "another"}
    step = Step(Tables(), directory)
    for record in (*records[:2], late._replace(value=json.dumps(event).encode())):
        step.take(record)
    (state,) = step.finish().states
    assert json.loads(state.value or b"null")["data"]["sequence"] == 1


@pytest.mark.parametrize("most", [1, 3, 10])
def test_tombstones_fill_a_batch(most: int) -> None:
    """A storm of conversations that are forgotten is cut like any other."""
    number = 25
    tables = Tables()
    directory = usual("c", CHAT)[1]
    for each in range(number):
        step = Step(tables, directory)
        for record in usual(f"c-{each}", [CHAT[0], CHAT[-1]])[0]:
            step.take(record._replace(offset=record.offset + each))
        tables.commit(step.finish())
    far_ms = (tables.clock_ms or 0) + YEARS_MS
    sizes, done = [], False
    while not done:
        step = Step(tables, directory, outputs_max=most)
        done = step.fire_timers(far_ms)
        batch = step.finish()
        tables.commit(batch)
        assert not batch.outputs
        assert all(each.value is None for each in batch.states)
        sizes.append(len(batch.states))
    assert not tables.conversations
    assert sum(sizes) == number
    assert max(sizes) == most


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, data=st.data())
async def test_any_chain_of_faults(seed: int, data: st.DataObject) -> None:
    """It is committed with what it says, or not at all."""
    records, directory = day_records(seed)
    world = World(records)
    for _ in range(data.draw(st.integers(1, 4))):
        at, moment = data.draw(st.integers(0, 30)), data.draw(st.sampled_from(Moment))
        rival = world.owner()
        log = FaultyLog(world.owner(), at, moment, rival.fence if moment is Moment.FENCED else None)
        task = world.task(directory, log)
        await task.start()
        with suppress(Fault, Fenced, UnknownOutcome):
            await drain(task, data.draw(st.integers(1, 12)))
        if data.draw(st.booleans()):
            world.log.compact(CONVERSATION_STATES)
        heir = world.task(directory)
        await heir.start()
        changes = {
            (each.key or b"").decode(): each.value or b"" for each in world.outputs()[STATE_CHANGES]
        }
        check(world.states(), heir.processor.tables, changes)

"""What is accepted leads to records that their topics take; what would not is `too_large`."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.cli.configuration_file import build_directory
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.stream.conversation.partition_state import describe_state
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.conversation.whole_batch import run_step
from omnistate.stream.ports import Record
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.output_data import PROFILES_HELD_MAX

from tests.harness.records import plain
from tests.stream.sizes import (
    STEPS,
    TOPICS,
    Said,
    as_record,
    check_fits,
    codes,
    directory_of,
    outbound,
    placed,
    records_of,
    told,
)

DAY_MS = 86_400_000


def row_of(tables: Tables, subject: str = "c0") -> bytes:
    """Everything that is remembered of a conversation, but for its last inputs."""
    found = decode_conversation(tables.conversations[subject])
    found.fingerprints = b""
    return encode_conversation(found)


def test_a_fact_that_is_too_large_changes_nothing() -> None:
    """A customer's message would bring the conversation back to its representative: X1, then X2."""
    kind = {"channel": "persistent_chat", "workstream_id": "desk"}
    who = {"representative_id": "ana"}
    directory, tables = directory_of(channel="persistent_chat", profiles=["own"]), Tables()
    chat = [
        as_record("conversation.started", "c0", 0, **kind),
        as_record("representative.pick", "c0", 1, topic="agent-actions", **who),
        as_record("representative.close_session", "c0", 2, topic="agent-actions", **who),
    ]
    tables.merge(run_step(tables, directory, chat).writes)
    crowd = [outbound(10 + n, [f"p{n}.{each}" for each in range(64)]) for n in range(4)]
    batch = run_step(tables, directory_of(), crowd)
    assert codes(batch) == []
    tables.merge(batch.writes)
    counters, row = dict(tables.counters), row_of(tables)
    uses = Counter(tables.count_uses())
    message = as_record("customer.messaged", "c0", 20)
    batch = run_step(tables, directory, [message])
    assert codes(batch) == ["too_large"]
    assert told(batch) == {"input.rejected": 1}
    tables.commit(batch)
    assert tables.count_uses() == uses
    assert (tables.counters, row_of(tables)) == (counters, row)
    # It is not remembered: sent again it is judged anew, and heard once there is room.
    ended = as_record("representative.release", "c10", 21, topic="agent-actions", **who)
    batch = run_step(tables, directory, [message, ended, message])
    assert codes(batch) == ["too_large"]
    assert told(batch)["capacity.held"] == 1


def test_holds_of_one_conversation() -> None:
    """A hundred consultants, each with a daily hold, times 64 long names."""
    profiles = [f"day{n}".ljust(256, "\U00010000") for n in range(64)]
    directory = build_directory(
        ContactCentre.model_validate(
            {
                "workstreams": {
                    "desk": {
                        "channel": "live_chat",
                        "profiles": profiles[:60],
                        "auto_close": {"open": None},
                    }
                },
                "capacity_profiles": {name: {"reset": "end_of_day"} for name in profiles[::2]},
            }
        )
    )
    tables = Tables()
    start = outbound(0, profiles[60:])
    tables.merge(run_step(tables, directory, [start]).writes)
    heard: Counter[str] = Counter()
    for number in range(1, 101):
        joins = as_record(
            "consult.started",
            "c0",
            number,
            topic="agent-actions",
            representative_id=f"r{number}",
            via="queue",
        )
        before = row_of(tables)
        batch = run_step(tables, directory, [joins])
        check_fits(batch)
        tables.merge(batch.writes)
        heard.update(batch.tally)
        if batch.tally["rejected"]:
            assert codes(batch) == ["too_large"]
            assert row_of(tables) == before
    assert heard == {"recorded": 9, "rejected": 91}
    # Midnight gives the daily halves back, and nothing grows.
    step = Step(tables, directory)
    step.fire_timers(1_741_165_200_000 + 2 * DAY_MS)
    batch = step.finish()
    check_fits(batch)
    assert told(batch)["capacity.released"] == 10


def test_a_timer_leaves_out_what_would_be_too_large() -> None:
    """L1 after B5: a daily hold went at midnight, and others have filled the counter since."""
    directory = directory_of(
        keep_same_representative=True, profiles=["day1", "day2"], auto_close={"active": None}
    )
    plainer = directory_of()
    directory.put_workstream("other", None)
    directory.workstreams["other"] = plainer.workstreams["desk"]
    tables = Tables()
    tables.merge(run_step(tables, directory, [outbound(0, [])]).writes)
    midnight = Step(tables, directory)
    midnight.fire_timers(1_741_165_200_000 + DAY_MS)
    tables.merge(midnight.finish().writes)

    def later(record: Record) -> Record:
        return record._replace(timestamp_ms=record.timestamp_ms + DAY_MS)

    def other(number: int, profiles: list[str]) -> Record:
        found = outbound(number, profiles)
        value = (found.value or b"").replace(b'"desk"', b'"other"')
        return later(found._replace(value=value))

    crowd = [other(1 + n, [f"p{n}.{each}" for each in range(51)]) for n in range(5)]
    away = as_record(
        "representative.disconnected", "c0", 9, topic="agent-actions", representative_id="ana"
    )
    batch = run_step(tables, directory, [*crowd, later(away)])
    assert codes(batch) == []
    tables.merge(batch.writes)
    step = Step(tables, directory)
    step.fire_timers(1_741_165_200_000 + DAY_MS + 400_000)
    batch = step.finish()
    check_fits(batch)
    rules = [json.loads(each.value or b"")["data"]["rule"] for each in batch.outputs]
    assert rules == ["B5", "B5"]
    tables.merge(batch.writes)
    state = describe_state(tables, directory)
    assert state["conversations"]["c0"]["detail"] == "awaiting_assignment"
    assert len(state["representatives"]["ana"]["profiles"]) == 255


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(steps=STEPS, partitions=st.sampled_from([1, 12, 40, 200]), cuts=st.sets(st.integers(0, 60)))
def test_whatever_is_accepted_fits(steps: list[Said], partitions: int, cuts: set[int]) -> None:
    """However the records are cut into batches, and whatever timers do afterwards."""
    records = records_of(steps)
    directory = directory_of(keep_same_representative=True)
    whole, parts = Tables(), Tables()
    step = Step(whole, directory, 0, partitions)
    for record in records:
        assert step.take(placed(record, partitions))
    batch = step.finish()
    check_fits(batch)
    whole.merge(batch.writes)
    outputs = []
    for number, record in enumerate(records):
        if number == 0 or number in cuts:
            step = Step(parts, directory, 0, partitions)
        assert step.take(placed(record, partitions))
        if number + 1 in cuts or number + 1 == len(records):
            part = step.finish()
            outputs += part.outputs
            parts.merge(part.writes)
    assert outputs == batch.outputs
    assert plain(parts) == plain(whole)
    for each in describe_state(whole, directory)["representatives"].values():
        assert len(each["profiles"]) <= PROFILES_HELD_MAX
        told_of = json.dumps(each["profiles"], ensure_ascii=False).encode()
        assert len(told_of) * partitions < TOPICS["representative-capacity"]
    step = Step(whole, directory, 0, partitions)
    step.fire_timers(records[-1].timestamp_ms + 3 * DAY_MS if records else 0)
    check_fits(step.finish())

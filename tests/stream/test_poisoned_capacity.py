"""`capacity-changes` as anybody may write to it: what no engine said is put aside, totals stand."""

import json
import random
from typing import Any

import pytest
from omnistate.core.representative.totals import JUMP_MAX
from omnistate.stream.representative import capacity_change
from omnistate.stream.representative.capacity_change import RECORD_BYTES_MAX
from omnistate_schemas.output_data import PROFILES_HELD_MAX
from omnistate_schemas.vocabulary import CAPACITY_CHANGES, DEAD_LETTERS, REPRESENTATIVE_CAPACITY

from tests.harness.events import make_event
from tests.stream.representative_rig import CENTRE, RepresentativeRig, directory_of, drain

GOOD: dict[str, Any] = {
    "representative_id": "bob",
    "conversation_id": "chat-1",
    "hold_id": "0-9.h1",
    "role": "primary",
    "units": 10,
    "partition": 0,
    "partition_sequence": 2,
    "partition_units": 30,
    "partition_profiles": {"chat": 1},
}


def change(members: dict[str, Any] | None = None, **attributes: Any) -> bytes:
    """A change of bob's counter, with other members of data, and other attributes."""
    data = {**GOOD, **(members or {})}
    event = make_event("capacity.held", "bob", "0-9.h1", data, time="2026-03-02T09:00:00Z")
    return json.dumps({**event, **attributes}).encode()


def reasons(desk: RepresentativeRig) -> list[str]:
    """Why each dead letter is one."""
    found = [dict(each.headers) for each in desk.log.read(DEAD_LETTERS, 0, 0)]
    return [(each["omnistate-error"] or b"").decode() for each in found]


async def desk_with_bob() -> tuple[RepresentativeRig, Any]:
    """Bob holds 20 units, said by change 1."""
    desk = RepresentativeRig(directory_of(CENTRE))
    task = await desk.take_over()
    desk.hold("bob", 20)
    await drain(task, desk.now_ms)
    return desk, task


POISON = {
    "no value": b"",
    "no JSON": b"{",
    "invalid UTF-8 that is read": change({"representative_id": "b\xffb"}).replace(
        b"\\u00ff", b"\xff"
    ),
    "nested too deeply": change({"more": "@"}).replace(b'"@"', b"[" * 100_000),
    "a sequence beyond 64 bits": change({"partition_sequence": 2**70}),
    "units beyond 64 bits": change({"partition_units": 2**70}),
    "slots beyond 64 bits": change({"partition_profiles": {"chat": 2**70}}),
    "a partition beyond 64 bits": change({"partition": 2**70}),
    "units that are too many": change({"partition_units": 2**41}),
    "negative units": change({"partition_units": -1}),
    "negative slots": change({"partition_profiles": {"chat": -1}}),
    "a negative partition": change({"partition": -1}),
    "no sequence": change({"partition_sequence": 0}),
    "a fraction": change({"partition_units": 1.5}),
    "an empty profile": change({"partition_profiles": {"": 1}}),
    "a long profile": change({"partition_profiles": {"p" * 257: 1}}),
    "too many profiles": change(
        {"partition_profiles": {f"p{n}": 1 for n in range(PROFILES_HELD_MAX + 1)}}
    ),
    "a long id": change(id="i" * 257),
    "a long source": change(source="s" * 1_025),
    "a jump": change({"partition_sequence": 2 + JUMP_MAX}),
    "the farthest jump": change({"partition_sequence": 2**62}),
    "another subject": change(subject="ana"),
    "a share of many bytes": change({"more": "m" * RECORD_BYTES_MAX}),
    "another type": change(type="capacity.grown"),
}
LESS_BYTES = 524_288
CODES = {"a share of many bytes": "oversized", "another type": "unknown_type"}


@pytest.mark.parametrize("what", POISON)
async def test_what_no_engine_said_is_put_aside_and_the_totals_stand(what: str) -> None:
    desk, task = await desk_with_bob()
    before, rows = desk.told(), dict(task.processor.table.rows)
    desk.log.append(CAPACITY_CHANGES, b"bob", POISON[what])
    await drain(task, desk.now_ms)
    assert reasons(desk) == [CODES.get(what, "undecodable")]
    assert desk.told() == before
    assert task.processor.table.rows == rows
    # The next one of the engine's counts, and nobody calls it a gap.
    desk.hold("bob", 50)
    await drain(task, desk.now_ms)
    assert (desk.last("bob")["occupied_units"], desk.last("bob")["gaps"]) == (50, 0)


async def test_a_smaller_jump_is_a_gap_and_the_same_again_is_nothing() -> None:
    desk, task = await desk_with_bob()
    desk.log.append(CAPACITY_CHANGES, b"bob", change({"partition_sequence": 1 + JUMP_MAX}))
    await drain(task, desk.now_ms)
    assert (desk.last("bob")["occupied_units"], desk.last("bob")["gaps"]) == (30, JUMP_MAX - 1)
    told = len(desk.told())
    desk.log.append(CAPACITY_CHANGES, b"bob", change({"partition_sequence": 1 + JUMP_MAX}))
    committed = await task.run_batch()
    assert committed.batch.details == {("ignored", "duplicate"): 1}
    assert reasons(desk) == []
    assert len(desk.told()) == told


async def test_going_back_and_saying_something_else_are_put_aside() -> None:
    desk, task = await desk_with_bob()
    desk.hold("bob", 40)
    desk.say("bob", 20, 0, 1)
    desk.say("bob", 41, 0, 2)
    await drain(task, desk.now_ms)
    assert reasons(desk) == ["undecodable", "undecodable"]
    assert desk.last("bob")["occupied_units"] == 40


async def test_a_dead_letter_makes_no_row_and_tells_of_nobody() -> None:
    desk, task = await desk_with_bob()
    desk.log.append(
        CAPACITY_CHANGES, b"ghost", change({"representative_id": "ghost"}, subject="elsewhere")
    )
    desk.say("ghost", 1, 0, 2**40)
    await drain(task, desk.now_ms)
    assert len(reasons(desk)) == 2
    assert set(task.processor.table.rows) == {"ana", "bob"}
    assert {each.key for each in desk.log.read(REPRESENTATIVE_CAPACITY, 0, 0)} == {b"ana", b"bob"}


@pytest.mark.parametrize("names", ["long", "short"])
async def test_no_number_of_partitions_makes_a_row_or_a_picture_too_large(
    names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic takes so much, less here; what its brokers would refuse stops the partition."""
    monkeypatch.setattr(capacity_change, "TOTALS_BYTES_MAX", LESS_BYTES)
    desk, task = await desk_with_bob()
    stem = "n" * 200 if names == "long" else ""
    for partition in range(1, 60):
        profiles = {f"{stem}{partition}-{n}": 1 for n in range(PROFILES_HELD_MAX)}
        desk.say("bob", 1, partition, 1, **profiles)
        await drain(task, desk.now_ms)
    assert set(reasons(desk)) == {"oversized"}
    written = [len(each.value or b"") for each in desk.log.read(REPRESENTATIVE_CAPACITY, 0, 0)]
    assert max(written) < 2 * LESS_BYTES
    assert max(map(len, task.processor.table.rows.values())) <= LESS_BYTES
    # Whoever holds something in one of the partitions that are counted is still told of.
    desk.hold("bob", 50)
    await drain(task, desk.now_ms)
    assert desk.told()[-1]["occupied_units"] >= 50


async def test_random_bytes_end_nothing() -> None:
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    desk, task = await desk_with_bob()
    good = change()
    for _ in range(3_000):
        value = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            value[dice.randrange(len(value))] = dice.randrange(256)
        desk.log.append(CAPACITY_CHANGES, b"bob", bytes(value))
    await drain(task, desk.now_ms)
    assert reasons(desk), f"seed {seed}"
    rows = task.processor.table.rows
    assert set(rows) == {"ana", "bob"}, f"seed {seed}"

"""How many profiles a representative may hold in a partition, and how long ones: `too_large`."""

import json

import pytest
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.conversation.whole_batch import run_step
from omnistate_schemas.output_data import PROFILES_HELD_MAX

from tests.stream.sizes import (
    as_record,
    check_fits,
    codes,
    directory_of,
    names,
    outbound,
    placed,
    told,
)


@pytest.mark.parametrize("partitions", [1, 12, 100])
def test_long_names_of_many_conversations(partitions: int) -> None:
    """Thirty starts of 49 KB each, valid one by one."""
    starts = [outbound(n, names(n, 64, 256)) for n in range(30)]
    assert {48_000 < len(each.value or b"") < 51_000 for each in starts} == {True}
    directory, tables = directory_of(), Tables()
    batches = []
    for start in starts:
        step = Step(tables, directory, 0, partitions)
        assert step.take(placed(start, partitions))
        batches.append(step.finish())
        tables.merge(batches[-1].writes)
        check_fits(batches[-1])
    # With 100 partitions their part of what the representative worker says is smaller.
    accepted = 4 if partitions <= 12 else 1
    assert [told(each)["capacity.held"] for each in batches] == [1] * accepted + [0] * (
        30 - accepted
    )
    assert [codes(each) for each in batches[accepted:]] == [["too_large"]] * (30 - accepted)


def test_many_short_names_of_one_representative() -> None:
    """280 starts of under a kilobyte, each with names of its own."""
    starts = [outbound(n, names(n, 9, 90, "x")) for n in range(280)]
    assert max(len(each.value or b"") for each in starts) < 1_300
    batch = run_step(Tables(), directory_of(), starts)
    check_fits(batch)
    held = PROFILES_HELD_MAX // 9
    assert told(batch)["capacity.held"] == held
    assert codes(batch) == ["too_large"] * (280 - held)


def test_the_last_name_that_fits() -> None:
    tables, directory = Tables(), directory_of()
    starts = [outbound(n, [f"p{n}"]) for n in range(PROFILES_HELD_MAX)]
    batch = run_step(tables, directory, starts)
    assert codes(batch) == []
    tables.merge(batch.writes)
    again = run_step(tables, directory, [outbound(900, ["p7"]), outbound(901, ["other"])])
    assert told(again) == {
        "conversation.state_changed": 1,
        "capacity.held": 1,
        "input.rejected": 1,
    }
    (refused,) = [each for each in again.outputs if each.topic == "rejected-inputs"]
    said = json.loads(refused.value or b"")["data"]
    assert (said["code"], said["sequence"]) == ("too_large", 0)
    assert "status" not in said
    assert said["message"] == (
        "ana would hold 257 capacity profiles in this partition; 256 are the most."
    )
    tables.merge(again.writes)
    assert "c901" not in tables.conversations
    # Room again, once somebody gives back.
    ended = as_record(
        "representative.release", "c3", 902, topic="agent-actions", representative_id="ana"
    )
    after = run_step(tables, directory, [ended, outbound(903, ["other"])])
    assert told(after)["capacity.held"] == 1

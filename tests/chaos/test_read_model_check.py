"""What a snapshot of the read model shows otherwise than its topics is found, whatever it is."""

from datetime import UTC, datetime
from typing import Any

import pytest
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.chaos.read_model_check import Said, Snapshot, compare
from tests.projections.fold import fold

NOW = datetime.now(UTC)
STATES, CHANGES = (CONVERSATION_STATES, 0), (STATE_CHANGES, 0)
CAPACITY = (REPRESENTATIVE_CAPACITY, 0)


def change(number: int) -> dict[str, Any]:
    data = {
        "conversation_id": "c",
        "sequence": number,
        "status": "open",
        "workstream_id": "chat",
        "queue_id": f"queue-{number}",
        "representative_id": None,
        "offered_representative_id": None,
    }
    return {"id": f"0-0.{number}", "time": NOW.isoformat(), "data": data}


SAID = [
    *(Said(CHANGES, number, "c", change(number)) for number in (1, 2, 3)),
    *(Said(STATES, number, "c", change(number)) for number in (1, 2, 3)),
    Said(CAPACITY, 0, "ana", {"time": NOW.isoformat(), "data": {"representative_id": "ana"}}),
]


def snapshot(changes: int) -> Snapshot:
    """What Redis must have when it has been told of so many changes."""
    events = [change(number) for number in range(1, changes + 1)]
    capacities = [(each.key, each.event) for each in SAID if each.place == CAPACITY]
    offsets = {STATES: changes + 1, CHANGES: changes + 1, CAPACITY: 1}
    states = [("c", each) for each in events]
    return Snapshot(offsets, fold(states, capacities, NOW), events)


def test_it_is_judged_by_what_it_says_that_it_has() -> None:
    for changes in (1, 2, 3):
        assert compare(SAID, snapshot(changes)) == []


@pytest.mark.parametrize(
    ("told", "shown", "word"),
    [(3, 2, "queue-3"), (2, 3, "queue-2"), (3, 0, "counts")],
)
def test_offsets_apart_from_the_data(told: int, shown: int, word: str) -> None:
    apart = snapshot(shown)._replace(offsets=snapshot(told).offsets)
    assert any(word in each for each in compare(SAID, apart))


def test_a_stream_that_tells_twice_out_of_order_or_not_at_all() -> None:
    right = snapshot(3)
    first, second, third = right.stream
    for stream, word in (
        ([first, second, second, third], "twice"),
        ([first, third, second], "after"),
        ([first, second], "lacks"),
    ):
        assert any(word in each for each in compare(SAID, right._replace(stream=stream)))

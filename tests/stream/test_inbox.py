"""Records on their way in: in order, up to a limit or a refusal, with the offsets that follow."""

import pytest
from omnistate.stream.inbox import take_records
from omnistate.stream.ports import Record

RECORDS = [Record("ab"[number % 2], 0, 100 + number, 0, b"k", b"v", ()) for number in range(6)]


class Step:
    """Takes so many records, then it is full."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken: list[Record] = []

    def take(self, record: Record) -> bool:
        if len(self.taken) == self.room:
            return False
        self.taken.append(record)
        return True


@pytest.mark.parametrize(
    ("room", "start", "stop", "end", "offsets"),
    [
        (9, 0, 6, 6, {"a": 105, "b": 106}),
        (9, 0, 400, 6, {"a": 105, "b": 106}),
        (9, 2, 4, 4, {"a": 103, "b": 104}),
        (3, 0, 6, 3, {"a": 103, "b": 102}),
        (1, 5, 6, 6, {"a": 7, "b": 106}),
        (0, 0, 6, 0, {"a": 7}),
        (9, 6, 406, 6, {"a": 7}),
    ],
)
def test_records_are_taken_up_to_a_limit_or_a_refusal(
    room: int, start: int, stop: int, end: int, offsets: dict[str, int]
) -> None:
    step, found = Step(room), {"a": 7}
    assert take_records(step.take, RECORDS, start, stop, found) == end
    assert step.taken == RECORDS[start:end]
    assert found == offsets

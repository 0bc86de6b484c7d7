"""Records on their way out: sorted by place, in order, and never for ever."""

from typing import Any

import pytest
from omnistate.stream.outbox import Line, append_lines, sort_outputs, sort_writes
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Outgoing, Write

LINES: list[Line] = [(b"k%d" % number, b"v", ()) for number in range(5)]


class Shelf:
    """Takes so many records."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken: list[tuple[Any, ...]] = []

    def append(self, *record: Any) -> object | None:
        if len(self.taken) == self.room:
            return None
        self.taken.append(record)
        return record


def test_outputs_go_where_their_keys_belong_in_order() -> None:
    outputs = [Outgoing("a", b"k%d" % (number % 3), b"%d" % number) for number in range(9)]
    outputs += [Outgoing("b", None, b"x", (("h", b"1"),)), Outgoing("b", b"k", b"y")]
    places = sort_outputs(outputs, {"a": 4, "b": 1})
    for (topic, partition), lines in places.items():
        expected = [
            (each.key, each.value, each.headers)
            for each in outputs
            if each.topic == topic
            and (0 if each.key is None else partition_of(each.key, {"a": 4, "b": 1}[topic]))
            == partition
        ]
        assert lines == expected
    assert sum(map(len, places.values())) == len(outputs)


def test_rows_are_sorted_by_table() -> None:
    writes = [Write("x", b"1", b"a"), Write("y", b"1", b"b"), Write("x", b"2", None)]
    assert sort_writes(writes) == {
        "x": [(b"1", b"a", ()), (b"2", None, ())],
        "y": [(b"1", b"b", ())],
    }


def test_what_does_not_fit_is_left_for_the_next_batch() -> None:
    first, second = Shelf(3), Shelf(9)
    done = append_lines(first.append, LINES, 0, 7)
    assert done == 3
    assert append_lines(second.append, LINES, done, None) == 5
    taken = first.taken + second.taken
    assert [(key, value, headers) for _, _, key, value, headers in taken] == [
        (key, value, []) for key, value, _ in LINES
    ]
    assert [(number, at_ms) for number, at_ms, *_ in taken] == [
        (0, 7),
        (1, 7),
        (2, 7),
        (0, None),
        (1, None),
    ]


def test_a_batch_that_takes_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 bytes"):
        append_lines(Shelf(0).append, LINES, 2, 7)

"""Brokers' clocks, each by itself, and times that none of them can have shown."""

import pytest
from omnistate.stream.broker_clock import BrokerClock
from omnistate.stream.merge import Latest, Merge
from omnistate.stream.ports import Record


class Monotonic:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> Monotonic:
    clock = Monotonic()
    monkeypatch.setattr("omnistate.stream.broker_clock.time.monotonic", clock)
    return clock


def test_each_partition_goes_by_the_broker_that_answers_it(monotonic: Monotonic) -> None:
    shared = BrokerClock()
    one, other, third = shared.of_one(), shared.of_one(), shared.of_one()
    assert (one.now_ms(), one.latest_ms()) == (None, None)
    one.observe(1_000, "right")
    other.observe(7_201_000, "two hours ahead")
    monotonic.now_s += 1
    assert (one.now_ms(), other.now_ms()) == (2_000, 7_202_000)
    assert third.now_ms() == 2_000
    assert one.latest_ms() == third.latest_ms() == 7_202_000
    one.observe(7_300_000, "two hours ahead")
    assert one.now_ms() == other.now_ms() == 7_300_000


def record(offset: int, at_ms: int, topic: str = "a") -> Record:
    return Record(topic, 0, offset, at_ms, b"k", b"v")


def test_a_time_ahead_of_every_clock_is_taken_as_of_now_and_ends_the_batch() -> None:
    merge = Merge(("a",))
    merge.add("a", [record(0, 10), record(1, 900), record(2, 901), record(3, 20)])
    latest = Latest(500, 300)
    assert [each.timestamp_ms for each in merge.take(9, latest)] == [10, 300]
    assert [(each.offset, each.timestamp_ms) for each in merge.take(9, latest)] == [(2, 300)]
    assert [each.timestamp_ms for each in merge.take(9, latest)] == [20]
    assert merge.ahead == 2


def test_such_a_record_waits_for_what_is_earlier_on_the_other_input() -> None:
    merge = Merge(("a", "b"))
    merge.add("a", [record(0, 900)])
    merge.add("b", [record(0, 10, "b"), record(1, 400, "b")])
    latest = Latest(500, 300)
    assert [each.topic for each in merge.take(9, latest)] == ["b", "b"]
    merge.accept(merge.vouch())
    assert [each.timestamp_ms for each in merge.take(9, latest)] == [300]

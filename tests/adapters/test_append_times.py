"""When a broker's clock is surely past a time, from what its acknowledgements said."""

from omnistate.adapters.kafka.clients.append_times import SLOWEST, AppendTimes


def test_nothing_known_nothing_waited_for() -> None:
    assert AppendTimes().wait_ms("a", 5_000, 0) == 0


def test_the_next_millisecond_is_a_millisecond_away() -> None:
    times = AppendTimes()
    times.observe("a", 1_000, 50)
    assert times.wait_ms("a", 1_000, 50) == 0
    assert 1 <= times.wait_ms("a", 1_001, 50) < 1.01
    assert times.wait_ms("a", 1_001, 50 + 1 / SLOWEST) == 0


def test_a_slow_acknowledgement_takes_nothing_back() -> None:
    times = AppendTimes()
    times.observe("a", 1_000, 50)
    times.observe("a", 1_001, 90)
    assert times.wait_ms("a", 1_039, 90) == 0
    times.observe("a", 1_045, 91)
    assert times.wait_ms("a", 1_045, 91) == 0, "a quick one tells more"


def test_a_broker_is_judged_by_his_own_clock() -> None:
    times = AppendTimes()
    times.observe("fast", 1_100, 50)
    times.observe("slow", 1_000, 50)
    assert times.wait_ms("slow", 1_100, 50) >= 100
    assert times.wait_ms("fast", 1_100, 50) == 0
    assert times.wait_ms("new", 1_100, 50) >= 100, "as slow as the slowest"

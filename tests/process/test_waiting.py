"""The pause grows, lines become rare, and a new reason is said at once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from omnistate.process.waiting import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    LONGEST_SILENCE_S,
    REASONS_MAX,
    Pause,
    Wait,
)

START_S = 1_000.0


def wait_for(wait: Wait, seconds: float, start_s: float = START_S) -> list[Pause]:
    """What is said to somebody whose tries fail at once for so long."""
    pauses, now_s = [], start_s
    while now_s < start_s + seconds:
        pauses.append(wait.fail("no broker answers", now_s))
        now_s += pauses[-1].seconds
    return pauses


def test_the_pause_grows_to_its_limit() -> None:
    assert [pause.seconds for pause in wait_for(Wait(), 120)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_wait_may_have_a_shorter_limit() -> None:
    assert [pause.seconds for pause in wait_for(Wait(longest_pause_s=3), 10)] == [1, 2, 3, 3, 3]
    assert Wait(longest_pause_s=0.5).fail("closed", START_S).seconds == 0.5


def test_lines_become_rare() -> None:
    said = [round(pause.waited_s) for pause in wait_for(Wait(), 3_600) if pause.speaks]
    assert said[0] == 0
    apart = [later - earlier for earlier, later in pairwise(said)]
    assert apart == sorted(apart)
    assert apart[0] >= 10
    # The last ones come at the limit, as nearly as tries allow.
    assert apart[-1] <= LONGEST_SILENCE_S + LONGEST_PAUSE_S
    assert len(said) <= 12


def test_a_new_reason_is_said_at_once_and_an_old_one_is_not() -> None:
    wait = Wait()
    reasons = ["refused", "refused", "not authorised", "refused", "not authorised"]
    said = [wait.fail(reason, START_S + second).speaks for second, reason in enumerate(reasons)]
    assert said == [True, False, True, False, False]


def test_reasons_that_are_always_new_do_not_fill_the_log() -> None:
    wait = Wait()
    said = [wait.fail(f"connection {number} was lost", START_S).speaks for number in range(50)]
    assert said == [True] * REASONS_MAX + [False] * (50 - REASONS_MAX)


def test_after_a_success_a_wait_begins_anew() -> None:
    wait = Wait()
    wait_for(wait, 300)
    wait.succeed()
    assert wait.fail("refused", START_S + 301) == Pause(FIRST_PAUSE_S, True, 0)


@given(st.lists(st.floats(0, 400), min_size=1), st.floats(0, 1e9))
def test_whenever_tries_fail_the_pause_is_bounded_and_silence_is_kept(
    gaps_s: list[float], start_s: float
) -> None:
    wait, now_s, spoke_s = Wait(), start_s, None
    for gap_s in gaps_s:
        pause = wait.fail("refused", now_s)
        assert FIRST_PAUSE_S <= pause.seconds <= LONGEST_PAUSE_S
        assert pause.waited_s == now_s - start_s
        if pause.speaks:
            assert spoke_s is None or now_s - spoke_s >= 9.9
            spoke_s = now_s
        now_s += gap_s
    assert spoke_s is not None

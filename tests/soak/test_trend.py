"""A trend tells what grows from what only swings."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.soak.trend import SAMPLES_MIN, WARM_UP, find_trend

SWING = 5.0


def swing(seed: int, slope: float, count: int = 200) -> list[tuple[float, float]]:
    draw = random.Random(seed)
    return [(float(at), 100 + slope * at + draw.uniform(-SWING, SWING)) for at in range(count)]


@given(st.integers(0, 10**6))
def test_what_only_swings_is_flat(seed: int) -> None:
    trend = find_trend(swing(seed, 0.0))
    assert trend is not None
    assert trend.flat


@given(st.integers(0, 10**6), st.floats(0.1, 10.0))
def test_what_grows_is_seen(seed: int, slope: float) -> None:
    trend = find_trend(swing(seed, slope))
    assert trend is not None
    assert not trend.flat
    assert abs(trend.per_hour / 3_600 - slope) < 0.05


def test_what_shrinks_is_no_fault() -> None:
    trend = find_trend(swing(1, -0.5))
    assert trend is not None
    assert trend.flat


def test_the_beginning_does_not_count() -> None:
    count = 400
    begun = [(float(at), float(min(at, count * WARM_UP))) for at in range(count)]
    trend = find_trend(begun)
    assert trend is not None
    assert trend.growth == 0


def test_a_few_samples_are_not_enough() -> None:
    assert find_trend(swing(1, 0.0, SAMPLES_MIN)) is None

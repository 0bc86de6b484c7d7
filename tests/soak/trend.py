"""Whether a figure stays flat: the straight line through its samples, and their noise about it.

Pure: numbers in, a verdict out. It knows no process and no clock.
"""

import statistics
from collections.abc import Sequence
from typing import Final, NamedTuple

# How many standard deviations of its noise a figure may have grown by and still count as flat.
NOISE: Final = 2.0
# What is left out at the beginning: caches fill, and a heap finds its size.
WARM_UP: Final = 0.25
SAMPLES_MIN: Final = 8


class Trend(NamedTuple):
    """`growth` from the first sample to the last by the line, `noise` the deviation from it."""

    mean: float
    growth: float
    noise: float
    per_hour: float

    @property
    def flat(self) -> bool:
        """Whether it has not grown by more than its noise; that it shrinks is no fault."""
        return self.growth <= NOISE * self.noise or self.growth <= 0


def find_trend(samples: Sequence[tuple[float, float]]) -> Trend | None:
    """The trend of samples (seconds, figure) without the warm-up; None where they are too few."""
    kept = samples[int(len(samples) * WARM_UP) :]
    if len(kept) < SAMPLES_MIN:
        return None
    times = [time_s for time_s, _ in kept]
    figures = [figure for _, figure in kept]
    slope, intercept = statistics.linear_regression(times, figures)
    left = [figure - (slope * time_s + intercept) for time_s, figure in kept]
    return Trend(
        statistics.fmean(figures),
        slope * (times[-1] - times[0]),
        statistics.pstdev(left),
        slope * 3_600,
    )

"""The forms of cases of alerts: series, a time, and what is or is not said then."""

from collections.abc import Mapping
from typing import NamedTuple

Series = Mapping[str, str]


class Firing(NamedTuple):
    """What makes an alert fire once, and what it then says."""

    series: Series
    at: str
    labels: Mapping[str, str]
    sentence: str


class Quiet(NamedTuple):
    """What an alert must not fire at."""

    series: Series
    at: str

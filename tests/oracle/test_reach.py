"""Random days come everywhere: a rule that none reaches is one that nobody compares."""

from __future__ import annotations

import pytest

from .reach import EVERYTHING, count

DAYS = 3_000


@pytest.mark.slow
def test_random_days_reach_everything() -> None:
    """Each rule, code, timer and output, in some thousands of days."""
    counts = count(range(DAYS))
    assert [name for name in EVERYTHING if not counts[name]] == []

"""The bench on which projectors are tried: they look at the store's offsets at every turn."""

import pytest
from omnistate.projections.read_model import projector

from tests.projections.projection_rig import Bench


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench of the test's own."""
    monkeypatch.setattr(projector, "CHECK_S", 0)
    return Bench()

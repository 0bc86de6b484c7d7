"""The contract's tables of the router say what the code says."""

from typing import get_args

from omnistate.core.router.under_way import ANSWER_MS
from omnistate.core.router.wait_estimate import WINDOW_MS
from omnistate_schemas.queue import Queue
from omnistate_schemas.vocabulary import OverflowCondition, RoutingMethod, RoutingObstacle

from tests.documents.contract_tables import read_column, read_sections


def test_overflow_conditions() -> None:
    assert read_column("Router", "when") == list(get_args(OverflowCondition))


def test_what_stands_against_somebody_in_its_order() -> None:
    assert read_column("Router", "word", 1) == list(get_args(RoutingObstacle))


def test_names_and_numbers() -> None:
    text = read_sections()["Router"]
    for method in get_args(RoutingMethod):
        assert f"`{method}`:" in text
    for key in ("widen_after", "relax_skills_after", "max_declines", "method"):
        assert key in Queue.model_fields
        assert f"`{key}`" in text
    assert f"without an answer for {ANSWER_MS // 1_000} s" in text
    assert f"in the last {WINDOW_MS // 60_000} minutes" in text

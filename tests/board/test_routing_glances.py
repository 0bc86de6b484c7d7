"""What a router makes of the conversations of an overview: at once, and not too often."""

from collections.abc import Iterable
from typing import Any

import pytest
from omnistate.core.router.queue_explanation import WaitingExplained, explain_waiting
from omnistate.core.router.wait_estimate import TakenUp
from omnistate.process.projection import routing_glances
from omnistate.process.projection.routing_glances import SHARE, RoutingGlances
from omnistate_schemas.listed_conversations import Waiting

from tests.board.canned import waiting
from tests.core.router_centre import Centre, in_support
from tests.core.router_members import START_MS

TAKES_S = 0.25


class Clock:
    """It stands still unless it is moved on."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


class Watch:
    """A router's picture of two that wait for one; to look at it takes a while."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[list[str]] = []
        self.read = True
        self.centre = Centre(representatives=in_support("ana"))
        self.centre.wait("first")
        self.centre.wait("second", 1)
        self.centre.sit("ana", 10)
        self.centre.decide(2)

    def glance(self, ids: Iterable[str]) -> list[WaitingExplained]:
        self.asked.append(list(ids))
        self.clock.now_s += TAKES_S
        picture = self.centre.router.picture
        found = [
            explain_waiting(picture, TakenUp(), id_, START_MS + 2_000) for id_ in self.asked[-1]
        ]
        return [each for each in found if each is not None and self.read]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    clock = Clock()
    monkeypatch.setattr(routing_glances, "time", clock)
    return Watch(clock)


def glances(watch: Any) -> RoutingGlances:
    return RoutingGlances(watch)


ROWS = [Waiting.model_validate(waiting(id_, 5.0)) for id_ in ("first", "second", "gone")]


def test_each_that_a_router_knows_is_explained(watch: Watch) -> None:
    found = glances(watch).add_to(ROWS)
    assert [each.conversation_id for each in found] == ["first", "second", "gone"]
    first, second, gone = (each.routing for each in found)
    assert gone is None
    assert first is not None
    assert second is not None
    assert (first.place, second.place) == (1, 2)
    assert first.people == second.people == {"capacity": 1}
    assert ROWS[0].routing is None, "what others are shown stays as it was"


def test_before_the_topics_are_read_nothing_is_said(watch: Watch) -> None:
    watch.read = False
    assert [each.routing for each in glances(watch).add_to(ROWS)] == [None] * 3


def test_what_takes_long_is_done_less_often(watch: Watch) -> None:
    found = glances(watch)
    found.add_to(ROWS)
    watch.clock.now_s += TAKES_S / SHARE - TAKES_S - 0.01
    (again,) = found.add_to(ROWS[1:2])
    assert again.routing is not None, "what is known is still said"
    assert len(watch.asked) == 1
    watch.clock.now_s += 0.02
    found.add_to(ROWS[:1])
    assert watch.asked == [["first", "second", "gone"], ["first"]]

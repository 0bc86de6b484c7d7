"""An overview of many: a page of them in the order that was asked for, and what is said of all."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from omnistate.adapters.redis.listings import ListedRepresentative, OpenQueue
from omnistate.process.projection import overview
from omnistate.process.projection.overview import Overviews
from omnistate.process.projection.overview_query import (
    QUEUE_ORDERS,
    REPRESENTATIVE_ORDERS,
    Query,
    add_queues_up,
    add_representatives_up,
    natural_key,
    pick_queues,
    pick_representatives,
)
from omnistate.process.projection.parameters import InvalidParameter, read_after, read_query
from omnistate_schemas import endpoint_parameters
from omnistate_schemas.read_api import CountsNow, RepresentativeNow

from tests.board.canned import representative
from tests.board.test_overview import Clock, Lag, Work

NOW_MS = 1_772_500_000_000
PEOPLE = sorted(
    [
        ListedRepresentative("r-10", "available", True, 100, 90, 3, 0),
        ListedRepresentative("r-9", "busy", False, 100, 130, 4, 1),
        ListedRepresentative("Anna", "away", False, 100, 0, 0, 0),
        ListedRepresentative("bo", "do_not_disturb", False, 0, 30, 1, 0),
        ListedRepresentative("cy", "offline", False, 0, 0, 0, 0, lost=True),
    ]
)
QUEUES = sorted(
    [
        OpenQueue("", 3, NOW_MS - 5_000),
        OpenQueue("q-2", 1, NOW_MS - 90_000),
        OpenQueue("q-10", 7, NOW_MS - 1_000),
    ]
)


def people(by: str, **members: Any) -> list[str]:
    return pick_representatives(PEOPLE, Query(representatives_by=by, **members))


def test_people_come_in_the_order_that_was_asked_for() -> None:
    assert people("urgency") == ["bo", "r-9", "r-10", "Anna", "cy"]
    assert people("representative") == ["Anna", "bo", "cy", "r-9", "r-10"]
    assert people("-representative") == ["r-10", "r-9", "cy", "bo", "Anna"]
    assert people("-load")[:3] == ["bo", "r-9", "r-10"]
    assert people("-units")[:2] == ["r-9", "r-10"]
    assert people("-held", representatives=1) == ["r-9"]
    assert people("presence")[:2] == ["r-10", "Anna"]
    assert people("urgency", contains="R-") == ["r-9", "r-10"]
    assert people("urgency", contains="not dist") == ["bo"]


def test_queues_come_in_the_order_that_was_asked_for() -> None:
    def queues(by: str, **members: Any) -> list[str | None]:
        found = pick_queues(QUEUES, Query(queues_by=by, **members), NOW_MS)
        return [each.queue_id for each in found]

    assert queues("-oldest") == ["q-2", None, "q-10"]
    assert queues("oldest", queues=1) == ["q-10"]
    assert queues("queue") == [None, "q-2", "q-10"]
    assert queues("-open") == ["q-10", None, "q-2"]
    assert queues("queue", contains="no queue") == [None]
    [oldest] = pick_queues(QUEUES, Query(queues=1), NOW_MS)
    assert (oldest.open, oldest.oldest_seconds) == (1, 90.0)


def test_what_is_said_of_all_does_not_depend_on_whom_is_shown() -> None:
    totals = add_representatives_up(PEOPLE, Query(representatives=0, contains="r-"))
    assert totals.model_dump() == {
        "known": 5,
        "matching": 2,
        "signed_in": 4,
        "lost": 1,
        "assignable": 1,
        "over_limit": 2,
        "most_over": ["bo", "r-9"],
    }
    queues = add_queues_up(QUEUES, Query(queues=0), NOW_MS)
    assert (queues.known, queues.matching, queues.open) == (3, 3, 11)
    assert [each.queue_id for each in queues.oldest] == ["q-2", None, "q-10"]


def test_names_with_numbers_are_in_their_order() -> None:
    ids = [f"{letter}-{number}" for letter in "Ab" for number in (1, 2, 10, 100)] + ["7", "", "Ab"]
    for seed in range(20):
        mixed = list(ids)
        random.Random(seed).shuffle(mixed)
        first = ["", "7", "A-1", "A-2", "A-10", "A-100"]
        assert sorted(mixed, key=natural_key)[:6] == first, f"seed {seed}"


def test_orders_are_those_that_the_document_lists() -> None:
    assert tuple(REPRESENTATIVE_ORDERS) == endpoint_parameters.REPRESENTATIVES_BY
    assert set(QUEUE_ORDERS) == set(endpoint_parameters.QUEUES_BY)
    assert read_query({}) == Query()
    said = {
        "representatives": "0",
        "queues": "1000",
        "queues_by": "-open",
        "contains": "x",
        "representatives_by": "held",
        "figures_by_queue": "true",
    }
    assert read_query(said) == Query(0, "held", 1_000, "-open", "x", by_queue=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("representatives", "1001"),
        ("representatives", "-1"),
        ("queues", "x"),
        ("representatives_by", "profiles"),
        ("queues_by", "--open"),
        ("contains", "x" * 257),
        ("figures_by_queue", "1"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidParameter, match=f"{name}: "):
        read_query({name: value})
    with pytest.raises(InvalidParameter, match="after: "):
        read_after({"after": "x" * 257})


class Many:
    """10,000 representatives; it counts how often lists and pages are read."""

    def __init__(self) -> None:
        self.lists = 0
        self.pages: list[int] = []
        self.work = Work()

    async def representatives(self, ids: Sequence[str]) -> list[RepresentativeNow]:
        self.pages.append(len(ids))
        await asyncio.sleep(0)
        return [RepresentativeNow.model_validate(representative(id_, 100, 0)) for id_ in ids]

    async def figures(self, *, by_queue: bool) -> list[Any]:
        assert by_queue in {True, False}
        return []

    async def counts(self) -> CountsNow:
        return CountsNow({})

    async def list_people(self) -> list[ListedRepresentative]:
        self.lists += 1
        await asyncio.sleep(0)
        return [
            ListedRepresentative(f"r-{number}", "busy", False, 100, 0, 0, 0)
            for number in range(10_000)
        ]

    async def list_queues(self) -> list[OpenQueue]:
        return [OpenQueue(f"q-{number}", 1, NOW_MS) for number in range(5_000)]


class Listed:
    def __init__(self, many: Many) -> None:
        self.representatives, self.queues = many.list_people, many.list_queues


async def test_ten_thousand_are_read_once_for_all_and_shown_as_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # It stands still: however slow the machine is, all ask within half a second.
    monkeypatch.setattr(overview, "time", Clock())
    many = Many()
    model: Any = many
    listings: Any = Listed(many)
    lag: Any = Lag()
    ready = {"ready": True, "joined": True, "partitions": {}}
    routing: Any = None
    found = Overviews(model, listings, lag, routing, lambda: (True, ready))
    wanted = [Query(30, "representative"), Query(30, "-load"), Query()]
    answers = await asyncio.gather(*(found.latest(query) for query in wanted * 20))
    assert many.lists == 1
    assert many.work.glances == [5_000], "the lists of conversations are read once for all, too"
    assert sorted(many.pages) == [30, 30, 100]
    first = answers[0]
    assert [each.representative_id for each in first.representatives[:3]] == ["r-0", "r-1", "r-2"]
    assert first.representative_totals.known == 10_000
    assert (len(first.queues), first.queue_totals.known) == (100, 5_000)
    assert max(len(each.model_dump_json()) for each in answers) < 100_000
    page = await found.list_representatives("r-9998", 10)
    assert [each.representative_id for each in page] == ["r-9999"]
    assert [each.queue_id for each in await found.list_queues(None, 2)] == ["q-0", "q-1"]
    assert many.lists == 1

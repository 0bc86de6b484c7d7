"""Conversations that nobody of ours has, and offers to several: where the model lists them."""

import json
from typing import Any

import pytest
from omnistate_schemas.times import DAY_MS, format_time
from omnistate_schemas.vocabulary import CONVERSATION_STATES

from tests.projections.former_changes import FORMER
from tests.projections.memory_topics import NOW_MS, change
from tests.projections.projection_rig import CHANGES, KEYS, STATES, Bench, is_ready, turns

HOUR_MS = 3_600_000
BOT: dict[str, Any] = {"detail": "with_bot", "handler": {"kind": "bot", "id": "helper"}}
ONE_OFFER = {"offered_representative_id": "ana", "representative_id": "ana"}
OUTSIDE: dict[str, Any] = {
    "detail": "with_external",
    "handler": {"kind": "external", "id": "+34600"},
}


def bare(event: dict[str, Any]) -> dict[str, Any]:
    """As edition 2 publishes it: what is null or empty is left out."""
    data = {name: value for name, value in event["data"].items() if value not in (None, [], {})}
    return {**event, "data": data}


async def test_it_waits_since_it_was_queued_not_since_a_decline(bench: Bench) -> None:
    """So a declined one keeps its place, and what came late stands where it belongs."""
    queued = {"queue_id": "support", "queued_at": format_time(NOW_MS - HOUR_MS)}
    declined = change("c", 3, "open", NOW_MS, previous_status="active", **queued)
    bench.topics.publish(bare(declined))
    moved = {**queued, "queue_id": "billing", "previous_status": "open"}
    worker = bench.worker()
    await turns(worker)
    assert bench.store.keys[KEYS.queue("support")] == {"c": NOW_MS - HOUR_MS}
    bench.topics.publish(bare(change("c", 4, "open", NOW_MS + 9, **moved)))
    await turns(worker)
    assert bench.store.keys[KEYS.queue("billing")] == {"c": NOW_MS - HOUR_MS}
    assert KEYS.queue("support") not in bench.store.keys


async def test_offers_to_several_are_each_ones(bench: Bench) -> None:
    worker = bench.worker()
    for sequence, offered in enumerate((["ana"], ["ana", "ben", "cho"], ["ben"], []), start=1):
        members: dict[str, Any] = {"offered_representative_ids": offered}
        if offered:
            members["offered_representative_id"] = members["representative_id"] = offered[0]
        bench.topics.publish(bare(change("c", sequence, "active", NOW_MS + sequence, **members)))
        await turns(worker)
        have = {name for name in ("ana", "ben", "cho") if KEYS.offers(name) in bench.store.keys}
        assert have == set(offered)
        listed = bench.store.keys.get(KEYS.representatives, set())
        assert listed == set(offered), "nobody is listed of whom nothing is known"


async def test_scheduled_ones_are_listed_by_when_they_are_due(bench: Bench) -> None:
    worker = bench.worker()
    due = {"scheduled_for": format_time(NOW_MS + DAY_MS)}
    bench.topics.publish(bare(change("late", 1, "scheduled", NOW_MS, **due)))
    # Edition 1 said it by the timer alone.
    timer = {"name": "scheduled", "at": format_time(NOW_MS + HOUR_MS)}
    bench.topics.publish(change("soon", 1, "scheduled", NOW_MS, next_timer=timer))
    await turns(worker)
    assert bench.store.keys[KEYS.scheduled] == {"soon": NOW_MS + HOUR_MS, "late": NOW_MS + DAY_MS}
    bench.topics.publish(change("soon", 2, "open", NOW_MS + HOUR_MS, queue_id="support"))
    bench.topics.publish(change("late", 2, "closed", NOW_MS + HOUR_MS))
    await turns(worker)
    assert KEYS.scheduled not in bench.store.keys
    assert bench.store.keys[KEYS.queue("support")] == {"soon": NOW_MS + HOUR_MS}


@pytest.mark.parametrize("with_", [BOT, OUTSIDE])
async def test_what_others_have_is_listed_by_since_when(
    bench: Bench, with_: dict[str, Any]
) -> None:
    key = KEYS.elsewhere(with_["detail"])
    worker = bench.worker()
    at = {"occurred_at": format_time(NOW_MS - 5_000)}
    bench.topics.publish(bare(change("c", 2, "active", NOW_MS, **with_, **at)))
    await turns(worker)
    assert bench.store.keys[key] == {"c": NOW_MS - 5_000}
    updated: dict[str, Any] = {
        "previous_status": "active",
        "previous_detail": with_["detail"],
        "previous_status_seconds": 60,
        "occurred_at": format_time(NOW_MS + 55_000),
    }
    bench.topics.publish(bare(change("c", 3, "active", NOW_MS + 55_000, **with_, **updated)))
    await turns(worker)
    assert bench.store.keys[key] == {"c": NOW_MS - 5_000}, "since it went there, not since then"
    bench.topics.publish(change("c", 4, "closed", NOW_MS + 60_000))
    await turns(worker)
    assert key not in bench.store.keys


async def test_a_forgotten_one_is_listed_nowhere(bench: Bench) -> None:
    worker = bench.worker()
    bench.topics.publish(bare(change("b", 1, "active", **BOT)))
    bench.topics.publish(bare(change("s", 1, "scheduled", scheduled_for=format_time(NOW_MS))))
    await turns(worker)
    for id_ in ("b", "s"):
        bench.topics.forget(id_)
    await turns(worker)
    assert bench.store.keys == {}


async def test_a_topic_of_both_editions_is_read(bench: Bench) -> None:
    """Nulls and all: an upgrade leaves what was published before where it is."""
    for id_, members in (
        ("c", {}),
        ("d", {"status": "active", "detail": "awaiting_acceptance", **ONE_OFFER}),
    ):
        event = change(id_, 3, "open", NOW_MS)
        event["data"] = {**FORMER, "conversation_id": id_, **members}
        bench.topics.publish(event)
    worker = bench.worker()
    await turns(worker)
    assert bench.told("unreadable") == []
    assert is_ready(worker)
    assert bench.store.keys[KEYS.queue("support")] == {"c": NOW_MS}
    assert bench.store.keys[KEYS.offers("ana")] == {"d"}
    assert [json.loads(each)["data"]["handler"] for each in bench.store.stream] == [None, None]
    # Edition 2 goes on with what edition 1 has left.
    both: dict[str, Any] = {
        "offered_representative_ids": ["ana", "ben"],
        "offered_representative_id": "ana",
    }
    bench.topics.publish(bare(change("d", 4, "active", NOW_MS + 1, **both)))
    await turns(worker)
    assert bench.store.keys[KEYS.offers("ben")] == bench.store.keys[KEYS.offers("ana")] == {"d"}
    bench.topics.publish(bare(change("d", 5, "active", NOW_MS + 2, representative_id="ben")))
    await turns(worker)
    assert KEYS.offers("ana") not in bench.store.keys


@pytest.mark.parametrize(
    "poison",
    [
        {"queued_at": "yesterday"},
        {"queued_at": 5},
        {"occurred_at": "2026-02-31T00:00:00Z"},
        {"offered_representative_ids": [f"r-{number}" for number in range(101)]},
        {"offered_representative_ids": [""]},
        {"next_timer": {"name": "offer"}},
    ],
)
async def test_what_no_engine_publishes_leaves_the_former(
    bench: Bench, poison: dict[str, Any]
) -> None:
    worker = bench.worker()
    bench.publish(1, "open")
    await turns(worker)
    before = bench.store.folded()
    event = change("c", 2, "open", NOW_MS + 5, **poison)
    bench.topics.append(CONVERSATION_STATES, "c", event)
    await turns(worker)
    assert bench.store.folded() == before
    assert [each[0] for each in bench.told("unreadable")] == [STATES]
    assert bench.store.stored[CHANGES] == bench.topics.bounds[CHANGES].end

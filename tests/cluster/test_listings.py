"""Whoever is listed in a real Redis, share by share: everybody once, nothing of another kind."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from omnistate.adapters.redis.listings import (
    MEMBERS_AT_ONCE,
    ListedRepresentative,
    Listings,
    OpenQueue,
)
from omnistate.projections.keys import Keys
from redis import Redis

from tests.cluster.dump import connect

MANY = 3 * MEMBERS_AT_ONCE + 7
TOLD: list[str] = []


@pytest.fixture
async def listings(redis_url: str, prefix: str) -> AsyncIterator[Listings]:
    found = Listings(redis_url, Keys(prefix), lambda *said: TOLD.append(" ".join(said)))
    TOLD.clear()
    try:
        yield found
    finally:
        await found.close()


def put(client: Redis, keys: Keys, id_: str, **fields: str) -> None:
    known: Any = {"presence": "busy", "assignable": "true", "units": "100", "occupied_units": "30"}
    client.hset(keys.representative(id_), mapping=known | fields)
    client.sadd(keys.representatives, id_)


async def test_everybody_is_listed_once(redis_url: str, prefix: str, listings: Listings) -> None:
    keys = Keys(prefix)
    assert await listings.representatives() == []
    assert await listings.queues() == []
    with connect(redis_url) as client:
        for number in range(MANY):
            put(client, keys, f"r:{number}", occupied_units=str(number))
        put(client, keys, "r:1", presence="offline", presence_reason="lost", occupied_units="1")
        client.sadd(keys.work("r:1"), "a", "b")
        client.sadd(keys.offers("r:1"), "c")
        # Nothing is known of the first, and the hash of the second is the first one's set.
        client.sadd(keys.representatives, "only-work", "only-work:conversations")
        client.sadd(keys.work("only-work"), "d")
        for number in range(MANY):
            client.zadd(keys.queue(f"q {number}"), {"a": 5 + number, "b": 9_999_999})
            client.sadd(keys.queues, f"q {number}")
        client.sadd(keys.queues, "nothing is open in it")
        client.zadd(keys.unqueued, {"x": 1_772_500_000_000})
    people = sorted(await listings.representatives())
    assert len(people) == MANY
    assert {each.representative_id for each in people} == {f"r:{n}" for n in range(MANY)}
    assert ListedRepresentative("r:1", "offline", True, 100, 1, 2, 1, lost=True) in people
    queues = sorted(await listings.queues())
    assert queues[0] == OpenQueue("", 1, 1_772_500_000_000.0)
    assert set(queues[1:]) == {OpenQueue(f"q {n}", 2, 5.0 + n) for n in range(MANY)}


async def test_what_is_not_of_its_kind_is_left_out_and_told_of_without_quoting_it(
    redis_url: str, prefix: str, listings: Listings
) -> None:
    keys = Keys(prefix)
    with connect(redis_url) as client:
        put(client, keys, "ana")
        put(client, keys, "bob", units="secret")
        put(client, keys, "cleo", presence="secret")
        put(client, keys, "dan", units="-1")
        put(client, keys, "eve")
        client.set(keys.work("eve"), "secret")
        client.hset(keys.representative("fay"), "presence", b"\xff")
        client.sadd(keys.representatives, "fay", b"\xff")
        assert [each.representative_id for each in await listings.representatives()] == ["ana"]
        client.zadd(keys.queue("support"), {"c": 1})
        client.zadd(keys.queue("x" * 257), {"c": 1})
        client.zadd(keys.queue("endless"), {"c": "-inf"})
        client.set(keys.queue("odd"), "secret")
        client.zadd(f"{keys.root}queue:".encode() + b"\xff:open", {"c": 1})
        client.sadd(keys.queues, "support", "x" * 257, "endless", "odd", b"\xff")
        client.set(keys.unqueued, "secret")
        assert [each.queue_id for each in await listings.queues()] == ["support"]
        for id_ in ("bob", "cleo", "dan", "eve"):
            assert any(each.startswith(f"{keys.representative(id_)} ") for each in TOLD), id_
        for name in (keys.representatives, keys.queue("odd"), keys.queue("endless"), keys.queues):
            assert any(each.startswith(f"{name} ") for each in TOLD), name
        assert not any("secret" in each for each in TOLD)
        client.delete(keys.representatives, keys.queues)
        client.set(keys.representatives, "secret")
        client.set(keys.queues, "secret")
        assert await listings.representatives() == []
        assert await listings.queues() == []

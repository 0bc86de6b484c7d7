"""The store on a real Redis does what its twin in memory does, whatever happens to scripts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from omnistate.adapters.redis.model_store import RedisStore
from omnistate.adapters.redis.redis_connection import make_client
from omnistate.adapters.redis.redis_url import UnusableUrl
from omnistate.projections.keys import Keys, offset_field
from omnistate.projections.read_model.store_ports import (
    Conflict,
    ModelBatch,
    StoreSpoiled,
    StoreUnavailable,
    TopicPartition,
)
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.cluster.dump import connect, offsets
from tests.harness.ports import free_port
from tests.harness.redis import RedisServer

PLACE = TopicPartition(STATE_CHANGES, 3)


@asynccontextmanager
async def opened(url: str, prefix: str) -> AsyncIterator[RedisStore]:
    store = RedisStore(url, Keys(prefix))
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def store(redis_url: str, prefix: str) -> AsyncIterator[RedisStore]:
    """A store on the shared Redis."""
    async with opened(redis_url, prefix) as store:
        yield store


@pytest.fixture
async def own_store(own_redis: RedisServer, prefix: str) -> AsyncIterator[RedisStore]:
    """A store on a Redis of the test's own."""
    async with opened(own_redis.url, prefix) as store:
        yield store


def batch(expected: int | None, next_: int, *commands: tuple[str, ...]) -> ModelBatch:
    return ModelBatch(PLACE, expected, next_, commands)


async def test_a_batch_is_applied_only_where_the_offset_is_as_expected(
    redis_url: str, prefix: str, store: RedisStore
) -> None:
    long = "é" * 70_000
    hash_ = Keys(prefix).conversation("c")
    await store.apply(batch(None, 5, ("HSET", hash_, "text", long), ("HSET", hash_, "a", "")))
    for expected in (None, 4, 6):
        with pytest.raises(Conflict) as conflict:
            await store.apply(batch(expected, 9, ("DEL", hash_)))
        assert conflict.value.stored == 5
        with pytest.raises(Conflict) as conflict:
            await store.rows(PLACE, expected, ["c"])
        assert conflict.value.stored == 5
    assert await store.rows(PLACE, 5, ["nobody"]) == {}
    await store.apply(batch(5, 7))
    assert await store.offsets() == {PLACE: 7}
    other = TopicPartition(REPRESENTATIVE_CAPACITY, 0)
    await store.apply(ModelBatch(other, None, 1, ()))
    assert await store.offsets() == {PLACE: 7, other: 1}
    states = TopicPartition(CONVERSATION_STATES, 3)
    await store.apply(ModelBatch(PLACE, 7, 7, (), states))
    with pytest.raises(Conflict) as conflict:
        await store.apply(ModelBatch(PLACE, 7, 8, (("DEL", hash_),), other))
    assert conflict.value.stored == 7
    begin = ("HSET", Keys(prefix).offsets, offset_field(*states), "0")
    await store.apply(ModelBatch(PLACE, 7, 7, (begin,), states))
    assert await store.offsets() == {PLACE: 7, other: 1, states: 0}
    with pytest.raises(Conflict):
        await store.apply(ModelBatch(PLACE, 7, 8, (("DEL", hash_),), states))
    with connect(redis_url) as client:
        assert client.hgetall(f"{prefix}omnistate:conversation:c") == {"text": long, "a": ""}
        assert offsets(client, prefix)["conversation-state-changes:3"] == 7


async def test_a_batch_is_one_multi_with_data_and_offset(
    own_redis: RedisServer, prefix: str, own_store: RedisStore
) -> None:
    with connect(own_redis.url) as client, client.monitor() as monitor:
        told = monitor.listen()
        await own_store.apply(batch(None, 1, ("SADD", Keys(prefix).queues, "support")))
        await own_store.offsets()
        seen: list[str] = []
        while not seen or "HGETALL" not in seen[-1]:
            seen.append(next(told)["command"])
    begin = len(seen) - 1 - seen[::-1].index("MULTI")
    words = [each.split()[0] for each in seen[begin:]]
    assert words[:6] == ["MULTI", "EVALSHA", "HGET", "SADD", "HSET", "EXEC"]


async def test_a_count_goes_at_zero_and_never_below(
    redis_url: str, prefix: str, store: RedisStore
) -> None:
    keys = Keys(prefix)
    for number, difference in enumerate((2, -1, 5, -6, -3, 1)):
        command = ("COUNT", keys.counts, "chat:open", str(difference))
        await store.apply(batch(number or None, number + 1, command))
        with connect(redis_url) as client:
            counts = client.hgetall(keys.counts)
        assert (
            counts == [{"chat:open": n} if n else {} for n in ("2", "1", "6", "", "", "1")][number]
        )


async def test_scripts_that_redis_has_forgotten_are_loaded_again(
    own_redis: RedisServer, own_store: RedisStore
) -> None:
    await own_store.apply(batch(None, 1))
    with connect(own_redis.url) as client:
        client.script_flush()
    assert await own_store.rows(PLACE, 1, ["c"]) == {}
    with connect(own_redis.url) as client:
        client.script_flush()
    await own_store.apply(batch(1, 2))
    own_redis.kill()
    with pytest.raises(StoreUnavailable, match="Connection"):
        await own_store.offsets()
    with pytest.raises(StoreUnavailable):
        await own_store.apply(batch(2, 3))
    own_redis.start()
    with pytest.raises(Conflict) as conflict:
        await own_store.apply(batch(2, 3))
    assert conflict.value.stored is None
    await own_store.apply(batch(None, 3))


async def test_a_redis_that_is_full_or_anothers_is_said_to_be(
    own_redis: RedisServer, prefix: str, own_store: RedisStore
) -> None:
    keys = Keys(prefix)
    with connect(own_redis.url) as client:
        client.config_set("maxmemory", "1mb")
        with pytest.raises(StoreUnavailable, match="OutOfMemory"):
            await own_store.apply(batch(None, 1, ("SADD", keys.queues, "a" * 1_000_000)))
        client.config_set("maxmemory", "0")
        assert client.dbsize() == 0, "some of a batch was applied"
        client.set(keys.offsets, "another's")
    with pytest.raises(StoreSpoiled, match=f"{keys.offsets} is of another type: somebody else"):
        await own_store.apply(batch(None, 1, ("SADD", keys.queues, "support")))


async def test_no_message_shows_a_password() -> None:
    for url in (
        "redis://user:geheim@h:99999999/0",
        "redis+sentinel://:geheim@host",
        "x://:geheim@h",
    ):
        with pytest.raises(UnusableUrl) as refused:
            make_client(url, text=True)
        assert "geheim" not in str(refused.value)

    async with opened("redis://user:geheim@127.0.0.1:1/0", "") as store:
        with pytest.raises(StoreUnavailable) as unavailable:
            await store.offsets()
    assert "geheim" not in str(unavailable.value)


async def test_sentinel_says_where_the_primary_is(
    own_redis: RedisServer, prefix: str, tmp_path: Path
) -> None:
    monitor = {"sentinel monitor": f"main 127.0.0.1 {own_redis.port} 1"}
    with RedisServer(tmp_path, settings=monitor, arguments=("--sentinel",)) as sentinel:
        hosts = f"127.0.0.1:{free_port()},127.0.0.1:{sentinel.port}"

        async with opened(f"redis+sentinel://{hosts}/main/0", prefix) as store:
            await store.apply(batch(None, 5))
        async with opened(f"redis+sentinel://{hosts}/another", prefix) as store:
            with pytest.raises(StoreUnavailable):
                await store.offsets()
    with connect(own_redis.url) as client:
        assert offsets(client, prefix) == {"conversation-state-changes:3": 5}

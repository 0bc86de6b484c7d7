"""A Redis that somebody else writes to: keys are named, and hold up nothing but themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from omnistate.adapters.redis.model_store import RedisStore
from omnistate.projections.keys import Keys, offset_field
from omnistate.projections.read_model import projector as projecting
from omnistate.projections.read_model.projector import Projector
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY
from redis import Redis

from tests.cluster.dump import connect, dump
from tests.harness.waiting import eventually
from tests.projections.memory_topics import NOW_MS, Member, Topics, capacity, change
from tests.projections.projection_rig import STATES
from tests.projections.schedule import Watcher

KEYS = Keys("p.")
QUEUE, COUNTS, HASH = KEYS.queue("support"), KEYS.counts, KEYS.conversation("c")


class Model:
    """A read model of one partition of each topic on a real Redis, and what its worker tells."""

    def __init__(self, url: str) -> None:
        self.topics = Topics(1)
        self.watcher = Watcher()
        self.store = RedisStore(url, KEYS, self.watcher.key_unusable)
        member = Member(self.topics)
        member.assign(self.topics.records)
        self.worker = Projector(member, self.store, KEYS, self.watcher, lambda: NOW_MS)

    def publish(self, sequence: int, status: str, id_: str = "c", **members: Any) -> None:
        self.topics.publish(change(id_, sequence, status, NOW_MS + sequence, **members))

    async def catch_up(self) -> None:
        """Until all that there is has been applied."""
        ends = {place: bounds.end for place, bounds in self.topics.bounds.items()}

        async def caught_up() -> bool:
            await self.worker.turn()
            return self.worker.ready and ends == await self.store.offsets()

        await eventually("all is applied", caught_up)

    @property
    def told_keys(self) -> set[object]:
        """The keys that were told of."""
        return {each[1] for each in self.watcher.told if each[0] == "key_unusable"}


@asynccontextmanager
async def modelled(url: str) -> AsyncIterator[Model]:
    model = Model(url)
    try:
        yield model
    finally:
        await model.store.close()


@pytest.fixture
def client(redis_url: str) -> Any:
    with connect(redis_url) as found:
        yield found
        for key in found.scan_iter("p.*"):
            found.delete(key)


SPOILS: dict[str, tuple[list[tuple[Any, ...]], str]] = {
    "a queue of another type": ([("DEL", QUEUE), ("SET", QUEUE, "x")], QUEUE),
    "counts of another type": ([("DEL", COUNTS), ("SADD", COUNTS, "x")], COUNTS),
    "a count that is none": ([("HSET", COUNTS, "chat:active", "many")], COUNTS),
    "a count beyond 64 bits": ([("HSET", COUNTS, "chat:active", 2**63 - 1)], COUNTS),
    "a list of another type": ([("DEL", KEYS.queues), ("SET", KEYS.queues, "x")], KEYS.queues),
    "a stream of another type": ([("DEL", KEYS.changes), ("SET", KEYS.changes, "x")], KEYS.changes),
    "a stream that is full": (
        [("DEL", KEYS.changes), ("XADD", KEYS.changes, f"{2**64 - 1}-{2**64 - 1}", "event", "x")],
        KEYS.changes,
    ),
    "a conversation of another type": ([("DEL", HASH), ("SET", HASH, "x")], HASH),
    "a sequence that is none": ([("HSET", HASH, "sequence", "x")], HASH),
    "a time that is none": ([("HSET", HASH, "changed_at", "yesterday")], HASH),
    "a time of no text": ([("HSET", HASH, "changed_at", b"\xff")], HASH),
    "a conversation without a status": ([("HDEL", HASH, "status")], HASH),
    "a representative of another type": (
        [("DEL", KEYS.work("ana")), ("SET", KEYS.work("ana"), "x")],
        KEYS.work("ana"),
    ),
}


@pytest.mark.parametrize("what", SPOILS)
async def test_a_spoilt_key_is_named_and_the_rest_goes_on(
    client: Any, redis_url: str, what: str
) -> None:
    spoil, key = SPOILS[what]
    async with modelled(redis_url) as model:
        model.publish(1, "open", queue_id="support")
        model.publish(2, "open", "waiting", queue_id="support")
        await model.catch_up()
        for command in spoil:
            client.execute_command(*command)
        model.publish(3, "active", representative_id="ana")
        model.publish(4, "active", "other", representative_id="bob")
        model.publish(5, "open", "third", queue_id="support")
        model.topics.append(REPRESENTATIVE_CAPACITY, "ana", capacity("ana", 20))
        await model.catch_up()
        assert model.told_keys == {key}
        assert client.hget(HASH, "status") == "active"
        assert client.smembers(KEYS.work("bob")) == {"other"}
        assert client.hget(KEYS.representative("ana"), "occupied_units") == "20"


@pytest.mark.parametrize("garbage", ["x", "-5", "", "9" * 40, "1.5", b"\xff"])
async def test_an_offset_that_is_none_has_its_partition_read_anew(
    client: Redis, redis_url: str, garbage: str | bytes
) -> None:
    async with modelled(redis_url) as model:
        model.publish(1, "open", queue_id="support")
        await model.catch_up()
        clean = dump(client, "p.").keys["omnistate:conversation:c"]
        client.hset(KEYS.offsets, offset_field(*STATES), garbage)
        client.hset(KEYS.offsets, "no place", "7")
        model.publish(2, "open", "next", queue_id="support")

        await model.catch_up()
        assert KEYS.offsets in model.told_keys
        assert client.hget(KEYS.conversation("next"), "status") == "open"
        assert dump(client, "p.").keys["omnistate:counts"] == {"chat:open": "2"}
        assert dump(client, "p.").keys.items() >= {"omnistate:conversation:c": clean}.items()


async def test_offsets_of_another_type_are_waited_for(
    client: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projecting, "RETRY_S", 0.05)
    async with modelled(redis_url) as model:
        client.set(KEYS.offsets, "x")
        model.publish(1, "open")
        running = asyncio.create_task(model.worker.run())

        async def told() -> list[str]:
            return [str(each[1]) for each in model.watcher.told if each[0] == "store_failed"]

        await eventually("it is said", told, lambda seen: len(seen) > 2)
        assert all(each.startswith(f"{KEYS.offsets} is of another type") for each in await told())
        assert not running.done()
        assert not model.worker.ready
        client.delete(KEYS.offsets)

        async def applied() -> bool:
            return client.hget(HASH, "status") == "open"

        await eventually("it goes on", applied)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

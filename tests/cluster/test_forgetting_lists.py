"""A real Redis takes a member out of a list once none of what it stands for is there."""

from omnistate.adapters.redis.model_store import RedisStore
from omnistate.projections.keys import Keys
from omnistate.projections.read_model.store_ports import ModelBatch, TopicPartition

from tests.cluster.dump import connect

PLACE = TopicPartition("conversation-states", 0)


async def test_the_last_to_go_takes_the_list_s_member_away(redis_url: str, prefix: str) -> None:
    keys = Keys(prefix)
    store = RedisStore(redis_url, keys)
    queue, work = keys.queue("q"), keys.work("ana")
    try:
        await store.apply(
            ModelBatch(
                PLACE,
                None,
                1,
                [
                    ("ZADD", queue, "1", "c"),
                    ("SADD", keys.queues, "q", "other"),
                    ("SADD", work, "c"),
                    ("SADD", keys.representatives, "ana"),
                    keys.forget_queue("q"),
                    keys.forget_representative("ana"),
                ],
            )
        )
        with connect(redis_url) as client:
            assert client.smembers(keys.queues) == {"q", "other"}
            assert client.smembers(keys.representatives) == {"ana"}
            gone = [
                ("ZREM", queue, "c"),
                keys.forget_queue("q"),
                ("SREM", work, "c"),
                keys.forget_representative("ana"),
            ]
            await store.apply(ModelBatch(PLACE, 1, 2, gone))
            assert client.smembers(keys.queues) == {"other"}
            assert client.exists(keys.representatives) == 0
    finally:
        await store.close()

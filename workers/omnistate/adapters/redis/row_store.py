"""The port `RowStore` on Redis: hashes that several workers write, each forgotten after a while.

It knows keys and fields, not what they mean; nothing here is conditional, whoever writes last wins.
"""

from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis

from omnistate.adapters.redis.redis_connection import make_client
from omnistate.adapters.redis.redis_errors import translated

Fields = Mapping[str, str]


class RedisRows:
    """Every method may raise StoreUnavailable or StoreUnusable; some may have been written then."""

    def __init__(self, url: str) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        self._client: Redis = make_client(url, text=True)

    async def close(self) -> None:
        """Disconnect."""
        with translated():
            await self._client.aclose()

    async def exchange(self, shares: Mapping[str, Fields], kept_s: int) -> list[dict[str, str]]:
        """Put our fields into each hash; all that is in each then, the fields of others, too."""
        with translated():
            async with self._client.pipeline(transaction=False) as pipeline:
                for key, fields in shares.items():
                    if fields:
                        pipeline.hset(key, mapping=_mapping(fields))
                        pipeline.expire(key, kept_s)
                    pipeline.hgetall(key)
                answers = await pipeline.execute()
        return [answer for answer in answers if isinstance(answer, dict)]

    async def replace(self, rows: Mapping[str, Fields], kept_s: int) -> None:
        """Make each hash consist of these fields; a reader sees all of them or none."""
        if not rows:
            return
        with translated():
            async with self._client.pipeline(transaction=True) as pipeline:
                for key, fields in rows.items():
                    pipeline.delete(key)
                    pipeline.hset(key, mapping=_mapping(fields))
                    pipeline.expire(key, kept_s)
                await pipeline.execute()

    async def list_until(self, key: str, members: Mapping[str, float], now_s: float) -> None:
        """Keep members in a sorted set until their time (s), and drop those whose time is over."""
        with translated():
            async with self._client.pipeline(transaction=True) as pipeline:
                if members:
                    pipeline.zadd(key, dict(members))
                pipeline.zremrangebyscore(key, "-inf", now_s)
                await pipeline.execute()


def _mapping(fields: Fields) -> dict[Any, Any]:
    # redis-py's type is invariant, and wider than any of ours.
    return dict(fields)

"""The stream of changes in Redis, read from an id on.

It only reads. Every method may raise StoreUnavailable or StoreUnusable.
"""

from typing import Any

from redis.asyncio import Redis

from omnistate.adapters.redis.redis_connection import close_client, make_client
from omnistate.adapters.redis.redis_errors import translated
from omnistate.projections.keys import Keys

BEGINNING = "0-0"


class ChangeStream:
    """`omnistate:changes` of one installation; any number may read at once."""

    def __init__(self, url: str, keys: Keys) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        # As bytes: an entry of somebody else's need not be text.
        self._client: Redis = make_client(url, text=False)
        self._key = keys.changes

    async def close(self) -> None:
        """Disconnect; may be called again."""
        with translated():
            await close_client(self._client)

    async def first_id(self) -> str | None:
        """The id of the oldest change that is still there."""
        with translated():
            found: Any = await self._client.xrange(self._key, count=1)
        return found[0][0].decode() if found else None

    async def last_id(self) -> str:
        """The id of the newest change."""
        with translated():
            found: Any = await self._client.xrevrange(self._key, count=1)
        return found[0][0].decode() if found else BEGINNING

    async def after(self, last_id: str, count: int, wait_ms: int) -> list[tuple[str, str]]:
        """The changes after that id, with theirs; empty where none came in time.

        An entry that is none of ours is given with an empty text.
        """
        with translated():
            found: Any = await self._client.xread({self._key: last_id}, count=count, block=wait_ms)
        if not found:
            return []
        entries = next(iter(found.values()))[0] if isinstance(found, dict) else found[0][1]
        return [(id_.decode(), _text(fields.get(b"event", b""))) for id_, fields in entries]


def _text(event: bytes) -> str:
    try:
        return event.decode()
    except UnicodeDecodeError:
        return ""


def position_of(id_: str) -> tuple[int, int]:
    """What ids are ordered by."""
    milliseconds, _, number = id_.partition("-")
    return int(milliseconds), int(number or 0)

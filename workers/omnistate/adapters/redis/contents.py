"""The keys of the read model as they lie in Redis, for the audit: raw, and as of known offsets.

It only reads, and knows not what the keys mean. Every method may raise StoreUnavailable or
StoreUnusable.
"""

import re
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

from redis.asyncio import Redis

from omnistate.adapters.redis.redis_connection import close_client, make_client
from omnistate.adapters.redis.redis_errors import is_other_type, translated
from omnistate.projections.keys import Keys

SCANNED: Final = 500
NOBODY: Final = "none"
# What is an offset; a worker leaves out what is none.
_DIGITS: Final = re.compile("[0-9]{1,18}")

Offsets = Mapping[tuple[str, int], int]
Value = dict[str, str] | dict[str, float] | set[str]


class Contents:
    """The read model of one installation; names are without its prefix."""

    def __init__(self, url: str, prefix: str) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        self._client: Redis = make_client(url, text=True, odd_bytes="backslashreplace")
        self._prefix = prefix
        self._keys = keys = Keys(prefix)
        lists = (keys.queues, keys.representatives, keys.workstreams)
        self._aside = frozenset({keys.offsets, keys.counts, keys.changes, *lists})

    async def close(self) -> None:
        """Disconnect; may be called again."""
        with translated():
            await close_client(self._client)

    async def begin(self) -> tuple[int, Offsets, Mapping[str, str]]:
        """The time in milliseconds; then, as of one moment, offsets and counts."""
        keys = self._keys
        with translated():
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hgetall(keys.offsets)
                pipeline.hgetall(keys.counts)
                offsets, counts = await pipeline.execute(raise_on_error=False)
            if isinstance(counts, Exception):
                if not is_other_type(counts):
                    raise counts
                # Another type: no count of the model's.
                counts = {}
            if isinstance(offsets, Exception):
                raise offsets
        return round(time.time() * 1_000), _offsets_of(offsets), counts

    async def names(self) -> AsyncGenerator[Sequence[str], None]:
        """All keys of the prefix but offsets, counts, the stream, lists and figures."""
        cursor: Any = 0
        pattern = f"{_literally(self._keys.root)}*"
        while True:
            with translated():
                answer: Any = await self._client.scan(cursor, match=pattern, count=SCANNED)
            cursor, found = answer
            names = [
                each.removeprefix(self._prefix)
                for each in found
                if each not in self._aside
                and not each.startswith((self._keys.figures, f"{self._keys.root}figures-"))
            ]
            if names:
                yield names
            if not int(cursor):
                return

    async def read(
        self, names: Sequence[str]
    ) -> tuple[Offsets, dict[str, tuple[Value, int | None]]]:
        """As of one moment, offsets, and value and expiry (ms) of those keys that are there."""
        keys = [self._prefix + name for name in names]
        with translated():
            async with self._client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.type(key)
                kinds = await pipeline.execute()
            wanted = [(key, kind) for key, kind in zip(keys, kinds, strict=True) if kind != NOBODY]
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hgetall(self._keys.offsets)
                for key, kind in wanted:
                    _ask(pipeline, key, kind)
                    pipeline.pexpiretime(key)
                offsets, *answers = await pipeline.execute()
        found = {}
        for (key, _), value, expires_ms in zip(wanted, answers[::2], answers[1::2], strict=True):
            if value:
                name = key.removeprefix(self._prefix)
                found[name] = (_value_of(value), expires_ms if expires_ms > 0 else None)
        return _offsets_of(offsets), found


def _ask(pipeline: Any, key: str, kind: str) -> None:
    """Ask for the whole of a key; one of a type that the model does not have is only named."""
    if kind == "hash":
        pipeline.hgetall(key)
    elif kind == "set":
        pipeline.smembers(key)
    elif kind == "zset":
        pipeline.zrange(key, 0, -1, withscores=True)
    else:
        pipeline.type(key)


def _value_of(value: Any) -> Value:
    if isinstance(value, dict | set):
        return value
    # Another type: nothing that could be mistaken for the model's.
    return {id_: float(score) for id_, score in value} if isinstance(value, list) else set()


def _offsets_of(fields: Mapping[str, str]) -> Offsets:
    found = {}
    for field, offset in fields.items():
        topic, _, partition = field.rpartition(":")
        if _DIGITS.fullmatch(partition) and _DIGITS.fullmatch(offset):
            found[topic, int(partition)] = int(offset)
    return found


def _literally(text: str) -> str:
    """The text as a pattern that only it matches."""
    return "".join(f"\\{each}" if each in "*?[]^\\" else each for each in text)

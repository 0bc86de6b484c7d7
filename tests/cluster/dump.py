"""What a Redis has of one installation, in the shape of `tests.projections.fold`."""

import time
from typing import Any

from redis import Redis

from tests.projections.fold import LISTS, Folded

DAY_MS = 86_400_000


def connect(url: str) -> Redis:
    """A client that reads text."""
    return Redis.from_url(url, decode_responses=True)


def dump(client: Redis, prefix: str) -> Folded:
    """Every key of the read model but the offsets, the stream, the lists and the figures."""
    root = f"{prefix}omnistate:"
    aside = {root + name for name in (*LISTS, "offsets", "changes")}
    keys: dict[str, Any] = {}
    expiries: dict[str, int] = {}
    for key in client.scan_iter(f"{root}*", count=1_000):
        if key in aside or key.startswith(f"{root}figures"):
            continue
        value, expires_ms = _read(client, key), client.pexpiretime(key)
        name = key.removeprefix(prefix)
        if name.startswith("omnistate:closed:"):
            # Older ones are taken out when the next one closes.
            since_ms = time.time() * 1_000 - DAY_MS
            value = {id_: at_ms for id_, at_ms in value.items() if at_ms > since_ms}
        if value:
            keys[name] = value
            if expires_ms > 0:
                expiries[name] = expires_ms
    return Folded(keys, expiries)


def offsets(client: Redis, prefix: str) -> dict[str, int]:
    """What Redis says of each partition."""
    found: Any = client.hgetall(f"{prefix}omnistate:offsets")
    return {field: int(offset) for field, offset in found.items()}


def _read(client: Redis, key: str) -> Any:
    kind = client.type(key)
    if kind == "none":  # deleted since it was listed
        return {}
    if kind == "hash":
        return client.hgetall(key)
    if kind == "set":
        return client.smembers(key)
    assert kind == "zset", (key, kind)
    scored: Any = client.zrange(key, 0, -1, withscores=True)
    return {id_: int(score) for id_, score in scored}

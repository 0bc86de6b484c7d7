"""Clients of the Redis that a URL names, all alike; none connects before it is used.

The URL may carry a password: no message of ours quotes it.
"""

import ssl
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from omnistate.adapters.redis.redis_url import SENTINEL, UnusableUrl, find_service, split_url

TIMEOUT_S: Final = 5.0
CONNECT_TIMEOUT_S: Final = 3.0
SENTINEL_PORT: Final = 26_379


def check_url(url: str) -> None:
    """Raise UnusableUrl where the URL names no Redis, or options that are of no use.

    Nothing is connected; files that its options name are read.
    """
    pool: Any = make_client(url, text=True).connection_pool
    if urlsplit(url).scheme == SENTINEL:
        return
    try:
        connection = pool.make_connection()
        context = getattr(connection, "ssl_context", None)
        if context is not None:
            context.get()
    except ssl.SSLError:
        raise UnusableUrl("its ssl_ options: no certificate, key or cipher that fits") from None
    except OSError as error:
        raise UnusableUrl(f"a file of its ssl_ options: {error.strerror}") from None
    except (RedisError, TypeError, ValueError):
        raise UnusableUrl("the value of an option behind the ? is of no use") from None


def make_client(url: str, *, text: bool, odd_bytes: str = "surrogateescape") -> Redis:
    """A client; what it reads is `str` where `text`, else `bytes`. Raises UnusableUrl.

    `odd_bytes` is how a text keeps bytes that are no UTF-8 (an error handler of codecs').

    `redis://`, `rediss://` and `unix://` as redis-py knows them, or
    `redis+sentinel://[[user]:password@]host[:port][,host[:port]…]/service[/db]`.
    """
    options: dict[str, Any] = {
        "decode_responses": text,
        "encoding_errors": odd_bytes,
        "socket_timeout": TIMEOUT_S,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        # Whether to try again is for whoever asks: they know what may be done twice.
        "retry": Retry(NoBackoff(), 0),
        "client_name": "omnistate",
    }
    parts = split_url(url)
    if parts.scheme == SENTINEL:
        return _of_sentinel(parts, options)
    if parts.scheme != "unix":
        # A Redis of a cloud may announce that it moves; asking for that is an error elsewhere.
        options["maint_notifications_config"] = MaintNotificationsConfig(enabled=False)
    try:
        return Redis.from_url(url, **options)
    except ValueError:
        raise UnusableUrl("the value of an option behind the ? is of no use") from None


async def close_client(client: Redis) -> None:
    """Disconnect, from Sentinel too; may be called again."""
    await client.aclose()
    # Its pool asks them where the primary is, and leaves their connections open.
    manager = getattr(client.connection_pool, "sentinel_manager", None)
    for each in manager.sentinels if manager is not None else ():
        await each.aclose()


def _of_sentinel(parts: SplitResult, options: dict[str, Any]) -> Redis:
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    service, db = find_service(parts)
    places = [urlsplit(f"//{host}") for host in hosts.split(",")]
    sentinels = [(place.hostname, place.port or SENTINEL_PORT) for place in places]
    bounded = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout")}
    make: Any = Sentinel
    client: Redis = make(
        sentinels, sentinel_kwargs={**bounded, "retry": options["retry"]}
    ).master_for(
        unquote(service),
        db=db,
        username=unquote(user) or None,
        password=unquote(password) or None,
        **options,
    )
    return client

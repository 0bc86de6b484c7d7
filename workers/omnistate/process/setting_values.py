"""What the values of single settings must be like: each function raises ValueError in a few words.

It knows no setting's name, and connects to nothing.
"""

import re
from collections.abc import Container
from typing import Final
from urllib.parse import urlsplit

from omnistate.adapters.redis.redis_connection import check_url
from omnistate.adapters.redis.redis_url import UnusableUrl

REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://", "redis+sentinel://")
_HOST: Final = re.compile(r"[^\s/?#@,\[\]]*")
# What a header can carry, and long enough not to be guessed.
TOKEN: Final = re.compile(r"[!-~]{16,1024}")


def check_brokers(brokers: str) -> None:
    """Host and port of each broker, with commas."""
    for broker in brokers.split(","):
        place = urlsplit(f"//{broker.strip()}")
        # Reading the port is what checks it.
        if not place.hostname or place.path or place.username is not None or not place.port:
            raise ValueError("host:port is needed, several with commas")
        check_host(place.hostname)


def check_host(host: str) -> None:
    """What could be a host's name."""
    try:
        host.encode("idna")
    except UnicodeError:
        raise ValueError("not the name of a host") from None
    if not _HOST.fullmatch(host):
        raise ValueError("not the name of a host")


def find_useless(protocol: str, given: Container[str]) -> list[str]:
    """Those given that `security_protocol` has no use for.

    Whoever gives one believes that there is a login, or TLS.
    """
    useless: list[str] = []
    if not protocol.startswith("SASL"):
        useless += "sasl_username", "sasl_password"
    if not protocol.endswith("SSL"):
        useless += "ssl_ca_file", "ssl_cert_file", "ssl_key_file"
    return [name for name in useless if name in given]


def check_redis_url(url: str) -> None:
    """Where a Redis is."""
    if not url.startswith(REDIS_SCHEMES):
        raise ValueError(f"a URL is needed that begins with {', '.join(REDIS_SCHEMES)}")
    try:
        check_url(url)
    except UnusableUrl as error:
        raise ValueError(str(error)) from None


def check_token(token: str) -> None:
    """What the read API lets in."""
    if not TOKEN.fullmatch(token):
        raise ValueError("16 characters or more are needed, printable ones without spaces")

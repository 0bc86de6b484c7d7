"""What a URL of Redis must be like, before a client is made of it; pure.

redis-py passes over much that it cannot read, and then talks to another database or host. The URL
may carry a password, also where an option or a port should be: no message quotes any of it but the
name of an option that there is.
"""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

SENTINEL: Final = "redis+sentinel"
_DATABASE: Final = re.compile(r"(?:/\d{0,9})?/?", re.ASCII)
_PLACE: Final = re.compile(r"/(?P<service>[^/]+)(?:/(?P<db>\d{1,9}))?/?", re.ASCII)
_NEEDED: Final = "redis://host:port/db is needed, or rediss://, unix:// or redis+sentinel://"
# Those of redis-py that change how we connect, and nothing of what we read or when we try again.
_OPTIONS: Final = frozenset(
    {
        "client_name",
        "db",
        "health_check_interval",
        "max_connections",
        "password",
        "protocol",
        "socket_connect_timeout",
        "socket_keepalive",
        "socket_timeout",
        "username",
    }
)
_OF_TLS: Final = frozenset(
    {
        "ssl_ca_certs",
        "ssl_ca_path",
        "ssl_cert_reqs",
        "ssl_certfile",
        "ssl_check_hostname",
        "ssl_ciphers",
        "ssl_keyfile",
        "ssl_min_version",
        "ssl_password",
    }
)
# What redis-py takes as text, and finds out about when it connects.
_WORDS: Final = {"protocol": ("2", "3"), "ssl_cert_reqs": ("none", "optional", "required")}


class UnusableUrl(ValueError):
    """The URL names no Redis; the message does not quote it."""


def split_url(url: str) -> SplitResult:
    """The parts of a URL that names a place, and a database where it does. Raises UnusableUrl."""
    if any(char.isspace() or not char.isprintable() for char in url):
        raise UnusableUrl("a URL has no blanks: in a password, write them as %20")
    try:
        parts = urlsplit(url)
        _check_place(parts)
    except ValueError as error:
        raise UnusableUrl(str(error) if isinstance(error, UnusableUrl) else _NEEDED) from None
    _check_options(parts)
    return parts


def find_service(parts: SplitResult) -> tuple[str, int]:
    """The service that Sentinels are asked for, as it is quoted, and the database in it."""
    named = _PLACE.fullmatch(parts.path)
    if named is None:
        raise UnusableUrl("redis+sentinel://host:port/service/db is needed")
    return named["service"], int(named["db"] or 0)


def _check_place(parts: SplitResult) -> None:
    """Raises ValueError."""
    if parts.fragment:
        raise UnusableUrl("in a password, write # as %23, ? as %3F and / as %2F")
    if parts.scheme == SENTINEL:
        find_service(parts)
        for host in parts.netloc.rpartition("@")[2].split(","):
            _check_host(urlsplit(f"//{host}"))
        return
    if parts.scheme == "unix":
        if not parts.path:
            raise UnusableUrl("unix:///path/of/the/socket?db=0 is needed")
        return
    _check_host(parts)
    if not _DATABASE.fullmatch(parts.path):
        raise UnusableUrl("a database is a number: redis://host:port/db")


def _check_host(place: SplitResult) -> None:
    """Raises ValueError."""
    # Reading the port is what checks it; 0 would be taken for the default.
    if not place.hostname or place.port == 0:
        raise ValueError
    place.hostname.encode("idna")


def _check_options(parts: SplitResult) -> None:
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if given and parts.scheme == SENTINEL:
        raise UnusableUrl("redis+sentinel:// takes no options behind a ?")
    for name, value in given.items():
        if name not in _OPTIONS | _OF_TLS:
            raise UnusableUrl(f"behind the ? are options: {', '.join(sorted(_OPTIONS | _OF_TLS))}")
        if name in _OF_TLS and parts.scheme != "rediss":
            raise UnusableUrl(f"the option {name} is for rediss:// alone")
        words = _WORDS.get(name)
        if words is not None and value not in words:
            raise UnusableUrl(f"the option {name} must be {' or '.join(words)}")
        if not value:
            raise UnusableUrl(f"the option {name} is empty")

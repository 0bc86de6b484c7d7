"""Which URLs name a Redis, and what is said of the others; never what they carry."""

import pytest
from omnistate.adapters.redis.redis_connection import check_url, make_client
from omnistate.adapters.redis.redis_url import UnusableUrl

SECRET = "geheim"


@pytest.mark.parametrize(
    ("url", "db"),
    [
        ("redis://host", 0),
        ("redis://host/", 0),
        ("redis://host:6379/3", 3),
        ("redis://user:pa%2Fss%23@[::1]:6379/3/", 3),
        ("redis://host?db=4&protocol=2&client_name=x", 4),
        ("redis://host/0?socket_timeout=2.5&max_connections=3", 0),
        ("rediss://host/2?ssl_cert_reqs=none&ssl_min_version=771", 2),
        ("unix:///run/redis.sock?db=5", 5),
        ("unix://user:word@/run/redis.sock", 0),
        ("redis+sentinel://:word@a:1,b/service/6", 6),
    ],
)
def test_what_names_a_redis(url: str, db: int) -> None:
    check_url(url)
    options = make_client(url, text=True).connection_pool.connection_kwargs
    assert options.get("db", 0) == db


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://", "is needed"),
        ("redis:///0", "is needed"),
        ("redis://:geheim@/0", "is needed"),
        ("redis://host:0", "is needed"),
        ("redis://host:99999", "is needed"),
        ("redis://[::1/0", "is needed"),
        (f"redis://{'x' * 70}/0", "is needed"),
        ("redis://host/x", "a database is a number"),
        ("redis://host/db1", "a database is a number"),
        ("redis://host/0/1", "a database is a number"),
        ("redis://host/-1", "a database is a number"),
        ("redis://host/٣", "a database is a number"),
        ("redis://host/0 ", "no blanks"),
        ("redis://:ge heim@host/0", "no blanks"),
        ("redis://:12#geheim@host/0", "write # as %23"),
        ("redis://host?foo=geheim", "are options: client_name"),
        ("redis://h?geheim@host/0", "are options: client_name"),
        ("redis://host?decode_responses=geheim", "are options: client_name"),
        ("redis://host?retry=geheim", "are options: client_name"),
        ("redis://host?protocol=9", "protocol must be 2 or 3"),
        ("redis://host?protocol=geheim", "protocol must be 2 or 3"),
        ("redis://host?password=", "password is empty"),
        ("redis://host?db=geheim", "of no use"),
        ("redis://host?max_connections=-1", "of no use"),
        ("redis://host?ssl_cert_reqs=none", "for rediss:// alone"),
        ("rediss://host?ssl_cert_reqs=zz", "must be none or optional or required"),
        ("rediss://host?ssl_min_version=geheim", "of no use"),
        ("rediss://host?ssl_min_version=9", "of no use"),
        ("rediss://host?ssl_ciphers=geheim", "ssl_ options"),
        ("rediss://host?ssl_ca_certs=/nowhere/geheim", "ssl_ options: No such file"),
        ("unix://", "unix:///path"),
        ("unix:///run/redis.sock?foo=geheim", "are options"),
        ("redis+sentinel://host", "service/db is needed"),
        ("redis+sentinel://:geheim@/service", "is needed"),
        ("redis+sentinel://host:geheim/service", "is needed"),
        ("redis+sentinel://host/service/x", "service/db is needed"),
        ("redis+sentinel://host/service?db=1", "takes no options"),
    ],
)
def test_what_names_none_is_told_without_quoting_it(url: str, said: str) -> None:
    with pytest.raises(UnusableUrl) as refused:
        check_url(url)
    message = str(refused.value)
    assert said in message
    assert SECRET not in message
    assert "\n" not in message

"""A real Redis for tests and trials: one server, on the loopback interface, on Linux.

Nothing of omnistate imports it, and it imports nothing of omnistate. It keeps nothing by default
and asks nobody for a password: no way to run Redis in production.
"""

from tests.harness.redis.redis_server import RedisFailed, RedisServer, RedisUnavailable, executable

__all__ = ["RedisFailed", "RedisServer", "RedisUnavailable", "executable"]

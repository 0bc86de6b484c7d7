"""The fixtures of the cluster's tests, and for the same reasons."""

from tests.cluster.conftest import brokers, kafka_installed, own_broker, prefix, redis_installed

__all__ = ["brokers", "kafka_installed", "own_broker", "prefix", "redis_installed"]

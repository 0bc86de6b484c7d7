"""The broker's fixtures of the cluster's tests, and for the same reasons."""

from tests.cluster.conftest import brokers, kafka_installed, own_broker, prefix

__all__ = ["brokers", "kafka_installed", "own_broker", "prefix"]

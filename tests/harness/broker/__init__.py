"""A real Apache Kafka for tests, benches and trials: one node or three, on the loopback interface.

On Linux alone. Nothing of the engine imports it, and it imports nothing of the engine. It is no way
to run Kafka in production: all on one machine, and no password on its first listener.
"""

from tests.harness.broker.broker import Broker
from tests.harness.broker.broker_storage import BrokerFailed
from tests.harness.broker.cluster import Cluster
from tests.harness.broker.jars import VERSION, BrokerUnavailable
from tests.harness.broker.shared_broker import shared_broker

__all__ = ["VERSION", "Broker", "BrokerFailed", "BrokerUnavailable", "Cluster", "shared_broker"]

"""A real Apache Kafka for tests, benches and trials: one node, on the loopback interface, on Linux.

Nothing of the engine imports it, and it imports nothing of the engine. It is no way to run Kafka in
production: one copy of everything, and no password on its first listener.
"""

from deploy.broker.broker import Broker
from deploy.broker.jars import VERSION, BrokerUnavailable
from deploy.broker.shared import shared_broker
from deploy.broker.storage import BrokerFailed

__all__ = ["VERSION", "Broker", "BrokerFailed", "BrokerUnavailable", "shared_broker"]

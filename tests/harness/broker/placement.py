"""Topics on a cluster of several nodes, with the leaders that a test asks for."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.harness.broker.cluster import NODES

# Kafka's own: made with the first group and the first transaction, unless they are there.
GROUPS, TRANSACTIONS = "__consumer_offsets", "__transaction_state"
_COMPACTED: Final = {"cleanup.policy": "compact", "min.insync.replicas": "2"}


async def place(
    brokers: str,
    topics: Mapping[str, Sequence[int]],
    settings: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Create topics of three replicas, led by these nodes, one a partition."""
    own = {GROUPS: _COMPACTED, TRANSACTIONS: _COMPACTED, **(settings or {})}
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        response = await admin.create_topics(
            [
                NewTopic(
                    topic,
                    -1,
                    -1,
                    replica_assignments={
                        number: [(leader - 1 + step) % NODES + 1 for step in range(NODES)]
                        for number, leader in enumerate(leaders)
                    },
                    topic_configs=dict(own.get(topic, {})),
                )
                for topic, leaders in topics.items()
            ]
        )
    finally:
        await admin.close()
    failed = [(name, message) for name, code, message in response.topic_errors if code]
    if failed:
        raise RuntimeError(f"topics were not created: {failed}")

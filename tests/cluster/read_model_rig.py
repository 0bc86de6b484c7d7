"""The read model of an installation, compared with what its topics fold to."""

import json
from datetime import UTC, datetime

from redis import Redis

from tests.cluster.dump import dump, offsets
from tests.harness.installation import Installation
from tests.harness.topics import read_records
from tests.harness.waiting import eventually
from tests.projections.fold import Folded, differences, fold

TOPICS = ("conversation-states", "representative-capacity")


async def expected(found: Installation) -> Folded:
    """What the topics fold to now."""
    states, capacities = [
        [
            (each.key.decode(), None if each.value is None else json.loads(each.value))
            for each in await read_records(found.brokers, found.prefix + topic)
        ]
        for topic in TOPICS
    ]
    return fold(states, capacities, datetime.now(UTC))


async def wait_until_equal(found: Installation, client: Redis) -> Folded:
    """Wait until all has been applied, then compare; what the topics fold to."""
    folded = Folded({}, {})

    async def compare() -> tuple[list[str], object]:
        nonlocal folded
        folded = await expected(found)
        return differences(folded, dump(client, found.prefix)), offsets(client, found.prefix)

    await eventually("read model as the topics say", compare, lambda seen: not seen[0])
    return folded

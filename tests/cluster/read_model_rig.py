"""The read model of an installation, compared with what its topics fold to."""

import json
from datetime import UTC, datetime

from redis import Redis

from tests.cluster.dump import dump, offsets
from tests.harness.installation import Installation, wait_until
from tests.harness.topic_reading import read_records
from tests.projections.fold import Folded, differences, fold

TOPICS = ("conversation-state-changes", "representative-capacity")


def expected(found: Installation) -> Folded:
    """What the topics fold to now."""
    changes, capacities = (read_records(found.brokers, found.prefix + topic) for topic in TOPICS)
    return fold(
        (json.loads(each.value) for each in changes),
        (
            (each.key.decode(), None if each.value is None else json.loads(each.value))
            for each in capacities
        ),
        datetime.now(UTC),
    )


def wait_until_equal(found: Installation, client: Redis, seconds: float = 30) -> Folded:
    """Wait until all has been applied, then compare; what the topics fold to."""
    told: list[str] = []
    folded = Folded({}, {})

    def is_equal() -> bool:
        nonlocal folded
        folded = expected(found)
        told[:] = differences(folded, dump(client, found.prefix))
        return not told

    try:
        wait_until("read model as the topics say", is_equal, seconds)
    except AssertionError as late:
        raise AssertionError(f"{late}: {told[:10]}; offsets {offsets(client, found.prefix)}") from (
            None
        )
    return folded

"""What topics.yaml says of each topic's messages is what the schemas put there."""

import pytest
from omnistate.stream.topology import load_topology
from omnistate_schemas.registry import OUTPUTS, ROUTES

TOPICS = {topic.name: topic for topic in load_topology().topics}


@pytest.mark.parametrize(
    "topic", sorted({*ROUTES.values(), *(topic for _, topic in OUTPUTS.values())})
)
def test_a_topic_has_all_its_types_and_no_other(topic: str) -> None:
    types = [name for name, where in ROUTES.items() if where == topic]
    types += [name for name, (_, where) in OUTPUTS.items() if where == topic]
    assert sorted(TOPICS[topic].messages) == sorted(types)

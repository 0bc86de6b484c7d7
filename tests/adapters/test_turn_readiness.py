"""Routers do not start where several of them would act: the turn has one partition."""

from omnistate.adapters.kafka.admin.differences import TopicState
from omnistate.adapters.kafka.admin.readiness import judge
from omnistate.stream.topology import load_topology

TOPOLOGY = load_topology()
ROUTER = TOPOLOGY.group("router")


def as_declared() -> dict[str, TopicState]:
    return {
        name: TopicState(TOPOLOGY.topic(name).partitions, 3, {**TOPOLOGY.topic(name).config})
        for name in ROUTER.topics
    }


def test_one_partition_is_what_it_needs() -> None:
    found = judge(TOPOLOGY, ROUTER.topics, as_declared(), str, ROUTER.consumes)
    assert found.problem is None


def test_more_are_refused_with_what_to_do() -> None:
    found = as_declared()
    found["router-turn"] = found["router-turn"]._replace(partitions=12)
    judged = judge(TOPOLOGY, ROUTER.topics, found, lambda name: f"north.{name}", ROUTER.consumes)
    assert judged.problem is not None
    assert judged.problem.startswith("topic north.router-turn has 12 partitions")
    assert not judged.only_missing

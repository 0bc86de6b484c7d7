"""The times of whatever a worker consumes are its clock: they must be the brokers' own."""

import pytest
from omnistate.adapters.kafka.admin.readiness import judge
from omnistate.stream.topology import load_topology

from tests.adapters.test_differences import as_declared

TOPOLOGY = load_topology()
SETTING = "message.timestamp.type"


@pytest.mark.parametrize("topic", ["capacity-changes", "representative-presence"])
def test_a_representative_worker_refuses_inputs_that_are_no_clock(topic: str) -> None:
    found = as_declared()
    found[topic] = found[topic]._replace(config={**found[topic].config, SETTING: "CreateTime"})

    def problem(group: str) -> str | None:
        own = TOPOLOGY.group(group)
        return judge(TOPOLOGY, own.topics, found, str, own.consumes).problem

    said = f"topic {topic} has {SETTING}=CreateTime, LogAppendTime is needed"
    assert problem("representative") == f"{said}: run omnistate topics apply"
    assert problem("conversation") is None, "it goes by no time of its outputs"

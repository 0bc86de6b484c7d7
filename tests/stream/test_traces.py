"""The trace of whatever led to an output is on it (contract.md#envelope); a timer has none."""

import json
from typing import Any

from omnistate_schemas.vocabulary import AGENT_ACTIONS, REPRESENTATIVE_CAPACITY

from tests.stream.gate_rig import GateRig
from tests.stream.test_presence_leases import rig_of, settle

FIRST = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
SECOND = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "tracestate": "congo=t61rcWkgMzE"}


def traces(rig: GateRig, topic: str) -> list[tuple[str, dict[str, Any]]]:
    """What was said on a topic, by type, each with its trace."""
    events = [json.loads(record.value or b"") for record in rig.log.read(topic, 0, 0)]
    return [
        (each["type"].rpartition(".")[2], {name: each[name] for name in SECOND if name in each})
        for each in events
    ]


async def test_what_is_said_of_people_has_the_trace_of_its_cause() -> None:
    rig, task = await rig_of()
    before = len(traces(rig, REPRESENTATIVE_CAPACITY))
    rig.sign("ana", lease_seconds=30)
    rig.trace = FIRST
    rig.begin("ana", "chat-1", 10)
    await settle(rig, task)
    # One picture a batch, of what changed it last.
    assert traces(rig, REPRESENTATIVE_CAPACITY)[before:] == [("capacity_changed", FIRST)]

    rig.now_ms += 31_000
    await settle(rig, task)
    assert traces(rig, AGENT_ACTIONS) == [("disconnected", {})]
    assert traces(rig, REPRESENTATIVE_CAPACITY)[-1] == ("capacity_changed", {})

    rig.trace = SECOND
    rig.sign("ana", lease_seconds=30)
    await settle(rig, task)
    assert traces(rig, AGENT_ACTIONS)[1:] == [("reconnected", SECOND)]
    assert traces(rig, REPRESENTATIVE_CAPACITY)[-1] == ("capacity_changed", SECOND)


async def test_a_trace_that_is_none_is_left_out() -> None:
    rig, task = await rig_of()
    rig.trace = {"traceparent": "x" * 1_025, "tracestate": ""}
    rig.begin("ana", "chat-1", 10)
    await settle(rig, task)
    assert traces(rig, REPRESENTATIVE_CAPACITY)[-1] == ("capacity_changed", {})

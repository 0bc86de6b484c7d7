"""An offer of the gate's is never larger than what the engine reads."""

import json

import pytest
from omnistate.core.input import Input
from omnistate.stream.cloudevents import RECORD_BYTES_MAX
from omnistate.stream.conversation.decoding import decode_record
from omnistate_schemas.input_data import PROFILES_MAX
from omnistate_schemas.vocabulary import AGENT_ACTIONS, ASSIGNMENT_REQUESTS

from tests.harness.events import make_event
from tests.stream.gate_rig import GateRig
from tests.stream.representative_rig import directory_of
from tests.stream.test_gate import CENTRE, codes, granted
from tests.stream.test_presence_leases import settle

# Four bytes a character: as many as a request may name come to nearly 64 KiB.
LARGE = [chr(0x20000 + number) * 232 for number in range(PROFILES_MAX)]


@pytest.mark.parametrize(("trace", "taken"), [(512, True), (1_024, False)])
async def test_no_offer_is_larger_than_what_the_engine_reads(trace: int, taken: bool) -> None:
    """What nobody can read would never be answered, and its grant would count for ever."""
    limits = {name: {"limit": 9} for name in LARGE}
    rig = GateRig(directory_of({**CENTRE, "capacity_profiles": limits}))
    task = await rig.take_over()
    await settle(rig, task)
    before = dict(task.processor.table.rows)
    data, long = {"conversation_id": "chat-1", "profiles": LARGE}, LARGE[0][0]
    event = make_event("assignment.requested", "ana", long * 256, data)
    event["tracestate"] = long * trace
    value = json.dumps(event, ensure_ascii=False).encode()
    assert len(value) < RECORD_BYTES_MAX
    rig.log.append(ASSIGNMENT_REQUESTS, b"ana", value)
    await settle(rig, task)
    offers = rig.log.read(AGENT_ACTIONS, 0, 0)
    assert len(offers) == taken
    assert codes(rig) == ([] if taken else ["too_large"])
    if taken:
        assert isinstance(decode_record(offers[0], 1), Input)
        return
    assert task.processor.table.rows == before
    rig.ask("ana", "chat-1", "r-1", units=10)
    await settle(rig, task)
    assert granted(rig) == [("ana", "chat-1")]
    assert rig.last("ana")["granted_units"] == 10

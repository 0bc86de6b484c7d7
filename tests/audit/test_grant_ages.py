"""A grant that nobody answers is told even where nothing happens any more, in any form of it."""

import base64
import json

import pytest
from omnistate.stream.ports import Headers
from omnistate_schemas.vocabulary import ASSIGNMENT_REQUESTS

from tests.audit.test_gate_law import audit
from tests.harness.events import make_event
from tests.stream.gate_rig import GateRig
from tests.stream.representative_rig import CENTRE, directory_of
from tests.stream.test_presence_leases import settle

OLD = "a grant is older than a minute, and nobody has taken or declined it"


async def granted() -> GateRig:
    """A grant, and silence after it: the partition's clock stands."""
    rig = GateRig(directory_of(CENTRE))
    task = await rig.take_over()
    rig.ask("ana", "chat-1", units=10)
    await settle(rig, task)
    assert len(rig.orders()) == 1
    return rig


@pytest.mark.parametrize(("later_ms", "told"), [(60_000, []), (60_001, [OLD])])
async def test_an_old_grant_is_told_in_a_quiet_centre(later_ms: int, told: list[str]) -> None:
    rig = await granted()
    asked_ms = rig.log.read(ASSIGNMENT_REQUESTS, 0, 0)[0].timestamp_ms
    findings = await audit(rig, now_ms=asked_ms + later_ms)
    assert [each.sentence for each in findings.violations] == told


async def test_what_no_engine_has_read_is_not_old() -> None:
    """Whoever stopped every worker and looks an hour later finds nothing wrong."""
    rig = await granted()
    findings = await audit(rig, now_ms=rig.now_ms + 3_600_000, taken=0)
    assert findings.violations == []


def in_forms() -> list[tuple[bytes, Headers]]:
    """One request as a worker reads it: structured, without subject, in base64, and binary."""
    event = make_event("assignment.requested", "ana", "r-1", {"conversation_id": "chat-1"})
    data = json.dumps(event["data"]).encode()
    structured = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
    bare = {name: value for name, value in event.items() if name != "subject"}
    packed = {name: value for name, value in event.items() if name != "data"}
    packed["data_base64"] = base64.b64encode(data).decode()
    attributes = [(name, value) for name, value in event.items() if name != "data"]
    binary = [(f"ce_{name}", str(value).encode()) for name, value in attributes]
    return [
        (json.dumps(event).encode(), structured),
        (json.dumps(bare).encode(), structured),
        (json.dumps(packed).encode(), structured),
        (data, (("content-type", b"application/json"), *binary)),
    ]


@pytest.mark.parametrize("number", range(4))
async def test_a_request_is_read_in_every_form_that_the_worker_reads(number: int) -> None:
    rig = GateRig(directory_of(CENTRE))
    task = await rig.take_over()
    value, headers = in_forms()[number]
    rig.log.append(ASSIGNMENT_REQUESTS, b"ana", value, headers)
    await settle(rig, task)
    assert len(rig.orders()) == 1
    findings = await audit(rig)
    assert findings.violations == []
    assert findings.counts["grants"] == 1

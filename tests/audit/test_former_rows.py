"""The audit reads rows of the former version as the present one's, and refuses those of a newer."""

import json

import pytest
from omnistate.core.row_version import COUNTER, ROW_VERSION, NewerVersion
from omnistate.process.errors import ExitStatus
from omnistate.process.faults import find_fault
from omnistate.stream.position import decode_position

from tests.audit.audit_rig import COUNTERS, POSITIONS, Rig
from tests.audit.tampering import rows


async def test_counters_that_the_former_version_wrote_are_the_replays(rig: Rig) -> None:
    carried = 0
    # Those of conversations did not keep when things happened, which a replay comes to.
    for spot in rows(rig, COUNTERS).values():
        spot.put(value=COUNTER.downgrade(spot.bytes))
        carried += 1
    assert carried > 10
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]


async def test_tables_of_a_newer_version_are_refused_in_one_line(rig: Rig) -> None:
    spot = next(iter(rows(rig, POSITIONS).values()))
    newer = ROW_VERSION + 1
    assert decode_position(spot.bytes).version == ROW_VERSION
    spot.put(value=json.dumps(json.loads(spot.bytes) | {"version": newer}).encode())
    with pytest.raises(NewerVersion, match=f"of version {newer}, and this release reads") as caught:
        await rig.audit()
    fault = find_fault(caught.value)
    assert fault is not None
    assert fault.status is ExitStatus.UNUSABLE

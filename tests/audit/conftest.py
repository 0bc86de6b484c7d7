"""A morning in the contact centre that all tests of the audit tamper with, each with a copy."""

import pytest
import pytest_asyncio

from tests.audit.audit_rig import Rig, demo_rig
from tests.audit.downstream_rig import TwinModel, half_way, started
from tests.audit.late_rig import late_rig


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def morning() -> Rig:
    """Half a day, so that conversations are open and capacity is held."""
    rig = await demo_rig(3, 150, hours=6)
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]
    assert not findings.notes
    assert findings.counts["still held"] > 3
    return rig


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def late() -> Rig:
    """A short afternoon with what waits, was recorded or declined."""
    return await late_rig()


@pytest.fixture
def rig(morning: Rig) -> Rig:
    """A copy of it."""
    return morning.clone()


@pytest.fixture
async def model(morning: Rig) -> TwinModel:
    """The morning's read model, complete; with somebody who waits in a queue."""
    rig = morning.clone()
    await rig.take_over()
    for number in range(3):
        rig.send(started(rig, f"waits-{number}", queue_id="support"))
    await rig.drain()
    return await half_way(rig, 10**9)

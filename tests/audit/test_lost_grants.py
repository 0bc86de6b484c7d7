"""A grant that was lost with `agent-actions` is given back as the guide to stops says."""

import random

from omnistate_schemas.vocabulary import AGENT_ACTIONS, ASSIGNMENT_REQUESTS, CAPACITY_CHANGES

from tests.audit.audit_rig import TOTALS_GROUP
from tests.audit.gated_centre import GatedCentre, Task
from tests.audit.test_gate_at_work import pictures


async def lost() -> GatedCentre:
    """Granted, and gone before an engine had read it."""
    centre = GatedCentre(random.Random(1), errors=0)
    started = {"channel": "live_chat", "workstream_id": "free", "queue_id": "support"}
    centre.say("conversation.started", "chat-1", **started)
    await centre.settle()
    data = {"conversation_id": "chat-1", "units": 20}
    centre.tell(ASSIGNMENT_REQUESTS, "assignment.requested", "ana", "r-1", **data)

    async def grant(task: Task) -> None:
        await task.run_batch(1_000)

    for number in range(centre.sizes[CAPACITY_CHANGES]):
        await centre.work(TOTALS_GROUP, number, grant)
    for number in range(centre.sizes[AGENT_ACTIONS]):
        centre.log._topics[AGENT_ACTIONS][number].clear()
    await centre.settle()
    return centre


async def test_a_lost_grant_is_given_back_by_what_the_engine_refuses() -> None:
    centre = await lost()
    picture = pictures(centre, "ana")[-1]
    (grant,) = picture["grants"]
    assert picture["granted_units"] == 20
    # No conversation has the sequence 0, so nobody is given anything.
    data = {"expected_sequence": 0, "reservation": grant["reservation"]}
    centre.say("router.assign", "chat-1", representative_id="ana", **data)
    await centre.settle()
    assert centre.reservations(CAPACITY_CHANGES, "capacity.declined") == [
        (grant["reservation"]["source"], "r-1")
    ]
    picture = pictures(centre, "ana")[-1]
    assert (picture["granted_units"], picture.get("grants")) == (0, None)
    assert centre.states["chat-1"]["status"] == "open"

"""A short afternoon in which much comes late: what waits, was recorded, reminded of or declined."""

from typing import Any, Final

from omnistate_schemas.times import format_time

from tests.audit.audit_rig import Rig
from tests.harness.events import make_event

BEGAN_MS: Final = 1_772_442_000_000
CENTRE: Final[dict[str, Any]] = {
    "workstreams": {
        "followed": {"channel": "voice", "authority": "upstream", "settle_window": 20},
        "chats": {
            "channel": "live_chat",
            "time_out_rules": [{"silent": "representative", "after": 5, "then": "remind"}],
        },
        "granted": {"channel": "live_chat", "assign_through_gate": True},
    },
    "representatives": {"ana": {}},
}


class Told:
    """Says inputs one after the other, each of so many milliseconds ago."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.count = 0

    async def say(self, type_: str, subject: str, ago_ms: int = 0, **data: Any) -> None:
        self.rig.now_ms += 100
        self.count += 1
        time = format_time(self.rig.now_ms - ago_ms)
        source = data.pop("source", "/a")
        event = make_event(type_, subject, f"e{self.count}", data, time=time, source=source)
        self.rig.send(event)
        await self.rig.drain()


async def late_rig() -> Rig:
    """Reports out of order that wait, some that have waited, records, a reminder, a grant."""
    rig = Rig(CENTRE, BEGAN_MS)
    await rig.take_over()
    told = Told(rig)
    await told.say("conversation.started", "f", channel="voice", workstream_id="followed")
    await told.say("conversation.ended", "f", 1_000)
    await told.say("conversation.answered", "f", 3_000, representative_id="ana")
    await told.say("conversation.offered", "f", 4_000, representative_id="ana")
    await rig.fire(rig.now_ms + 30_000)
    await told.say("conversation.started", "c", channel="live_chat", workstream_id="chats")
    await told.say("router.assign", "c", representative_id="ana")
    await told.say("representative.accept", "c", representative_id="ana")
    await told.say("customer.messaged", "c")
    await told.say("customer.disconnected", "c")
    await told.say("customer.reconnected", "c")
    await told.say("supervisor.monitor", "c", supervisor_id="sue")
    await rig.fire(rig.now_ms + 6_000)
    await told.say("conversation.started", "g", channel="live_chat", workstream_id="granted")
    granted = {"id": "r1", "source": "/router", "units": 99, "profiles": []}
    await told.say("router.assign", "g", representative_id="ana", reservation=granted)
    await told.say("conversation.started", "h", channel="voice", workstream_id="followed")
    await told.say("conversation.ended", "h")
    await told.say("conversation.queued", "h", 500, queue_id="calls")
    await told.say("customer.ended", "early")
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]
    assert not findings.notes
    counts = findings.counts
    assert (counts["waiting"], counts["recordings"], counts["reminders"]) == (3, 3, 1)
    assert (counts["declined"], counts["recorded"]) == (1, 4)
    assert counts["inputs"] == sum(
        counts[name] for name in ("changed", "recorded", "refused", "waiting", "dead letters")
    )
    return rig

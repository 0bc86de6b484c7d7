"""A desktop that is away for a while: what is still theirs stays theirs, held for them or not."""

import json
from typing import Any

import pytest
from omnistate_schemas.vocabulary import REPRESENTATIVE_PRESENCE, STATE_CHANGES

from tests.audit.two_workers import TwoWorkers

BEGAN_MS = 1_772_442_000_000
WINDOW_S = 150
CENTRE: dict[str, Any] = {
    "workstreams": {
        "idle": {"channel": "live_chat", "release_when_idle": 60},
        "thread": {
            "channel": "sms",
            "block_capacity_for_wrap_up": "never",
            "reopen_from_wrap_up": True,
            "time_out_rules": [{"silent": "customer", "after": 30, "then": "end"}],
        },
    },
    "representatives": {"ana": {"default_presence": "available"}},
}


class Desk(TwoWorkers):
    """Ana's, and one conversation that she picks."""

    def say(self, presence: str) -> None:
        """She says it."""
        event = self.event("representative.presence", "ana", presence, presence=presence)
        self.log.append(REPRESENTATIVE_PRESENCE, b"ana", json.dumps(event).encode())

    async def act(self, type_: str, id_: str, **data: Any) -> None:
        """Something happens to the conversation."""
        self.send(self.event(type_, "c-1", id_, **data))
        await self.work()

    def rules(self) -> list[str]:
        """What became of it, in order."""
        said = [
            json.loads(record.value)["data"]
            for number in range(self.sizes[STATE_CHANGES])
            for record in self.log.read(STATE_CHANGES, number, 0)
            if record.value is not None
        ]
        return [each["rule"] for each in sorted(said, key=lambda each: each["sequence"])]


@pytest.mark.parametrize("workstream_id", CENTRE["workstreams"])
async def test_whoever_is_back_in_time_keeps_it(workstream_id: str) -> None:
    desk = Desk(CENTRE, BEGAN_MS)
    await desk.start()
    channel = CENTRE["workstreams"][workstream_id]["channel"]
    await desk.act("conversation.started", "1", channel=channel, workstream_id=workstream_id)
    await desk.act("representative.pick", "2", representative_id="ana")
    if workstream_id == "thread":
        await desk.act("representative.message", "3", representative_id="ana")
    desk.say("offline")
    await desk.work()
    await desk.go_on(desk.now_ms + 100_000)
    desk.say("available")
    await desk.work()
    if workstream_id == "thread":
        await desk.act("customer.messaged", "4")
    await desk.go_on(desk.now_ms + 4 * WINDOW_S * 1_000)
    assert "B5" not in desk.rules()
    assert desk.rules()[-1] in {"O2", "W8"}

"""Desktops that die for good, by the settings of the demo's own centre.

A live chat that is with whoever is lost, or is offered to them, leaves them once and is over.
"""

import json
from typing import Any

import pytest
from omnistate.demo.world import World
from omnistate_schemas.times import DAY_MS
from omnistate_schemas.vocabulary import (
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
)

from tests.audit.two_workers import TwoWorkers

BEGAN_MS = 1_772_442_000_000
LEASE_S = 600
HOUR_MS = 3_600_000
# How somebody loses it: it was theirs, or was only offered to them.
TAKEN = {"with them": "B5", "offered": "A6"}
CENTRE = World(1, 150).configuration
PERSON = next(iter(CENTRE["representatives"]))
LIVE_CHATS = [id_ for id_, each in CENTRE["workstreams"].items() if each["channel"] == "live_chat"]


class Desk(TwoWorkers):
    """Who signs in with a lease and renews nothing, and a chat that a supervisor gives them."""

    def sign_in(self) -> None:
        """With the only sign of life that there will be."""
        data = {"presence": "available", "lease_seconds": LEASE_S}
        event = self.event("representative.presence", PERSON, "signed-in", **data)
        event["source"] = f"/desktop/{PERSON}"
        self.log.append(REPRESENTATIVE_PRESENCE, PERSON.encode(), json.dumps(event).encode())

    async def begin(self, workstream_id: str) -> None:
        """The chat comes and is offered."""
        data = {"channel": "live_chat", "workstream_id": workstream_id, "queue_id": "support"}
        self.send(self.event("conversation.started", "chat", "chat-1", **data))
        data = {"supervisor_id": "sue", "representative_id": PERSON}
        self.send(self.event("supervisor.assign", "chat", "chat-2", **data))
        await self.work()

    def changes(self) -> list[dict[str, Any]]:
        """What became of it, in order."""
        said = [
            json.loads(record.value)["data"]
            for number in range(self.sizes[STATE_CHANGES])
            for record in self.log.read(STATE_CHANGES, number, 0)
            if record.value is not None
        ]
        return sorted(said, key=lambda each: each["sequence"])

    def occupied(self) -> int:
        """The units that are said of them last."""
        pictures = [
            json.loads(record.value)["data"]
            for number in range(self.sizes[REPRESENTATIVE_CAPACITY])
            for record in self.log.read(REPRESENTATIVE_CAPACITY, number, 0)
            if record.value is not None and record.key == PERSON.encode()
        ]
        assert pictures[-1]["presence_reason"] == "lost"
        units: int = pictures[-1]["occupied_units"]
        return units


def test_the_centre_has_live_chats() -> None:
    assert len(LIVE_CHATS) >= 2


@pytest.mark.parametrize("workstream_id", LIVE_CHATS)
@pytest.mark.parametrize("how", TAKEN)
async def test_a_live_chat_does_not_come_back_to_whoever_is_lost(
    workstream_id: str, how: str
) -> None:
    desk = Desk(CENTRE, BEGAN_MS)
    await desk.start()
    desk.sign_in()
    await desk.work()
    if how == "offered":
        await desk.go_on(BEGAN_MS + 2 * LEASE_S * 1_000)
        await desk.begin(workstream_id)
    else:
        await desk.begin(workstream_id)
        accept = desk.event("representative.accept", "chat", "chat-3", representative_id=PERSON)
        desk.send(accept)
        await desk.work()
        assert desk.changes()[-1]["rule"] == "A1"
    await desk.go_on(desk.now_ms + HOUR_MS)
    rules = [each["rule"] for each in desk.changes()]
    assert rules.count(TAKEN[how]) == 1, rules[:12]
    assert "representative_id" not in desk.changes()[rules.index(TAKEN[how])]
    assert not {"A6", "B5", "L1"} & set(rules[rules.index(TAKEN[how]) + 1 :]), rules[:12]
    await desk.go_on(desk.now_ms + 40 * DAY_MS)
    assert desk.changes()[-1]["status"] == "closed"
    assert desk.occupied() == 0
    assert (await desk.audit()).violations == []

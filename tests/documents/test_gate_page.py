"""The page on assigning within capacity: its events are sent, and come to what it shows."""

import json
import random
from typing import Any

import yaml

from tests.audit.audit_rig import Rig
from tests.audit.gated_centre import GatedCentre
from tests.documents.snippet_pages import read_page

PAGE = read_page("docs/how-to/assign-within-capacity.md")
EVENTS = {each.title: json.loads(each.text) for each in PAGE.blocks if each.language == "json"}
(CENTRE,) = [yaml.safe_load(each.text) for each in PAGE.blocks if each.language == "yaml"]
TOPICS = {
    "representative.presence": "representative-presence",
    "assignment.requested": "assignment-requests",
}


def answers(centre: Rig, topic: str, type_: str) -> list[dict[str, Any]]:
    """What lies there of a type, as far as the page shows it."""
    found = []
    for number in range(centre.sizes[topic]):
        for record in centre.log.read(topic, number, 0):
            event = json.loads(record.value or b"")
            if event["type"] == type_:
                event["data"] = {
                    name: each
                    for name, each in event["data"].items()
                    if name not in ("cause", "input", "auto_accept")
                }
                kept = ("type", "source", "subject", "causationid", "data")
                found.append({name: event[name] for name in kept})
    return found


async def test_its_events_come_to_what_it_says() -> None:
    centre = GatedCentre(random.Random(1), errors=0)
    centre.configure(CENTRE)
    await centre.settle()
    for id_ in ("chat-1", "chat-2"):
        centre.say("conversation.started", id_, channel="live_chat", workstream_id="support-chat")
    await centre.settle()
    for title in ("signed-in", "asked", "asked too much"):
        event = EVENTS[title]
        topic = TOPICS[event["type"]]
        centre.log.append(topic, event["subject"].encode(), json.dumps(event).encode())
        await centre.settle()
    assert answers(centre, "agent-actions", "router.assign") == [EVENTS["granted"]]
    assert answers(centre, "rejected-inputs", "input.rejected") == [EVENTS["refused"]]
    assert centre.states["chat-1"]["rule"] == "O1"
    assert {"signed-in", "asked", "granted", "asked too much", "refused"} == set(EVENTS)

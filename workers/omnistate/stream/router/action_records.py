"""The router's actions as input events: the record of each, its topic and key."""

from typing import Any, Final

import msgspec
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import AGENT_ACTIONS, ASSIGNMENT_REQUESTS

from omnistate.core.router.actions import SOURCE, Action, AssignmentRequest, QueueMove
from omnistate.stream.cloudevents import HEADERS
from omnistate.stream.ports import Outgoing

_ENCODE: Final = msgspec.json.Encoder().encode


def encode_action(action: Action, now_ms: int) -> Outgoing:
    """The record of an action at epoch `now_ms`; a repeat differs in its `time` alone."""
    topic, subject = AGENT_ACTIONS, action.conversation_id
    data: dict[str, Any]
    if isinstance(action, AssignmentRequest):
        type_, topic, subject = (
            "assignment.requested",
            ASSIGNMENT_REQUESTS,
            action.representative_id,
        )
        data = {
            "conversation_id": action.conversation_id,
            "units": action.units,
            "profiles": action.profiles,
            "expected_sequence": action.expected_sequence,
            "allowed_presences": action.allowed_presences,
        }
    elif isinstance(action, QueueMove):
        type_ = "router.move"
        data = {
            "queue_id": action.queue_id,
            "overflow": True,
            "expected_sequence": action.expected_sequence,
        }
    else:
        type_ = "router.close"
        data = {"reason": "overflow", "expected_sequence": action.expected_sequence}
    event = {
        "specversion": "1.0",
        "id": action.id,
        "source": SOURCE,
        "type": type_,
        "subject": subject,
        "time": format_time(now_ms),
        "data": data,
    }
    return Outgoing(topic, subject.encode(), _ENCODE(event), HEADERS)

"""What a router makes of canned conversations, as the read API says it."""

from typing import Any

from omnistate_schemas.explained_routing import ConversationRouting, WaitingRouting

from tests.board.canned import GENERATED_AT, MARKUP

NOBODY = "nobody in its queue can be given it now"

# Of chat-b a bot knows, and its customer has gone.
WINDOWS: dict[str, Any] = {
    "running": 12,
    "windows": [
        {"conversation_id": "chat-w", "name": "representative_reconnect",
         "representative_id": "dora", "due_seconds": 41.5},
        {"conversation_id": "chat-b", "name": "customer_reconnect", "representative_id": None,
         "due_seconds": 130.0},
    ],
}  # fmt: skip


def glance(id_: str, **members: Any) -> dict[str, Any]:
    """As an overview has it of one that waits."""
    found = {
        "place": 2,
        "conversation_id": id_,
        "sequence": 4,
        "priority": 0,
        "queued_at": GENERATED_AT,
        "says": NOBODY,
        "people": {"capacity": 3, "not_signed_in": 1, "of_tomorrow": 1},
        "wait": {"seconds": 250.0, "how": "place 2, and 14 were taken up from it"},
        **members,
    }
    WaitingRouting.model_validate(found)
    return found


def person(id_: str, obstacle: str | None, says: str, **members: Any) -> dict[str, Any]:
    """Somebody who is in the queue."""
    row = {"representative_id": id_, "rank": 1, "preferred": False, "obstacle": obstacle}
    return {**row, "says": says, **members}


def explained(id_: str, **members: Any) -> dict[str, Any]:
    """As asked for by itself."""
    rule = {
        "number": 0, "when": "waited", "do": "move", "queue_id": "second", "holds": False,
        "at": GENERATED_AT, "passed_over": None, "says": "moved to second, at 10:20",
    }  # fmt: skip
    found = {
        "conversation_id": id_,
        "sequence": 4,
        "status": "open",
        "detail": "awaiting_assignment",
        "queue_id": "support",
        "says": NOBODY,
        "place": 2,
        "waiting": 9,
        "people": [
            person("ana", "capacity", "20 units available, 40 needed"),
            person(MARKUP, None, "could be given it", rank=2, preferred=True),
        ],
        "overflow": [rule],
        "wait": {"seconds": 250.0, "how": "place 2, and 14 were taken up from it"},
        **members,
    }
    ConversationRouting.model_validate(found)
    return found

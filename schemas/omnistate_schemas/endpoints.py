"""The endpoints of the read API: the service takes its paths from this table, and so does openapi.

It must not import `omnistate`.
"""

from typing import Final, NamedTuple

from pydantic import BaseModel

from omnistate_schemas import explained_routing, listed_conversations, read_api

STREAM: Final = "text/event-stream"


class Endpoint(NamedTuple):
    """One path, answered to GET alone; `model` None is the stream of changes."""

    path: str
    operation: str
    summary: str
    model: type[BaseModel] | None
    query: tuple[str, ...] = ()

    @property
    def statuses(self) -> tuple[int, ...]:
        """What it may answer, beside 200."""
        found = (401, 503) if self.operation != "get_openapi" else (401,)
        if "{id}" in self.path or self.query:
            found = (400, *found)
        return (*found, 404) if self.operation in MAY_BE_MISSING else found


MAY_BE_MISSING: Final = frozenset(
    {
        "get_conversation",
        "get_conversation_routing",
        "get_queue_routing",
        "get_representative",
    }
)
ENDPOINTS: Final = (
    Endpoint(
        "/api/overview",
        "get_overview",
        "Everything that a board shows",
        read_api.Overview,
        (
            *("representatives", "representatives_by", "queues", "queues_by"),
            *("contains", "figures_by_queue", "routing", "windows"),
        ),
    ),
    Endpoint(
        "/api/conversations/{id}",
        "get_conversation",
        "A conversation's last change",
        read_api.ConversationNow,
    ),
    Endpoint(
        "/api/conversations/{id}/routing",
        "get_conversation_routing",
        "Why a conversation is not assigned, and who could be given it",
        explained_routing.ConversationRouting,
    ),
    Endpoint(
        "/api/queues",
        "list_queues",
        "Queues and how old their work is",
        read_api.QueueList,
        ("after", "limit"),
    ),
    Endpoint(
        "/api/queues/{id}/conversations",
        "list_queue_work",
        "A queue's open conversations, oldest first",
        listed_conversations.QueueWork,
        ("limit",),
    ),
    Endpoint(
        "/api/queues/{id}/routing",
        "get_queue_routing",
        "What waits in a queue, in the order in which it is given out",
        explained_routing.QueueRouting,
        ("limit",),
    ),
    Endpoint(
        "/api/unqueued/conversations",
        "list_unqueued_work",
        "Open conversations in no queue, oldest first",
        listed_conversations.QueueWork,
        ("limit",),
    ),
    Endpoint(
        "/api/scheduled/conversations",
        "list_scheduled_work",
        "Scheduled conversations, the next one first",
        listed_conversations.ScheduledWork,
        ("limit",),
    ),
    Endpoint(
        "/api/with_bot/conversations",
        "list_bot_work",
        "Conversations that bots have, oldest first",
        listed_conversations.ElsewhereWork,
        ("limit",),
    ),
    Endpoint(
        "/api/with_external/conversations",
        "list_external_work",
        "Conversations that others outside have, oldest first",
        listed_conversations.ElsewhereWork,
        ("limit",),
    ),
    Endpoint(
        "/api/representatives",
        "list_representatives",
        "Representatives, their presence and capacity",
        read_api.RepresentativeList,
        ("after", "limit"),
    ),
    Endpoint(
        "/api/representatives/{id}",
        "get_representative",
        "A representative's capacity and work",
        read_api.RepresentativeWork,
    ),
    Endpoint(
        "/api/counts", "get_counts", "Conversations by workstream and status", read_api.CountsNow
    ),
    Endpoint("/api/figures", "get_figures", "Service figures", read_api.FiguresList),
    Endpoint("/api/lag", "get_lag", "How far every group is behind", read_api.LagNow),
    Endpoint("/api/changes", "follow_changes", "The changes, as they come", None),
    Endpoint("/api/openapi.json", "get_openapi", "This description", read_api.Document),
)

"""A centre as the router sees it, told record by record, and what it then does."""

from typing import Any

import msgspec
from omnistate.core.router.actions import Action, AssignmentRequest
from omnistate.core.router.router import Router
from omnistate.core.router.seen import CapacitySeen, CauseSeen, ConversationSeen, RefusalSeen
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.times import format_time

from tests.core.router_members import START_MS, describe_waiting

CHAT = {"channel": "live_chat"}


class Centre:
    """A router over a whole configuration; seconds count from the start."""

    def __init__(self, **configuration: Any) -> None:
        configuration.setdefault("workstreams", {"chat": CHAT})
        configuration.setdefault("queues", {"support": {}})
        centre = ContactCentre.model_validate(configuration)
        self.router = Router()
        picture = self.router.picture
        for id_, workstream in centre.workstreams.items():
            picture.put_workstream(id_, workstream)
        for id_, profile in centre.capacity_profiles.items():
            picture.put_profile(id_, profile)
        for id_, queue in centre.queues.items():
            picture.put_queue(id_, queue)
        for id_, person in centre.representatives.items():
            picture.put_representative(id_, person)

    def wait(self, id_: str, since_s: Any = 0, **more: Any) -> None:
        since = format_time(START_MS + round(since_s * 1_000))
        seen = describe_waiting(id_, since, **more)
        self.router.picture.put_conversation(id_, msgspec.convert(seen, ConversationSeen))

    def offer(self, id_: str, sequence: int, *people: str, **more: Any) -> None:
        """It is offered to them."""
        detail = {"status": "active", "detail": "awaiting_acceptance"}
        self.wait(id_, sequence=sequence, offered_representative_ids=people, **detail, **more)

    def sit(self, id_: str, units: int = 100, **more: Any) -> None:
        seen = {
            "representative_id": id_,
            "presence": "available",
            "available_units": units,
            **more,
        }
        self.router.picture.put_capacity(id_, msgspec.convert(seen, CapacitySeen))

    def grant(self, id_: str, request: AssignmentRequest, units: int = 70) -> None:
        reservation = {"id": request.id, "source": "/omnistate/router"}
        grant = {"conversation_id": request.conversation_id, "reservation": reservation}
        self.sit(id_, units, grants=[grant])

    def refuse(self, request: Action, at_s: float, code: str = "no_capacity") -> None:
        cause = CauseSeen("assignment.requested", request.id, "/omnistate/router")
        refusal = RefusalSeen(code=code, cause=cause)
        self.router.take_refusal(refusal, START_MS + round(at_s * 1_000))

    def decide(self, at_s: float = 0) -> list[Action]:
        return self.router.decide(START_MS + round(at_s * 1_000))

    def asked(self, at_s: float = 0) -> list[tuple[str, str]]:
        """Conversation and representative of each request; nothing else is done."""
        actions = self.decide(at_s)
        assert all(isinstance(each, AssignmentRequest) for each in actions), actions
        return [
            (each.conversation_id, each.representative_id)
            for each in actions
            if isinstance(each, AssignmentRequest)
        ]


def in_support(*ids: str, **more: Any) -> dict[str, dict[str, Any]]:
    return {id_: {"queues": ["support"], **more} for id_ in ids}

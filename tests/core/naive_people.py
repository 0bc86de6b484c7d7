"""What the slow router knows, and who may be asked for what: each question answered anew."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from omnistate.core.router.actions import (
    AssignmentRequest,
    name_request,
)
from omnistate.core.router.seen import CapacitySeen, ConversationSeen
from omnistate_schemas.configuration import CapacityProfile, Queue, Representative, Workstream

UTC = ZoneInfo("UTC")


def in_ms(text: str | None) -> int:
    """Epoch milliseconds of a published time; -1 for never."""
    if text is None:
        return -1
    since = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


class NaivePeople:
    """Everything that is known, kept as it came."""

    def __init__(self) -> None:
        self.workstreams: dict[str, Workstream] = {}
        self.queues: dict[str, Queue] = {}
        self.profiles: dict[str, CapacityProfile] = {}
        self.representatives: dict[str, Representative] = {}
        self.conversations: dict[str, ConversationSeen] = {}
        self.capacities: dict[str, CapacitySeen] = {}
        self.asked: list[tuple[int, AssignmentRequest]] = []
        self.overflowing: dict[str, tuple[int, int]] = {}
        self.known: dict[str, int] = {}  # how often something new became known of somebody
        self.barred: dict[tuple[str, int, str], tuple[int, int]] = {}
        self.unsettled: dict[str, tuple[int, set[str]]] = {}
        # Who was granted a conversation as of a sequence, and nothing came of it.
        self.in_vain: dict[tuple[str, int], set[str]] = {}
        self.paused: dict[tuple[str, int], int] = {}

    # What it is told.

    def put(self, kind: str, id_: str, value: Any) -> None:
        known: dict[str, Any] = getattr(self, kind)
        former = known.get(id_)
        if value == former:
            return
        if value is None:
            del known[id_]
        else:
            known[id_] = value
        if kind in ("representatives", "capacities"):
            self.known[id_] = self.known.get(id_, 0) + 1
        if kind == "capacities":
            self.compare_grants(id_, former, value)

    def compare_grants(
        self, id_: str, former: CapacitySeen | None, seen: CapacitySeen | None
    ) -> None:
        before = {g.conversation_id: g.reservation.id for g in former.grants} if former else {}
        after = {g.conversation_id: g.reservation.id for g in seen.grants} if seen else {}
        for conversation_id, request_id in before.items():
            conversation = self.conversations.get(conversation_id)
            if conversation is not None and conversation_id not in after:
                sequence = conversation.sequence
                if request_id == name_request(conversation_id, sequence, id_):
                    at, people = self.unsettled.get(conversation_id, (sequence, set()))
                    people = {*people, id_} if at == sequence else {id_}
                    self.unsettled[conversation_id] = sequence, people
        self.asked = [
            (at, request)
            for at, request in self.asked
            if request.representative_id != id_ or after.get(request.conversation_id) != request.id
        ]

    def queue_of(self, conversation: ConversationSeen) -> Queue:
        assert conversation.queue_id is not None
        return self.queues[conversation.queue_id]

    def since(self, conversation: ConversationSeen) -> int:
        return in_ms(conversation.queue_since or conversation.queued_at)

    def is_exhausted(self, conversation: ConversationSeen) -> bool:
        return conversation.decline_count >= self.queue_of(conversation).max_declines

    def on_the_way(self, conversation: ConversationSeen) -> set[str]:
        """To whom it is asked for, granted or offered."""
        id_ = conversation.conversation_id
        asked = {r.representative_id for _, r in self.asked if r.conversation_id == id_}
        granted = {
            each
            for each, seen in self.capacities.items()
            if any(grant.conversation_id == id_ for grant in seen.grants)
        }
        return asked | granted | set(conversation.offered_representative_ids)

    def members(self, conversation: ConversationSeen) -> list[str]:
        return [
            id_
            for id_, each in self.representatives.items()
            if conversation.queue_id in each.queues
        ]

    def presence(self, id_: str) -> tuple[str, bool]:
        """Their presence, and whether it only follows from capacity."""
        default = self.representatives[id_].default_presence
        seen = self.capacities.get(id_)
        if seen is None:
            return default, default == "available"
        if seen.presence_reason == "default":  # `available` follows capacity
            return seen.presence, seen.presence == "available"
        return seen.presence, seen.presence_reason == "capacity"

    def slots(self, id_: str, profile: str) -> int:
        seen = self.capacities.get(id_)
        if seen is not None and profile in seen.profiles:
            return seen.profiles[profile].available
        own = self.representatives[id_].profiles.get(profile)
        if own is not None:
            return own
        return self.profiles[profile].limit if profile in self.profiles else 0

    def units(self, id_: str) -> int:
        seen = self.capacities.get(id_)
        return self.representatives[id_].units if seen is None else seen.available_units

    def has_room(self, conversation: ConversationSeen, id_: str) -> bool:
        seen = self.capacities.get(id_)
        if seen is not None:
            if seen.blocked_by_profile:
                return False
            for slots in seen.profiles.values():
                if slots.blocking and slots.available <= 0 < slots.occupied + slots.granted:
                    return False
        if self.units(id_) < (conversation.units or 0):
            return False
        return all(self.slots(id_, name) >= 1 for name in conversation.profiles)

    def wanted_skills(self, conversation: ConversationSeen, now_ms: int) -> set[str]:
        relax = self.queue_of(conversation).relax_skills_after
        if relax is not None and now_ms - self.since(conversation) >= relax * 1000:
            return set()
        return texts(conversation.attributes.skills)

    def open_ranks(self, conversation: ConversationSeen, now_ms: int) -> set[int]:
        ranks = sorted(
            {
                self.representatives[id_].queues[str(conversation.queue_id)]
                for id_ in self.members(conversation)
            }
        )
        widen = self.queue_of(conversation).widen_after
        waited = now_ms - self.since(conversation)
        return {
            rank
            for number, rank in enumerate(ranks)
            if not widen or number == 0 or waited >= number * widen * 1000
        }

    def could_be_asked(self, conversation: ConversationSeen, id_: str, now_ms: int) -> str | None:
        """Room, skipping and what is under way aside: the first thing that stands against it."""
        rank = self.representatives[id_].queues.get(str(conversation.queue_id))
        if rank is None:
            return "not in the queue"
        preferred = ordered_texts(conversation.attributes.preferred_representatives)[:3]
        if rank not in self.open_ranks(conversation, now_ms) and id_ not in preferred:
            return "rank not open"
        presence, follows = self.presence(id_)
        if presence == "offline":
            return "not signed in"
        allowed = self.workstreams[conversation.workstream_id].allowed_presences
        if presence not in allowed and not follows:
            return "presence"
        if not self.wanted_skills(conversation, now_ms) <= set(self.representatives[id_].skills):
            return "skills"
        return None

    def all_were_skipped(self, conversation: ConversationSeen, now_ms: int) -> bool:
        return all(
            id_ in conversation.skipped_representative_ids
            for id_ in self.members(conversation)
            if self.could_be_asked(conversation, id_, now_ms) is None
        )

    def first_obstacle(
        self, conversation: ConversationSeen, id_: str, now_ms: int, *, asked: bool = True
    ) -> str | None:
        obstacle = self.could_be_asked(conversation, id_, now_ms)
        if obstacle is not None:
            return obstacle
        skipped = id_ in conversation.skipped_representative_ids
        if skipped and not self.all_were_skipped(conversation, now_ms):
            return "skipped"
        if not self.has_room(conversation, id_):
            return "capacity"
        if id_ in conversation.offered_representative_ids or (
            asked and any(request.representative_id == id_ for _, request in self.asked)
        ):
            return "asked already"
        in_vain = self.in_vain.get((conversation.conversation_id, conversation.sequence), set())
        if id_ in in_vain or len(in_vain) >= 3:
            return "refused"
        key = conversation.conversation_id, conversation.sequence, id_
        known, until = self.barred.get(key, (-1, 0))
        if known == self.known.get(id_, 0) and now_ms < until:
            return "refused"
        return None

    def preference(self, conversation: ConversationSeen, id_: str) -> tuple[Any, ...]:
        """The smallest is asked first."""
        preferred = ordered_texts(conversation.attributes.preferred_representatives)[:3]
        place = preferred.index(id_) if id_ in preferred else 3
        rank = self.representatives[id_].queues[str(conversation.queue_id)]
        seen = self.capacities.get(id_)
        granted = in_ms(seen.last_granted_at) if seen else -1
        released = in_ms(seen.last_released_at) if seen else -1
        method = self.queue_of(conversation).method
        if method == "round_robin":
            return place, rank, granted, id_
        if method == "least_active":
            return place, rank, released, id_
        if conversation.profiles and not conversation.units:
            most = min(self.slots(id_, name) for name in conversation.profiles)
        else:
            most = self.units(id_)
        return place, rank, -most, released, id_


def texts(value: Any) -> set[str]:
    return set(ordered_texts(value))


def ordered_texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return list(dict.fromkeys(value)) if isinstance(value, list) else []

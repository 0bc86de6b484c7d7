"""What the outputs tell: every conversation and everybody's occupied capacity, as a user sees them.

It must learn nothing in any other way, and it must decide nothing.
"""

from dataclasses import dataclass
from typing import Any

from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import KIND_OF_CHANNEL

from omnistate.demo.demo_centre import CAPACITY_PROFILES, Cost, is_followed, is_pick
from omnistate.demo.demo_queues import QUEUES
from omnistate.demo.people import Payroll, Representative

OPEN = "awaiting_assignment"
OFFERED = "awaiting_acceptance"
TALKING = "in_conversation"
DECLINED = "capacity.declined"


@dataclass(slots=True, eq=False)
class BoardConversation:
    """One conversation as last heard of; an episode lasts while status and primary do."""

    id: str
    channel: str
    workstream_id: str
    customer_id: str
    cost: Cost
    kind: str = ""
    pick: bool = False
    followed: bool = False
    status: str | None = None
    detail: str | None = None
    queue_id: str | None = None
    representative_id: str | None = None
    offered_id: str | None = None
    skipped: tuple[str, ...] = ()
    sequence: int = 0
    episode: int = 0
    since_ms: int = 0
    waiting_since_ms: int = 0
    offer_due_ms: int | None = None

    def __post_init__(self) -> None:
        self.kind = KIND_OF_CHANNEL[self.channel]
        self.pick = is_pick(self.workstream_id)
        self.followed = is_followed(self.workstream_id)

    @property
    def talking(self) -> bool:
        """Whether a representative is in conversation."""
        return self.detail == TALKING


@dataclass(frozen=True, slots=True)
class BoardChange:
    """What one state change altered, beside the conversation itself."""

    rule: str
    previous_detail: str | None
    previous_representative_id: str | None
    previous_offered_id: str | None
    new_episode: bool
    new_offer: bool
    by_timer: bool


class Board:
    """The conversations by queue and by representative, and the capacity that is left."""

    def __init__(self, payroll: Payroll) -> None:
        self.conversations: dict[str, BoardConversation] = {}
        self.open: dict[str, dict[str, BoardConversation]] = {queue_id: {} for queue_id in QUEUES}
        self.unfinished: dict[str, BoardConversation] = {}
        people = payroll.representatives
        self.desks: dict[str, dict[str, BoardConversation]] = {name: {} for name in people}
        self.offers: dict[str, dict[str, BoardConversation]] = {name: {} for name in people}
        self._units: dict[str, dict[int, int]] = {name: {} for name in people}
        self._profiles: dict[str, dict[int, dict[str, int]]] = {name: {} for name in people}

    def enter(self, conversation: BoardConversation) -> None:
        """Note a conversation that a gateway is about to start."""
        self.conversations[conversation.id] = conversation

    def read_change(self, event: dict[str, Any]) -> tuple[BoardConversation, BoardChange] | None:
        """Take in a state change; None where the conversation is nobody's here."""
        data = event["data"]
        conversation = self.conversations.get(data["conversation_id"])
        if conversation is None:
            return None
        self._remove(conversation)
        offered_id = data.get("offered_representative_id")
        representative_id = data.get("representative_id")
        detail = data.get("detail")
        change = BoardChange(
            rule=data["rule"],
            previous_detail=conversation.detail,
            previous_representative_id=conversation.representative_id,
            previous_offered_id=conversation.offered_id,
            new_episode=(
                data["status"] != conversation.status
                or detail != conversation.detail
                or representative_id != conversation.representative_id
            ),
            new_offer=offered_id is not None and offered_id != conversation.offered_id,
            by_timer="input" not in data,
        )
        if change.new_episode:
            conversation.episode += 1
            conversation.since_ms = parse_time_ms(event["time"])
            if data["status"] == "open" and conversation.detail != OFFERED:
                conversation.waiting_since_ms = conversation.since_ms
        conversation.status = data["status"]
        conversation.detail = detail
        conversation.queue_id = data.get("queue_id")
        conversation.representative_id = representative_id
        conversation.offered_id = offered_id
        conversation.skipped = tuple(data.get("skipped_representative_ids", ()))
        conversation.sequence = data["sequence"]
        timer = data.get("next_timer")
        due = timer["at"] if timer is not None and timer["name"] == "offer" else None
        conversation.offer_due_ms = None if due is None else parse_time_ms(due)
        self._place(conversation)
        return conversation, change

    def read_capacity(self, event: dict[str, Any]) -> None:
        """Take in a partition's counters of a representative, which are absolute."""
        data = event["data"]
        if event["type"] == DECLINED:
            # A grant that nobody took moved no counter.
            return
        person_id, partition = data["representative_id"], data["partition"]
        if person_id in self._units:
            self._units[person_id][partition] = data["partition_units"]
            self._profiles[person_id][partition] = data.get("partition_profiles", {})

    def available_units(self, person: Representative) -> int:
        """The representative's units that nothing holds; negative after forced work."""
        return person.units - sum(self._units[person.id].values())

    def available_slots(self, person: Representative, profile: str) -> int:
        """The slots that are left to them in a profile."""
        limit = person.profiles.get(profile)
        if limit is None:
            limit = CAPACITY_PROFILES[profile]["limit"]
        occupied = sum(slots.get(profile, 0) for slots in self._profiles[person.id].values())
        return limit - occupied

    def fits(self, person: Representative, cost: Cost) -> bool:
        """Whether they have room for that, and no full profile that blocks everything."""
        if self.available_units(person) < cost.units:
            return False
        for slots in self._profiles[person.id].values():
            for name in slots:
                if CAPACITY_PROFILES[name]["blocking"] and self.available_slots(person, name) <= 0:
                    return False
        return all(self.available_slots(person, name) > 0 for name in cost.profiles)

    def talks(self, person_id: str) -> list[BoardConversation]:
        """The conversations that they are having now."""
        return [each for each in self.desks[person_id].values() if each.talking]

    def _remove(self, conversation: BoardConversation) -> None:
        if conversation.queue_id in self.open:
            self.open[conversation.queue_id].pop(conversation.id, None)
        if conversation.representative_id in self.desks:
            self.desks[conversation.representative_id].pop(conversation.id, None)
        if conversation.offered_id in self.offers:
            self.offers[conversation.offered_id].pop(conversation.id, None)

    def _place(self, conversation: BoardConversation) -> None:
        if conversation.status == "closed":
            self.unfinished.pop(conversation.id, None)
            return
        self.unfinished[conversation.id] = conversation
        if conversation.status == "open" and conversation.queue_id in self.open:
            self.open[conversation.queue_id][conversation.id] = conversation
        if conversation.representative_id in self.desks:
            self.desks[conversation.representative_id][conversation.id] = conversation
        if conversation.offered_id in self.offers:
            self.offers[conversation.offered_id][conversation.id] = conversation

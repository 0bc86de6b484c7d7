"""The router, slow and obvious: written from the contract alone, the judge of the real one.

It keeps what it was told as it was told, and at every turn goes through every conversation, every
person and every rule. Nothing is remembered but what was asked for and is not answered yet.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from omnistate.core.router.actions import (
    Action,
    AssignmentRequest,
    OverflowClosing,
    QueueMove,
    name_overflow,
    name_request,
)
from omnistate.core.router.seen import CapacitySeen, ConversationSeen, RefusalSeen
from omnistate_schemas.configuration import CapacityProfile, Queue, Representative, Workstream
from omnistate_schemas.queue import OverflowRule

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UTC = ZoneInfo("UTC")


def in_ms(text: str | None) -> int:
    """Epoch milliseconds of a published time; -1 for never."""
    if text is None:
        return -1
    since = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


def is_open(hours: dict[str, Any] | None, at_ms: int) -> bool:
    """Whether operating hours, as they stand in the file, hold at an instant."""
    if hours is None:
        return True
    zone = ZoneInfo(hours.get("time_zone", "UTC"))
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(zone)
    clock = local.strftime("%H:%M")
    for day, started_yesterday in ((local.date(), False), (local.date() - timedelta(1), True)):
        if day.isoformat() in hours.get("closed_on", []):
            continue
        for window in windows_of(hours, WEEK[day.weekday()]):
            start, end = window.split("-")
            if end <= start:  # goes on into the next day
                if clock >= start and not started_yesterday:
                    return True
                if clock < end and started_yesterday:
                    return True
            elif start <= clock < end and not started_yesterday:
                return True
    return False


def windows_of(hours: dict[str, Any], day: str) -> list[str]:
    """The windows that begin on a day of the week."""
    for key, windows in hours.items():
        if key in ("time_zone", "closed_on"):
            continue
        first, _, last = key.partition("-")
        named = [first]
        while named[-1] != (last or first):
            named.append(WEEK[(WEEK.index(named[-1]) + 1) % 7])
        if day in named:
            return list(windows)
    return []


class NaiveRouter:
    """The same inputs and the same answer as `omnistate.core.router.router.Router`."""

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
        self.unsettled: dict[str, int] = {}
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
                    self.unsettled[conversation_id] = sequence
        self.asked = [
            (at, request)
            for at, request in self.asked
            if request.representative_id != id_ or after.get(request.conversation_id) != request.id
        ]

    def take_refusal(self, refusal: RefusalSeen, now_ms: int) -> None:
        for entry in self.asked:
            request = entry[1]
            if refusal.cause.source == "/omnistate/router" and request.id == refusal.cause.id:
                self.asked.remove(entry)
                pair = request.conversation_id, request.representative_id
                known = self.known.get(pair[1], 0)
                self.barred[pair[0], request.expected_sequence, pair[1]] = known, now_ms + 10_000
                return

    # What it makes of it.

    def decide(self, now_ms: int) -> list[Action]:
        actions: list[Action] = []
        for entry in list(self.asked):
            at, request = entry
            if at + 10_000 <= now_ms:
                self.asked.remove(entry)
                if self.fits_still(request, now_ms):
                    self.asked.append((now_ms, request))
                    actions.append(request)
        for id_ in sorted(self.conversations):
            sequence = self.unsettled.pop(id_, None)
            if sequence is not None:
                self.paused[id_, sequence] = now_ms + 10_000
            if id_ in {each.conversation_id for each in self.pushed()}:
                actions.extend(self.overflow(self.conversations[id_], now_ms))
        for conversation in sorted(self.pushed(), key=self.work_order):
            if self.wants_somebody(conversation, now_ms):
                candidates = [
                    id_
                    for id_ in self.representatives
                    if self.first_obstacle(conversation, id_, now_ms) is None
                ]
                if candidates:
                    best = min(candidates, key=lambda id_: self.preference(conversation, id_))
                    request = self.make_request(conversation, best)
                    self.asked.append((now_ms, request))
                    actions.append(request)
        return actions

    def make_request(self, conversation: ConversationSeen, id_: str) -> AssignmentRequest:
        return AssignmentRequest(
            id=name_request(conversation.conversation_id, conversation.sequence, id_),
            representative_id=id_,
            conversation_id=conversation.conversation_id,
            units=conversation.units or 0,
            profiles=tuple(conversation.profiles),
            expected_sequence=conversation.sequence,
            allowed_presences=tuple(
                sorted(self.workstreams[conversation.workstream_id].allowed_presences)
            ),
        )

    def pushed(self) -> list[ConversationSeen]:
        """Open or offered conversations of push workstreams of this engine in known queues."""
        found = []
        for each in self.conversations.values():
            workstream = self.workstreams.get(each.workstream_id)
            if (
                workstream is not None
                and workstream.distribution == "push"
                and workstream.authority == "engine"
                and (each.status == "open" or each.detail == "awaiting_acceptance")
                and each.queue_id in self.queues
                and each.queued_at is not None
                and each.units is not None
            ):
                found.append(each)
        return found

    def queue_of(self, conversation: ConversationSeen) -> Queue:
        assert conversation.queue_id is not None
        return self.queues[conversation.queue_id]

    def since(self, conversation: ConversationSeen) -> int:
        return in_ms(conversation.queue_since or conversation.queued_at)

    def work_order(self, conversation: ConversationSeen) -> tuple[int, int, int, str]:
        return (
            -self.queue_of(conversation).priority,
            -conversation.priority,
            in_ms(conversation.queued_at),
            conversation.conversation_id,
        )

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

    def is_held_up(self, conversation: ConversationSeen, now_ms: int) -> bool:
        id_, sequence = conversation.conversation_id, conversation.sequence
        if self.on_the_way(conversation) - set(conversation.offered_representative_ids):
            return True
        return self.paused.get((id_, sequence), 0) > now_ms

    def overflow(self, conversation: ConversationSeen, now_ms: int) -> Iterator[Action]:
        id_, sequence = conversation.conversation_id, conversation.sequence
        queue_id = conversation.queue_id
        assert queue_id is not None
        if (
            conversation.status != "open"
            or self.is_exhausted(conversation)
            or self.is_held_up(conversation, now_ms)
            or self.overflow_is_on_its_way(conversation, now_ms)
        ):
            return
        self.overflowing.pop(id_, None)
        number = self.rule_that_holds(conversation, now_ms)
        if number is None:
            return
        rule = self.queue_of(conversation).overflow[number]
        self.overflowing[id_] = (sequence, now_ms)
        name = name_overflow(id_, sequence, queue_id, number)
        if rule.do == "close":
            yield OverflowClosing(name, id_, sequence)
        else:
            assert rule.queue_id is not None
            yield QueueMove(name, id_, rule.queue_id, sequence)

    def overflow_is_on_its_way(self, conversation: ConversationSeen, now_ms: int) -> bool:
        sent = self.overflowing.get(conversation.conversation_id)
        return sent is not None and sent[0] == conversation.sequence and now_ms < sent[1] + 10_000

    def rule_that_holds(self, conversation: ConversationSeen, now_ms: int) -> int | None:
        for number, rule in enumerate(self.queue_of(conversation).overflow):
            if self.rule_applies(conversation, rule) and self.rule_holds(
                conversation, rule, now_ms
            ):
                return number
        return None

    def rule_applies(self, conversation: ConversationSeen, rule: OverflowRule) -> bool:
        if rule.do == "close":
            return conversation.channel != "record"
        return rule.queue_id in self.queues and not self.leads_to(
            str(rule.queue_id), str(conversation.queue_id)
        )

    def leads_to(self, start: str, end: str) -> bool:
        """Whether overflow can go from one queue to another, in any number of moves."""
        reached = {start}
        while True:
            further = {
                rule.queue_id
                for each in reached
                if each in self.queues
                for rule in self.queues[each].overflow
                if rule.queue_id is not None
            }
            if further <= reached:
                return end in reached
            reached |= further

    def rule_holds(self, conversation: ConversationSeen, rule: OverflowRule, now_ms: int) -> bool:
        queue = self.queue_of(conversation)
        since = self.since(conversation)
        if rule.when == "closed":
            hours = queue.operating_hours
            return not is_open(None if hours is None else hours.model_dump(), since)
        if rule.when == "longer_than":
            earlier = [
                each
                for each in self.pushed()
                if each.status == "open"
                and each.queue_id == conversation.queue_id
                and not self.is_exhausted(each)
                and (self.since(each), each.conversation_id) < (since, conversation.conversation_id)
            ]
            assert rule.conversations is not None
            return len(earlier) >= rule.conversations
        if rule.when == "waited":
            assert rule.seconds is not None
            return now_ms - since >= rule.seconds * 1000
        return not any(self.presence(id_)[0] != "offline" for id_ in self.members(conversation))

    def members(self, conversation: ConversationSeen) -> list[str]:
        return [
            id_
            for id_, each in self.representatives.items()
            if conversation.queue_id in each.queues
        ]

    def wants_somebody(self, conversation: ConversationSeen, now_ms: int) -> bool:
        if self.is_exhausted(conversation) or self.is_held_up(conversation, now_ms):
            return False
        if conversation.status == "open" and (
            self.overflow_is_on_its_way(conversation, now_ms)
            or self.rule_that_holds(conversation, now_ms) is not None
        ):
            return False
        limit = self.workstreams[conversation.workstream_id].parallel_offers or 1
        return len(self.on_the_way(conversation)) < limit

    # People.

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
        key = conversation.conversation_id, conversation.sequence, id_
        known, until = self.barred.get(key, (-1, 0))
        if known == self.known.get(id_, 0) and now_ms < until:
            return "refused"
        return None

    def fits_still(self, request: AssignmentRequest, now_ms: int) -> bool:
        found = [e for e in self.pushed() if e.conversation_id == request.conversation_id]
        if not found or request.representative_id not in self.representatives:
            return False
        conversation = found[0]
        others = self.on_the_way(conversation) - {request.representative_id}
        limit = self.workstreams[conversation.workstream_id].parallel_offers or 1
        return (
            self.make_request(conversation, request.representative_id) == request
            and not self.is_exhausted(conversation)
            and others <= set(conversation.offered_representative_ids)
            and len(others) < limit
            and self.first_obstacle(conversation, request.representative_id, now_ms, asked=False)
            is None
            and (
                conversation.status != "open" or self.rule_that_holds(conversation, now_ms) is None
            )
        )

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

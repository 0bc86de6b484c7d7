"""The router, slow and obvious: written from the contract alone, the judge of the real one.

It keeps what it was told as it was told, and at every turn goes through every conversation, every
person and every rule. Nothing is remembered but what was asked for and is not answered yet.
"""

from collections.abc import Iterator

from omnistate.core.router.actions import (
    Action,
    AssignmentRequest,
    OverflowClosing,
    QueueMove,
    name_overflow,
    name_request,
)
from omnistate.core.router.seen import ConversationSeen, RefusalSeen
from omnistate_schemas.queue import OverflowRule

from tests.core.naive_hours import is_open
from tests.core.naive_people import NaivePeople, in_ms


class NaiveRouter(NaivePeople):
    """The same inputs and the same answer as `omnistate.core.router.router.Router`."""

    def take_refusal(self, refusal: RefusalSeen, now_ms: int) -> None:
        for entry in self.asked:
            request = entry[1]
            if refusal.cause.source == "/omnistate/router" and request.id == refusal.cause.id:
                if refusal.code == "duplicate":
                    # Granted before: that says nothing new.
                    place = request.conversation_id, request.expected_sequence
                    self.in_vain.setdefault(place, set()).add(request.representative_id)
                    return
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
            if id_ in self.unsettled:
                sequence, people = self.unsettled.pop(id_)
                self.in_vain.setdefault((id_, sequence), set()).update(people)
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

    def work_order(self, conversation: ConversationSeen) -> tuple[int, int, int, str]:
        return (
            -self.queue_of(conversation).priority,
            -conversation.priority,
            in_ms(conversation.queued_at),
            conversation.conversation_id,
        )

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

"""The router: what is to be done now, from what was put into the picture.

After each `decide` nobody who is free could be given anything that waits. So only what changed is
looked at: a conversation finds the best of the people, somebody who has room again the first of the
conversations, and both in the order of work. No clock, no I/O; the caller says what time it is.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Final

from omnistate.core.router.actions import (
    SOURCE,
    Action,
    AssignmentRequest,
    OverflowClosing,
    QueueMove,
    name_overflow,
)
from omnistate.core.router.giving import give_out
from omnistate.core.router.overflow import Overflow, find_overflow
from omnistate.core.router.person import Person
from omnistate.core.router.picture import Picture
from omnistate.core.router.queue_room import QueueRoom
from omnistate.core.router.seen import RefusalSeen
from omnistate.core.router.under_way import ANSWER_MS
from omnistate.core.router.work import Work

# With fewer turns than these nobody minds those that are of the past.
TURNS_MIN: Final = 1_024


class Router:
    """Decides over a picture. What it asked for and is not answered yet lies in the picture."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.picture: Final = Picture()
        # Moves and closings that are on their way: the sequence, and when they were asked for.
        self._overflowing: dict[str, tuple[int, int]] = {}
        self._turns: list[tuple[int, str]] = []

    def take_refusal(self, refusal: RefusalSeen, now_ms: int) -> None:
        """An input was refused or ignored: where it was a request of ours, the gate's answer."""
        picture, cause = self.picture, refusal.cause
        if cause.source != SOURCE or cause.id is None:
            return
        request = picture.under_way.find_request(cause.id)
        if request is None:
            return
        if refusal.code == "duplicate":
            # It was granted before, and what becomes of that is seen elsewhere: nobody else is
            # asked meanwhile, and they are not asked once more.
            self._spend(request)
            return
        picture.under_way.end(request.representative_id)
        picture.changed.add(request.representative_id)
        picture.dirty.add(request.conversation_id)
        work = picture.works.get(request.conversation_id)
        person = picture.people.get(request.representative_id)
        if work is not None and person is not None and work.sequence == request.expected_sequence:
            # Not before something else is known of them, or for a while.
            work.barred[person.id] = (person.version, now_ms + ANSWER_MS)

    def _spend(self, request: AssignmentRequest) -> None:
        work = self.picture.works.get(request.conversation_id)
        if work is not None and work.sequence == request.expected_sequence:
            work.spent |= {request.representative_id}

    def stand_by(self) -> None:
        """Nobody decides here now: keep only what may be worth looking at when the turn comes."""
        picture = self.picture
        many = TURNS_MIN + 2 * len(picture.works)
        if len(picture.dirty) > many:
            picture.dirty &= picture.works.keys()
        if len(picture.unsettled) > many:
            for id_ in picture.unsettled.keys() - picture.works.keys():
                del picture.unsettled[id_]

    def forget_requests(self) -> None:
        """Somebody else acts from now on: what was asked for and not answered is theirs to ask."""
        picture = self.picture
        for representative_id, (_, request) in list(picture.under_way.asked.items()):
            picture.under_way.end(representative_id)
            picture.changed.add(representative_id)
            picture.dirty.add(request.conversation_id)
        picture.dirty.update(self._overflowing)
        self._overflowing.clear()

    def decide(self, now_ms: int) -> list[Action]:
        """What is to be done at epoch `now_ms`, in order; asked for from now on."""
        picture = self.picture
        actions: list[Action] = []
        picture.bring_up_to_date()
        while self._turns and self._turns[0][0] <= now_ms:
            picture.dirty.add(heappop(self._turns)[1])
        actions.extend(self._follow_up(now_ms))
        wanting = []
        for id_ in sorted(picture.dirty):
            work = picture.works.get(id_)
            if work is None:
                self._overflowing.pop(id_, None)
                picture.unsettled.pop(id_, None)
            elif self._is_wanting(work, now_ms, actions):
                wanting.append(work)
        free = [
            picture.people[id_]
            for id_ in picture.changed
            if id_ not in picture.under_way.asked and id_ in picture.people
        ]
        picture.dirty.clear()
        picture.changed.clear()
        actions.extend(give_out(picture, wanting, free, now_ms))
        return actions

    @property
    def next_turn_ms(self) -> int | None:
        """When time alone next makes a difference, as far as is known; None: never."""
        overdue = self.picture.under_way.next_overdue_ms
        turn = self._turns[0][0] if self._turns else None
        return min((each for each in (turn, overdue) if each is not None), default=None)

    def _follow_up(self, now_ms: int) -> Iterator[AssignmentRequest]:
        """Requests without an answer: made again while they still fit, else given up."""
        picture = self.picture
        for request in picture.under_way.list_overdue(now_ms):
            person = picture.people.get(request.representative_id)
            work = picture.works.get(request.conversation_id)
            if (
                person is not None
                and work is not None
                and self._still_fits(request, work, person, now_ms)
            ):
                picture.under_way.ask(request, now_ms)
                yield request
                continue
            picture.under_way.end(request.representative_id)
            picture.dirty.add(request.conversation_id)
            if person is not None:
                picture.changed.add(person.id)
                picture.seat_anew(person)

    def _still_fits(
        self, request: AssignmentRequest, work: Work, person: Person, now_ms: int
    ) -> bool:
        room = self.picture.rooms[work.queue_id]
        self._find_witness(work, room, now_ms)
        return (
            request.expected_sequence == work.sequence
            and request.units == work.need.units
            and request.profiles == work.need.profiles
            and request.allowed_presences == work.need.presences
            and person.id in room.members
            and len(work.offered) < work.parallel_offers
            and not self.picture.under_way.is_asked_for(work.id, work.offered | {person.id})
            and work.decline_count < room.queue.max_declines
            and room.could_take(work, person, now_ms)
            and person.has_room(work.need, self.picture.limits)
            and work.may_ask(person)
            and (not work.is_open or self._find_overflow(work, room, now_ms) is None)
        )

    def _is_wanting(self, work: Work, now_ms: int, actions: list[Action]) -> bool:
        """File it where it belongs now; whether somebody is to be found. It may overflow."""
        room = self.picture.rooms[work.queue_id]
        room.lists.take_out(work)
        if self._is_held_up(work, now_ms) or work.decline_count >= room.queue.max_declines:
            return False
        if work.is_open and self._overflows(work, room, now_ms, actions):
            return False
        self._wake(work, room.next_turn_ms(work, now_ms), now_ms)
        if len(work.offered) >= work.parallel_offers:
            return False
        if work.barred:
            barred = {id_: bar for id_, bar in work.barred.items() if bar[1] > now_ms}
            work.barred = barred
            self._wake(work, min((end for _, end in barred.values()), default=None), now_ms)
        self._find_witness(work, room, now_ms)
        room.lists.file(work, room.skills_for(work, now_ms), room.last_rank_for(work, now_ms))
        return True

    def _find_witness(self, work: Work, room: QueueRoom, now_ms: int) -> None:
        room.witnesses.find(
            work, room.present.values(), lambda person: room.could_take(work, person, now_ms)
        )

    def _is_held_up(self, work: Work, now_ms: int) -> bool:
        """Whether something is on its way for it, or what became of a grant is not seen yet."""
        sequence, people = self.picture.unsettled.pop(work.id, (None, frozenset()))
        if sequence == work.sequence:
            work.spent |= people
            work.paused_until_ms = now_ms + ANSWER_MS
        if self.picture.under_way.is_asked_for(work.id, work.offered):
            return True
        if work.paused_until_ms > now_ms:
            self._wake(work, work.paused_until_ms, now_ms)
            return True
        return False

    def _overflows(self, work: Work, room: QueueRoom, now_ms: int, actions: list[Action]) -> bool:
        on_its_way = self._overflowing.get(work.id)
        if on_its_way is not None and on_its_way[0] == work.sequence:
            again_ms = on_its_way[1] + ANSWER_MS
            if again_ms > now_ms:
                self._wake(work, again_ms, now_ms)
                return True
        overflow = self._find_overflow(work, room, now_ms)
        if overflow is None:
            self._overflowing.pop(work.id, None)
            return False
        self._overflowing[work.id] = (work.sequence, now_ms)
        self._wake(work, now_ms + ANSWER_MS, now_ms)
        id_ = name_overflow(work.id, work.sequence, room.id, overflow.number)
        if overflow.rule.queue_id is None:
            actions.append(OverflowClosing(id_, work.id, work.sequence))
        else:
            actions.append(QueueMove(id_, work.id, overflow.rule.queue_id, work.sequence))
        return True

    def _find_overflow(self, work: Work, room: QueueRoom, now_ms: int) -> Overflow | None:
        return find_overflow(work, room, self.picture.targets[room.id], now_ms)

    def _wake(self, work: Work, at_ms: int | None, now_ms: int) -> None:
        """Look at it again then, unless that is sooner anyway."""
        if at_ms is None or (work.wake_ms is not None and now_ms < work.wake_ms <= at_ms):
            return
        work.wake_ms = at_ms
        heappush(self._turns, (at_ms, work.id))
        if len(self._turns) > TURNS_MIN + 4 * len(self.picture.works):
            # Most are of changes that others have followed: what may be days off is not kept.
            works = self.picture.works.values()
            self._turns = [(each.wake_ms, each.id) for each in works if each.wake_ms is not None]
            heapify(self._turns)

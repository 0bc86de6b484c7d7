"""What the router knows: the configuration, the people and the work, each where it belongs.

What comes in is only noted; `bring_up_to_date` puts it into the rooms of the queues and says what
it makes worth looking at. A changed queue, workstream or profile builds the rooms anew.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from omnistate_schemas.configuration import CapacityProfile, Queue, Representative, Workstream
from omnistate_schemas.queue import list_overflow_targets

from omnistate.core.router.actions import name_request
from omnistate.core.router.offering import Offering
from omnistate.core.router.person import Person
from omnistate.core.router.queue_room import QueueRoom
from omnistate.core.router.seen import (
    CapacitySeen,
    ConversationSeen,
    differ_in_number_alone,
    list_grants,
)
from omnistate.core.router.under_way import UnderWay
from omnistate.core.router.work import Work, can_be_pushed

T = TypeVar("T")


class Picture:
    """Rooms, people and work. `dirty` and `changed` are what is worth looking at."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.under_way: Final = UnderWay()
        self.rooms: dict[str, QueueRoom] = {}
        self.people: dict[str, Person] = {}
        self.works: dict[str, Work] = {}
        self.offerings: dict[str, Offering] = {}
        # The slots of each profile, for whoever has none of their own.
        self.limits: Final[dict[str, int]] = {}
        # Into which queues each one's work can be moved.
        self.targets: dict[str, frozenset[str]] = {}
        self.dirty: set[str] = set()
        self.changed: set[str] = set()
        # Grants for this very change that are over, and whose: what the engine made of them is not
        # seen yet.
        self.unsettled: dict[str, tuple[int, frozenset[str]]] = {}
        self._queues: dict[str, Queue] = {}
        self._representatives: dict[str, Representative] = {}
        self._seen: dict[str, ConversationSeen] = {}
        self._capacities: dict[str, CapacitySeen] = {}
        self._is_stale = True

    # What comes in.

    def put_workstream(self, id_: str, workstream: Workstream | None) -> None:
        """Add or replace a workstream; None takes it away."""
        offering = None if workstream is None else Offering.of(workstream)
        self._is_stale |= _replace(self.offerings, id_, offering)

    def put_queue(self, id_: str, queue: Queue | None) -> None:
        """Add or replace a queue; None takes it away."""
        self._is_stale |= _replace(self._queues, id_, queue)

    def put_profile(self, name: str, profile: CapacityProfile | None) -> None:
        """Add or replace a capacity profile; None takes it away."""
        limit = None if profile is None else profile.limit
        self._is_stale |= _replace(self.limits, name, limit)

    def put_representative(self, id_: str, configured: Representative | None) -> None:
        """Add or replace a representative; None takes them away."""
        if not _replace(self._representatives, id_, configured):
            return
        person = self.people.setdefault(id_, Person(id_))
        person.version += 1
        if self._is_stale:
            return
        rooms = [self.rooms[queue_id] for queue_id in person.queues if queue_id in self.rooms]
        before = {room.id: (room.ranks, bool(room.present)) for room in rooms}
        for room in rooms:
            self.dirty.update(work.id for work in room.witnesses.list_in_doubt(person))
            room.dismiss(person)
        person.configure(configured, self._capacities.get(id_))
        for queue_id in person.queues.keys() & self.rooms.keys():
            room = self.rooms[queue_id]
            before.setdefault(queue_id, (room.ranks, bool(room.present)))
            room.admit(person)
        for queue_id, (ranks, peopled) in before.items():
            room = self.rooms[queue_id]
            if room.ranks != ranks or bool(room.present) != peopled:
                self.dirty.update(room.works)
        self.changed.add(id_)

    def put_capacity(self, id_: str, seen: CapacitySeen | None) -> None:
        """The totals of a representative; None: they are not known any more."""
        former = self._capacities.get(id_)
        if not _replace(self._capacities, id_, seen):
            return
        before = {} if former is None else list_grants(former)
        after = {} if seen is None else list_grants(seen)
        for conversation_id in before.keys() - after.keys():
            self.under_way.settle(conversation_id, id_)
            known = self._seen.get(conversation_id)
            if known is not None and before[conversation_id] == name_request(
                conversation_id, known.sequence, id_
            ):
                at, people = self.unsettled.get(conversation_id, (known.sequence, frozenset()))
                people = people if at == known.sequence else frozenset()
                self.unsettled[conversation_id] = known.sequence, people | {id_}
        for conversation_id in after.keys() - before.keys():
            self.under_way.grant(conversation_id, id_)
        self.dirty.update(before.keys() ^ after.keys())
        request = self.under_way.request_to(id_)
        if request is not None and after.get(request.conversation_id) == request.id:
            self.under_way.end(id_)
            self.dirty.add(request.conversation_id)
        person = self.people.setdefault(id_, Person(id_))
        person.version += 1
        person.see(seen)
        self.changed.add(id_)

    def put_conversation(self, id_: str, seen: ConversationSeen | None) -> None:
        """The last change of a conversation; None: it is forgotten."""
        kept = seen is not None and (seen.status == "open" or bool(seen.offered_representative_ids))
        former = self._seen.get(id_)
        if seen is not None and former is not None and former.sequence == seen.sequence:
            return
        _replace(self._seen, id_, seen if kept else None)
        if self._is_stale:
            return
        work = self.works.get(id_)
        if work is None or not work.is_settled or not _is_renumbered(former, seen):
            self._place(id_)
        elif seen is not None:
            # Where it belongs, and that nobody can be given it now, is as it was.
            work.sequence = seen.sequence

    def find_seen(self, id_: str) -> ConversationSeen | None:
        """The last change of a conversation that is open or offered; None of any other."""
        return self._seen.get(id_)

    # Where it belongs.

    def bring_up_to_date(self) -> None:
        """Build the rooms anew where a configuration changed, and seat the people who changed."""
        if self._is_stale:
            self._build_anew()
        for id_ in self.changed:
            person = self.people[id_]
            free = id_ not in self.under_way.asked
            for queue_id in person.queues:
                room = self.rooms.get(queue_id)
                if room is not None:
                    self._seat(room, person, free=free)

    def seat_anew(self, person: Person) -> None:
        """Somebody was asked, or is asked no more."""
        free = person.id not in self.under_way.asked
        for queue_id in person.queues:
            room = self.rooms.get(queue_id)
            if room is not None:
                room.seat(person, free=free)

    def _seat(self, room: QueueRoom, person: Person, *, free: bool) -> None:
        was_empty = not room.present
        if room.seat(person, free=free):
            self.dirty.update(work.id for work in room.witnesses.list_in_doubt(person))
        if bool(room.present) == was_empty:
            # The first one came, or the last one left.
            self.dirty.update(room.works)

    def _place(self, id_: str) -> None:
        """Put a conversation into the room of its queue, or take it out."""
        former = self.works.pop(id_, None)
        if former is not None:
            room = self.rooms[former.queue_id]
            del room.works[id_]
            room.lists.take_out(former)
            room.witnesses.forget(former)
            room.arrivals.remove((former.queue_since_ms, id_))
        seen = self._seen.get(id_)
        if seen is None or seen.queue_id is None:
            return
        offering, found = self.offerings.get(seen.workstream_id), self.rooms.get(seen.queue_id)
        if found is None or offering is None or not can_be_pushed(seen, offering):
            return
        work = Work(seen, offering, found.queue.priority)
        if former is not None:
            work.carry_over(former)
        self.works[id_] = found.works[id_] = work
        self.dirty.add(id_)
        if work.is_open and work.decline_count < found.queue.max_declines:
            self.dirty.update(found.arrivals.add((work.queue_since_ms, id_)))

    def _build_anew(self) -> None:
        self._is_stale = False
        former, self.works = self.works, {}
        self.rooms = {
            id_: QueueRoom(id_, queue, self.limits) for id_, queue in sorted(self._queues.items())
        }
        self.targets = _find_targets(self._queues)
        for id_, person in sorted(self.people.items()):
            person.configure(self._representatives.get(id_), self._capacities.get(id_))
            for queue_id in person.queues:
                if queue_id in self.rooms:
                    self.rooms[queue_id].admit(person)
        self.changed = set(self.people)
        for id_ in self._seen:
            self._place(id_)
            if id_ in former and id_ in self.works:
                self.works[id_].carry_over(former[id_])
        self.dirty.update(self.works)


def _replace(known: dict[str, T], key: str, value: T | None) -> bool:
    """Put a value, or take it away where it is None; whether that changes anything."""
    if known.get(key) == value:
        return False
    if value is None:
        known.pop(key, None)
    else:
        known[key] = value
    return True


def _is_renumbered(former: ConversationSeen | None, seen: ConversationSeen | None) -> bool:
    return former is not None and seen is not None and differ_in_number_alone(former, seen)


def _find_targets(queues: Mapping[str, Queue]) -> dict[str, frozenset[str]]:
    """Of each queue those that its rules may move to: configured, and never leading back to it."""
    leads_to: dict[str, set[str]] = {}
    for start in queues:
        reached: set[str] = set()
        ahead = [start]
        while ahead:
            for target in list_overflow_targets(queues[ahead.pop()]):
                if target in queues and target not in reached:
                    reached.add(target)
                    ahead.append(target)
        leads_to[start] = reached
    return {
        start: frozenset(
            target
            for target in list_overflow_targets(queue)
            if target in queues and target != start and start not in leads_to[target]
        )
        for start, queue in queues.items()
    }

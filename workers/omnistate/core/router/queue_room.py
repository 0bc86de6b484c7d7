"""A queue: its configuration, who is in it, what waits in it, and who is asked for what."""

from collections.abc import Container, Set
from typing import Final

from omnistate_schemas.queue import Queue

from omnistate.core.router.arrivals import Arrivals
from omnistate.core.router.offering import Need
from omnistate.core.router.opening_times import OpeningTimes
from omnistate.core.router.person import Person, Standing
from omnistate.core.router.pool import Pool
from omnistate.core.router.waiting_lists import WaitingLists
from omnistate.core.router.witnesses import Witnesses
from omnistate.core.router.work import Work

# So many needs have a pool at hand; one more takes the place of the one not asked for longest.
POOLS_MAX: Final = 32


class QueueRoom:
    """One queue that is configured."""

    def __init__(self, id_: str, queue: Queue, limits: dict[str, int]) -> None:
        """`limits`: the slots of each profile, for whoever has none of their own."""
        self.id: Final = id_
        self.queue: Final = queue
        hours = queue.operating_hours
        self.opening: Final = None if hours is None else OpeningTimes(hours)
        self.widen_ms: Final = to_ms(queue.widen_after)
        relax = queue.relax_skills_after
        self.relax_ms: Final = None if relax is None else to_ms(relax)
        self.members: Final[dict[str, Person]] = {}
        self.works: Final[dict[str, Work]] = {}
        self.lists: Final = WaitingLists()
        self.witnesses: Final = Witnesses()
        lengths = (rule.conversations for rule in queue.overflow)
        self.arrivals: Final = Arrivals(frozenset(each for each in lengths if each is not None))
        # Who is in it and signed in.
        self.present: Final[dict[str, Person]] = {}
        self._limits: Final = limits
        self._pools: dict[Need, Pool] = {}
        # Whether somebody could be asked for anything, as it was when they were last seated.
        self._standings: dict[str, Standing] = {}
        self._of_rank: dict[int, int] = {}
        self._ranks: tuple[int, ...] = ()

    @property
    def ranks(self) -> tuple[int, ...]:
        """The ranks that somebody has, the first one first."""
        return self._ranks

    def admit(self, person: Person) -> None:
        """Somebody is in it from now on."""
        rank = person.queues[self.id]
        self.members[person.id] = person
        self._count_rank(rank, 1)

    def dismiss(self, person: Person) -> None:
        """Somebody, with the rank they were admitted with, is not in it any more."""
        del self.members[person.id]
        self._count_rank(person.queues[self.id], -1)
        self.present.pop(person.id, None)
        self._standings.pop(person.id, None)
        for pool in self._pools.values():
            pool.seat(person.id, None)

    def _count_rank(self, rank: int, more: int) -> None:
        self._of_rank[rank] = self._of_rank.get(rank, 0) + more
        if not self._of_rank[rank]:
            del self._of_rank[rank]
        if len(self._of_rank) != len(self._ranks):
            self._ranks = tuple(sorted(self._of_rank))

    def seat(self, person: Person, *, free: bool) -> bool:
        """Somebody who is in it changed; whether it is their presence, skills or rank that did.

        `free`: no request of theirs is under way.
        """
        if person.signed_in:
            self.present[person.id] = person
        else:
            self.present.pop(person.id, None)
        for need, pool in self._pools.items():
            self._seat_in(pool, need, person, free=free)
        standing = person.standing
        if self._standings.get(person.id) == standing:
            return False
        self._standings[person.id] = standing
        return True

    def _seat_in(self, pool: Pool, need: Need, person: Person, *, free: bool) -> None:
        ready = free and person.has_presence(need.presences) and person.has_room(need, self._limits)
        preference = person.precede(self.queue.method, need, self._limits) if ready else None
        pool.seat(person.id, preference and (person.queues[self.id], preference))

    def find_person(self, work: Work, now_ms: int, asked: Container[str]) -> Person | None:
        """Whom it is given to: the first who may have it and of whom nobody is `asked`."""
        skills, last_rank = self.skills_for(work, now_ms), self.last_rank_for(work, now_ms)
        for id_ in work.preferred:
            person = self.members.get(id_)
            if (
                person is not None
                and id_ not in asked
                and skills <= person.skills
                and person.has_presence(work.need.presences)
                and person.has_room(work.need, self._limits)
                and work.may_ask(person)
            ):
                return person
        for id_ in self._pool_for(work.need, asked).list_up_to(last_rank):
            person = self.members[id_]
            if skills <= person.skills and work.may_ask(person):
                return person
        return None

    def _pool_for(self, need: Need, asked: Container[str]) -> Pool:
        pool = self._pools.pop(need, None)
        if pool is None:
            if len(self._pools) >= POOLS_MAX:
                del self._pools[next(iter(self._pools))]
            pool = Pool()
            for person in self.present.values():
                self._seat_in(pool, need, person, free=person.id not in asked)
        # The one asked for last stands last.
        self._pools[need] = pool
        return pool

    def find_free(self, needs: Set[Need]) -> set[str]:
        """Who has room and an allowed presence for one of these, as far as somebody looked."""
        pools = (pool for need, pool in self._pools.items() if need in needs)
        return {id_ for pool in pools for id_ in pool.list_ids()}

    def could_take(self, work: Work, person: Person, now_ms: int) -> bool:
        """Whether they might be asked for it, room, skipping and requests aside."""
        return (
            (
                person.queues[self.id] <= self.last_rank_for(work, now_ms)
                or person.id in work.preferred
            )
            and person.has_presence(work.need.presences)
            and self.skills_for(work, now_ms) <= person.skills
        )

    def last_rank_for(self, work: Work, now_ms: int) -> int:
        """The last rank that is open to it; 0: nobody is in the queue."""
        if not self._ranks:
            return 0
        if not self.widen_ms:
            return self._ranks[-1]
        further = max(now_ms - work.queue_since_ms, 0) // self.widen_ms
        return self._ranks[min(further, len(self._ranks) - 1)]

    def skills_for(self, work: Work, now_ms: int) -> frozenset[str]:
        """The skills that still count for it."""
        if self.relax_ms is not None and now_ms - work.queue_since_ms >= self.relax_ms:
            return frozenset()
        return work.skills

    def next_turn_ms(self, work: Work, now_ms: int) -> int | None:
        """When time alone next makes a difference to it; None: never."""
        since = work.queue_since_ms
        steps = [
            since + to_ms(rule.seconds) for rule in self.queue.overflow if rule.seconds is not None
        ]
        if self.relax_ms is not None:
            steps.append(since + self.relax_ms)
        if self.widen_ms:
            further = max(now_ms - since, 0) // self.widen_ms + 1
            if further < len(self._ranks):
                steps.append(since + further * self.widen_ms)
        return min((step for step in steps if step > now_ms), default=None)


def to_ms(seconds: float) -> int:
    """Milliseconds of configured seconds."""
    return round(seconds * 1_000)

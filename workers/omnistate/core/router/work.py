"""A conversation that may be pushed: what it needs, and how things stand with it.

Open, or awaiting acceptance. What it is asks nobody's configuration but its workstream's and its
queue's priority; whether it is given, and to whom, is not decided here.
"""

from typing import Final

from omnistate_schemas.times import parse_time_ms

from omnistate.core.router.offering import Need, Offering, is_record
from omnistate.core.router.person import Person
from omnistate.core.router.seen import PREFERRED_MAX, ConversationSeen, list_words

# With so many it came to nothing: it is the conversation that is not as the router takes it.
SPENT_MAX: Final = 3
# By which work is in order, over all queues: the smallest is given first.
WorkKey = tuple[int, int, int, str]


class Work:
    """One conversation, as of a `sequence` and those before it that said the same."""

    __slots__ = (
        "again",
        "barred",
        "decline_count",
        "filed_under",
        "id",
        "is_open",
        "is_record",
        "key",
        "need",
        "offered",
        "parallel_offers",
        "paused_until_ms",
        "preferred",
        "queue_id",
        "queue_since_ms",
        "queued_ms",
        "sequence",
        "skills",
        "skipped",
        "spent",
        "wake_ms",
        "witness",
    )

    def __init__(self, seen: ConversationSeen, offering: Offering, queue_priority: int) -> None:
        """Read a conversation that `can_be_pushed`."""
        assert seen.queue_id is not None
        assert seen.queued_at is not None
        self.id: Final = seen.conversation_id
        self.sequence = seen.sequence
        self.queue_id: Final = seen.queue_id
        self.is_open: Final = seen.status == "open"
        self.is_record: Final = is_record(seen.channel)
        self.queued_ms: Final = parse_time_ms(seen.queued_at)
        since = seen.queue_since
        self.queue_since_ms: Final = self.queued_ms if since is None else parse_time_ms(since)
        profiles = tuple(dict.fromkeys(seen.profiles))
        self.need: Final = Need(offering.presences, seen.units or 0, profiles)
        self.parallel_offers: Final = offering.parallel_offers
        self.skills: Final = frozenset(list_words(seen.attributes.skills))
        preferred = list_words(seen.attributes.preferred_representatives)
        self.preferred: Final = preferred[:PREFERRED_MAX]
        self.skipped: Final = frozenset(seen.skipped_representative_ids)
        self.offered: Final = frozenset(seen.offered_representative_ids)
        self.decline_count: Final = seen.decline_count
        self.key: Final[WorkKey] = (-queue_priority, -seen.priority, self.queued_ms, self.id)
        # All who could be asked have been skipped, so they are asked again; else somebody of whom
        # it is not so, where anybody was skipped.
        self.again = False
        self.witness: str | None = None
        # Where it lies among what waits for somebody: None while nobody is to be looked for.
        self.filed_under: tuple[Need, frozenset[str], int] | None = None
        self.wake_ms: int | None = None
        # Who was refused: what was known of them then, and until when it counts.
        self.barred: dict[str, tuple[int, int]] = {}
        # To whom it was granted as it stands, and nothing came of it: the engine would say the same
        # once more, and the gate that it was granted before.
        self.spent: frozenset[str] = frozenset()
        self.paused_until_ms = 0

    def carry_over(self, former: "Work") -> None:
        """Keep what was found out about the same `sequence`."""
        if former.sequence == self.sequence:
            self.barred = former.barred
            self.spent = former.spent
            self.paused_until_ms = former.paused_until_ms

    @property
    def is_settled(self) -> bool:
        """Whether it waits for somebody, and nothing counts for its present `sequence` alone."""
        return self.filed_under is not None and not self.barred and not self.spent

    def may_ask(self, person: Person) -> bool:
        """Whether nothing between the two stands against it: skipped, offered, just refused.

        Nor that it came to nothing with them, or with so many that it would with anybody.
        """
        id_ = person.id
        if id_ in self.spent or len(self.spent) >= SPENT_MAX:
            return False
        if id_ in self.offered or (id_ in self.skipped and not self.again):
            return False
        barred = self.barred.get(id_)
        return barred is None or barred[0] != person.version


def can_be_pushed(seen: ConversationSeen, offering: Offering | None) -> bool:
    """Whether it is open or offered, in a workstream that is pushed by this engine.

    One without `queued_at` or `units` was written by an earlier version: its next change says them.
    """
    return (
        offering is not None
        and offering.pushed
        and offering.by_engine
        and (seen.status == "open" or seen.detail == "awaiting_acceptance")
        and seen.queue_id is not None
        and seen.queued_at is not None
        and seen.units is not None
    )

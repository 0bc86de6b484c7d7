"""Who was offered what by the router, what became of it, and why what waited was not given.

Gathered from state changes and from what the router says itself; it prints nothing.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from omnistate_schemas.times import format_time, parse_time_ms

from omnistate.core.router.explanation import Explanation

Event = dict[str, Any]
BY_ROUTER: Final = frozenset({"O1", "A13"})
# What an offer comes to, by the rule that ends it.
ENDS: Final = {"A1": "accepted", "A2": "declined", "A3": "missed"}
MOVED, CLOSED = "O5", "O6"
Explained = Mapping[str, list[tuple[int, Explanation]]]


class Offer(NamedTuple):
    """An offer of the router's: to whom, when, in which queue."""

    at: str
    queue_id: str
    representative_id: str


@dataclass
class QueueRouting:
    """A queue's day. `waited` counts the stays of which the router said why."""

    came: int = 0
    waited: int = 0
    offers: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    closed: int = 0
    # What stood against its people when something began to wait.
    obstacles: Counter[str] = field(default_factory=Counter)


class Routing:
    """The day so far; feed it every change of a conversation that is pushed, in order."""

    def __init__(self, pushed: Iterable[str]) -> None:
        """`pushed`: the workstreams whose work is pushed by the router."""
        self.queues: dict[str, QueueRouting] = {}
        self.people: dict[str, Counter[str]] = {}
        # By conversation: every stay in a queue, the router's offers, and what they came to.
        self.stays: dict[str, list[tuple[str, str]]] = {}
        self.offers: dict[str, list[tuple[Offer, str]]] = {}
        self._pending: dict[str, Offer] = {}
        self._pushed: Final = frozenset(pushed)

    def read(self, event: Event) -> None:
        """One state change."""
        data = event["data"]
        if data["workstream_id"] not in self._pushed:
            return
        id_, rule = data["conversation_id"], data["rule"]
        pending = self._pending.get(id_)
        if pending is not None and data.get("detail") != "awaiting_acceptance":
            self._end(id_, pending, ENDS.get(rule, "ended otherwise"))
        elif pending is not None and rule not in BY_ROUTER:
            offered = data.get("offered_representative_ids", [data.get("representative_id")])
            if pending.representative_id not in offered:
                self._end(id_, pending, ENDS.get(rule, "ended otherwise"))
        queue_id = data.get("queue_id", "–")
        queue = self.queues.setdefault(queue_id, QueueRouting())
        if data["status"] == "open" and not self._stays_there(data):
            queue.came += 1
            self.stays.setdefault(id_, []).append((event["time"], queue_id))
        if rule in (MOVED, CLOSED):
            former = self.queues.setdefault(data.get("previous_queue_id", queue_id), queue)
            former.moved += rule == MOVED
            former.closed += rule == CLOSED
        if rule in BY_ROUTER:
            whom = data.get("offered_representative_ids", [data.get("representative_id")])[-1]
            offer = Offer(event["time"], queue_id, whom)
            queue.offers += 1
            self.people.setdefault(whom, Counter())["offered"] += 1
            self._pending[id_] = offer
            if data.get("detail") == "in_conversation":
                self._end(id_, offer, "accepted")

    def _stays_there(self, data: Event) -> bool:
        """Whether it was open in that queue before."""
        same = data.get("previous_queue_id") == data.get("queue_id")
        return bool(data.get("previous_status") == "open" and same)

    def _end(self, id_: str, offer: Offer, what: str) -> None:
        del self._pending[id_]
        self.queues[offer.queue_id].ends[what] += 1
        self.people[offer.representative_id][what] += 1
        self.offers.setdefault(id_, []).append((offer, what))

    def add_reasons(self, explained: Explained) -> None:
        """Count, once the day is over, why what waited was not given at once."""
        for id_, said in explained.items():
            since_ms = [parse_time_ms(since) for since, _ in self.stays.get(id_, ())]
            counted: set[int] = set()
            for at_ms, each in said:
                # A timer's change is seen after its deadline, which is its time.
                stay = bisect_right(since_ms, at_ms)
                if stay in counted:
                    continue
                counted.add(stay)
                queue = self.queues.setdefault(each.queue_id or "–", QueueRouting())
                queue.waited += 1
                queue.obstacles.update(person.obstacle or "free" for person in each.people)

    def describe(self, explained: Explained) -> Iterable[Event]:
        """Every conversation that was ever to be pushed: its stays, offers and reasons."""
        for id_, stays in self.stays.items():
            offers = [*self.offers.get(id_, ())]
            if id_ in self._pending:
                offers.append((self._pending[id_], "pending"))
            yield {
                "conversation_id": id_,
                "stays": [{"since": since, "queue_id": queue_id} for since, queue_id in stays],
                "offers": [{**offer._asdict(), "came_to": what} for offer, what in offers],
                "waits": [_describe_wait(at_ms, each) for at_ms, each in explained.get(id_, ())],
            }


def _describe_wait(at_ms: int, said: Explanation) -> Event:
    return {
        "at": format_time(at_ms),
        "queue_id": said.queue_id,
        "place": said.place,
        "says": said.says,
        "people": {each.representative_id: each.says for each in said.people},
        "overflow": [rule.says for rule in said.overflow],
    }

"""What was made of each conversation while it was in a queue: offers and overflow, counted.

By the published changes alone, in their order. It knows no router and no gate.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

ROUTER: Final = "/omnistate/router"
Json = dict[str, Any]


@dataclass
class Stay:
    """A conversation in a queue, from when it came there or came back until it is taken up."""

    queue_id: str | None
    since: str | None
    made: Counter[str] = field(default_factory=Counter)
    offered: frozenset[str] = frozenset()
    overflowed: bool = False


class OffersMade:
    """Every conversation's stay in its queue."""

    def __init__(self, configuration: Json) -> None:
        self._queues: Json = configuration["queues"]
        self._workstreams: Json = configuration["workstreams"]
        self._stays: dict[str, Stay] = {}

    def offered(self, id_: str) -> frozenset[str]:
        """To whom a conversation is offered, as of its last change."""
        stay = self._stays.get(id_)
        return frozenset() if stay is None else stay.offered

    def take(self, event: Json) -> Iterator[tuple[str, str]]:
        """One more change; what is wrong with it: the property, and a sentence."""
        data, cause = event["data"], event["data"].get("cause", {})
        id_, queue_id = data["conversation_id"], data.get("queue_id")
        stay = self._stays.setdefault(id_, Stay(queue_id, data.get("queue_since")))
        if cause.get("source") == ROUTER:
            yield from self._overflow(id_, stay, data)
        offered = frozenset(data.get("offered_representative_ids", ()))
        taken_up = data["status"] != "open" and not offered
        if taken_up or (stay.queue_id, stay.since) != (queue_id, data.get("queue_since")):
            stay = self._stays[id_] = Stay(queue_id, data.get("queue_since"))
        parallel = self._workstreams[data["workstream_id"]].get("parallel_offers", 1)
        if len(offered) > parallel:
            yield "twice", f"{id_} is offered to {sorted(offered)}"
        for who in sorted(offered - stay.offered):
            stay.made[who] += 1
        stay.offered = offered
        most = self._queues[queue_id].get("max_declines", 3) if queue_id in self._queues else 0
        # Those that are pending beside the last that is declined were made before it was.
        if stay.made.total() > most + parallel - 1:
            yield "declines", f"{id_} was offered {stay.made.total()} times in {queue_id}"

    def _overflow(self, id_: str, stay: Stay, data: Json) -> Iterator[tuple[str, str]]:
        rules = self._queues.get(str(stay.queue_id), {}).get("overflow", [])
        moved_to = data["queue_id"] if data["status"] != "closed" else None
        if stay.overflowed or all(rule.get("queue_id") != moved_to for rule in rules):
            yield "overflow", f"{id_} overflows from {stay.queue_id} to {moved_to}, again"
        stay.overflowed = True

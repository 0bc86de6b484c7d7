"""The day's router: the product's own, over the embedded log, and why what waits is not given.

It follows the topics as a router's worker does and acts as one does; nothing is decided here.
"""

from typing import Final

from omnistate_schemas.configuration import ContactCentre

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.core.router.explanation import Explanation, explain
from omnistate.core.router.router import Router
from omnistate.core.router.seen import ConversationSeen
from omnistate.stream.router.action_records import encode_action
from omnistate.stream.router.pictured_records import FOLLOWED, PicturedRecords


class DayRouter:
    """One router that always has the turn."""

    def __init__(self, log: MemoryLog, centre: ContactCentre) -> None:
        """It knows the configuration, which does not change during the day."""
        self.records: Final = PicturedRecords(Router())
        # Of each conversation that waited: since when it stood so, and what the router says to it.
        self.explained: Final[dict[str, list[tuple[int, Explanation]]]] = {}
        self._changed: set[str] = set()
        self._log = log
        self._read = log.consumer(FOLLOWED).poll
        for topic, objects in (
            ("workstreams", centre.workstreams),
            ("capacity-profiles", centre.capacity_profiles),
            ("representatives", centre.representatives),
            ("queues", centre.queues),
        ):
            for id_, configured in objects.items():
                self.records.configure(topic, id_, configured)

    @property
    def due_ms(self) -> int | None:
        """When time alone next makes a difference."""
        return self.records.router.next_turn_ms

    def act(self, now_ms: int) -> int:
        """Read what has come and do what follows at epoch `now_ms`; how much that was."""
        for record in self._read():
            seen = self.records.take(record, now_ms)
            if isinstance(seen, ConversationSeen):
                self._changed.add(seen.conversation_id)
        actions = self.records.router.decide(now_ms)
        for action in actions:
            said = encode_action(action, now_ms)
            self._log.append(said.topic, said.key, said.value, said.headers)
        return len(actions)

    def explain(self, now_ms: int) -> None:
        """Keep why those wait that have changed and are to be pushed, right after a decision."""
        picture, taken_up = self.records.router.picture, self.records.taken_up
        for id_ in sorted(self._changed):
            seen = picture.find_seen(id_)
            if seen is None or seen.status != "open":
                continue
            offering = picture.offerings.get(seen.workstream_id)
            if offering is not None and offering.pushed and offering.by_engine:
                explained = explain(picture, taken_up, seen, now_ms)
                self.explained.setdefault(id_, []).append((now_ms, explained))
        self._changed.clear()

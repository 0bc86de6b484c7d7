"""Topics of the embedded log as a router follows them: the port `Followed`."""

from collections.abc import Iterable, Sequence

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.stream.ports import Record
from omnistate.stream.router.routing import Offsets


class FollowedLog:
    """`whole` topics from their beginnings, `from_now` from where they end now."""

    def __init__(self, log: MemoryLog, whole: Iterable[str], from_now: Iterable[str]) -> None:
        later = set(from_now)
        self._log = log
        self._consumer = log.consumer([*whole, *later])
        self._next = self._consumer._next
        self._next.update({place: self._end(*place) for place in self._next if place[0] in later})

    async def poll(self, wait_ms: int) -> Sequence[Record]:
        """All that is committed; nobody waits in simulated time."""
        return self._consumer.poll()

    async def ends(self) -> Offsets:
        return {place: self._end(*place) for place in self._next}

    def positions(self) -> Offsets:
        return dict(self._next)

    def _end(self, topic: str, partition: int) -> int:
        entries = self._log.stable(topic, partition, 0)
        return entries[-1].record.offset + 1 if entries else 0

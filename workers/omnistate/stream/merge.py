"""Several inputs as one stream in order of record time; on equal times earlier inputs go first.

It knows no log: it is handed records, input by input, and says which of them may go. While an
input has nothing buffered, records of the others wait until somebody has made sure (`vouch`) that
nothing earlier can turn up there.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from omnistate.stream.ports import Record

# A batch's records are held in memory with all that they lead to.
BATCH_BYTES_MAX: Final = 4_000_000

# Of an input that has records and one that had none: up to which offset of the former nothing
# earlier can turn up on the latter.
Vouched = dict[tuple[str, str], int]


class Latest(NamedTuple):
    """The latest time that a record may bear, epoch ms, and that of one that bears a later one."""

    limit_ms: int
    taken_at_ms: int


ANY_TIME: Final = Latest(2**63, 2**63)


class Merge:
    """Buffers of records in offset order, one for each input."""

    def __init__(self, inputs: Sequence[str]) -> None:
        """On equal times, earlier ones of `inputs` go first."""
        self._buffers: dict[str, deque[Record]] = {topic: deque() for topic in inputs}
        self._vouched: Vouched = {}
        # How many records bore a time that was not believed.
        self.ahead = 0

    def add(self, topic: str, records: Iterable[Record]) -> None:
        """Append records of one input, in offset order."""
        self._buffers[topic].extend(records)

    def clear(self) -> None:
        """Forget everything, after the log was sought elsewhere."""
        for buffer in self._buffers.values():
            buffer.clear()
        self._vouched.clear()

    @property
    def empty_inputs(self) -> list[str]:
        """The inputs with nothing buffered."""
        return [topic for topic, buffer in self._buffers.items() if not buffer]

    def vouch(self) -> Vouched:
        """What is buffered now, for `accept` once the empty inputs have been looked at."""
        return {
            (topic, empty): buffer[-1].offset
            for empty in self.empty_inputs
            for topic, buffer in self._buffers.items()
            if buffer
        }

    def accept(self, vouched: Vouched) -> None:
        """Let everything up to these offsets go past the inputs that were empty."""
        self._vouched.update(vouched)

    def take(self, max_records: int, latest: Latest = ANY_TIME) -> list[Record]:
        """The next records that may go, in order; bounded in number and in bytes.

        One whose time is beyond `latest` bears the time given there, and is the last taken: so
        the clock that its batch comes to is the time that it was taken at.
        """
        taken: list[Record] = []
        room = BATCH_BYTES_MAX
        buffers, vouched = self._buffers, self._vouched
        while len(taken) < max_records and room > 0:
            first: deque[Record] | None = None
            empty: list[str] = []
            for topic, buffer in buffers.items():
                if not buffer:
                    empty.append(topic)
                elif first is None or buffer[0].timestamp_ms < first[0].timestamp_ms:
                    first = buffer
            if first is None:
                break
            head = first[0]
            if any(head.offset > vouched.get((head.topic, each), -1) for each in empty):
                break
            taken.append(first.popleft())
            room -= len(head.value or b"")
            if head.timestamp_ms > latest.limit_ms:
                self.ahead += 1
                taken[-1] = head._replace(timestamp_ms=latest.taken_at_ms)
                break
        return taken

    def oldest_ms(self, topic: str) -> int | None:
        """The time of an input's oldest record buffered, epoch ms; None where that is not known."""
        buffer = self._buffers[topic]
        return buffer[0].timestamp_ms or None if buffer else None

    def first_offset(self, topic: str) -> int | None:
        """The offset of an input's oldest record buffered; None where there is none."""
        buffer = self._buffers[topic]
        return buffer[0].offset if buffer else None

    def count(self, topic: str) -> int:
        """How many records of an input are buffered."""
        return len(self._buffers[topic])

"""Several inputs as one stream in order of record time; on equal times earlier inputs go first.

It knows no log: it is handed records, input by input, and says which of them may go. While an
input has nothing buffered, records of the others wait until somebody has made sure (`vouch`) that
nothing earlier can turn up there.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from omnistate.stream.ports import Record

# A batch's records are held in memory with all that they lead to.
BATCH_BYTES_MAX: Final = 4_000_000

# Of an input that has records and one that had none: up to which offset of the former nothing
# earlier can turn up on the latter.
Vouched = dict[tuple[str, str], int]


class Merge:
    """Buffers of records in offset order, one for each input."""

    def __init__(self, inputs: Sequence[str]) -> None:
        """On equal times, earlier ones of `inputs` go first."""
        self._buffers: dict[str, deque[Record]] = {topic: deque() for topic in inputs}
        self._vouched: Vouched = {}

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

    def take(self, max_records: int) -> list[Record]:
        """The next records that may go, in order; bounded in number and in bytes."""
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
        return taken

    def oldest_ms(self, topic: str) -> int | None:
        """The time of an input's oldest record buffered, epoch ms; None where there is none."""
        buffer = self._buffers[topic]
        return buffer[0].timestamp_ms if buffer else None

    def first_offset(self, topic: str) -> int | None:
        """The offset of an input's oldest record buffered; None where there is none."""
        buffer = self._buffers[topic]
        return buffer[0].offset if buffer else None

    def count(self, topic: str) -> int:
        """How many records of an input are buffered."""
        return len(self._buffers[topic])

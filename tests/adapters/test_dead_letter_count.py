"""Dead letters are counted as records, each once, without those that have been deleted."""

from collections.abc import AsyncIterator, Sequence

from omnistate.adapters.kafka.dead_letters import dead_letter_count
from omnistate.adapters.kafka.dead_letters.dead_letter_count import DeadLetterCount
from omnistate.stream.ports import Record


class Topic:
    """A partition whose letters have markers of transactions between them."""

    def __init__(self, *offsets: int, end: int, beginning: int = 0) -> None:
        self.offsets, self.end, self.beginning = list(offsets), end, beginning
        self.read: list[tuple[int, int]] = []

    async def beginnings(self, topic: str) -> Sequence[int]:
        return [self.beginning]

    async def ends(self, topic: str) -> Sequence[int]:
        return [self.end]

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncIterator[Sequence[Record]]:
        self.read.append((start, end))
        for offset in self.offsets:
            if start <= offset < end:
                yield [Record(topic, partition, offset, 0, None, b"")]


async def test_each_letter_counts_once_and_is_read_once() -> None:
    topic, letters = Topic(0, 2, 3, end=5), DeadLetterCount()
    assert await letters.count(topic) == 3
    assert await letters.count(topic) == 3
    topic.offsets.append(5)
    topic.end = 7
    assert await letters.count(topic) == 4
    assert topic.read == [(0, 5), (5, 5), (5, 7)]


async def test_what_was_deleted_counts_no_more() -> None:
    topic, letters = Topic(0, 2, 3, 6, end=8), DeadLetterCount()
    assert await letters.count(topic) == 4
    topic.beginning = 3
    assert await letters.count(topic) == 2


async def test_a_topic_that_began_anew_is_counted_anew() -> None:
    letters = DeadLetterCount()
    assert await letters.count(Topic(0, 2, 4, end=6)) == 3
    assert await letters.count(Topic(0, end=2)) == 1


async def test_of_a_long_backlog_the_newest_part_is_read() -> None:
    most = dead_letter_count.READ_MAX
    topic, letters = Topic(5, most + 90, end=most + 100), DeadLetterCount()
    assert await letters.count(topic) == 101
    assert topic.read == [(100, most + 100)]
    topic.beginning = 60
    assert await letters.count(topic) == 41
    topic.beginning = most + 100
    assert await letters.count(topic) == 0

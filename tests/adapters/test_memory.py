"""What the embedded log does beyond the ports: its topics, its readers and its compaction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.adapters.memory.memory_log import MemoryLog, Visibility
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Outgoing

TOPIC, OTHER = "outputs", "others"


class Clock:
    """A clock that is set by hand."""

    now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(clock: Clock) -> MemoryLog:
    return MemoryLog({TOPIC: 1, OTHER: 3}, clock)


def keys(log: MemoryLog, topic: str = TOPIC, partition: int = 0) -> list[bytes | None]:
    return [record.key for record in log.read(topic, partition, 0, 99)]


async def owner(log: MemoryLog) -> MemoryPartition:
    partition = MemoryPartition(log, "group", 0, (), ())
    await partition.fence()
    return partition


def test_a_key_lies_where_kafka_would_put_it(log: MemoryLog) -> None:
    for number in range(30):
        key = b"c%d" % number
        assert log.append(OTHER, key, b"").record.partition == partition_of(key, 3)
    assert log.append(OTHER, None, b"").record.partition == 0
    assert log.append(OTHER, b"c1", b"", partition=2).record.partition == 2


def test_a_topic_that_is_not_declared_is_an_error(log: MemoryLog) -> None:
    with pytest.raises(KeyError):
        log.append("nowhere", b"a", b"")
    with pytest.raises(KeyError):
        log.partitions_of("nowhere")


@given(times_ms=st.lists(st.integers(-5, 50), max_size=20), compacted=st.integers(0, 20))
def test_append_times_never_go_back(times_ms: list[int], compacted: int) -> None:
    """Not even where compaction took the last records away."""
    clock = Clock()
    log = MemoryLog({TOPIC: 1}, clock)
    found = []
    for position, clock.now_ms in enumerate(times_ms):
        if position == compacted:
            log.compact(TOPIC)
        found.append(log.append(TOPIC, b"a", None).record)
    stamps = [record.timestamp_ms for record in found]
    assert stamps == sorted(stamps)
    assert [record.offset for record in found] == list(range(len(found)))


def test_a_consumer_reads_several_topics_in_the_order_of_appending(log: MemoryLog) -> None:
    consumer = log.consumer((OTHER, TOPIC))
    for number in range(6):
        log.append((TOPIC, OTHER)[number % 2], b"%d" % number, b"")
    assert [record.key for record in consumer.poll()] == [b"%d" % each for each in range(6)]
    assert consumer.poll() == []
    log.append(TOPIC, b"new", b"")
    assert [record.key for record in consumer.poll()] == [b"new"]


def test_a_consumer_waits_for_an_open_record_and_passes_an_aborted_one(log: MemoryLog) -> None:
    consumer = log.consumer((TOPIC,))
    entry = log.append(TOPIC, b"a", b"", visibility=Visibility.OPEN)
    log.append(TOPIC, b"b", b"")
    assert consumer.poll() == []
    entry.visibility = Visibility.ABORTED
    assert [record.key for record in consumer.poll()] == [b"b"]


def test_compaction_keeps_the_last_of_each_key_and_what_is_open(log: MemoryLog) -> None:
    for key, value in ((b"a", b"1"), (b"b", b"1"), (b"a", b"2"), (b"b", None), (None, b"1")):
        log.append(TOPIC, key, value)
    log.append(TOPIC, b"c", b"", visibility=Visibility.ABORTED)
    log.append(TOPIC, b"a", b"3", visibility=Visibility.OPEN)
    log.compact(TOPIC)
    assert [(each.key, each.value, each.offset) for each in log.read(TOPIC, 0, 0, 99)] == [
        (b"a", b"2", 2),
        (None, b"1", 4),
    ]
    assert log.append(TOPIC, b"d", b"").record.offset == 7


def test_reading_starts_at_an_offset_that_compaction_took(log: MemoryLog) -> None:
    for number in range(9):
        log.append(TOPIC, b"%d" % (number % 3), b"")
    log.compact(TOPIC)
    assert [each.offset for each in log.read(TOPIC, 0, 2, 99)] == [6, 7, 8]
    assert [each.offset for each in log.read(TOPIC, 0, 7, 1)] == [7]
    assert log.read(TOPIC, 0, 9, 99) == []


async def test_a_second_beginning_does_not_hold_readers_back_for_ever(log: MemoryLog) -> None:
    """Kafka refuses it, or ends the first; an orphan that nobody can end must not remain."""
    partition = await owner(log)
    left = await partition.begin(None)
    await left.send([Outgoing(TOPIC, b"left", b"")])
    try:
        transaction = await partition.begin(None)
    except Exception:
        await left.abort()
        transaction = await partition.begin(None)
    await transaction.send([Outgoing(TOPIC, b"a", b"")])
    await transaction.commit()
    await owner(log)
    assert keys(log) == [b"a"]


async def test_what_was_committed_cannot_be_aborted_afterwards(log: MemoryLog) -> None:
    partition = await owner(log)
    transaction = await partition.begin(None)
    await transaction.send([Outgoing(TOPIC, b"a", b"")])
    await transaction.commit()
    try:
        await transaction.abort()
    except Exception:
        assert keys(log) == [b"a"], "refused, as Kafka does"
    assert keys(log) == [b"a"]

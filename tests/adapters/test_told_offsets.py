"""What is read once more is told of once, in each partition and of each kind."""

from omnistate.adapters.kafka.records.told_offsets import ToldOffsets


def test_each_is_told_of_once() -> None:
    told = ToldOffsets()
    assert told.take("queues", 0, 0, batch=False)
    assert told.take("queues", 0, 7, batch=False)
    assert not told.take("queues", 0, 0, batch=False)
    assert not told.take("queues", 0, 7, batch=False)
    assert told.take("queues", 0, 8, batch=False)


def test_a_batch_hides_no_record_before_it() -> None:
    told = ToldOffsets()
    assert told.take("queues", 0, 9, batch=True)
    assert told.take("queues", 0, 3, batch=False)
    assert not told.take("queues", 0, 9, batch=True)


def test_partitions_count_by_themselves() -> None:
    told = ToldOffsets()
    assert told.take("queues", 0, 5, batch=False)
    assert told.take("queues", 1, 5, batch=False)
    assert told.take("workstreams", 0, 5, batch=False)

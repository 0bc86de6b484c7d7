"""What stands in the place of a batch that nobody can read, for whoever reads records.

A dead letter is made of it where it is passed over; an audit, a replay and a worker make the same.
"""

from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.stream.ports import UnreadableRecord


def stand_in_for(batch: UnreadableBatch, topic: str, number: int) -> UnreadableRecord:
    """A record in the place of a batch of `topic`, partition `number`, both by our names."""
    last = batch.next_offset - 1
    return UnreadableRecord.of((topic, number), batch.offset, last, batch.timestamp, batch.reason)

"""Any input of the representative worker, by its topic."""

from omnistate_schemas.vocabulary import ASSIGNMENT_REQUESTS, CAPACITY_CHANGES

from omnistate.stream.cloudevents import Undecodable
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record
from omnistate.stream.representative.capacity_change import Said, read_capacity_change
from omnistate.stream.representative.representative_inputs import (
    Asked,
    PresenceSaid,
    read_presence,
    read_request,
)

Input = Said | PresenceSaid | Asked


def read_input(record: Record, partitions: int) -> Input:
    """What a record of one of the inputs, which have so many partitions, says. Raises Undecodable.

    One outside its key's partition is none: it would make a second row of the same representative,
    and their limit would count twice.
    """
    input_ = _read(record)
    if partition_of(record.key or b"", partitions) != record.partition:
        raise Undecodable("wrong_partition", "the key belongs to another partition")
    return input_


def _read(record: Record) -> Input:
    if record.topic == CAPACITY_CHANGES:
        return read_capacity_change(record)
    if record.topic == ASSIGNMENT_REQUESTS:
        return read_request(record)
    return read_presence(record)

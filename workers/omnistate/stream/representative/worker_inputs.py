"""Any input of the representative worker, by its topic."""

from omnistate_schemas.vocabulary import ASSIGNMENT_REQUESTS, CAPACITY_CHANGES

from omnistate.stream.ports import Record
from omnistate.stream.representative.capacity_change import Said, read_capacity_change
from omnistate.stream.representative.representative_inputs import (
    Asked,
    PresenceSaid,
    read_presence,
    read_request,
)

Input = Said | PresenceSaid | Asked


def read_input(record: Record) -> Input:
    """What a record of one of the inputs says. Raises Undecodable."""
    if record.topic == CAPACITY_CHANGES:
        return read_capacity_change(record)
    if record.topic == ASSIGNMENT_REQUESTS:
        return read_request(record)
    return read_presence(record)

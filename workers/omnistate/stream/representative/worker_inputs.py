"""Any input of the representative worker, by its topic, and what rows must be able to say."""

from typing import Final

from omnistate_schemas.vocabulary import ASSIGNMENT_REQUESTS, CAPACITY_CHANGES

from omnistate.core.representative.gate import Refusal
from omnistate.stream.ports import Record
from omnistate.stream.representative.capacity_change import Said, read_capacity_change
from omnistate.stream.representative.representative_inputs import (
    Asked,
    PresenceSaid,
    read_presence,
    read_request,
)

# The version of rows that can say all that a gate has to remember.
GATE_VERSION: Final = 3
NOT_YET: Final = Refusal(
    "no_capacity",
    f"Nothing is granted while rows of the former version are written: OMNISTATE_ROW_VERSION="
    f"{GATE_VERSION} ends that.",
)
Input = Said | PresenceSaid | Asked


def read_input(record: Record) -> Input:
    """What a record of one of the inputs says. Raises Undecodable."""
    if record.topic == CAPACITY_CHANGES:
        return read_capacity_change(record)
    if record.topic == ASSIGNMENT_REQUESTS:
        return read_request(record)
    return read_presence(record)

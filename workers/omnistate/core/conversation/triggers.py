"""Triggers: what an input may mean. Its type, or `type/variant` where a type has several meanings.

Names alone; what a trigger does in a stage stands in `transitions`.
"""

from typing import Final

from omnistate_schemas.applicability import FOR
from omnistate_schemas.completeness import check_known
from omnistate_schemas.registry import INPUTS

# Types of several meanings: what their data says -> what that means. A test holds them to the data.
VARIANTS: Final[dict[str, dict[str, str]]] = {
    "record.deactivated": {
        "resolved": "record.deactivated/finished",
        "cancelled": "record.deactivated/finished",
        "deleted": "record.deactivated/deleted",
    },
    "representative.transfer": {
        "queue": "representative.transfer/queue",
        "representative": "representative.transfer/representative",
        "external": "representative.transfer/external",
        "bot": "representative.transfer/bot",
    },
    "supervisor.assign": {
        "representative": "supervisor.assign/representative",
        "queue": "supervisor.assign/queue",
    },
}


def triggers_of(type_: str) -> tuple[str, ...]:
    """The triggers of an input type."""
    return tuple(dict.fromkeys(VARIANTS.get(type_, {"": type_}).values()))


INPUT_TRIGGERS: Final = tuple(trigger for name in INPUTS for trigger in triggers_of(name))

check_known("triggers.VARIANTS", VARIANTS, INPUTS, "input type")
check_known("applicability.FOR", FOR, (*INPUTS, *INPUT_TRIGGERS), "input type or variant of one")

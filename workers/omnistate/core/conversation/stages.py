"""Stages: each status with its detail, as the one word that the table of transitions uses.

Only the mapping to the public words; what may follow what stands in `transitions`.
"""

from typing import Final, Literal, NamedTuple, get_args

from omnistate_schemas.completeness import check_complete
from omnistate_schemas.vocabulary import STATE_OF_STATUS, STATUS_CODES, Detail, Reason, Status

Stage = Literal[
    "nothing",
    "scheduled",
    "open",
    "awaiting_acceptance",
    "in_conversation",
    "with_external",
    "with_bot",
    "waiting",
    "wrap_up",
    "resolved",
    "closed",
]


class Meaning(NamedTuple):
    """A stage in public words; `reason` is the one where a rule names none."""

    status: Status | None
    detail: Detail | None
    reason: Reason | None


MEANINGS: Final[dict[Stage, Meaning]] = {
    "nothing": Meaning(None, None, None),
    "scheduled": Meaning("scheduled", None, None),
    "open": Meaning("open", "awaiting_assignment", "awaiting_assignment"),
    "awaiting_acceptance": Meaning("active", "awaiting_acceptance", "awaiting_acceptance"),
    "in_conversation": Meaning("active", "in_conversation", "in_conversation"),
    "with_external": Meaning("active", "with_external", "in_conversation"),
    "with_bot": Meaning("active", "with_bot", "in_conversation"),
    "waiting": Meaning("waiting", "awaiting_customer", "awaiting_customer"),
    "wrap_up": Meaning("wrap_up", "wrapping_up", None),
    "resolved": Meaning("resolved", None, None),
    "closed": Meaning("closed", None, None),
}
STAGES: Final[tuple[Stage, ...]] = tuple(MEANINGS)
ACTIVE: Final = frozenset({"awaiting_acceptance", "in_conversation", "with_external", "with_bot"})
# A customer's window outlives every change among these, and nothing else.
OPEN_OR_ACTIVE: Final = ACTIVE | {"open"}
# Nobody has the conversation here, so `representative_id` is null.
UNASSIGNED: Final = frozenset({"scheduled", "open", "with_external", "with_bot"})

check_complete("stages.MEANINGS", MEANINGS, get_args(Stage), "stage")
_STATUSES: Final = [meaning.status for meaning in MEANINGS.values() if meaning.status]
_DETAILS: Final = [meaning.detail for meaning in MEANINGS.values() if meaning.detail]
check_complete("stages.MEANINGS", _STATUSES, get_args(Status), "status")
check_complete("stages.MEANINGS", _DETAILS, get_args(Detail), "detail")
check_complete("vocabulary.STATE_OF_STATUS", STATE_OF_STATUS, get_args(Status), "status")
check_complete("vocabulary.STATUS_CODES", STATUS_CODES, get_args(Status), "status")

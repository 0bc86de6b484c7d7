"""What is known of a conversation beside its stage: updates, dispositions, merging.

It changes the row's words alone; what it costs is taken anew by `ledger`.
"""

from typing import Final

from omnistate_schemas.input_data import PROFILES_MAX, find_excess_attributes

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.details import Attributes, GivenAttributes, Update
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

_DISPOSING: Final = frozenset(
    {
        "representative.end",
        "representative.close_session",
        "representative.resolve_record",
    }
)


def find_problem(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input
) -> str | None:
    """What is wrong with what an update would make of the conversation; None where nothing is."""
    update_ = input_.told.update
    assert update_ is not None
    if update_.profiles and settings.profiles:
        cost = len({*update_.profiles, *settings.profiles})
        if cost > PROFILES_MAX:
            return f"profiles: {cost} with those of the workstream; {PROFILES_MAX} are the most"
    return find_excess_attributes(_merge(conversation, update_))


def update(conversation: Conversation, settings: WorkstreamSettings, input_: Input) -> bool:
    """Take an update over; whether handling the conversation costs something else now."""
    update_ = input_.told.update
    assert update_ is not None
    cost = settings.weigh(conversation.units, conversation.profiles)
    if update_.priority is not None:
        conversation.rest.priority = update_.priority
    if update_.attributes:
        conversation.rest.attributes = _merge(conversation, update_)
    if update_.units is not None:
        conversation.units = update_.units
    if update_.profiles is not None:
        conversation.profiles = list(dict.fromkeys(update_.profiles))
    return cost != settings.weigh(conversation.units, conversation.profiles)


def note_remarks(conversation: Conversation, input_: Input) -> None:
    """What an accepted input says by the way: a disposition, or where the conversation goes on."""
    details = input_.details
    if details is None:
        return
    if details.remark is not None and input_.type in _DISPOSING:
        conversation.rest.disposition = details.remark
    if details.merged_into is not None:
        conversation.rest.merged_into = details.merged_into


def _merge(conversation: Conversation, update_: Update) -> Attributes:
    known: Attributes = {} if conversation.extras is None else conversation.extras.attributes
    if not update_.attributes:
        return known
    merged: GivenAttributes = {**known, **update_.attributes}
    return {name: value for name, value in merged.items() if value is not None}

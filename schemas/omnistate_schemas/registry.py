"""Which type is carried on which topic, by which model, and for which channel kinds.

The one list that decoders, documents and tests go by; no behaviour beyond looking things up.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, get_args

from omnistate_schemas import assignment, outputs, presence
from omnistate_schemas.agent_actions import AgentAction
from omnistate_schemas.applicability import FOR, kinds_for
from omnistate_schemas.channel_events import ChannelEvent
from omnistate_schemas.completeness import check_complete, check_known
from omnistate_schemas.configuration import (
    CapacityProfile,
    Configuration,
    Queue,
    Representative,
    Workstream,
)
from omnistate_schemas.envelope import CloudEvent
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
    Kind,
)

# Types that may be accepted without a change being published: they update what is remembered.
_RECORDABLE: Final = frozenset(
    {
        "conversation.progressed",
        "conversation.wrapped_up",
        "customer.messaged",
        "customer.disconnected",
        "customer.reconnected",
        "representative.message",
        "representative.disconnected",
        "representative.reconnected",
        "representative.close_session",
        "representative.hold",
        "representative.unhold",
        "representative.extend_wrap_up",
        "consult.started",
        "consult.ended",
        "supervisor.monitor",
        "supervisor.leave",
        "bot.message",
    }
)


class InputType(NamedTuple):
    """One type of input; `recordable` says that it may be accepted and nothing be published."""

    model: type[CloudEvent]
    topic: str
    kinds: frozenset[Kind]
    recordable: bool


def _inputs() -> dict[str, InputType]:
    models: dict[str, tuple[type[CloudEvent], str]] = {}
    for union, topic in ((ChannelEvent, CHANNEL_EVENTS), (AgentAction, AGENT_ACTIONS)):
        for model in get_args(get_args(union)[0]):
            (name,) = get_args(model.model_fields["type"].annotation)
            models[name] = (model, topic)
    whole = (name for name in FOR if "/" not in name)
    check_complete("applicability.FOR", whole, models, "input type")
    check_known("registry._RECORDABLE", _RECORDABLE, models, "input type")
    return {
        name: InputType(model, topic, kinds_for(name), name in _RECORDABLE)
        for name, (model, topic) in models.items()
    }


INPUTS: Final = _inputs()
OUTPUTS: Final[dict[str, tuple[type[CloudEvent], str]]] = {
    "conversation.state_changed": (outputs.ConversationStateChanged, STATE_CHANGES),
    "capacity.held": (outputs.CapacityHeld, CAPACITY_CHANGES),
    "capacity.released": (outputs.CapacityReleased, CAPACITY_CHANGES),
    "capacity.declined": (outputs.CapacityDeclined, CAPACITY_CHANGES),
    "conversation.reminder": (outputs.ConversationReminder, RECORDED_INPUTS),
    "input.recorded": (outputs.InputRecorded, RECORDED_INPUTS),
    "input.rejected": (outputs.InputRejected, REJECTED_INPUTS),
    "input.ignored": (outputs.InputIgnored, REJECTED_INPUTS),
    "representative.capacity_changed": (
        presence.RepresentativeCapacityChanged,
        REPRESENTATIVE_CAPACITY,
    ),
}
# Not among INPUTS, which are the conversation worker's: the representative worker's own.
REPRESENTATIVE_INPUTS: Final[dict[str, tuple[type[CloudEvent], str]]] = {
    "representative.presence": (presence.RepresentativePresence, REPRESENTATIVE_PRESENCE),
    "assignment.requested": (assignment.AssignmentRequested, ASSIGNMENT_REQUESTS),
}
# Where whoever publishes an input puts it.
ROUTES: Final[dict[str, str]] = {
    **{name: kind.topic for name, kind in INPUTS.items()},
    **{name: topic for name, (_, topic) in REPRESENTATIVE_INPUTS.items()},
}
CONFIGURATION: Final[dict[str, type[Configuration]]] = {
    "workstreams": Workstream,
    "capacity-profiles": CapacityProfile,
    "representatives": Representative,
    "queues": Queue,
}


def check_described(models: Mapping[str, type[CloudEvent]]) -> None:
    """Raise Incomplete where an event lacks what the published documents say of it."""
    examples = (name for name, model in models.items() if "examples" in _extra_of(model))
    check_complete("the model_config of an event", examples, models, "example of")
    if __doc__:  # Python -OO has none.
        told = (name for name, model in models.items() if model.__doc__)
        check_complete("the docstring of an event", told, models, "sentence of")


def _extra_of(model: type[CloudEvent]) -> Mapping[str, object]:
    extra = model.model_config.get("json_schema_extra")
    return extra if isinstance(extra, Mapping) else {}


check_described(
    {name: kind.model for name, kind in INPUTS.items()}
    | {name: model for name, (model, _) in (OUTPUTS | REPRESENTATIVE_INPUTS).items()}
)

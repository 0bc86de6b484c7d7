"""Which type is carried on which topic, by which model, and for which channel kinds.

The one list that decoders, documents and tests go by; no behaviour beyond looking things up.
"""

from typing import Final, NamedTuple, get_args

from omnistate_schemas import outputs, presence
from omnistate_schemas.agent_actions import AgentAction
from omnistate_schemas.channel_events import ChannelEvent
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
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    KIND_CODES,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
    Kind,
)

# Section 4: "for". Types that are not here are for every kind.
_FOR: Final = {
    "customer.messaged": "LC PC AM",
    "customer.ended": "LC VO",
    "customer.disconnected": "LC VO",
    "customer.reconnected": "LC PC",
    "record.deactivated": "RE",
    "router.close": "LC PC AM VO",
    "representative.pick": "LC PC AM RE",
    "representative.reject": "LC PC AM VO",
    "representative.message": "LC PC AM",
    "representative.end": "LC PC AM VO",
    "representative.resume": "PC AM",
    "representative.resolve_record": "RE",
    "consult.started": "LC PC AM VO",
    "consult.ended": "LC PC AM VO",
    "supervisor.transfer": "LC PC AM RE",
    "supervisor.monitor": "LC PC AM VO",
    "bot.escalate": "LC PC AM VO",
    "bot.end": "LC PC AM VO",
}
_EVERY: Final = "LC PC AM VO RE"
# The kinds of `representative.transfer` that are not for every channel kind.
TRANSFER_FOR: Final[dict[str, str]] = {"external": "VO", "bot": "LC PC AM VO"}


class InputType(NamedTuple):
    """One type of section 4."""

    model: type[CloudEvent]
    topic: str
    kinds: frozenset[Kind]


def kinds_of(codes: str) -> frozenset[Kind]:
    """The channel kinds that section 4 abbreviates, such as `LC VO`."""
    return frozenset(KIND_CODES[code] for code in codes.split())


def _inputs() -> dict[str, InputType]:
    types: dict[str, InputType] = {}
    for union, topic in ((ChannelEvent, CHANNEL_EVENTS), (AgentAction, AGENT_ACTIONS)):
        for model in get_args(get_args(union)[0]):
            (name,) = get_args(model.model_fields["type"].annotation)
            types[name] = InputType(model, topic, kinds_of(_FOR.get(name, _EVERY)))
    return types


INPUTS: Final = _inputs()
OUTPUTS: Final[dict[str, tuple[type[CloudEvent], str]]] = {
    "conversation.state_changed": (outputs.ConversationStateChanged, STATE_CHANGES),
    "capacity.held": (outputs.CapacityHeld, CAPACITY_CHANGES),
    "capacity.released": (outputs.CapacityReleased, CAPACITY_CHANGES),
    "input.rejected": (outputs.InputRejected, REJECTED_INPUTS),
    "input.ignored": (outputs.InputIgnored, REJECTED_INPUTS),
    "representative.capacity_changed": (
        presence.RepresentativeCapacityChanged,
        REPRESENTATIVE_CAPACITY,
    ),
}
# Not among INPUTS, which are the conversation worker's.
PRESENCE_INPUTS: Final[dict[str, tuple[type[CloudEvent], str]]] = {
    "representative.presence": (presence.RepresentativePresence, REPRESENTATIVE_PRESENCE),
}
# Where whoever publishes an input puts it.
ROUTES: Final[dict[str, str]] = {
    **{name: kind.topic for name, kind in INPUTS.items()},
    **{name: topic for name, (_, topic) in PRESENCE_INPUTS.items()},
}
CONFIGURATION: Final[dict[str, type[Configuration]]] = {
    "workstreams": Workstream,
    "capacity-profiles": CapacityProfile,
    "representatives": Representative,
    "queues": Queue,
}

"""What the core says: each output's `data`, as `omnistate_schemas.output_data` describes it.

Values only; the envelope around them and their bytes are the runtime's. A member that is null or
empty is left out, so whatever may be so stands last and has that as its default.
"""

import msgspec
from msgspec import UNSET, UnsetType
from omnistate_schemas.vocabulary import SilenceAction, SilentSide

from omnistate.core.details import Attributes


class Cause(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The input or timer that led to an output."""

    type: str
    id: str | None = None
    source: str | None = None
    actor_id: str | None = None


class InputPosition(msgspec.Struct, frozen=True, gc=False):
    """Where an input lies."""

    topic: str
    partition: int
    offset: int


class NextTimer(msgspec.Struct, frozen=True, gc=False):
    """The earliest of a conversation's timers; `at` is RFC 3339."""

    name: str
    at: str


class Handler(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who talks with the customer."""

    kind: str
    id: str | None = None


class StateChange(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`conversation.state_changed`; times are RFC 3339."""

    conversation_id: str
    sequence: int
    rule: str
    state: str
    internal: bool
    status: str
    channel: str
    workstream_id: str
    transfer_count: int
    abandoned: bool
    cause: Cause
    occurred_at: str
    direction: str
    started_at: str
    left_waiting: bool
    overflow_count: int
    priority: int
    units: int
    previous_status: str | None = None
    previous_detail: str | None = None
    detail: str | None = None
    reason: str | None = None
    customer_id: str | None = None
    previous_queue_id: str | None = None
    queue_id: str | None = None
    previous_representative_id: str | None = None
    representative_id: str | None = None
    offered_representative_id: str | None = None
    offered_representative_ids: list[str] = []
    skipped_representative_ids: list[str] = []
    handler: Handler | None = None
    previous_status_seconds: float | None = None
    next_timer: NextTimer | None = None
    input: InputPosition | None = None
    queued_at: str | None = None
    queue_since: str | None = None
    representative_since: str | None = None
    decline_count: int | None = None
    decline_reason: str | None = None
    attributes: Attributes = {}
    profiles: list[str] = []
    disposition: str | None = None
    merged_into: str | None = None
    scheduled_for: str | None = None
    hold_seconds: float | None = None


class GrantedReservation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A grant of the gate's, as the assignment carried it."""

    id: str
    source: str
    units: int
    profiles: list[str] = []


class CapacityChange(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One hold or release, with the partition's counter after it."""

    representative_id: str
    conversation_id: str
    hold_id: str
    role: str
    units: int
    forced: bool
    rule: str
    partition: int
    partition_sequence: int
    partition_units: int
    cause: Cause
    profiles: list[str] = []
    partition_profiles: dict[str, int] = {}
    reservation: GrantedReservation | None = None


class Held(CapacityChange, frozen=True, gc=False, omit_defaults=True):
    """`capacity.held`."""


class Released(CapacityChange, frozen=True, gc=False, omit_defaults=True):
    """`capacity.released`."""


class Declined(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`capacity.declined`: what the gate had granted is not held after all."""

    representative_id: str
    conversation_id: str
    code: str
    reservation: GrantedReservation
    cause: Cause


class Recorded(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`input.recorded`: an input that was accepted and changed no status."""

    conversation_id: str
    sequence: int
    status: str
    occurred_at: str
    cause: Cause
    input: InputPosition
    detail: str | None = None
    representative_id: str | None = None
    next_timer: NextTimer | None = None


class Reminder(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`conversation.reminder`: one side has been silent for `after` seconds."""

    conversation_id: str
    sequence: int
    status: str
    silent: SilentSide
    after: float
    then: SilenceAction
    occurred_at: str
    cause: Cause
    detail: str | None = None
    representative_id: str | None = None
    # Counts the conversation's reminders; only the event's id says so.
    number: int | UnsetType = UNSET


class Refused(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An input that changed nothing, and why."""

    conversation_id: str
    code: str
    message: str
    sequence: int
    cause: Cause
    input: InputPosition
    status: str | None = None
    detail: str | None = None
    representative_id: str | None = None


class Rejected(Refused, frozen=True, gc=False, omit_defaults=True):
    """`input.rejected`."""


class Ignored(Refused, frozen=True, gc=False, omit_defaults=True):
    """`input.ignored`."""


Fact = StateChange | Held | Released | Declined | Recorded | Reminder | Rejected | Ignored

"""What the core says: each output's `data`, as `omnistate_schemas.output_data` describes it.

Values only; the envelope around them and their bytes are the runtime's.
"""

import msgspec


class Cause(msgspec.Struct, frozen=True, gc=False):
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


class Handler(msgspec.Struct, frozen=True, gc=False):
    """Who talks with the customer."""

    kind: str
    id: str | None


class StateChange(msgspec.Struct, frozen=True, gc=False):
    """`conversation.state_changed`."""

    conversation_id: str
    sequence: int
    rule: str
    state: str
    internal: bool
    previous_status: str | None
    status: str
    previous_detail: str | None
    detail: str | None
    reason: str | None
    channel: str
    workstream_id: str
    customer_id: str | None
    previous_queue_id: str | None
    queue_id: str | None
    previous_representative_id: str | None
    representative_id: str | None
    offered_representative_id: str | None
    skipped_representative_ids: list[str]
    handler: Handler | None
    previous_status_seconds: float | None
    transfer_count: int
    abandoned: bool
    next_timer: NextTimer | None
    cause: Cause
    input: InputPosition | None


class CapacityChange(msgspec.Struct, frozen=True, gc=False):
    """One hold or release, with the partition's counter after it."""

    representative_id: str
    conversation_id: str
    hold_id: str
    role: str
    units: int
    profiles: list[str]
    forced: bool
    rule: str
    partition: int
    partition_sequence: int
    partition_units: int
    partition_profiles: dict[str, int]
    cause: Cause


class Held(CapacityChange, frozen=True, gc=False):
    """`capacity.held`."""


class Released(CapacityChange, frozen=True, gc=False):
    """`capacity.released`."""


class Refused(msgspec.Struct, frozen=True, gc=False):
    """An input that changed nothing, and why."""

    conversation_id: str
    code: str
    message: str
    status: str | None
    detail: str | None
    sequence: int
    cause: Cause
    representative_id: str | None
    input: InputPosition


class Rejected(Refused, frozen=True, gc=False):
    """`input.rejected`."""


class Ignored(Refused, frozen=True, gc=False):
    """`input.ignored`."""


Fact = StateChange | Held | Released | Rejected | Ignored

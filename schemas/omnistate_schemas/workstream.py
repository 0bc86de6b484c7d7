"""The configuration of a workstream: the settings that its conversations inherit.

Durations are seconds, and null is never. What a setting does is the law's business, in
`omnistate.core`.
"""

from typing import Annotated, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from omnistate_schemas.auto_close import AutoClose
from omnistate_schemas.configured import (
    DAY,
    DEFAULT_UPSTREAM,
    MINUTE,
    Configuration,
    Seconds,
    by_authority,
    by_kind,
    refuse,
)
from omnistate_schemas.envelope import Id
from omnistate_schemas.input_data import Profiles, Units
from omnistate_schemas.time_out_rules import TimeOutRules
from omnistate_schemas.vocabulary import (
    AssignablePresence,
    Authority,
    ChannelOrKind,
    Distribution,
    WrapUpBlock,
)
from omnistate_schemas.workstream_rules import find_misplaced, forbid

WrapUpSeconds = Annotated[
    float,
    Field(ge=30, le=3_600, allow_inf_nan=False, json_schema_extra={"x-unit": "seconds"}),
]


def _check_wrap_up(value: object) -> object:
    """One sentence for all that the setting may be, where a union would complain of each part."""
    if value in ("always", "never"):
        return value
    if isinstance(value, int | float) and value is not True and 30 <= value <= 3_600:
        return value
    raise ValueError("always, never, or 30 to 3600 seconds")


BlockCapacityForWrapUp = Annotated[WrapUpBlock | WrapUpSeconds, BeforeValidator(_check_wrap_up)]

AllowedPresences = Annotated[list[AssignablePresence], Field(min_length=1)]


class ConsultBlocksCapacity(Configuration):
    """Whether a consultant's capacity is held, by the way they were asked."""

    direct: bool = Field(default=False, description="For a consultant who was asked directly.")
    queue: bool = Field(default=True, description="For a consultant who came through a queue.")


class Workstream(Configuration):
    """The settings that a conversation inherits when it starts. Durations are seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "live_chat",
                    "distribution": "push",
                    "units": 30,
                    "block_capacity_for_wrap_up": "always",
                    "offer_timeout": 120,
                    "auto_close": {"open": 1200, "wrap_up": 900},
                }
            ],
            "if": {"properties": {"channel": {"const": "voice"}}, "required": ["channel"]},
            "then": {"properties": {"distribution": {"const": "push"}}},
            "not": forbid(),
        }
    )

    channel: ChannelOrKind = Field(
        description="What it takes: a kind takes all its channels, a channel itself alone."
    )
    distribution: Distribution = Field(
        default="push",
        description="Whether a router assigns work or representatives pick it; voice is pushed.",
    )
    units: Units | None = Field(
        default=None,
        description="Capacity units that each conversation takes. Left out or null: 30, or 0 where "
        "`profiles` are given.",
    )
    profiles: Profiles = Field(
        default=[], description="Capacity profiles of which each conversation takes one slot."
    )
    block_capacity_for_wrap_up: BlockCapacityForWrapUp = Field(
        default="always",
        description="How long wrap-up holds capacity: always, never, or 30 to 3600 seconds.",
    )
    release_on_close: bool = Field(
        default=False,
        description="Closing gives capacity back, too, before those seconds of wrap-up are over.",
    )
    reserve_on_offer: bool = Field(
        default=True, description="An offer holds capacity; false: only its acceptance does."
    )
    keep_same_representative: bool | None = by_kind(
        "A conversation that comes back is offered to its last representative. Null is as if left "
        "out.",
        live_chat=False,
        persistent_chat=True,
        messaging=True,
        voice=False,
        record=False,
    )
    auto_accept: bool = Field(
        default=False, description="Who is assigned has it at once, without an offer."
    )
    offer_timeout: Seconds | None = by_authority(
        "Seconds that an offer stays open; null: never ends by itself.", 120, None
    )
    reconnect_window: Seconds | None = by_authority(
        "Seconds in which a disconnected customer may come back; null: never over.", 180, None
    )
    representative_reconnect_window: Seconds | None = by_kind(
        "Seconds in which a disconnected representative may come back; null: never over.",
        upstream=None,
        live_chat=150,
        persistent_chat=150,
        messaging=150,
        voice=30,
        record=None,
    )
    auto_close: AutoClose = Field(
        default=AutoClose(),
        description="By status, after how many seconds a conversation is closed.",
    )
    bot_inactivity: Seconds | None = by_authority(
        "Seconds without activity until a conversation with a bot is closed; null: never. On voice "
        "it is ignored.",
        30 * MINUTE,
        None,
    )
    closed_retention: Seconds | None = Field(
        default=DAY,
        description="Seconds for which a closed conversation is remembered; null: for ever.",
    )
    consult_blocks_capacity: ConsultBlocksCapacity = Field(
        default=ConsultBlocksCapacity(direct=False, queue=True),
        description="Whether a consultant's capacity is held, by the way they were asked.",
    )

    authority: Authority = Field(
        default="engine",
        description="Who decides: this engine, or another system whose reports it follows.",
    )
    settle_window: Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)] | None = Field(
        default=0,
        description="Seconds that facts and reports wait for their order; for `upstream` only. "
        "Null is as if left out.",
        json_schema_extra={"x-unit": "seconds"},
    )
    max_delay: Seconds | None = Field(
        default=3_600,
        description="How many seconds late an event's own time is believed; for `engine` only. "
        "Null: however late.",
        json_schema_extra={DEFAULT_UPSTREAM: None},
    )
    parallel_offers: Annotated[int, Field(ge=1, le=20)] | None = by_authority(
        "How many offers may be pending at once. Null is as if left out.", 1, 20
    )
    assign_through_gate: bool = Field(
        default=False, description="A router's assignment counts only where the gate granted it."
    )
    wrap_up_after_transfer: WrapUpSeconds | None = Field(
        default=None,
        description="Seconds that whoever hands over has for their wrap-up; null: none.",
    )
    reopen_from_wrap_up: bool | None = Field(
        default=False,
        description="A message during wrap-up opens the conversation again; for persistent chat "
        "and messaging. Null is as if left out.",
    )
    release_when_idle: Seconds | None = Field(
        default=None,
        description="Seconds without activity after which capacity is given back until there is "
        "some; null: never. For chat and messaging.",
    )
    promote_consultant: bool | None = by_kind(
        "Where a representative is lost or leaves, whoever consults takes over; not for records. "
        "Null is as if left out.",
        live_chat=True,
        persistent_chat=True,
        messaging=True,
        voice=True,
        record=None,
    )
    can_wait: bool | None = Field(
        default=False,
        description="Whether a record may wait; chat and messaging always can. Null is as if left "
        "out.",
    )
    bot_response_timeout: Seconds | None = Field(
        default=None,
        description="Seconds that a bot has for an answer until the conversation goes to people; "
        "null: never. For chat and messaging.",
    )
    time_out_rules: TimeOutRules | None = Field(
        default=[],
        description="What is done when one side is silent, 8 rules at most. For chat and "
        "messaging. Null is as if left out.",
    )
    publish_recorded: bool = Field(
        default=True, description="Inputs that change no status are answered on a topic, too."
    )
    default_queue_id: Id | None = Field(
        default=None, description="The queue of what is started without one."
    )
    allowed_presences: AllowedPresences = Field(
        default=["available", "busy"],
        description="Whom the router may ask, by presence; at least one, and never `offline`.",
    )

    @model_validator(mode="after")
    def _check_kind_and_authority_have_it(self) -> Self:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        told = {name: value for name, value in given.items() if value}
        refuse(find_misplaced(self.channel, self.authority, told))
        return self

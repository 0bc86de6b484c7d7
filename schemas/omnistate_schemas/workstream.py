"""The configuration of a workstream: the settings that its conversations inherit.

Durations are seconds, and null is never. What a setting does is the law's business, in
`omnistate.core`.
"""

from typing import Annotated, Final, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from omnistate_schemas.applicability import KIND_OF, kinds_for
from omnistate_schemas.configured import Configuration, Seconds, by_kind
from omnistate_schemas.input_data import Profiles, Units
from omnistate_schemas.vocabulary import ChannelOrKind, Distribution, WrapUpBlock

MINUTE: Final = 60
DAY: Final = 86_400
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


class AutoClose(Configuration):
    """After how long a conversation is closed, by status. Durations are seconds; null: never."""

    open: Seconds | None = by_kind(
        "Seconds without activity until an open conversation is closed; null: never. On records it "
        "is ignored.",
        live_chat=20 * MINUTE,
        persistent_chat=30 * DAY,
        messaging=30 * DAY,
        voice=30 * DAY,
        record=None,
    )
    active: Seconds | None = by_kind(
        "Seconds without activity until a conversation with a representative or an external party "
        "is closed (voice: until its wrap-up begins), and a call with a bot; null: never.",
        live_chat=None,
        persistent_chat=None,
        messaging=30 * DAY,
        voice=120 * MINUTE,
        record=None,
    )
    wrap_up: Seconds | None = by_kind(
        "Seconds from the beginning of wrap-up until the conversation is closed; null: never. "
        "Records have no wrap-up.",
        live_chat=15 * MINUTE,
        persistent_chat=DAY,
        messaging=DAY,
        voice=DAY,
        record=None,
    )
    waiting: Seconds | None = Field(
        default=28 * DAY,
        description="Seconds that a conversation waits for its customer, counted anew from each "
        "message of its last representative, until it is closed; null: never.",
    )
    resolved: Seconds | None = Field(
        default=DAY,
        description="Seconds from a record's resolution until it is closed; null: never.",
    )


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
    offer_timeout: Seconds | None = Field(
        default=120, description="Seconds that an offer stays open; null: never ends by itself."
    )
    reconnect_window: Seconds | None = Field(
        default=180,
        description="Seconds in which a disconnected customer may come back; null: never over.",
    )
    representative_reconnect_window: Seconds | None = by_kind(
        "Seconds in which a disconnected representative may come back; null: never over.",
        live_chat=150,
        persistent_chat=150,
        messaging=150,
        voice=30,
        record=150,
    )
    auto_close: AutoClose = Field(
        default=AutoClose(),
        description="By status, after how many seconds a conversation is closed.",
    )
    bot_inactivity: Seconds | None = Field(
        default=30 * MINUTE,
        description="Seconds without activity until a conversation with a bot is closed; null: "
        "never. On voice it is ignored.",
    )
    closed_retention: Seconds | None = Field(
        default=DAY,
        description="Seconds for which a closed conversation is remembered; null: for ever.",
    )
    consult_blocks_capacity: ConsultBlocksCapacity = Field(
        default=ConsultBlocksCapacity(direct=False, queue=True),
        description="Whether a consultant's capacity is held, by the way they were asked.",
    )

    @model_validator(mode="after")
    def _check_kind_may_be_picked(self) -> Self:
        picked = self.distribution == "pick"
        if picked and KIND_OF[self.channel] not in kinds_for("representative.pick"):
            raise ValueError(f"a {self.channel} workstream cannot have distribution: pick")
        return self

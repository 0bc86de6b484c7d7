"""The configuration objects: workstreams, capacity profiles, representatives and queues.

What CONFIG.yaml holds and what the configuration topics carry. Defaults that depend on the channel
kind are left out here (`null` means never, absent means the default) and resolved by
`omnistate.core.settings`.
"""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from omnistate_schemas.envelope import Id
from omnistate_schemas.input_data import Profiles, Units
from omnistate_schemas.vocabulary import Channel, Kind

# A century: longer is a slip of the unit, and "never" is spelled null.
SECONDS_MAX = 3_155_760_000
Seconds = Annotated[float, Field(ge=0, le=SECONDS_MAX, allow_inf_nan=False)]
WrapUpSeconds = Annotated[float, Field(ge=30, le=3_600, allow_inf_nan=False)]


def _check_wrap_up(value: object) -> object:
    """One sentence for all that the setting may be, where a union would complain of each part."""
    if value in ("always", "never"):
        return value
    if isinstance(value, int | float) and value is not True and 30 <= value <= 3_600:
        return value
    raise ValueError("always, never, or 30 to 3600 seconds")


BlockCapacityForWrapUp = Annotated[
    Literal["always", "never"] | WrapUpSeconds, BeforeValidator(_check_wrap_up)
]


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}") from None
    return name


def _empty_if_null(value: object) -> object:
    return {} if value is None else value


class Configuration(BaseModel):
    """Base of every configuration object: a key that nobody knows is an error."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class AutoClose(Configuration):
    """How many seconds without activity close a conversation, by status; null = never."""

    open: Seconds | None = None
    active: Seconds | None = None
    wrap_up: Seconds | None = None
    waiting: Seconds | None = None
    resolved: Seconds | None = None


class ConsultBlocksCapacity(Configuration):
    """Whether a consultant's capacity is held, by the way he was asked."""

    direct: bool = False
    queue: bool = True


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
            ]
        }
    )

    channel: Literal[Kind, Channel] = Field(
        description="A kind takes all its channels, a channel itself."
    )
    distribution: Literal["push", "pick"] = "push"
    units: Units | None = Field(
        default=None, description="Default 30, or 0 where `profiles` are given."
    )
    profiles: Profiles = Field(default=[], description="One slot of each is taken.")
    block_capacity_for_wrap_up: BlockCapacityForWrapUp = "always"
    release_on_close: bool = False
    reserve_on_offer: bool = True
    keep_same_representative: bool | None = Field(
        default=None, description="Default true for persistent chat and messaging."
    )
    auto_accept: bool = False
    offer_timeout: Seconds | None = 120
    reconnect_window: Seconds | None = 180
    representative_reconnect_window: Seconds | None = Field(
        default=None, description="Default 30 for voice, 150 for the others."
    )
    auto_close: AutoClose = AutoClose()
    bot_inactivity: Seconds | None = 1_800
    closed_retention: Seconds | None = 86_400
    consult_blocks_capacity: ConsultBlocksCapacity = ConsultBlocksCapacity()

    @model_validator(mode="after")
    def _check_voice_is_pushed(self) -> Self:
        if self.channel == "voice" and self.distribution == "pick":
            raise ValueError("a voice workstream cannot have distribution: pick")
        return self


class CapacityProfile(Configuration):
    """A kind of work and how many of it a representative takes at once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"limit": 3, "blocking": False, "reset": "immediate"}]}
    )

    limit: Annotated[int, Field(ge=0, le=2_147_483_647)] = 1
    blocking: bool = False
    reset: Literal["immediate", "end_of_day"] = "immediate"


class Representative(Configuration):
    """A representative's capacity and the zone whose midnight ends his day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"units": 100, "profiles": {"chat": 5}, "time_zone": "Europe/Madrid"}]
        }
    )

    units: Units = 100
    profiles: dict[Id, Units | None] = Field(
        default={}, description="His own limit of a profile; null = the profile's limit."
    )
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "UTC"


class Queue(Configuration):
    """A place where open work waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"service_level_threshold": 30}]})

    service_level_threshold: Seconds = Field(
        default=20, description="How soon a conversation should be accepted once it is open."
    )


Objects = BeforeValidator(_empty_if_null)


class ContactCentre(Configuration):
    """CONFIG.yaml; a section or an object left empty has its defaults."""

    workstreams: Annotated[dict[Id, Workstream], Objects] = {}
    capacity_profiles: Annotated[dict[Id, Annotated[CapacityProfile, Objects]], Objects] = {}
    representatives: Annotated[dict[Id, Annotated[Representative, Objects]], Objects] = {}
    queues: Annotated[dict[Id, Annotated[Queue, Objects]], Objects] = {}

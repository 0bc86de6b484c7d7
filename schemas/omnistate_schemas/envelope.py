"""The CloudEvents 1.0 envelope, as the engine reads it and as other teams see it.

It knows attributes only; what `data` means is said in `inputs` and `outputs`.
"""

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SkipValidation,
    TypeAdapter,
)
from typing_extensions import TypedDict

from omnistate_schemas.times import parse_time_ms

ID_LENGTH_MAX: Final = 256
Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]
# Every output repeats the source of its cause, so it has a bound of its own.
SOURCE_LENGTH_MAX: Final = 1_024
Source = Annotated[str, Field(min_length=1, max_length=SOURCE_LENGTH_MAX)]


def _check_time(text: str) -> str:
    parse_time_ms(text)
    return text


Time = Annotated[
    str,
    AfterValidator(_check_time),
    Field(json_schema_extra={"format": "date-time"}),
]


class CloudEvent(BaseModel):
    """The attributes that every event has; each type narrows `type` and adds its `data`.

    Unknown attributes are accepted and left out. A trace that is no text is passed over as well:
    it must not cost an event. The JSON Schemas, for those who write, ask for text.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    specversion: Literal["1.0"] = Field(description="The CloudEvents version.")
    id: Id = Field(description="Unique per `source`; a repeat of both is a duplicate.")
    source: Source = Field(description="Who says so: a URI reference such as `/gateways/chat`.")
    type: Annotated[str, Field(min_length=1)] = Field(
        description="What is said: decides what `data` holds and which topic the event goes to."
    )
    subject: Id = Field(description="The conversation id; also the record's Kafka key.")
    time: Time = Field(description="When it was said, with an offset.")
    traceparent: SkipValidation[str | None] = Field(
        default=None, description="W3C trace context, copied to the outputs up to 1,024 characters."
    )
    tracestate: SkipValidation[str | None] = Field(
        default=None, description="W3C trace state, copied to the outputs up to 1,024 characters."
    )


class Envelope(TypedDict):
    """The decoder's first look at an event: `time` still text, `data` still untyped.

    A dictionary, since validating one costs half of what building a model costs.
    """

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]

    specversion: Literal["1.0"]
    id: Id
    source: Source
    type: Annotated[str, Field(min_length=1)]
    subject: Id
    time: str
    data: dict[str, Any]
    traceparent: NotRequired[object]
    tracestate: NotRequired[object]


ENVELOPE: TypeAdapter[Envelope] = TypeAdapter(Envelope)


def example(type_: str, source: str, data: dict[str, Any], subject: str = "chat-17") -> ConfigDict:
    """The model configuration that carries one complete, valid event of `type_`."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{type_}-1",
        "source": source,
        "type": type_,
        "subject": subject,
        "time": "2026-03-02T09:15:22.123Z",
        "data": data,
    }
    return ConfigDict(json_schema_extra={"examples": [event]})

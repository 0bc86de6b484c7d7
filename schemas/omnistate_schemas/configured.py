"""What every configuration object has in common: its base, durations, defaults by channel kind.

A key that is left out has its default; where a duration is null, it is never. So an object is
written as it was read: what was left out stays left out. Defaults are filled in by
`omnistate.core.settings`; a test holds it to those that are described here.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from omnistate_schemas.completeness import check_complete
from omnistate_schemas.vocabulary import KINDS

# In seconds.
MINUTE: Final = 60
DAY: Final = 86_400
# Ten years: longer is a slip of the unit, and "never" is spelled null.
SECONDS_MAX: Final = 315_576_000
Seconds = Annotated[
    float,
    Field(ge=0, le=SECONDS_MAX, allow_inf_nan=False, json_schema_extra={"x-unit": "seconds"}),
]
# Of an object as JSON without blanks.
OBJECT_BYTES_MAX: Final = 65_536
DEFAULT_BY_KIND: Final = "x-default-by-kind"
DEFAULT_UPSTREAM: Final = "x-default-upstream"
# Another system decides, and the default is that of the kind all the same.
SAME: Final = "same"


class Configuration(BaseModel):
    """Base of every configuration object: a key that nobody knows is an error.

    `model_fields_set` tells a key that was left out from one that is null.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    @model_serializer(mode="wrap")
    def _leave_out_what_was(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Written as null, a key that was left out would come to mean never."""
        members: dict[str, Any] = handler(self)
        return {key: value for key, value in members.items() if key in self.model_fields_set}

    def encode(self) -> bytes:
        """As it stands in the file: a key left out stays left out, a null stays null."""
        return self.model_dump_json(exclude_unset=True).encode()


class Misplaced(NamedTuple):
    """A value that does not go with others: the keys that lead to it, and what is wrong."""

    keys: tuple[str | int, ...]
    message: str


def refuse(found: Iterable[Misplaced]) -> None:
    """Raise ValidationError, which names the key of each, where a validator finds any.

    What a validator raises otherwise is said of the whole object, wherever its keys stand.
    """
    problems = [
        InitErrorDetails(
            type=PydanticCustomError("misplaced", "{said}", {"said": each.message}),
            loc=each.keys,
            input=None,
        )
        for each in found
    ]
    if problems:
        raise ValidationError.from_exception_data("configuration", problems)


def find_excess(value: bytes) -> str | None:
    """What is wrong with the size of an object's JSON; None where nothing is."""
    if len(value) <= OBJECT_BYTES_MAX:
        return None
    return f"{len(value)} bytes as JSON; {OBJECT_BYTES_MAX} are the most"


def by_kind(
    meaning: str, *, upstream: float | Literal["same"] | None = SAME, **defaults: float | None
) -> Any:
    """A key whose default, while it is left out, depends on the channel kind; None is never.

    `upstream` is the default of all kinds with `authority: upstream`. Both are told in the key's
    description, in `x-default-by-kind` and in `x-default-upstream`, never as `default`: null would
    mean something else.
    """
    check_complete(f"by_kind({meaning!r})", defaults, KINDS, "channel kind")
    words: dict[str, list[str]] = {}
    for kind, value in defaults.items():
        words.setdefault(_spell(value), []).append(kind)
    said = "; ".join(f"{word} for {', '.join(kinds)}" for word, kinds in words.items())
    if len(words) == 1:
        (said,) = words
    annotations: dict[str, Any] = {DEFAULT_BY_KIND: dict(defaults)}
    if upstream != SAME:
        said += f"; with `authority: upstream` {_spell(upstream)}"
        annotations[DEFAULT_UPSTREAM] = upstream
    return Field(
        default=None, description=f"{meaning} Left out: {said}.", json_schema_extra=annotations
    )


def by_authority(meaning: str, engine: float | None, upstream: float | None) -> Any:
    """A key whose default, while it is left out, depends on who decides; see `by_kind`."""
    return by_kind(meaning, upstream=upstream, **{str(kind): engine for kind in KINDS})


def _spell(value: float | None) -> str:
    if value is None:
        return "never"
    return str(value).lower() if isinstance(value, bool) else str(value)

"""The names under which closed vocabularies and bounded values are published.

One name for each, so that a client made from the schemas has one type for it and no generator
invents one. The words themselves stand in `vocabulary`, the bounds where their types are.
"""

from typing import Any, Final, get_args

from omnistate_schemas import vocabulary
from omnistate_schemas.configuration import SLOTS_MAX
from omnistate_schemas.envelope import ID_LENGTH_MAX
from omnistate_schemas.input_data import (
    ATTRIBUTE_LENGTH_MAX,
    ATTRIBUTE_TEXTS_MAX,
    INTEGER_MAX,
    INTEGER_MIN,
    UNITS_MAX,
)
from omnistate_schemas.operating_hours import DATE_PATTERN, WINDOW_PATTERN
from omnistate_schemas.queue import RANK_MAX

Schema = dict[str, Any]

# RFC 3339, with the days that each month of each year has. Without look-around and classes such
# as \d, which regular expressions of different languages read differently.
_YEAR: Final = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_FOURTHS: Final = "(?:0[48]|[2468][048]|[13579][26])"
_DAY: Final = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
TIME_PATTERN: Final = (
    f"^(?:{_YEAR}-{_DAY}|(?:[0-9]{{2}}{_FOURTHS}|{_FOURTHS}00)-02-29)"
    rf"[Tt ]{_CLOCK}:(?:[0-5][0-9]|60)(?:\.[0-9]+)?(?:[Zz]|[+-]{_CLOCK})$"
)

_TEXT: Final[Schema] = {"type": "string", "maxLength": ATTRIBUTE_LENGTH_MAX}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT, "maxItems": ATTRIBUTE_TEXTS_MAX}
_INTEGER: Final[Schema] = {"type": "integer", "minimum": INTEGER_MIN, "maximum": INTEGER_MAX}
# What a schema of each looks like, and what is said of it.
_VALUES: Final[dict[str, tuple[Schema, str]]] = {
    "Id": (
        {"type": "string", "minLength": 1, "maxLength": ID_LENGTH_MAX},
        f"An id: 1 to {ID_LENGTH_MAX} characters.",
    ),
    "Count": ({"type": "integer", "minimum": 0}, "A number of things, or of one in a row."),
    "Units": ({"type": "integer", "minimum": 0, "maximum": UNITS_MAX}, "Units of capacity."),
    "Slots": ({"type": "integer", "minimum": 0, "maximum": SLOTS_MAX}, "Slots of a profile."),
    "WrapUpSeconds": (
        {"type": "number", "minimum": 30, "maximum": 3_600, "x-unit": "seconds"},
        "Seconds from the beginning of wrap-up.",
    ),
    "Rank": (
        {"type": "integer", "minimum": 1, "maximum": RANK_MAX},
        "A representative's rank in a queue, 1 the first.",
    ),
    "OpeningWindow": (
        {"type": "string", "pattern": WINDOW_PATTERN},
        "When it is open on a day: `HH:MM-HH:MM`.",
    ),
    "CalendarDay": ({"type": "string", "pattern": DATE_PATTERN}, "A day: `YYYY-MM-DD`."),
    "Integer": (_INTEGER, "A whole number of 64 bits, with a sign or without."),
    "ShortText": (_TEXT, f"At most {ATTRIBUTE_LENGTH_MAX} characters, perhaps none."),
    "ShortTexts": (_TEXTS, f"At most {ATTRIBUTE_TEXTS_MAX} of them."),
    "Attribute": (
        {"anyOf": [{"type": "boolean"}, _INTEGER, {"type": "number"}, _TEXT, _TEXTS]},
        "The value of an attribute.",
    ),
}
_TIME: Final[Schema] = {
    "type": "string",
    "format": "date-time",
    "pattern": TIME_PATTERN,
    "description": "An instant: RFC 3339 with an offset, taken to the millisecond.",
}
_ENUMS: Final[dict[str, tuple[Any, str]]] = {
    "AssignablePresence": (vocabulary.AssignablePresence, "Who can be asked at all: not offline."),
    "Authority": (vocabulary.Authority, "Who decides in a workstream."),
    "ClosingReason": (vocabulary.ClosingReason, "Why a conversation is closed from outside."),
    "DeclinedCode": (vocabulary.DeclinedCode, "Why a grant of the gate's came to nothing."),
    "Ender": (vocabulary.Ender, "Who ended a talk."),
    "SilenceAction": (vocabulary.SilenceAction, "What is done when one side is silent."),
    "SilentSide": (vocabulary.SilentSide, "Who owes an answer."),
    "Channel": (vocabulary.Channel, "What a conversation goes over."),
    "ChannelOrKind": (vocabulary.ChannelOrKind, "A channel, or a kind for all its channels."),
    "ConsultVia": (vocabulary.ConsultVia, "How a consultant was asked."),
    "DeadLetterCode": (vocabulary.DeadLetterCode, "Why a record became a dead letter."),
    "Detail": (vocabulary.Detail, "Which kind of open, active, waiting or wrap-up it is."),
    "Direction": (vocabulary.Direction, "Who began a conversation: the customer or the centre."),
    "Distribution": (vocabulary.Distribution, "Who hands work out: a router or representatives."),
    "HandlerKind": (vocabulary.HandlerKind, "What kind of party talks with the customer."),
    "IgnoredCode": (vocabulary.IgnoredCode, "Why an input was ignored."),
    "OverflowAction": (vocabulary.OverflowAction, "What becomes of what overflows."),
    "RoutingObstacle": (vocabulary.RoutingObstacle, "What stands against giving it to them."),
    "OverflowCondition": (vocabulary.OverflowCondition, "When a conversation overflows."),
    "Presence": (vocabulary.Presence, "Whether a representative can be given work."),
    "PresenceReason": (vocabulary.PresenceReason, "Where an effective presence comes from."),
    "ProblemCode": (vocabulary.ProblemCode, "Why the read API does not answer."),
    "ProfileReset": (vocabulary.ProfileReset, "When a profile's slots are free again."),
    "Reason": (vocabulary.Reason, "Why a status is what it is."),
    "RecordOutcome": (vocabulary.RecordOutcome, "What became of a record."),
    "RejectionCode": (vocabulary.AnyRejectionCode, "Why an input was rejected."),
    "Resolution": (vocabulary.Resolution, "How a representative finished a record."),
    "Role": (vocabulary.Role, "What a representative is to a conversation that holds them."),
    "RouterCloseReason": (vocabulary.RouterCloseReason, "Why a router gave up."),
    "RoutingMethod": (vocabulary.RoutingMethod, "Who of equal rank is asked first."),
    "State": (vocabulary.State, "The record state that a status belongs to."),
    "Status": (vocabulary.Status, "How far a conversation is."),
    "TimerName": (vocabulary.TimerName, "A conversation's timer."),
    "TransferKind": (vocabulary.TransferKind, "What a transfer goes to."),
    "WindowSpan": (vocabulary.WindowSpan, "Which window of service figures."),
    "WrapUpBlock": (vocabulary.WrapUpBlock, "Whether all of wrap-up holds capacity."),
}
_NAME_OF_WORDS: Final = {get_args(literal): name for name, (literal, _) in _ENUMS.items()}
# Words that say nothing about which values are valid.
_ANNOTATIONS: Final = frozenset(
    {"description", "default", "examples", "x-default-by-kind", "x-default-upstream"}
)


def enum_schema(name: str) -> Schema:
    """The definition of a closed vocabulary."""
    literal, meaning = _ENUMS[name]
    return {"type": "string", "enum": list(get_args(literal)), "description": meaning}


def name_type(schema: Schema) -> tuple[str, Schema] | None:
    """The name of what a schema allows, and the definition that goes by it; None without a name.

    A value with a default has none: beside a reference its bounds would be lost in clients.
    Raises LookupError for a closed vocabulary that has none here.
    """
    asserted = {key: value for key, value in schema.items() if key not in _ANNOTATIONS}
    if "enum" in asserted:
        name = _NAME_OF_WORDS.get(tuple(asserted["enum"]))
        if name is None:
            raise LookupError(f"named_types has no name for {asserted['enum']}")
        return name, enum_schema(name)
    if asserted.get("format") == "date-time":
        return "Time", dict(_TIME)
    for name, (wanted, meaning) in _VALUES.items():
        if asserted == wanted and "default" not in schema:
            return name, {**wanted, "description": meaning}
    return None


def annotations_of(schema: Schema) -> Schema:
    """What a schema says beside what it allows."""
    return {key: value for key, value in schema.items() if key in _ANNOTATIONS}

"""A state change as the figures take it: read, and judged by what may be counted.

Whoever may write to the topic may have written it: one that an engine cannot have published is
none, whatever it would come to. Nothing here quotes a record.
"""

from typing import Final

from omnistate_schemas.read_change import ReadChange, ReadStateChanged
from omnistate_schemas.times import DAY_MS, parse_time_ms
from pydantic import ValidationError

# No two clocks are further apart; what is counted as of later would end what is remembered.
AHEAD_MS: Final = DAY_MS


class NoChange(ValueError):
    """Not a change that can be counted; the message says why, without its content."""


def read_change(value: bytes | None, now_ms: int) -> tuple[ReadChange, int]:
    """The change in a record's value, and its time in ms. Raises NoChange."""
    try:
        event = ReadStateChanged.model_validate_json(value or b"")
        at_ms = parse_time_ms(event.time)
        latest_ms = max(at_ms, happened_ms(event.data, at_ms))
    except ValidationError as error:
        raise refuse(error) from None
    except ValueError:
        raise NoChange("time: no such day or hour") from None
    data = event.data
    if latest_ms > now_ms + AHEAD_MS:
        raise NoChange("time: more than a day ahead")
    if not 0 <= (data.previous_status_seconds or 0) * 1_000 <= max(0, at_ms):
        raise NoChange("previous_status_seconds: more than there have been")
    return data, at_ms


def refuse(error: ValidationError) -> NoChange:
    """Where a record first went wrong, without its content."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return NoChange(f"{place}: {first['type']}" if place else first["type"])


def happened_ms(change: ReadChange, at_ms: int) -> int:
    """When the change came about, which a gateway may tell late; `at_ms`: as edition 1 has it.

    Raises ValueError where there is no such day or hour.
    """
    return at_ms if change.occurred_at is None else parse_time_ms(change.occurred_at)

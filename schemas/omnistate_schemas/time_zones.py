"""Time zones by their IANA names, as configuration has them."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

# What every name in the time zone database looks like; which there are is for the database to say.
TIME_ZONE_PATTERN: Final = "^[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*$"


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}") from None
    return name


TimeZone = Annotated[
    str,
    AfterValidator(_check_time_zone),
    Field(json_schema_extra={"pattern": TIME_ZONE_PATTERN}),
]

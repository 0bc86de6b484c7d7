"""A day of the demo's, lived once: the inputs that chaos says over and over."""

from typing import Any, Final

import msgspec
from omnistate.demo.simulated_day import Day

Json = dict[str, Any]
_DECODE: Final = msgspec.json.Decoder().decode
_DECIDED: Final = ("reservation", "expected_sequence")


async def tell_day(seed: int, conversations: int) -> tuple[list[Json], Json]:
    """The inputs of the demo's day in order, and its configuration."""
    day = Day(seed, conversations)
    await day.start()
    while await day.step() is not None:
        pass
    told = [_DECODE(record.value or b"") for record in day.read_inputs()]
    return [_unreserve(event) for event in told], day.world.configuration


def _unreserve(event: Json) -> Json:
    """Without what holds for the day's own router and gate alone."""
    kept = {name: each for name, each in event["data"].items() if name not in _DECIDED}
    return {**event, "data": kept}

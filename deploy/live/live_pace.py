"""The pace of a day that passes faster than the brokers' clock: durations and times, both ways.

It knows what in configuration, inputs and outputs is a duration or a time, and nothing of what
they mean.
"""

from typing import Any, Final

from omnistate_schemas.presence import LEASE_SECONDS_MAX, LEASE_SECONDS_MIN
from omnistate_schemas.times import format_time, parse_time_ms

Event = dict[str, Any]
# Durations, in seconds, of a workstream's and of a queue's configuration.
_OF_WORKSTREAMS: Final = (
    "offer_timeout",
    "reconnect_window",
    "representative_reconnect_window",
    "bot_inactivity",
    "bot_response_timeout",
    "release_when_idle",
    "settle_window",
)
_OF_QUEUES: Final = ("service_level_threshold", "widen_after", "relax_skills_after")
# Times that an input promises.
_PROMISED: Final = ("scheduled_for", "resume_at")


def quicken(configuration: dict[str, Any], speed: float) -> dict[str, Any]:
    """The configuration with its durations divided by `speed`.

    Capacity that wrap-up blocks stays so for as long: the contract gives that a least value. Queues
    are open at every hour: their day is not the wall clock's, which operating hours follow.
    """
    return {
        **configuration,
        "workstreams": {
            id_: _quicken_workstream(each, speed)
            for id_, each in configuration["workstreams"].items()
        },
        "queues": {
            id_: _quicken_queue(each, speed) for id_, each in configuration["queues"].items()
        },
    }


def _quicken_workstream(workstream: dict[str, Any], speed: float) -> dict[str, Any]:
    quick = _divide(workstream, _OF_WORKSTREAMS, speed)
    auto_close = workstream.get("auto_close", {})
    quick["auto_close"] = _divide(auto_close, tuple(auto_close), speed)
    quick["time_out_rules"] = [
        _divide(rule, ("after",), speed) for rule in workstream.get("time_out_rules", ())
    ]
    return quick


def _quicken_queue(queue: dict[str, Any], speed: float) -> dict[str, Any]:
    quick = _divide(queue, _OF_QUEUES, speed)
    quick.pop("operating_hours", None)
    quick["overflow"] = [
        _divide(rule, ("seconds",), speed)
        for rule in queue.get("overflow", ())
        if rule["when"] != "closed"
    ]
    return quick


def _divide(settings: dict[str, Any], names: tuple[str, ...], speed: float) -> dict[str, Any]:
    """Null is never, and stays so."""
    quick = {name: settings[name] / speed for name in names if settings.get(name)}
    return {**settings, **quick}


class Pace:
    """`speed` of their milliseconds pass in one of ours; their `start_ms` is our `began_ms`."""

    def __init__(self, speed: float, start_ms: int, began_ms: float) -> None:
        """Times are epoch milliseconds."""
        self._speed: Final = speed
        self._start_ms: Final = start_ms
        self._began_ms: Final = began_ms

    def to_theirs(self, our_ms: float) -> int:
        """What time it is in their day."""
        return round(self._start_ms + (our_ms - self._began_ms) * self._speed)

    def to_ours(self, their_ms: float) -> int:
        """What time it is by the brokers' clock when it is so late in their day."""
        return round(self._began_ms + (their_ms - self._start_ms) / self._speed)

    def say(self, event: Event) -> Event:
        """Something that they do, as an input of ours."""
        data = dict(event["data"])
        for name in _PROMISED:
            if data.get(name) is not None:
                data[name] = self._write(data[name])
        if data.get("lease_seconds") is not None:
            # What is too short for a lease is renewed sooner than it has to be.
            lease = data["lease_seconds"] / self._speed
            data["lease_seconds"] = min(max(lease, LEASE_SECONDS_MIN), LEASE_SECONDS_MAX)
        return {**event, "time": self._write(event["time"]), "data": data}

    def hear(self, event: Event) -> Event:
        """An output of ours, with their times where they look at them."""
        data = dict(event["data"])
        if data.get("next_timer") is not None:
            timer = data["next_timer"]
            data["next_timer"] = {**timer, "at": self._read(timer["at"])}
        return {**event, "time": self._read(event["time"]), "data": data}

    def _write(self, their_time: str) -> str:
        return format_time(self.to_ours(parse_time_ms(their_time)))

    def _read(self, our_time: str) -> str:
        return format_time(self.to_theirs(parse_time_ms(our_time)))

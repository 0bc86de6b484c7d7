"""CONFIG.yaml (contract.md#configuration) with the defaults of contract.md#timers filled in.

Does not validate: the model is only run on usable configurations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .vocabulary import AM, KIND_OF_CHANNEL, LC, PC, RE, VO

MINUTE, HOUR, DAY = 60, 3600, 86400

# contract.md#timers, the table, columns of kinds (seconds; None = never).
AUTO_CLOSE: dict[str, dict[str, int | None]] = {
    "open": {LC: 20 * MINUTE, PC: 30 * DAY, AM: 30 * DAY, VO: 30 * DAY, RE: None},
    "active": {LC: None, VO: 2 * HOUR, AM: 30 * DAY, PC: None, RE: None},
    "wrap_up": {LC: 15 * MINUTE, PC: DAY, AM: DAY, VO: DAY, RE: None},
    "waiting": dict.fromkeys((LC, PC, AM, VO), 28 * DAY) | {RE: None},
    "resolved": dict.fromkeys((LC, PC, AM, VO, RE), DAY),
}
# With `authority: upstream`, of every kind: over after a day, so nothing leaks.
AUTO_CLOSE_UPSTREAM: dict[str, int] = {
    "open": DAY,
    "active": DAY,
    "wrap_up": DAY,
    "resolved": DAY,
    "waiting": 28 * DAY,
}


@dataclass(frozen=True)
class TimeOutRule:
    """One of `time_out_rules`: `after` as configured, in seconds."""

    silent: str  # "customer" or "representative"
    after: float
    then: str  # "remind", "wait", "end" or "requeue"


@dataclass(frozen=True)
class Settings:
    """What a conversation inherits from its workstream; durations in milliseconds, None = never."""

    push: bool
    units: int
    profiles: tuple[str, ...]
    wrap_up_block: str | int  # "always", "never" or milliseconds
    release_on_close: bool
    reserve_on_offer: bool
    keep_same_representative: bool
    auto_accept: bool
    offer: int | None
    customer_reconnect: int | None
    representative_reconnect: int | None
    auto_close: dict[str, int | None]
    bot_inactivity: int | None
    closed_retention: int | None
    consult_blocks: dict[str, bool]
    upstream: bool
    settle_window: int
    max_delay: int | None
    parallel_offers: int
    assign_through_gate: bool
    wrap_up_after_transfer: int | None
    reopen_from_wrap_up: bool
    release_when_idle: int | None
    promote_consultant: bool
    can_wait: bool
    bot_response: int | None
    time_out_rules: tuple[TimeOutRule, ...]
    publish_recorded: bool
    default_queue_id: str | None


class Configuration:
    """The parsed file, asked for by id."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._workstreams: dict[str, Any] = document.get("workstreams") or {}
        self._profiles: dict[str, Any] = document.get("capacity_profiles") or {}
        self._representatives: dict[str, Any] = document.get("representatives") or {}

    def has_workstream(self, workstream_id: str) -> bool:
        """Whether the workstream is configured."""
        return workstream_id in self._workstreams

    def fits(self, workstream_id: str, channel: str) -> bool:
        """Whether the workstream takes the channel.

        "A workstream whose `channel` is a kind takes all channels of the kind, otherwise that one
        alone".
        """
        return self._workstreams[workstream_id]["channel"] in (channel, KIND_OF_CHANNEL[channel])

    def settings(self, workstream_id: str, kind: str) -> Settings:
        """The settings of a conversation of this kind in this workstream."""
        given = {
            name: value
            for name, value in (self._workstreams[workstream_id] or {}).items()
            # `null` = never (durations); of anything else it is as if left out.
            if value is not None or name in NULL_MEANS_NEVER
        }
        upstream = given.get("authority", "engine") == "upstream"
        profiles = tuple(given.get("profiles") or ())
        block = given.get("block_capacity_for_wrap_up", "always")
        consult = {"direct": False, "queue": True} | (given.get("consult_blocks_capacity") or {})
        closing = given.get("auto_close") or {}
        # `record` has a `representative_reconnect_window` only where one is configured.
        window = None if upstream or kind == RE else 30 if kind == VO else 150
        # units: 0 where `profiles` are given and `units` are not
        units = given.get("units", 0 if profiles else 30)
        return Settings(
            push=given.get("distribution", "push") == "push",
            units=units,
            profiles=profiles,
            wrap_up_block=block if isinstance(block, str) else round(block * 1000),
            release_on_close=given.get("release_on_close", False),
            reserve_on_offer=given.get("reserve_on_offer", True),
            # keep_same_representative ... default: true for PC and AM.
            keep_same_representative=given.get("keep_same_representative", kind in (PC, AM)),
            auto_accept=given.get("auto_accept", False),
            offer=_duration(given, "offer_timeout", None if upstream else 120),
            customer_reconnect=_duration(given, "reconnect_window", None if upstream else 180),
            representative_reconnect=_duration(given, "representative_reconnect_window", window),
            auto_close={
                name: _duration(
                    closing, name, AUTO_CLOSE_UPSTREAM[name] if upstream else of_kind[kind]
                )
                for name, of_kind in AUTO_CLOSE.items()
            },
            bot_inactivity=_duration(given, "bot_inactivity", None if upstream else 30 * MINUTE),
            closed_retention=_duration(given, "closed_retention", DAY),
            consult_blocks=consult,
            upstream=upstream,
            settle_window=_duration(given, "settle_window", 0) or 0,
            max_delay=_duration(given, "max_delay", HOUR),
            parallel_offers=given.get("parallel_offers", 20 if upstream else 1),
            assign_through_gate=given.get("assign_through_gate", False),
            wrap_up_after_transfer=_duration(given, "wrap_up_after_transfer", None),
            reopen_from_wrap_up=given.get("reopen_from_wrap_up", False),
            release_when_idle=_duration(given, "release_when_idle", None),
            promote_consultant=given.get("promote_consultant", True),
            # PC and AM always can, LC and VO never
            can_wait=kind in (PC, AM) or (kind == RE and given.get("can_wait", False)),
            bot_response=_duration(given, "bot_response_timeout", None),
            time_out_rules=tuple(TimeOutRule(**rule) for rule in given.get("time_out_rules", [])),
            publish_recorded=given.get("publish_recorded", True),
            default_queue_id=given.get("default_queue_id"),
        )

    def representative_ids(self) -> list[str]:
        """Every configured representative."""
        return list(self._representatives)

    def units_of(self, representative_id: str) -> int:
        """Their units: 100 by default, also of an unknown one."""
        units = self._of(representative_id).get("units")
        return 100 if units is None else units

    def time_zone_of(self, representative_id: str) -> str:
        """The name of their time zone, default UTC."""
        return self._of(representative_id).get("time_zone") or "UTC"

    def day_starts_of(self, representative_id: str) -> tuple[int, int]:
        """When their day starts, hour and minute, by their own clock."""
        hour, minute = (self._of(representative_id).get("day_starts") or "00:00").split(":")
        return int(hour), int(minute)

    def profiles_of(self, representative_id: str) -> list[str]:
        """The profiles they are configured with."""
        return list(self._of(representative_id).get("profiles") or {})

    def limit_of(self, representative_id: str, profile: str) -> int:
        """Their limit of a profile: their own, else (null or not listed) the profile's."""
        limit = (self._of(representative_id).get("profiles") or {}).get(profile)
        if limit is None:
            limit = (self._profiles.get(profile) or {}).get("limit", 0)
        return int(limit)

    def is_daily(self, profile: str) -> bool:
        """Whether the profile has `reset: end_of_day`."""
        return (self._profiles.get(profile) or {}).get("reset") == "end_of_day"

    def _of(self, representative_id: str) -> dict[str, Any]:
        return self._representatives.get(representative_id) or {}


NULL_MEANS_NEVER = (
    "offer_timeout",
    "reconnect_window",
    "representative_reconnect_window",
    "bot_inactivity",
    "closed_retention",
    "max_delay",
)


def _duration(given: dict[str, Any], name: str, default: int | None) -> int | None:
    """ "A key left out = the default; `null` = never (durations)", in milliseconds."""
    seconds = given.get(name, default)
    return None if seconds is None else round(seconds * 1000)

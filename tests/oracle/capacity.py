"""Capacity (contract.md#capacity): holds, counters, daily slots.

Counters are not kept: they are summed over the conversations each time, which is the first of
contract.md#laws taken literally. Decides nothing about when a hold starts or ends.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .config import Configuration
from .conversation import Conversation, Hold
from .wire import EPOCH, Event, Record, describe_cause, output


def next_midnight(now: int, time_zone: str) -> int:
    """ "the next local midnight of the representative's `time_zone`", strictly after `now`."""
    zone = ZoneInfo(time_zone)
    local = (EPOCH + timedelta(milliseconds=now)).astimezone(zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time.min, tzinfo=zone)
    # `midnight - EPOCH` is a difference of instants, since the zones differ.
    return (midnight - EPOCH) // timedelta(milliseconds=1)


class TooLargeError(Exception):
    """contract.md#too-large: the hold that an input asks for."""


class Ledger:
    """All holds of the partition, and the numbering of capacity events."""

    def __init__(
        self, configuration: Configuration, conversations: dict[str, Conversation]
    ) -> None:
        self._configuration = configuration
        self._conversations = conversations
        self._sequences: Counter[str] = Counter()
        self._taken = 0

    def take(
        self,
        conversation: Conversation,
        representative_id: str,
        role: str,
        *,
        rule: str,
        forced: bool,
        now: int,
        cause: Event | None,
        timer: str | None,
    ) -> list[Record]:
        """Take a hold, and the daily one that may belong to it."""
        # a conversation holds at most once per (representative, role)
        assert not self._has(conversation, representative_id, role)
        if cause is not None and not self.has_room(conversation, representative_id):
            raise TooLargeError(representative_id)
        daily = [name for name in conversation.profiles if self._configuration.is_daily(name)]
        rest = [name for name in conversation.profiles if name not in daily]
        hold = self._add(conversation, representative_id, role, conversation.units, rest, forced)
        records = [self._describe("held", conversation, hold, rule, now, cause, timer)]
        # Slots of profiles with `reset: end_of_day` are a hold of their own, role `daily`, ...
        # with `units` 0, ... unless the conversation has one with them already.
        if daily and not self._has(conversation, representative_id, "daily"):
            hold = self._add(conversation, representative_id, "daily", 0, daily, forced)
            zone = self._configuration.time_zone_of(representative_id)
            hold.reset_at = next_midnight(now, zone)
            records.append(self._describe("held", conversation, hold, rule, now, cause, timer))
        return records

    def give_back(
        self,
        conversation: Conversation,
        hold: Hold,
        *,
        rule: str,
        now: int,
        cause: Event | None,
        timer: str | None,
    ) -> Record:
        """End a hold."""
        conversation.holds.remove(hold)
        conversation.hold_ended_at = now
        return self._describe("released", conversation, hold, rule, now, cause, timer)

    def has_room(self, conversation: Conversation, representative_id: str) -> bool:
        """contract.md#too-large: whether they may hold it, now that others have been given back."""
        if not conversation.profiles:
            return True
        if len({*self.occupied_profiles(representative_id), *conversation.profiles}) > 256:
            return False
        daily = [name for name in conversation.profiles if self._configuration.is_daily(name)]
        rest = [name for name in conversation.profiles if name not in daily]
        held = [(hold.representative_id, hold.profiles) for hold in conversation.holds]
        held.append((representative_id, rest))
        if daily and not self._has(conversation, representative_id, "daily"):
            held.append((representative_id, daily))
        # for each hold 48 bytes; for its representative and each profile three and its UTF-8
        texts = [text for who, profiles in held for text in (who, *profiles)]
        return 48 * len(held) + sum(3 + len(text.encode()) for text in texts) <= 700_000

    def snapshot(self) -> tuple[Counter[str], int]:
        """The numbering of capacity events, to be put back with `restore`."""
        return Counter(self._sequences), self._taken

    def restore(self, snapshot: tuple[Counter[str], int]) -> None:
        """Number on as it was then."""
        self._sequences, self._taken = snapshot

    def occupied_units(self, representative_id: str) -> int:
        """The units that the conversations hold of them."""
        return sum(hold.units for hold in self._holds_on(representative_id))

    def occupied_profiles(self, representative_id: str) -> dict[str, int]:
        """The slots that the conversations hold of them, zeros left out."""
        return dict(
            Counter(name for hold in self._holds_on(representative_id) for name in hold.profiles)
        )

    def describe_representatives(self) -> dict[str, Any]:
        """`representatives` of `--state`: "of the configuration or of a hold"."""
        ids = self._configuration.representative_ids()
        for conversation in self._conversations.values():
            ids += [hold.representative_id for hold in conversation.holds]
        return {id_: self._describe_representative(id_) for id_ in dict.fromkeys(ids)}

    def _describe_representative(self, representative_id: str) -> dict[str, Any]:
        occupied = self.occupied_profiles(representative_id)
        profiles = {}
        for name in [*self._configuration.profiles_of(representative_id), *occupied]:
            limit = self._configuration.limit_of(representative_id, name)
            count = occupied.get(name, 0)
            # `available = limit - occupied`; it may be negative
            profiles[name] = {"limit": limit, "occupied": count, "available": limit - count}
        units = self.occupied_units(representative_id)
        return {
            "occupied_units": units,
            "available_units": self._configuration.units_of(representative_id) - units,
            "profiles": profiles,
        }

    def _holds_on(self, representative_id: str) -> list[Hold]:
        return [
            hold
            for conversation in self._conversations.values()
            for hold in conversation.holds
            if hold.representative_id == representative_id
        ]

    @staticmethod
    def _has(conversation: Conversation, representative_id: str, role: str) -> bool:
        return any(
            hold.representative_id == representative_id for hold in conversation.holds_of(role)
        )

    def _add(
        self,
        conversation: Conversation,
        representative_id: str,
        role: str,
        units: int,
        profiles: list[str],
        forced: bool,
    ) -> Hold:
        self._taken += 1
        hold = Hold(f"hold-{self._taken}", representative_id, role, units, profiles, forced)
        conversation.holds.append(hold)
        return hold

    def _describe(
        self,
        what: str,
        conversation: Conversation,
        hold: Hold,
        rule: str,
        now: int,
        cause: Event | None,
        timer: str | None,
    ) -> Record:
        """`capacity.held` or `capacity.released` with the counters after it."""
        representative_id = hold.representative_id
        # gapless per partition and representative
        self._sequences[representative_id] += 1
        data = {
            "representative_id": representative_id,
            "conversation_id": conversation.conversation_id,
            "hold_id": hold.hold_id,
            "role": hold.role,
            "units": hold.units,
            "profiles": list(hold.profiles),
            "forced": hold.forced,
            "rule": rule,
            "partition": 0,
            "partition_sequence": self._sequences[representative_id],
            "partition_units": self.occupied_units(representative_id),
            "partition_profiles": self.occupied_profiles(representative_id),
            "cause": describe_cause(cause, timer),
        }
        return output("capacity-changes", f"capacity.{what}", representative_id, now, cause, data)

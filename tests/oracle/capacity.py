"""Capacity (contract.md#capacity): holds, counters, daily slots.

Counters are not kept: they are summed over the conversations each time, which is the first of
contract.md#laws taken literally. Decides nothing about when a hold starts or ends.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .config import Configuration
from .conversation import Conversation, Hold
from .days import next_day_start
from .wire import Record, describe_cause, leave_out_empty, output

if TYPE_CHECKING:
    from .step import Step


@dataclass(frozen=True)
class Taken:
    """A hold that is to begin."""

    representative_id: str
    role: str
    rule: str
    forced: bool
    reservation: dict[str, Any] | None = None
    release_at: int | None = None


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

    def take(self, conversation: Conversation, taken: Taken, now: int, step: Step) -> list[Record]:
        """Take a hold, and the daily one that may belong to it."""
        whose = taken.representative_id
        # a conversation holds at most once per (representative, role)
        assert conversation.hold_on(whose, taken.role) is None
        if step.cause.event is not None and not self.has_room(conversation, whose):
            raise TooLargeError(whose)
        daily = [name for name in conversation.profiles if self._configuration.is_daily(name)]
        rest = [name for name in conversation.profiles if name not in daily]
        hold = self._add(conversation, taken, taken.role, conversation.units, rest)
        hold.release_at = taken.release_at
        hold.reservation = taken.reservation
        records = [self._describe("held", conversation, hold, taken.rule, now, step)]
        # Slots of profiles with `reset: end_of_day` are a hold of their own, role `daily`, ...
        # with `units` 0, ... unless the conversation has one with them already.
        is_handling = taken.role in ("primary", "consultant")
        if daily and is_handling and conversation.hold_on(whose, "daily") is None:
            hold = self._add(conversation, taken, "daily", 0, daily)
            zone = self._configuration.time_zone_of(whose)
            day_starts = self._configuration.day_starts_of(whose)
            hold.reset_at = next_day_start(now, zone, day_starts)
            records.append(self._describe("held", conversation, hold, taken.rule, now, step))
        return records

    def give_back(
        self, conversation: Conversation, hold: Hold, rule: str, now: int, step: Step
    ) -> Record:
        """End a hold."""
        conversation.holds.remove(hold)
        conversation.hold_ended_at = now
        return self._describe("released", conversation, hold, rule, now, step)

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
        if daily and conversation.hold_on(representative_id, "daily") is None:
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

    def _add(
        self,
        conversation: Conversation,
        taken: Taken,
        role: str,
        units: int,
        profiles: list[str],
    ) -> Hold:
        self._taken += 1
        whose = taken.representative_id
        hold = Hold(f"hold-{self._taken}", whose, role, units, profiles, taken.forced)
        conversation.holds.append(hold)
        return hold

    def _describe(
        self, what: str, conversation: Conversation, hold: Hold, rule: str, now: int, step: Step
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
            "cause": describe_cause(step.cause.event, step.cause.timer),
        }
        if hold.reservation is not None:
            data["reservation"] = leave_out_empty(hold.reservation)
        event = step.cause.event
        return output("capacity-changes", f"capacity.{what}", representative_id, now, event, data)

"""Capacity as a ledger: holds are taken and given back by name, and counters follow them.

Theory. Every hold is one record in its conversation's row. `settlement` brings the holds of a
conversation in line with its stage; nothing else takes or ends one, but a consult (`consult`,
`end_consult`), another cost (`renew`), idleness and a hold's own timer. Each hold and each release
moves the partition's counter of that representative once, in the same breath. So a counter is the
sum of the holds, and a second release of a hold cannot be written. The engine accounts; it refuses
nothing for lack of capacity (contract.md#capacity).
"""

from typing import TypeVar

from omnistate_schemas.vocabulary import Role

from omnistate.core.conversation.bounds import TooLarge
from omnistate.core.conversation.context import Context, Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.day_starts import next_day_ms
from omnistate.core.conversation.parties import Hold
from omnistate.core.details import Reservation
from omnistate.core.facts import CapacityChange, Cause, GrantedReservation, Held, Released
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

_Change = TypeVar("_Change", bound=CapacityChange)


class Ledger:
    """Takes and gives back the holds of one conversation in one step, and keeps what it did."""

    __slots__ = ("cause", "context", "conversation", "held", "released", "settings", "subject")

    def __init__(
        self,
        conversation: Conversation,
        subject: str,
        settings: WorkstreamSettings,
        context: Context,
        cause: Cause,
    ) -> None:
        """The counters that `context` gives are changed in place."""
        self.conversation = conversation
        self.subject = subject
        self.settings = settings
        self.context = context
        self.cause = cause
        self.released: list[Released] = []
        self.held: list[Held] = []

    def renew(self, rule: str) -> None:
        """What handling costs has changed: each hold for handling ends and begins anew (U1)."""
        handling = [it for it in self.conversation.holds if it.role in ("primary", "consultant")]
        for hold in handling:
            self.release(hold, rule)
        for hold in handling:
            self.hold(hold.representative_id, hold.role, rule, forced=True, until_ms=hold.until_ms)

    def consult(self, input_: Input) -> None:
        """A consultant joins (K1); a hold begins where the way they were asked blocks capacity."""
        consultant_id, settings = input_.representative_id, self.settings
        assert consultant_id is not None
        self.conversation.consultants.append(consultant_id)
        if settings.direct_consult_blocks if input_.direct else settings.queue_consult_blocks:
            self.hold(consultant_id, "consultant", "K1", forced=False)

    def end_consult(self, consultant_id: str) -> None:
        """A consultant leaves (K2)."""
        self.conversation.consultants.remove(consultant_id)
        hold = self.find(consultant_id, "consultant")
        if hold is not None:
            self.release(hold, "K2")

    def find(self, representative_id: str, role: Role) -> Hold | None:
        """The hold of (representative, role); there is at most one."""
        return self.conversation.hold_of(representative_id, role)

    def hold(
        self,
        representative_id: str,
        role: Role,
        rule: str,
        *,
        forced: bool,
        until_ms: int | None = None,
        reservation: Reservation | None = None,
    ) -> None:
        """Take what the conversation costs; slots kept until midnight are a hold of their own.

        Raises TooLarge, having taken nothing, where holds are looked at closely.
        """
        conversation, settings = self.conversation, self.settings
        at_once, daily = self._split_cost() or ([], [])
        if role == "wrap_up":
            daily = []
        units = settings.units if conversation.units is None else conversation.units
        if self.context.former is not None:
            excess = self._find_excess(representative_id, at_once, daily)
            if excess is not None:
                raise TooLarge(excess)
        hold = self._take(representative_id, role, units, at_once, rule, forced, reservation)
        hold.until_ms = until_ms
        if daily and self.find(representative_id, "daily") is None:
            directory, now_ms = self.context.directory, self.context.now_ms
            zone = directory.time_zone_of(representative_id)
            starts = directory.day_starts_of(representative_id)
            hold = self._take(representative_id, "daily", 0, daily, rule, forced)
            hold.until_ms = next_day_ms(now_ms, zone, starts)

    def has_room_for(self, representative_id: str) -> bool:
        """Whether a hold of theirs would pass no bound (contract.md#too-large)."""
        parts = self._split_cost()
        return parts is None or self._find_excess(representative_id, *parts) is None

    def _find_excess(
        self, representative_id: str, at_once: list[str], daily: list[str]
    ) -> str | None:
        context = self.context
        parts = [at_once]
        if daily and self.find(representative_id, "daily") is None:
            parts.append(daily)
        profiles = context.counter_of(representative_id).profiles
        return context.bounds.find_excess(self.conversation, representative_id, profiles, parts)

    def _split_cost(self) -> tuple[list[str], list[str]] | None:
        """The profiles to hold: given back at once, and kept until midnight; None without any."""
        conversation, settings = self.conversation, self.settings
        if not settings.profiles and not conversation.profiles:
            return None
        attached = dict.fromkeys((*settings.profiles, *conversation.profiles))
        return self.context.directory.split_by_reset(attached)

    def _take(
        self,
        representative_id: str,
        role: Role,
        units: int,
        profiles: list[str],
        rule: str,
        forced: bool,
        reservation: Reservation | None = None,
    ) -> Hold:
        conversation = self.conversation
        conversation.hold_count += 1
        number = conversation.hold_count
        hold = Hold(number, representative_id, role, units, profiles, forced, None, reservation)
        conversation.holds.append(hold)
        context = self.context
        counter = context.counter_of(representative_id)
        context.note(counter)
        counter.sequence += 1
        counter.units += units
        if profiles:
            for name in profiles:
                counter.profiles[name] = counter.profiles.get(name, 0) + 1
            if len(counter.profiles) > context.bounds.quiet_profiles:
                context.crowded = True
        self.held.append(self._describe(Held, hold, rule, counter))
        return hold

    def release(self, hold: Hold, rule: str) -> None:
        """Give back exactly what `hold` took. Raises ValueError where it is not held."""
        self.conversation.holds.remove(hold)
        counter = self.context.counter_of(hold.representative_id)
        self.context.note(counter)
        counter.sequence += 1
        counter.units -= hold.units
        for name in hold.profiles:
            counter.profiles[name] -= 1
            if not counter.profiles[name]:
                del counter.profiles[name]
        self.released.append(self._describe(Released, hold, rule, counter))

    def _describe(self, fact: type[_Change], hold: Hold, rule: str, counter: Counter) -> _Change:
        return fact(
            hold.representative_id,
            self.subject,
            self.conversation.hold_id(hold),
            hold.role,
            hold.units,
            hold.forced,
            rule,
            self.context.partition,
            counter.sequence,
            counter.units,
            self.cause,
            hold.profiles,
            dict(counter.profiles),
            None if hold.reservation is None else GrantedReservation(*hold.reservation),
        )

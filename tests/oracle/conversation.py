"""The row of one conversation: plain fields, and the few facts that follow from them.

Every moment is in milliseconds. There are two clocks: what ends in `_at` and has no other word in
its comment is the engine's (timers run on it), what is marked "occurred" is when it happened
(figures are published from it).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from .config import Settings
from .vocabulary import MESSAGES, STATUS_AND_DETAIL


@dataclass(eq=False)
class Hold:
    """One reservation of one representative's capacity. Times are those of its own timers."""

    hold_id: str
    representative_id: str
    role: str  # "primary", "consultant", "daily" or "wrap_up"
    units: int
    profiles: list[str]
    forced: bool
    release_at: int | None = None  # timer wrap_up_release
    reset_at: int | None = None  # timer day_reset
    reservation: dict[str, Any] | None = None


@dataclass(eq=False)
class Offer:
    """A pending offer."""

    representative_id: str
    since: int
    forced: bool
    reservation: dict[str, Any] | None = None


@dataclass
class Silence:
    """One side owes an answer: since when, and how many of its rules have fired."""

    silent: str
    since: int
    fired: int = 0


@dataclass(eq=False)
class Conversation:
    """Everything that is remembered of a conversation."""

    conversation_id: str
    channel: str
    kind: str
    workstream_id: str
    settings: Settings
    customer_id: str | None
    inbound: bool
    units: int
    profiles: list[str]
    priority: int = 0
    attributes: dict[str, Any] = field(default_factory=dict)

    stage: str | None = None
    reason: str | None = None
    queue_id: str | None = None
    representative_id: str | None = None
    offers: list[Offer] = field(default_factory=list)
    # The last one before it became null (contract.md#no-effect): "left last", was primary last.
    left_last: str | None = None
    # The bot or the external party that has it: {"kind", "id"}.
    party: dict[str, Any] | None = None
    # Whom it is promised to while it is scheduled.
    promised_to: str | None = None
    scheduled_for: int | None = None
    skipped: list[str] = field(default_factory=list)
    consultants: list[str] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    # Of a record: the primary pressed X before it was resolved.
    session_closed: bool = False
    # Rule K3 has ended the primary's hold.
    idle: bool = False
    # Who was in conversation last.
    served_by: str | None = None
    transfers: int = 0
    overflows: int = 0
    declines: int = 0
    disposition: str | None = None
    merged_into: str | None = None
    sequence: int = 0
    # (source, id) of the last accepted inputs, oldest first: 48, and 16 messages.
    recent: list[tuple[str, str]] = field(default_factory=list)
    recent_messages: list[tuple[str, str]] = field(default_factory=list)

    # The engine's clock.
    entered_at: int = 0
    active_at: int = 0
    closed_at: int | None = None
    hold_ended_at: int | None = None
    bot_owes_since: int | None = None
    silence: Silence | None = None
    wake_at: int | None = None
    extension: int = 0
    # Deadlines of the running reconnect windows.
    customer_window: int | None = None
    representative_windows: dict[str, int] = field(default_factory=dict)

    # When it occurred.
    occurred_at: int | None = None
    started_at: int | None = None
    stage_since: int = 0
    representative_since: int | None = None
    queued_at: int | None = None
    queue_since: int | None = None
    on_hold_since: int | None = None
    on_hold: int = 0

    # An input's own `time`: of the last `customer.reconnected`, of the last report applied.
    reconnected_time: int | None = None
    report_time: int | None = None

    @property
    def status(self) -> str | None:
        """The published status, None before the first change."""
        return None if self.stage is None else STATUS_AND_DETAIL[self.stage][0]

    @property
    def detail(self) -> str | None:
        """The published detail."""
        return None if self.stage is None else STATUS_AND_DETAIL[self.stage][1]

    @property
    def handler(self) -> dict[str, Any] | None:
        """`handler`: the bot or external party while with them, else the representative."""
        if self.party is not None:
            return dict(self.party)
        if self.representative_id is not None:
            return {"kind": "representative", "id": self.representative_id}
        return None

    @property
    def last_representative_id(self) -> str | None:
        """Who "left last", in waiting and in open only.

        "`representative_id` itself in waiting, and the last one before it became null in open."
        """
        if self.stage == "waiting":
            return self.representative_id
        return self.left_last if self.stage == "open" else None

    @property
    def offered_ids(self) -> list[str]:
        """Whoever has an offer pending, the oldest first."""
        return [offer.representative_id for offer in self.offers]

    def copy(self) -> Conversation:
        """The row as it is now; settings never change."""
        return deepcopy(self, {id(self.settings): self.settings})

    def offer_to(self, representative_id: str | None) -> Offer | None:
        """Their pending offer."""
        found = [o for o in self.offers if o.representative_id == representative_id]
        return found[0] if found else None

    def holds_of(self, role: str) -> list[Hold]:
        """Its holds of one role, oldest first."""
        return [hold for hold in self.holds if hold.role == role]

    def hold_on(self, representative_id: str | None, role: str) -> Hold | None:
        """A conversation holds at most once per (representative, role)."""
        found = [h for h in self.holds_of(role) if h.representative_id == representative_id]
        return found[0] if found else None

    def remember(self, type_: str, source: str, id_: str) -> None:
        """contract.md#repeats: the last 48 accepted inputs, and the last 16 messages."""
        if type_ in MESSAGES:
            self.recent_messages = [*self.recent_messages, (source, id_)][-16:]
        else:
            self.recent = [*self.recent, (source, id_)][-48:]

    def is_forgotten(self, now: int) -> bool:
        """`closed_retention` after its last hold has ended, too (contract.md#after-closing)."""
        retention = self.settings.closed_retention
        if self.closed_at is None or self.holds or retention is None:
            return False
        ended_at = max(self.closed_at, self.hold_ended_at or self.closed_at)
        return now >= ended_at + retention

    def hold_duration(self, until: int) -> int:
        """How long the primary has had the caller on hold, in ms (occurred)."""
        running = 0 if self.on_hold_since is None else until - self.on_hold_since
        return self.on_hold + running

"""The row of one conversation: plain fields, and the few facts that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .config import Settings
from .vocabulary import STATUS_AND_DETAIL


@dataclass(eq=False)
class Hold:
    """One reservation of one representative's capacity. Times are those of its own timers."""

    hold_id: str
    representative_id: str
    role: str  # "primary", "consultant" or "daily"
    units: int
    profiles: list[str]
    forced: bool
    release_at: int | None = None  # timer wrap_up_release
    reset_at: int | None = None  # timer day_reset


@dataclass(eq=False)
class Conversation:
    """Everything that is remembered of a conversation. Times are in milliseconds."""

    conversation_id: str
    channel: str
    kind: str
    workstream_id: str
    settings: Settings
    customer_id: str | None
    inbound: bool
    units: int
    profiles: list[str]

    stage: str | None = None
    reason: str | None = None
    queue_id: str | None = None
    representative_id: str | None = None
    offered_id: str | None = None
    offer_forced: bool = False
    # The last one before it became null in open (contract.md#no-effect).
    left_last: str | None = None
    # The bot or the external party that has it: {"kind", "id"}.
    party: dict[str, Any] | None = None
    skipped: list[str] = field(default_factory=list)
    consultants: list[str] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    # Of a record: the primary pressed X before it was resolved.
    session_closed: bool = False
    # Who was in conversation last.
    served_by: str | None = None
    transfers: int = 0
    overflow_transfers: int = 0
    sequence: int = 0
    # (source, id) of the last 64 inputs, oldest first.
    recent: list[tuple[str, str]] = field(default_factory=list)

    entered_at: int = 0
    active_at: int = 0
    offered_at: int = 0
    scheduled_for: int | None = None
    closed_at: int | None = None
    hold_ended_at: int | None = None
    # Deadlines of the running reconnect windows.
    customer_window: int | None = None
    representative_windows: dict[str, int] = field(default_factory=dict)

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

    def holds_of(self, role: str) -> list[Hold]:
        """Its holds of one role, oldest first."""
        return [hold for hold in self.holds if hold.role == role]

    def remember(self, source: str, id_: str) -> None:
        """contract.md#repeats: the last 64 inputs; refused ones count, repeats do not."""
        if (source, id_) not in self.recent:
            self.recent = [*self.recent, (source, id_)][-64:]

    def is_forgotten(self, now: int) -> bool:
        """`closed_retention` after its last hold has ended, too (contract.md#after-closing)."""
        retention = self.settings.closed_retention
        if self.closed_at is None or self.holds or retention is None:
            return False
        ended_at = max(self.closed_at, self.hold_ended_at or self.closed_at)
        return now >= ended_at + retention

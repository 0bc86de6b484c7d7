"""The row of one conversation: everything that the engine remembers about it.

A plain value that `effects` changes and the tables keep encoded; it decides nothing.
"""

from typing import Final

from omnistate.core.conversation.parties import Extras, Hold, Offer
from omnistate.core.conversation.stages import MEANINGS, Stage
from omnistate.core.conversation.transitions import TIES
from omnistate.core.input import FINGERPRINT_BYTES, FINGERPRINTS_KEPT, MESSAGES_KEPT, is_among

_RANK: Final = {name: rank for rank, name in enumerate(TIES)}
_OFFER_RANK: Final = _RANK["offer"]
_WINDOW_RANK: Final = _RANK["representative_reconnect"]
_FINGERPRINTS_BYTES: Final = FINGERPRINT_BYTES * FINGERPRINTS_KEPT
_MESSAGES_BYTES: Final = FINGERPRINT_BYTES * MESSAGES_KEPT
# Timers that no reader of an output waits for.
_OWN: Final = frozenset({"forget", "early", "settle"})

# A timer that is due: when, which, the hold it belongs to, and the representative whose it is.
Due = tuple[int, str, Hold | None, str | None]


class Conversation:
    """One conversation. Times in epoch milliseconds; `settings_key` names its interned settings."""

    # More than 30 members in a dictionary are slow to make and to read.
    __slots__ = (
        *("settings_key", "channel", "workstream_id", "origin", "stage", "reason"),
        *("deadlines", "windows", "offers", "holds", "occurred_ms", "started_ms"),
        *("stage_since_ms", "queued_ms", "queue_since_ms", "representative_since_ms"),
        *("sequence", "queue_id", "customer_id", "representative_id", "last_representative_id"),
        *("served_by_id", "handler_id", "outbound", "session_closed", "units", "profiles"),
        *("skipped", "consultants", "hold_count", "transfer_count", "overflow_count"),
        *("decline_count", "fingerprints", "messages", "extras"),
    )

    def __init__(
        self,
        settings_key: bytes,
        channel: str,
        workstream_id: str,
        origin: str,
        stage: Stage = "nothing",
    ) -> None:
        """A conversation as it begins, with nothing but where it comes from."""
        self.settings_key = settings_key
        self.channel = channel
        self.workstream_id = workstream_id
        # Partition and offset of its `conversation.started`: ids of outputs derive from it.
        self.origin = origin
        self.stage: Stage = stage
        # Why, where it is not what its stage stands for anyway.
        self.reason: str | None = None
        # Running timers by name, but for those of holds, of offers and of representatives.
        self.deadlines: dict[str, int] = {}
        # The deadlines of representatives' reconnect windows, whatever they are to it.
        self.windows: dict[str, int] = {}
        # Pending offers, the oldest first.
        self.offers: list[Offer] = []
        self.holds: list[Hold] = []
        # When its last input or timer happened, when it began, and since when it is in this stage,
        # waits for somebody, waits in this queue and has this representative: each `occurred_at`.
        self.occurred_ms = 0
        self.started_ms = 0
        self.stage_since_ms = 0
        self.queued_ms: int | None = None
        self.queue_since_ms: int | None = None
        self.representative_since_ms: int | None = None
        self.sequence = 0
        self.queue_id: str | None = None
        self.customer_id: str | None = None
        # In awaiting_acceptance the first of those whom it is offered to; on a closed one, who had
        # it last.
        self.representative_id: str | None = None
        # The last value of `representative_id` before it became null.
        self.last_representative_id: str | None = None
        # Who was in conversation last; null where nobody ever was.
        self.served_by_id: str | None = None
        # The bot or external party, while with them.
        self.handler_id: str | None = None
        self.outbound = False
        # A record whose representative has closed the session before it was resolved.
        self.session_closed = False
        self.units: int | None = None
        self.profiles: list[str] = []
        self.skipped: list[str] = []
        self.consultants: list[str] = []
        self.hold_count = 0
        self.transfer_count = 0
        self.overflow_count = 0
        self.decline_count = 0
        # Digests of the last inputs, oldest first, FINGERPRINT_BYTES each; messages apart.
        self.fingerprints = b""
        self.messages = b""
        # What few conversations have.
        self.extras: Extras | None = None

    @property
    def rest(self) -> Extras:
        """The extras, to be changed; they are there from now on."""
        if self.extras is None:
            self.extras = Extras()
        return self.extras

    @property
    def offered_representative_id(self) -> str | None:
        """Who has the oldest of the pending offers."""
        return self.offers[0].representative_id if self.offers else None

    def offer_of(self, representative_id: str | None) -> Offer | None:
        """Their pending offer."""
        for offer in self.offers:
            if offer.representative_id == representative_id:
                return offer
        return None

    def hold_of(self, representative_id: str | None, role: str) -> Hold | None:
        """Their hold in that role; there is at most one."""
        for hold in self.holds:
            if hold.representative_id == representative_id and hold.role == role:
                return hold
        return None

    def part_of(self, representative_id: str | None) -> str | None:
        """What they are to it: `primary`, `offered`, `consultant`, or nothing."""
        if representative_id is None:
            return None
        if self.offers and self.offer_of(representative_id) is not None:
            return "offered"
        if representative_id == self.representative_id:
            return "primary"
        return "consultant" if representative_id in self.consultants else None

    def knows(self, fingerprint: bytes) -> bool:
        """Whether this input is among the last ones, or waits for its turn."""
        # Nearly always nothing like it is there, and no call is worth its time.
        if self.messages.find(fingerprint) >= 0 and is_among(self.messages, fingerprint):
            return True
        if self.fingerprints.find(fingerprint) >= 0 and is_among(self.fingerprints, fingerprint):
            return True
        if self.extras is None or not self.extras.waiting:
            return False
        return any(waiting.input.fingerprint == fingerprint for waiting in self.extras.waiting)

    def remember(self, fingerprint: bytes, *, message: bool) -> None:
        """Put this accepted input, which is not among the last ones, among them."""
        if message:
            self.messages = (self.messages + fingerprint)[-_MESSAGES_BYTES:]
        else:
            self.fingerprints = (self.fingerprints + fingerprint)[-_FINGERPRINTS_BYTES:]

    def hold_id(self, hold: Hold) -> str:
        """The hold's public id, unique for ever."""
        return f"{self.origin}.h{hold.number}"

    def describe(self) -> dict[str, object]:
        """What `omnistate replay --state` says of it (contract.md#replay)."""
        status, detail, _ = MEANINGS[self.stage]
        return {
            "status": status,
            "detail": detail,
            "representative_id": self.representative_id,
            "queue_id": self.queue_id,
            "sequence": self.sequence,
            "holds": [
                {
                    "hold_id": self.hold_id(hold),
                    "representative_id": hold.representative_id,
                    "role": hold.role,
                    "units": hold.units,
                    "profiles": hold.profiles,
                }
                for hold in self.holds
            ],
        }

    def earliest_ms(self) -> int | None:
        """The deadline of whatever fires next, or None: `next_deadline` without its name."""
        first_ms = min(self.deadlines.values()) if self.deadlines else None
        for hold in self.holds:
            if hold.until_ms is not None and (first_ms is None or hold.until_ms < first_ms):
                first_ms = hold.until_ms
        if self.offers:
            for offer in self.offers:
                if offer.until_ms is not None and (first_ms is None or offer.until_ms < first_ms):
                    first_ms = offer.until_ms
        if self.windows:
            for deadline_ms in self.windows.values():
                if first_ms is None or deadline_ms < first_ms:
                    first_ms = deadline_ms
        return first_ms

    def next_own_timer(self) -> tuple[int, str] | None:
        """When and which of its timers fires next; those of holds and of inputs that wait aside."""
        first: tuple[int, int, str] | None = None
        for name, deadline_ms in self.deadlines.items():
            if name not in _OWN:
                found = (deadline_ms, _RANK[name], name)
                if first is None or found < first:
                    first = found
        for offer in self.offers:
            if offer.until_ms is not None:
                found = (offer.until_ms, _OFFER_RANK, "offer")
                if first is None or found < first:
                    first = found
        if self.windows:
            found = (min(self.windows.values()), _WINDOW_RANK, "representative_reconnect")
            if first is None or found < first:
                first = found
        return None if first is None else (first[0], first[2])

    def next_deadline(self) -> Due | None:
        """What fires next (contract.md#ties)."""
        first: tuple[int, int, int, str] | None = None
        owner: Hold | None = None
        whose: str | None = None
        for name, deadline_ms in self.deadlines.items():
            found = (deadline_ms, _RANK[name], 0, name)
            if first is None or found < first:
                first = found
        for hold in self.holds:
            if hold.until_ms is not None:
                rank = _RANK[hold.timer.partition("/")[0]]
                found = (hold.until_ms, rank, hold.number, hold.timer)
                if first is None or found < first:
                    first, owner = found, hold
        for place, offer in enumerate(self.offers):
            if offer.until_ms is not None:
                found = (offer.until_ms, _OFFER_RANK, place, "offer")
                if first is None or found < first:
                    first, owner, whose = found, None, offer.representative_id
        for id_, deadline_ms in self.windows.items():
            found = (deadline_ms, _WINDOW_RANK, self._place_of(id_), "representative_reconnect")
            if first is None or found < first:
                first, owner, whose = found, None, id_
        return None if first is None else (first[0], first[3], owner, whose)

    def _place_of(self, representative_id: str) -> int:
        """The primary, then those offered, then the consultants, each as they came."""
        for place, offer in enumerate(self.offers):
            if offer.representative_id == representative_id:
                return 1 + place
        if representative_id in self.consultants:
            return 1 + len(self.offers) + self.consultants.index(representative_id)
        return 0

"""The row of one conversation: everything that the engine remembers about it.

A plain value that `effects` changes and the tables keep encoded; it decides nothing.
"""

from typing import Final

from omnistate_schemas.vocabulary import Role

from omnistate.core.conversation.stages import MEANINGS, Stage
from omnistate.core.conversation.transitions import TIES
from omnistate.core.input import FINGERPRINT_BYTES, FINGERPRINTS_KEPT

_RANK: Final = {name: rank for rank, name in enumerate(TIES)}


class Hold:
    """One reservation of one representative's capacity by this conversation.

    `until_ms` is the deadline of the hold's own timer: `day_reset` of a daily hold,
    `wrap_up_release` of a primary one; None where nothing runs.
    """

    __slots__ = ("forced", "number", "profiles", "representative_id", "role", "units", "until_ms")

    def __init__(
        self,
        number: int,
        representative_id: str,
        role: Role,
        units: int,
        profiles: list[str],
        forced: bool,
        until_ms: int | None = None,
    ) -> None:
        """`number` counts the holds of the conversation."""
        self.number = number
        self.representative_id = representative_id
        self.role: Role = role
        self.units = units
        self.profiles = profiles
        self.forced = forced
        self.until_ms = until_ms

    @property
    def timer(self) -> str:
        """The name of the timer that `until_ms` is the deadline of."""
        return "day_reset" if self.role == "daily" else "wrap_up_release"


def earliest_of(deadlines: dict[str, int], holds: list[Hold]) -> int | None:
    """The earliest of a conversation's deadlines and of those of its holds, epoch ms; or None."""
    first_ms = None
    for deadline_ms in deadlines.values():
        if first_ms is None or deadline_ms < first_ms:
            first_ms = deadline_ms
    for hold in holds:
        if hold.until_ms is not None and (first_ms is None or hold.until_ms < first_ms):
            first_ms = hold.until_ms
    return first_ms


class Conversation:
    """One conversation. Times in epoch milliseconds; `settings_key` names its interned settings."""

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
        # Running timers by name (those of holds are in the holds).
        self.deadlines: dict[str, int] = {}
        self.holds: list[Hold] = []
        self.stage_since_ms = 0
        self.sequence = 0
        self.queue_id: str | None = None
        self.customer_id: str | None = None
        # In awaiting_acceptance the one whom it is offered to; on a closed one, who had it last.
        self.representative_id: str | None = None
        self.offered_representative_id: str | None = None
        # The last value of `representative_id` before it became null.
        self.last_representative_id: str | None = None
        # Who was in conversation last; null where nobody ever was.
        self.served_by_id: str | None = None
        # The bot or external party, while with them.
        self.handler_id: str | None = None
        self.outbound = False
        # Whether the offer, or the assignment that a hold is for, overrides capacity.
        self.forced = False
        # A record whose representative has closed the session before it was resolved.
        self.session_closed = False
        self.units: int | None = None
        self.profiles: list[str] = []
        self.skipped: list[str] = []
        self.consultants: list[str] = []
        self.hold_count = 0
        self.transfer_count = 0
        self.overflow_transfer_count = 0
        self.decline_count = 0
        # Digests of the last inputs, oldest first, FINGERPRINT_BYTES each.
        self.fingerprints = b""

    def knows(self, fingerprint: bytes) -> bool:
        """Whether this input is among the last ones."""
        kept = self.fingerprints
        # Not `in`, which tries the digest as a number first and makes an exception of it.
        position = kept.find(fingerprint)
        while position >= 0 and position % FINGERPRINT_BYTES:
            position = kept.find(fingerprint, position + 1)
        return position >= 0

    def remember(self, fingerprint: bytes) -> None:
        """Put this input, which is not among the last ones, among them."""
        kept = self.fingerprints + fingerprint
        if len(kept) > FINGERPRINT_BYTES * FINGERPRINTS_KEPT:
            kept = kept[FINGERPRINT_BYTES:]
        self.fingerprints = kept

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

    def window_of(self, representative_id: str | None) -> str | None:
        """The name of their reconnect window: the primary's or the offered one's, else None."""
        if representative_id is None:
            return None
        if representative_id == self.representative_id:
            return "representative_reconnect"
        if representative_id == self.offered_representative_id:
            return "representative_reconnect/offered"
        return None

    def next_own_timer(self) -> tuple[int, str] | None:
        """When and which of its timers fires next, those of holds aside; None where none does."""
        first: tuple[int, int, str] | None = None
        for name, deadline_ms in self.deadlines.items():
            if name != "forget":
                found = (deadline_ms, _RANK[name], name)
                if first is None or found < first:
                    first = found
        return None if first is None else (first[0], first[2])

    def earliest_ms(self) -> int | None:
        """The deadline of whatever fires next, or None: `next_deadline` without its name."""
        return earliest_of(self.deadlines, self.holds)

    def next_deadline(self) -> tuple[int, str, Hold | None] | None:
        """When and which timer fires next, and the hold it belongs to (contract.md#ties)."""
        first: tuple[int, int, int, str] | None = None
        owner: Hold | None = None
        for name, deadline_ms in self.deadlines.items():
            found = (deadline_ms, _RANK[name], 0, name)
            if first is None or found < first:
                first = found
        for hold in self.holds:
            if hold.until_ms is not None:
                found = (hold.until_ms, _RANK[hold.timer], hold.number, hold.timer)
                if first is None or found < first:
                    first, owner = found, hold
        return None if first is None else (first[0], first[3], owner)

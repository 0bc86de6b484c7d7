"""Who else is in a conversation, and what is known of it that few have.

Plain values that `effects` changes and `row` keeps; they decide nothing.
"""

from omnistate_schemas.vocabulary import Role, SilentSide

from omnistate.core.details import Attributes, Reservation
from omnistate.core.input import Input


class Hold:
    """One reservation of one representative's capacity by this conversation.

    `until_ms` is the deadline of the hold's own timer: `day_reset` of a daily hold,
    `wrap_up_release` of another; None where nothing runs.
    """

    __slots__ = (
        "forced",
        "number",
        "profiles",
        "representative_id",
        "reservation",
        "role",
        "units",
        "until_ms",
    )

    def __init__(
        self,
        number: int,
        representative_id: str,
        role: Role,
        units: int,
        profiles: list[str],
        forced: bool,
        until_ms: int | None = None,
        reservation: Reservation | None = None,
    ) -> None:
        """`number` counts the holds of the conversation."""
        self.number = number
        self.representative_id = representative_id
        self.role: Role = role
        self.units = units
        self.profiles = profiles
        self.forced = forced
        self.until_ms = until_ms
        self.reservation = reservation

    @property
    def timer(self) -> str:
        """The name of the timer that `until_ms` is the deadline of."""
        if self.role == "daily":
            return "day_reset"
        return "wrap_up_release/transfer" if self.role == "wrap_up" else "wrap_up_release"


class Offer:
    """One pending offer: whom it is made to, and until when it stands.

    `forced` says whether a hold for it overrides capacity.
    """

    __slots__ = ("forced", "representative_id", "reservation", "until_ms")

    def __init__(
        self,
        representative_id: str,
        forced: bool,
        until_ms: int | None = None,
        reservation: Reservation | None = None,
    ) -> None:
        """`until_ms` is the deadline of its timer `offer`; None where none runs."""
        self.representative_id = representative_id
        self.forced = forced
        self.until_ms = until_ms
        self.reservation = reservation


class Waiting:
    """An input that waits for its turn: for the start, or for its order.

    `ripe_ms` is the engine's clock at which it is taken at the latest, `came_ms` at which it came.
    """

    __slots__ = ("came_ms", "input", "ripe_ms")

    def __init__(self, input_: Input, came_ms: int, ripe_ms: int) -> None:
        """In a list of these, those that came earlier stand before the others."""
        self.input = input_
        self.came_ms = came_ms
        self.ripe_ms = ripe_ms


class Extras:
    """What few conversations have; a row without any of it has no extras."""

    def __init__(self) -> None:
        """Nothing."""
        self.priority = 0
        self.attributes: Attributes = {}
        self.disposition: str | None = None
        self.merged_into: str | None = None
        # Whom a scheduled conversation is promised to.
        self.promised_to: str | None = None
        # When the customer last reconnected, and when the last report was made, by their own times.
        self.reconnected_ms: int | None = None
        self.reported_ms: int | None = None
        # Since when the caller is on hold, and for how long they had been before.
        self.on_hold_since_ms: int | None = None
        self.on_hold_ms = 0
        # By how much wrap-up has been extended.
        self.extended_ms = 0
        # Who owes an answer, since when, and how many rules have fired in this silence; how many
        # reminders there have been in all.
        self.silent: SilentSide | None = None
        self.silent_since_ms = 0
        self.silence_rules_fired = 0
        self.reminder_count = 0
        # Inputs that wait for their turn, as they came.
        self.waiting: list[Waiting] = []

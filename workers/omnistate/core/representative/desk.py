"""A representative's desk: what is said, held and asked of them, and what follows. Pure.

Each act changes the row in place and returns what is to be said to conversations, in order. It
decides no time: that, and what comes in, is handed to it.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Protocol

from omnistate_schemas.vocabulary import Presence

from omnistate.core.directory import Directory
from omnistate.core.representative.gate import Refusal, give, judge
from omnistate.core.representative.grants import (
    Grant,
    Request,
    drop,
    drop_rests,
    settle,
)
from omnistate.core.representative.holdings import HANDLING, KEEPING, HeldCost, Holding
from omnistate.core.representative.standing import GONE, SAID, follow
from omnistate.core.representative.totals import Share, Totals


class Connection(NamedTuple):
    """A conversation is to be told that its representative has gone, or is back."""

    conversation_id: str
    connected: bool


class Assignment(NamedTuple):
    """A conversation is to be offered to the representative: the gate has granted it."""

    grant: Grant
    request: Request


Order = Connection | Assignment
NOTHING: Final[Sequence[Order]] = ()


class CapacityChange(NamedTuple):
    """What one partition of the engine says of a representative, and of what it is a part."""

    kind: Literal["held", "released"]
    partition: int
    share: Share
    conversation_id: str
    hold: HeldCost
    # Of a hold that begins: source and id of the request that it was granted for.
    reservation: tuple[str, str] | None
    rule: str = ""


class Holdings(Protocol):
    """What one representative holds, by conversation; changes stay within the batch."""

    def of(self, conversation_id: str) -> Holding:
        """What a conversation holds of them, to be changed and put back; perhaps nothing."""

    def put(self, conversation_id: str, holding: Holding) -> None:
        """It holds this of them from now on."""

    def handled(self) -> list[str]:
        """The conversations that they handle, by id."""

    def take_theirs(self) -> list[str]:
        """Those, and the ones kept without a hold, which are kept no longer; by id."""


class Desk:
    """One representative: their row, and what they hold."""

    __slots__ = ("_directory", "_holdings", "id", "totals")

    def __init__(self, id_: str, totals: Totals, holdings: Holdings, directory: Directory) -> None:
        """`totals` is changed in place."""
        self.id = id_
        self.totals = totals
        self._holdings = holdings
        self._directory = directory

    @property
    def gone(self) -> bool:
        """Whether they are lost, or have said that they are offline."""
        return self.totals.now_standing in GONE

    def say(
        self, presence: Presence, *, by_supervisor: bool, lease_ms: int | None, now_ms: int
    ) -> Sequence[Order]:
        """Somebody says their presence; with a lease, until that runs out."""
        totals, gone = self.totals, self.gone
        said = SAID[presence]
        totals.set_presence, totals.set_by_supervisor = presence, by_supervisor
        totals.change_standing(follow(totals.now_standing, said))
        leased = lease_ms is not None and said != "offline"
        totals.lease_until_ms = now_ms + (lease_ms or 0) if leased else None
        return self._tell() if self.gone != gone else NOTHING

    def lapse(self) -> Sequence[Order]:
        """Their lease has run out: they are lost."""
        totals, gone = self.totals, self.gone
        totals.lease_until_ms = None
        totals.change_standing(follow(totals.now_standing, "lapsed"))
        return self._tell() if self.gone != gone else NOTHING

    def _tell(self) -> Sequence[Order]:
        """Tell every conversation that they handle that they have gone, or all of theirs: back."""
        told = self._holdings.handled() if self.gone else self._holdings.take_theirs()
        return [Connection(each, not self.gone) for each in told]

    def take(self, change: CapacityChange, now_ms: int) -> tuple[int | None, Sequence[Order]]:
        """A hold begins or ends; how many changes before it are missing, None = a repeat.

        Raises OutOfSequence, having changed nothing.
        """
        totals = self.totals
        missing = totals.take_over(change.partition, change.share)
        if missing is None:
            return None, NOTHING
        totals.grants = drop_rests(totals.grants, change.partition)
        holding = self._holdings.of(change.conversation_id)
        handled, hold = holding.handled, change.hold
        if change.kind == "released":
            if hold.role in HANDLING:
                totals.last_released_ms = now_ms
            holding.end(hold.hold_id, kept=self.gone and change.rule in KEEPING)
            self._holdings.put(change.conversation_id, holding)
            return missing, NOTHING
        if change.reservation is not None:
            source, id_ = change.reservation
            totals.grants = settle(
                totals.grants, source, id_, hold.profiles, change.partition, more=not holding.daily
            )
        holding.partition = change.partition
        holding.begin(hold)
        self._holdings.put(change.conversation_id, holding)
        given = holding.handled and not handled
        orders = [Connection(change.conversation_id, connected=False)]
        return missing, orders if given and self.gone else NOTHING

    def decline(self, source: str, id_: str) -> bool:
        """What was granted for a request is not taken; whether it was known."""
        before = len(self.totals.grants)
        self.totals.grants = drop(self.totals.grants, source, id_)
        return len(self.totals.grants) < before

    def ask(self, request: Request, now_ms: int) -> Assignment | Refusal:
        """Somebody asks for their capacity: what can be given, which `give` does."""
        daily = self._holdings.of(request.conversation_id).daily
        found = judge(request, self.id, self.totals, daily, self._directory, now_ms)
        return found if isinstance(found, Refusal) else Assignment(found, request)

    def give(self, assignment: Assignment) -> None:
        """What was asked for is granted, and counts from now on."""
        give(assignment.grant, assignment.request, self.totals)

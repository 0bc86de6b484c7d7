"""What becomes of a conversation when everybody has gone: desktops, router, bot, and the customer.

Presence is played as contract.md#presence will have it: whoever is lost is disconnected in each
conversation that they hold for handling, also in what is given to them while they are lost. The
customer's connection ends where their channel has one, or they stay and say nothing. Then only the
clock acts.
"""

from typing import Any, Final

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.decision import decide
from omnistate.core.conversation.firing import fire
from omnistate.core.input import Input

from tests.core.explorer import SUBJECT, Explorer, Key, abstract

# More than any conversation has: what fires on has no end.
FIRED_MAX: Final = 200


class EndlessError(AssertionError):
    """Timers go on for ever."""


class Desertion:
    """Leaves the states of an explorer alone, each kind of what is left once."""

    def __init__(self, explorer: Explorer, *, customer_stays: bool) -> None:
        self._explorer = explorer
        self._customer_stays = customer_stays
        self._context = explorer.centre.context
        self._gone = {
            input_.representative_id: input_
            for input_ in explorer.inputs
            if input_.type == "representative.disconnected"
        }
        self._customer = next(
            each for each in explorer.inputs if each.type == "customer.disconnected"
        )
        self._left: dict[Key, Conversation | None] = {}

    def leave(self, kept: bytes) -> Conversation | None:
        """The conversation when no timer runs any more; None where it is over and forgotten."""
        start_ms = self._explorer.centre.now_ms
        self._context.now_ms = start_ms
        row = self._explorer.load(kept)
        told: set[int] = set()
        if not self._customer_stays:
            row = self._say(row, self._customer)
        row = self._lose(row, told)
        key = abstract(row)
        if key not in self._left:
            self._left[key] = self._run_down(row, told)
        self._context.now_ms = start_ms
        return self._left[key]

    def _run_down(self, row: Conversation, told: set[int]) -> Conversation | None:
        fired: list[Any] = []
        while (due := row.next_deadline()) is not None:
            at_ms, name, hold, whose = due
            if name == "forget":
                return None
            fired.append((name, row.stage))
            if len(fired) > FIRED_MAX:
                raise EndlessError(f"{fired[-8:]}")
            self._context.now_ms = at_ms
            fire(row, SUBJECT, name, hold, whose, self._context)
            row = self._lose(row, told)
        return row

    def _lose(self, row: Conversation, told: set[int]) -> Conversation:
        """Tell the conversation of whoever holds it and is gone, once a hold."""
        for hold in [each for each in row.holds if each.role in {"primary", "consultant"}]:
            if hold.number not in told:
                told.add(hold.number)
                row = self._say(row, self._gone[hold.representative_id])
        return row

    def _say(self, row: Conversation, input_: Input) -> Conversation:
        row.fingerprints = row.messages = b""
        after = decide(row, input_, self._context)[1]
        assert after is not None
        return after

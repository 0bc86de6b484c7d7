"""Customers and representatives of a simulated centre: they write, wait, accept, decline and end.

They know nothing of router and gate: all that they go by is what is published of a conversation.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from omnistate.stream.ports import Record
from omnistate_schemas.vocabulary import STATE_CHANGES

from tests.routing.simulated_centre import Json, SimulatedCentre


@dataclass(frozen=True)
class Temper:
    """Of whoever an offer is made to; `handles_s` is the median of what a conversation takes."""

    accepts: float = 0.8
    rejects: float = 0.12
    reacts_s: tuple[float, float] = (0.5, 6)
    handles_s: float = 30
    writes_up_s: tuple[float, float] = (1, 8)


class SimulatedPeople:
    """Everybody in and around the centre."""

    def __init__(
        self,
        centre: SimulatedCentre,
        dice: Random,
        temper: Callable[[str], Temper] = lambda _: Temper(),
        luck: Callable[[str], Random] | None = None,
    ) -> None:
        """`luck` has the dice for what becomes of a conversation, instead of those of all."""
        self._centre, self._temper = centre, temper
        self._luck = luck or (lambda _: dice)
        # The data of each conversation's last change.
        self.states: dict[str, Json] = {}
        centre.watchers.append(self._watch)

    # Customers.

    def come(self, id_: str, workstream_id: str, queue_id: str, **data: Any) -> None:
        """A conversation starts."""
        channel = self._centre.configuration["workstreams"][workstream_id]["channel"]
        self._centre.say(
            "conversation.started",
            id_,
            channel=channel,
            workstream_id=workstream_id,
            queue_id=queue_id,
            **data,
        )

    def lose_patience(self, id_: str) -> None:
        """The customer leaves, where nobody has taken it up."""
        if self.states.get(id_, {}).get("status") == "open":
            self._centre.say("customer.ended", id_)

    def update(self, id_: str, **data: Any) -> None:
        """Something about a conversation that waits is different."""
        if self.states.get(id_, {}).get("status") == "open":
            self._centre.say("conversation.updated", id_, **data)

    # Representatives.

    def _watch(self, record: Record) -> None:
        if record.topic != STATE_CHANGES:
            return
        data = json.loads(record.value or b"")["data"]
        id_ = data["conversation_id"]
        former, self.states[id_] = self.states.get(id_, {}), data
        offered = set(data.get("offered_representative_ids", ()))
        for who in sorted(offered - set(former.get("offered_representative_ids", ()))):
            self._be_offered(id_, who)
        if (data["status"], data.get("detail")) != (former.get("status"), former.get("detail")):
            who = data.get("representative_id") or ""
            if data.get("detail") == "in_conversation":
                self._handle(id_, who)
            elif data["status"] == "wrap_up":
                self._write_up(id_, who)

    def _be_offered(self, id_: str, who: str) -> None:
        temper, dice = self._temper(who), self._luck(id_)
        what = dice.random()
        if what < temper.accepts:
            type_ = "representative.accept"
        elif what < temper.accepts + temper.rejects:
            type_ = "representative.reject"
        else:
            return

        def react() -> None:
            if who in self.states[id_].get("offered_representative_ids", ()):
                self._centre.say(type_, id_, representative_id=who)

        self._centre.after(dice.uniform(*temper.reacts_s), react)

    def _handle(self, id_: str, who: str) -> None:
        def end() -> None:
            state = self.states[id_]
            if (state.get("detail"), state.get("representative_id")) == ("in_conversation", who):
                self._centre.say("representative.end", id_, representative_id=who)

        self._centre.after(
            self._luck(id_).lognormvariate(0, 0.5) * self._temper(who).handles_s, end
        )

    def _write_up(self, id_: str, who: str) -> None:
        def close() -> None:
            if self.states[id_]["status"] == "wrap_up":
                self._centre.say("representative.close_session", id_, representative_id=who)

        self._centre.after(self._luck(id_).uniform(*self._temper(who).writes_up_s), close)

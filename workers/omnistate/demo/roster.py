"""Who is at their desk: shifts, breaks, moments away, and laptops that fall off the network.

The presence that a router may ask for, and the wire from a desktop. It must not decide what
anybody does with a conversation.
"""

from dataclasses import dataclass
from typing import Any, Final

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS, SECOND_MS, Action, Agenda, Event
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import Payroll, Representative

SESSIONS_MAX: Final = 10
LAPTOP_HOLDS_MS: Final = 5.5 * HOUR_MS


@dataclass(slots=True)
class Presence:
    """Where somebody is: at work at all, taking new work, on the network, back at what time."""

    signed_in: bool = False
    on_break: bool = False
    going_home: bool = False
    connected: bool = True
    away_until_ms: int = 0


class Roster:
    """Everybody's presence during the day."""

    def __init__(self, agenda: Agenda, board: Board, payroll: Payroll) -> None:
        self._agenda = agenda
        self._board = board
        self.payroll = payroll
        self._presences = {name: Presence() for name in payroll.representatives}

    def plan_day(self, leave: Action) -> None:
        """Enter shifts and breaks; `leave` is called for whoever is about to go home."""
        agenda = self._agenda
        for person in self.payroll.representatives.values():
            agenda.at(max(person.starts_ms, agenda.start_ms + 1), self._sign_in, person)
            for from_ms, until_ms in person.breaks_ms:
                agenda.at(from_ms, self._pause, person, True)
                agenda.at(until_ms, self._pause, person, False)
            agenda.at(person.ends_ms - 6 * MINUTE_MS, self._wind_down, person)
            agenda.at(person.ends_ms + agenda.between_ms(0, 9 * MINUTE_MS), leave, person)
            self._plan_lost_laptops(person)

    def is_here(self, person: Representative) -> bool:
        """Whether they sit before a working screen."""
        presence = self._presences[person.id]
        return presence.signed_in and presence.connected

    def is_signed_in(self, person: Representative) -> bool:
        """Whether they are at work, even if their laptop is off the network just now."""
        return self._presences[person.id].signed_in

    def is_on_break(self, person: Representative) -> bool:
        """Whether they are having a break."""
        return self._presences[person.id].on_break

    def takes_work(self, person: Representative) -> bool:
        """Whether the router may offer them something."""
        presence = self._presences[person.id]
        return (
            presence.signed_in
            and presence.connected
            and not presence.on_break
            and not presence.going_home
            and presence.away_until_ms <= self._agenda.now_ms
            and len(self._board.desks[person.id]) < 3 * SESSIONS_MAX
            and len(self._board.talks(person.id)) < SESSIONS_MAX
        )

    def step_away(self, person: Representative, delay_ms: float) -> None:
        """Show as inactive for a while, as after an offer that they missed."""
        self._presences[person.id].away_until_ms = int(self._agenda.now_ms + delay_ms)

    def sign_out(self, person: Representative) -> None:
        """They have gone home."""
        self._presences[person.id].signed_in = False

    def press(
        self, person: Representative, event_type: str, conversation: BoardConversation, **data: Any
    ) -> Event:
        """Publish something from their desktop."""
        data = {"representative_id": person.id, **data}
        return self._agenda.publish(f"/desktops/{person.id}", event_type, conversation.id, data)

    def lose_laptop(self, person: Representative) -> None:
        """Their connection drops: every conversation that needs them hears of it."""
        presence = self._presences[person.id]
        if not (presence.signed_in and presence.connected):
            return
        presence.connected = False
        lost = [*self._board.talks(person.id), *self._board.offers[person.id].values()]
        for conversation in lost:
            self.press(person, "representative.disconnected", conversation)
        median_ms = 35 * SECOND_MS if self._agenda.chance(0.65) else 6 * MINUTE_MS
        self._agenda.after(self._agenda.spread_ms(median_ms), self._reconnect, person, lost)

    def close_lid(self, person: Representative) -> None:
        """They go home and just close the laptop, with work still on it."""
        for conversation in self._board.talks(person.id):
            self.press(person, "representative.disconnected", conversation)
        self.sign_out(person)

    def _sign_in(self, person: Representative) -> None:
        self._presences[person.id].signed_in = True

    def _pause(self, person: Representative, pausing: bool) -> None:
        self._presences[person.id].on_break = pausing

    def _wind_down(self, person: Representative) -> None:
        self._presences[person.id].going_home = True

    def _plan_lost_laptops(self, person: Representative) -> None:
        rate = 1 / LAPTOP_HOLDS_MS
        at_ms = person.starts_ms + self._agenda.random.expovariate(rate)
        while at_ms < person.ends_ms:
            self._agenda.at(at_ms, self.lose_laptop, person)
            at_ms += self._agenda.random.expovariate(rate)

    def _reconnect(self, person: Representative, lost: list[BoardConversation]) -> None:
        self._presences[person.id].connected = True
        for conversation in lost:
            still_his = conversation.talking and conversation.representative_id == person.id
            if still_his or conversation.offered_id == person.id:
                self.press(person, "representative.reconnected", conversation)

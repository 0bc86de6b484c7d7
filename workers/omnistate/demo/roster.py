"""Who is at their desk: shifts, breaks, moments away, and laptops that fall off the network.

The presence that desktops publish, with a lease that they renew, and the wire from a desktop. It
must not decide what anybody does with a conversation.
"""

from dataclasses import dataclass
from typing import Any, Final

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS, SECOND_MS, Action, Agenda, Event
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import Payroll, Representative

SESSIONS_MAX: Final = 10
LAPTOP_HOLDS_MS: Final = 5.5 * HOUR_MS
# Whoever has not been heard of for so long is lost; a desktop says in time that it is there.
LEASE_SECONDS: Final = 600
RENEWAL_MS: Final = 400 * SECOND_MS
# Of lost connections so many are noticed at once, by the gateway; of the others nobody is told.
NOTICED: Final = 0.6


@dataclass(slots=True)
class Presence:
    """Where somebody is: at work at all, taking new work, on the network, back at what time."""

    signed_in: bool = False
    on_break: bool = False
    going_home: bool = False
    connected: bool = True
    away_until_ms: int = 0

    def describe(self, now_ms: int) -> str:
        """What the desktop says of them."""
        if not self.signed_in:
            return "offline"
        if self.on_break or self.away_until_ms > now_ms:
            return "away"
        return "do_not_disturb" if self.going_home else "available"


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
        presence = self._presences[person.id]
        if not presence.signed_in:
            return
        presence.away_until_ms = int(self._agenda.now_ms + delay_ms)
        self._agenda.after(1, self._say, person)
        self._agenda.at(presence.away_until_ms + 1, self._say, person)

    def sign_out(self, person: Representative) -> None:
        """They have gone home."""
        self._presences[person.id].signed_in = False
        self._say(person)

    def press(
        self, person: Representative, event_type: str, conversation: BoardConversation, **data: Any
    ) -> Event:
        """Publish something from their desktop."""
        data = {"representative_id": person.id, **data}
        return self._agenda.publish(f"/desktops/{person.id}", event_type, conversation.id, data)

    def lose_laptop(self, person: Representative) -> None:
        """Their connection drops: every conversation that needs them hears of it, if anybody does.

        Otherwise it is their lease that tells, where they are away for that long.
        """
        presence = self._presences[person.id]
        if not (presence.signed_in and presence.connected):
            return
        presence.connected = False
        lost: list[BoardConversation] = []
        if self._agenda.chance(NOTICED):
            lost = [*self._board.talks(person.id), *self._board.offers[person.id].values()]
        for conversation in lost:
            self.press(person, "representative.disconnected", conversation)
        median_ms = 35 * SECOND_MS if self._agenda.chance(0.65) else 6 * MINUTE_MS
        self._agenda.after(self._agenda.spread_ms(median_ms), self._reconnect, person, lost)

    def close_lid(self, person: Representative) -> None:
        """They go home and just close the laptop, with work still on it: their lease runs out."""
        presence = self._presences[person.id]
        presence.signed_in = presence.connected = False

    def _sign_in(self, person: Representative) -> None:
        presence = self._presences[person.id]
        presence.signed_in = True
        self._renew(person)

    def _renew(self, person: Representative) -> None:
        """Say that they are still there, for as long as they are."""
        if self._presences[person.id].signed_in:
            self._say(person)
            self._agenda.after(RENEWAL_MS, self._renew, person)

    def _pause(self, person: Representative, pausing: bool) -> None:
        self._presences[person.id].on_break = pausing
        self._say(person)

    def _wind_down(self, person: Representative) -> None:
        self._presences[person.id].going_home = True
        self._say(person)

    def _say(self, person: Representative) -> None:
        """Publish how they are, where there is a connection."""
        presence = self._presences[person.id]
        if not presence.connected:
            return
        said = presence.describe(self._agenda.now_ms)
        data: dict[str, Any] = {"presence": said}
        if said != "offline":
            data["lease_seconds"] = LEASE_SECONDS
        source = f"/desktops/{person.id}"
        self._agenda.publish(source, "representative.presence", person.id, data)

    def _plan_lost_laptops(self, person: Representative) -> None:
        rate = 1 / LAPTOP_HOLDS_MS
        at_ms = person.starts_ms + self._agenda.random.expovariate(rate)
        while at_ms < person.ends_ms:
            self._agenda.at(at_ms, self.lose_laptop, person)
            at_ms += self._agenda.random.expovariate(rate)

    def _reconnect(self, person: Representative, lost: list[BoardConversation]) -> None:
        presence = self._presences[person.id]
        if not presence.signed_in:
            return
        presence.connected = True
        self._say(person)
        for conversation in lost:
            still_his = conversation.talking and conversation.representative_id == person.id
            if still_his or conversation.offered_id == person.id:
                self.press(person, "representative.reconnected", conversation)

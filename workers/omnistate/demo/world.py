"""The world around the engine: one seeded day of a contact centre, as inputs in simulated time.

It only publishes inputs and reads outputs. Whom waiting work is offered to, the router decides. It
must never see the engine, a log or a real clock.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS, SECOND_MS, Agenda, Event
from omnistate.demo.arrivals import Arrivals
from omnistate.demo.bots import Bots
from omnistate.demo.customers import Customers
from omnistate.demo.demo_centre import describe_centre
from omnistate.demo.desktops import Desktops
from omnistate.demo.entrances import FIRST_HOUR
from omnistate.demo.hotline import Hotline
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import SUPERVISORS, find_instant_ms, hire
from omnistate.demo.roster import Roster
from omnistate.demo.supervisors import Supervisors

DAY: Final = date(2026, 3, 2)
START_MS: Final = int(datetime.combine(DAY, time(FIRST_HOUR), UTC).timestamp()) * SECOND_MS
LENGTH: Final = timedelta(hours=23, minutes=40)
CONVERSATIONS_PER_TEAM: Final = 1_500
REMINDER: Final = "conversation.reminder"
PULSE_MS: Final = 4 * SECOND_MS
BROWSE_EVERY: Final = 4


class World:
    """A discrete-event simulation of one day; deterministic in (seed, conversations).

    Ask `next_at_ms`, let the engine's timers fire up to then, `act`, and show `observe` every
    output in order.
    """

    def __init__(self, seed: int, conversations: int) -> None:
        self.start_ms = START_MS
        self.end_ms = START_MS + LENGTH // timedelta(milliseconds=1)
        self._agenda = Agenda(seed, self.start_ms, self.end_ms)
        teams = max(1, round(conversations / CONVERSATIONS_PER_TEAM))
        payroll = hire(DAY, teams, self._agenda.random)
        self.configuration: dict[str, Any] = describe_centre(payroll.describe())
        self._board = Board(payroll)
        self._roster = Roster(self._agenda, self._board, payroll)
        self._customers = Customers(self._agenda)
        self._bots = Bots(self._agenda, self._customers)
        self._desktops = Desktops(self._agenda, self._board, self._roster, self._customers)
        self._supervisors = Supervisors(self._agenda, self._board, self._roster)
        hotline = Hotline(self._agenda, self._board, self._roster)
        self._arrivals = Arrivals(self._agenda, self._board, self._customers, self._roster, hotline)
        self._customers.on_written = self._deliver
        self._pulses = 0
        self._plan_day(conversations)

    def next_at_ms(self) -> int | None:
        """When somebody next acts, in epoch milliseconds; None when the day is over."""
        return self._agenda.next_at_ms()

    def act(self) -> list[Event]:
        """What is published at `next_at_ms()`, in order; often nothing."""
        return self._agenda.act()

    def pass_to(self, now_ms: int) -> None:
        """It is so late now: timers, the gate or the router have acted meanwhile."""
        self._agenda.pass_to(now_ms)

    def observe(self, topic: str, event: Event) -> None:
        """Read one output of the engine; whoever it concerns may act later on."""
        if topic == CAPACITY_CHANGES:
            self._board.read_capacity(event)
        elif topic == STATE_CHANGES:
            self._agenda.observe_at(parse_time_ms(event["time"]))
            self._read_change(event)
        elif topic == RECORDED_INPUTS and event["type"] == REMINDER:
            self._agenda.observe_at(parse_time_ms(event["time"]))
            self._read_reminder(event)
        elif topic == REJECTED_INPUTS:
            self._agenda.observe_at(parse_time_ms(event["time"]))
            self._read_refusal(event)

    def _plan_day(self, conversations: int) -> None:
        self._roster.plan_day(self._desktops.leave)
        self._arrivals.plan_day(conversations)
        volume = max(1, conversations) / CONVERSATIONS_PER_TEAM
        for name, time_zone, hour, hours in SUPERVISORS:
            from_ms = max(find_instant_ms(DAY, time_zone, hour), self.start_ms)
            until_ms = from_ms + int(hours * HOUR_MS)
            self._supervisors.plan_day(name, from_ms, until_ms, volume)
        self._agenda.at(self.start_ms + MINUTE_MS, self._pulse)
        self._agenda.at_the_end(self._end_day)

    def _pulse(self) -> None:
        """The screens refresh: people look at what they may pick."""
        self._pulses += 1
        if self._pulses % BROWSE_EVERY == 0:
            self._desktops.browse()
        self._agenda.after(PULSE_MS, self._pulse)

    def _end_day(self) -> None:
        """The evening supervisor looks at something that is left for tomorrow."""
        left = [
            each
            for each in self._board.unfinished.values()
            if each.kind != "record" and not each.followed and each.status in {"open", "waiting"}
        ]
        if left:
            self._supervisors.look_in(left[0], SUPERVISORS[-1][0])
        else:
            self._arrivals.start_late()

    def _deliver(self, conversation: BoardConversation) -> None:
        """Bring the customer's line to whoever is on the other side."""
        if conversation.detail == "with_bot":
            self._bots.hear(conversation)
        elif conversation.talking:
            self._desktops.hear(conversation)

    def _read_change(self, event: Event) -> None:
        seen = self._board.read_change(event)
        if seen is None:
            return
        conversation, change = seen
        if conversation.followed:
            return
        self._customers.react(conversation, change)
        self._bots.react(conversation, change)
        self._desktops.react(conversation, change)

    def _read_reminder(self, event: Event) -> None:
        conversation = self._board.conversations.get(event["data"]["conversation_id"])
        if conversation is None:
            return
        if event["data"]["silent"] == "customer":
            self._customers.remember(conversation)
        else:
            self._desktops.remember(conversation)

    def _read_refusal(self, event: Event) -> None:
        data = event["data"]
        conversation = self._board.conversations.get(data["conversation_id"])
        if conversation is None or data["code"] != "stale":
            return
        if data["cause"]["type"] == "customer.messaged":
            self._arrivals.start_again(conversation)

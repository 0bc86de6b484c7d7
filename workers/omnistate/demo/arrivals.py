"""How conversations begin: through which gateway, at what hour, with a bot, by appointment.

It must not follow a conversation once it has begun.
"""

from itertools import accumulate
from typing import Any, Final

from omnistate_schemas.times import format_time

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.customers import Customers
from omnistate.demo.demo_centre import price
from omnistate.demo.entrances import DEMAND, ENTRANCES, FIRST_HOUR, PREFIXES, Entrance
from omnistate.demo.hotline import Hotline
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

# Where it may turn out to be urgent.
HURRIED: Final = frozenset({"web-chat", "member-chat", "text-messages"})
CALL_AGAIN_MAX: Final = 8
QUARTER_MS: Final = 15 * MINUTE_MS
APPOINTMENTS_MS: Final = 16 * HOUR_MS


class Arrivals:
    """The doors of the centre."""

    def __init__(
        self,
        agenda: Agenda,
        board: Board,
        customers: Customers,
        roster: Roster,
        hotline: Hotline,
    ) -> None:
        self._agenda = agenda
        self._hotline = hotline
        self._board = board
        self._customers = customers
        self._roster = roster
        self._numbers: dict[str, int] = {}
        self._customer_count = 1
        self._entrances: dict[str, Entrance] = {}

    def plan_day(self, conversations: int) -> None:
        """Enter when each conversation of the day begins."""
        agenda = self._agenda
        self._customer_count = max(10, conversations * 4 // 5)
        shares = list(accumulate(entrance.weight for entrance in ENTRANCES))
        hours = range(len(DEMAND))
        demand = [
            list(
                accumulate(
                    share if each.opens_hour <= FIRST_HOUR + hour < each.closes_hour else 0.0
                    for hour, share in enumerate(DEMAND)
                )
            )
            for each in ENTRANCES
        ]
        for _ in range(conversations):
            which = agenda.random.choices(range(len(ENTRANCES)), cum_weights=shares)[0]
            hour = agenda.random.choices(hours, cum_weights=demand[which])[0]
            at_ms = agenda.start_ms + hour * HOUR_MS + agenda.random.randrange(HOUR_MS)
            at_ms = min(at_ms, agenda.end_ms - 1)
            entrance = ENTRANCES[which]
            if entrance.outbound:
                agenda.at(at_ms, self._call_out, entrance, 0)
            else:
                agenda.at(at_ms, self._start, entrance, self._draw_customer())

    def start_again(self, conversation: BoardConversation) -> None:
        """The gateway learnt that the thread is closed: the customer needs a new conversation."""
        entrance = self._entrances[conversation.id]
        self._agenda.after(
            self._agenda.between_ms(200, 1_500), self._start, entrance, conversation.customer_id
        )

    def start_late(self) -> BoardConversation:
        """A message through the door that never closes, now."""
        entrance = next(each for each in ENTRANCES if each.workstream_id == "text-messages")
        return self._start(entrance, self._draw_customer())

    def _call_out(self, entrance: Entrance, attempt: int) -> None:
        """A representative who has nothing else to do calls a customer."""
        cost = price(entrance.workstream_id, None, None)
        for person in self._roster.payroll.by_queue[entrance.queues[0]]:
            idle = self._roster.takes_work(person) and not self._board.offers[person.id]
            if idle and self._board.fits(person, cost):
                self._start(entrance, self._draw_customer(), person)
                return
        if attempt < CALL_AGAIN_MAX:
            delay_ms = self._agenda.between_ms(2 * MINUTE_MS, 9 * MINUTE_MS)
            self._agenda.after(delay_ms, self._call_out, entrance, attempt + 1)

    def _start(
        self, entrance: Entrance, customer_id: str, caller: Representative | None = None
    ) -> BoardConversation:
        random = self._agenda.random
        channel = random.choice(entrance.channels)
        data: dict[str, Any] = {
            "channel": channel,
            "workstream_id": entrance.workstream_id,
            "queue_id": random.choice(entrance.queues),
            "customer_id": customer_id,
        }
        data |= self._tell_of(entrance, caller)
        conversation = BoardConversation(
            id=self._name(channel),
            channel=channel,
            workstream_id=entrance.workstream_id,
            customer_id=customer_id,
            cost=price(entrance.workstream_id, data.get("units"), data.get("profiles")),
        )
        self._entrances[conversation.id] = entrance
        self._board.enter(conversation)
        on_the_line = "scheduled_for" not in data
        if not conversation.followed:
            self._customers.welcome(conversation, entrance.gateway, on_the_line)
        agenda = self._agenda
        agenda.publish(entrance.gateway, "conversation.started", conversation.id, data)
        if conversation.followed:
            self._hotline.take(conversation)
        elif entrance.workstream_id in HURRIED and agenda.chance(0.05):
            agenda.after(agenda.spread_ms(70 * SECOND_MS), self._update, conversation)
        elif entrance.workstream_id == "social-media" and agenda.chance(0.15):
            reason = agenda.random.choice(("spam", "duplicate"))
            agenda.after(agenda.spread_ms(20 * SECOND_MS), self._close, conversation, reason)
        return conversation

    def _tell_of(self, entrance: Entrance, caller: Representative | None) -> dict[str, Any]:
        """What is said of one beside where it belongs."""
        random = self._agenda.random
        data: dict[str, Any] = {}
        if caller is not None:
            data |= {"direction": "outbound", "representative_id": caller.id}
        elif random.random() < entrance.appointment_share:
            at_ms = self._draw_appointment_ms()
            data["scheduled_for"] = format_time(at_ms)
            promised = self._find_promised(entrance, at_ms)
            if promised is not None:
                data["representative_id"] = promised.id
        elif random.random() < entrance.bot_share:
            data["handled_by"] = "bot"
        elif entrance.workstream_id == "web-chat" and random.random() < 0.07:
            data["profiles"] = ["spanish"]
        elif entrance.workstream_id == "claims" and random.random() < 0.1:
            data["units"] = 35
        attributes = self._describe(entrance)
        if attributes:
            data["attributes"] = attributes
        if entrance.workstream_id in HURRIED and random.random() < 0.1:
            data["priority"] = random.choice((10, 20, 50))
        return data

    def _describe(self, entrance: Entrance) -> dict[str, list[str]]:
        """What the router is to go by: a language, or whoever knows the customer."""
        random = self._agenda.random
        if entrance.workstream_id == "web-chat" and random.random() < 0.1:
            return {"skills": ["spanish"]}
        if entrance.workstream_id == "vip-chat" and random.random() < 0.5:
            people = self._roster.payroll.by_queue["vip"]
            return {"preferred_representatives": [random.choice(people).id]}
        return {}

    def _update(self, conversation: BoardConversation) -> None:
        """It is more urgent than it looked."""
        if conversation.status != "closed":
            gateway = self._entrances[conversation.id].gateway
            data = {"priority": 80}
            self._agenda.publish(gateway, "conversation.updated", conversation.id, data)

    def _close(self, conversation: BoardConversation, reason: str) -> None:
        """The gateway has found out that nobody needs to look at it."""
        if conversation.status == "open":
            gateway = self._entrances[conversation.id].gateway
            data = {"reason": reason}
            self._agenda.publish(gateway, "conversation.closed", conversation.id, data)

    def _find_promised(self, entrance: Entrance, at_ms: int) -> Representative | None:
        """Somebody whom the customer knows and who is at work then; of half of them nobody."""
        if self._agenda.chance(0.5):
            return None
        people = [
            person
            for person in self._roster.payroll.by_queue[entrance.queues[0]]
            if person.starts_ms < at_ms < person.ends_ms - HOUR_MS
        ]
        return self._agenda.random.choice(people) if people else None

    def _draw_appointment_ms(self) -> int:
        """Usually later today, sometimes tomorrow: a full quarter of an hour in office hours."""
        agenda = self._agenda
        at_ms = agenda.now_ms + 10 * MINUTE_MS + agenda.spread_ms(100 * MINUTE_MS, 0.8)
        if agenda.chance(0.08):
            at_ms += 24 * HOUR_MS
        elif at_ms > agenda.start_ms + APPOINTMENTS_MS:
            at_ms += 12 * HOUR_MS
        return QUARTER_MS * (1 + int(at_ms) // QUARTER_MS)

    def _draw_customer(self) -> str:
        return f"customer-{self._agenda.random.randrange(self._customer_count):04d}"

    def _name(self, channel: str) -> str:
        prefix = PREFIXES.get(channel, channel.replace("_", "-"))
        number = self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}-{number:05d}"

"""How conversations begin: through which gateway, at what hour, with a bot, by appointment.

It must not follow a conversation once it has begun.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from omnistate_schemas.times import format_time

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS, Agenda
from omnistate.demo.customers import Customers
from omnistate.demo.demo_centre import price
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

FIRST_HOUR: Final = 6
# How much comes in during each UTC hour from 06 on: morning peak, after lunch with America awake.
DEMAND: Final = (
    *(0.3, 0.9, 1.8, 2.7, 2.3, 1.5, 1.2, 1.8, 3.3, 3.1, 2.2, 1.6),
    *(1.2, 1.0, 0.8, 0.6, 0.4, 0.25, 0.15, 0.1, 0.06, 0.05, 0.05, 0.04),
)
CALL_AGAIN_MAX: Final = 8
QUARTER_MS: Final = 15 * MINUTE_MS
APPOINTMENTS_MS: Final = 16 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: what comes through it, how often, and between which UTC hours."""

    weight: float
    workstream_id: str
    gateway: str
    channels: tuple[str, ...]
    queues: tuple[str, ...]
    opens_hour: int = 6
    closes_hour: int = 30
    bot_share: float = 0.0
    appointment_share: float = 0.0
    outbound: bool = False


CHAT: Final = "/gateways/chat"
SOCIAL: Final = ("facebook", "twitter", "apple_messages", "line", "google_business", "teams")
ENTRANCES: Final = (
    Entrance(24, "web-chat", CHAT, ("live_chat",), ("support", "support", "billing"), 7, 25, 0.35),
    Entrance(5, "vip-chat", CHAT, ("live_chat",), ("vip",), 7, 23),
    Entrance(10, "member-chat", CHAT, ("persistent_chat",), ("support", "billing"), bot_share=0.25),
    Entrance(9, "text-messages", "/gateways/sms", ("sms",), ("messages",), bot_share=0.15),
    Entrance(9, "whatsapp-care", "/gateways/whatsapp", ("whatsapp",), ("messages",), 6, 30, 0.4),
    Entrance(8, "social-media", "/gateways/social", SOCIAL, ("social",)),
    Entrance(15, "service-line", "/gateways/voice", ("voice",), ("phone",), 7, 24, 0.3),
    Entrance(4, "sales-line", "/gateways/voice", ("voice",), ("sales",), 7, 24),
    Entrance(4, "sales-line", "/gateways/voice", ("voice",), ("sales",), 8, 24, outbound=True),
    Entrance(
        3, "callbacks", "/gateways/voice", ("voice",), ("phone",), 7, 22, appointment_share=1.0
    ),
    Entrance(
        6, "claims", "/gateways/records", ("record",), ("claims",), 6, 26, appointment_share=0.06
    ),
    Entrance(4, "back-office", "/gateways/records", ("record",), ("back-office",), 6, 24),
)
PREFIXES: Final = {
    "live_chat": "chat",
    "persistent_chat": "thread",
    "voice": "call",
    "record": "case",
}


class Arrivals:
    """The doors of the centre."""

    def __init__(self, agenda: Agenda, board: Board, customers: Customers, roster: Roster) -> None:
        self._agenda = agenda
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
        if caller is not None:
            data |= {"direction": "outbound", "representative_id": caller.id}
        elif random.random() < entrance.appointment_share:
            data["scheduled_for"] = format_time(self._draw_appointment_ms())
        elif random.random() < entrance.bot_share:
            data["handled_by"] = "bot"
        elif entrance.workstream_id == "web-chat" and random.random() < 0.07:
            data["profiles"] = ["spanish"]
        elif entrance.workstream_id == "claims" and random.random() < 0.1:
            data["units"] = 35
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
        self._customers.welcome(conversation, entrance.gateway, on_the_line)
        self._agenda.publish(entrance.gateway, "conversation.started", conversation.id, data)
        return conversation

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

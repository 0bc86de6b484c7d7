"""The customers: how long they wait, what they write, when they hang up, vanish and come back.

They must not know who handles them, nor anything of capacity.
"""

from collections.abc import Callable
from typing import Final

from omnistate_schemas.times import format_time

from omnistate.demo.agenda import MINUTE_MS, SECOND_MS, Agenda, Event
from omnistate.demo.output_board import OFFERED, OPEN, BoardChange, BoardConversation
from omnistate.demo.visit import Visit

REPLY_MS: Final = {
    "live_chat": 24 * SECOND_MS,
    "persistent_chat": 40 * SECOND_MS,
    "messaging": 70 * SECOND_MS,
}
PATIENCE_MS: Final = {"live_chat": 7 * MINUTE_MS, "voice": 4.5 * MINUTE_MS}
WRITES: Final = ("persistent_chat", "messaging")
CALLBACK_SERVICE: Final = "/services/callback"
FALLS_SILENT: Final = 0.012
# How often a line is the word that ends it for good.
OPTS_OUT: Final = 0.006
OPTING_OUT: Final = frozenset({"sms", "whatsapp"})
CALLBACK_ASKED_MS: Final = 30 * SECOND_MS
QUARTER_MS: Final = 15 * MINUTE_MS


class Customers:
    """Everybody who wants something."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._visits: dict[str, Visit] = {}
        self.on_written: Callable[[BoardConversation], None] = _hear_nothing
        self.on_satisfied: Callable[[BoardConversation], None] = _hear_nothing

    def welcome(self, conversation: BoardConversation, gateway: str, on_the_line: bool) -> None:
        """Make up the customer's story."""
        random = self._agenda.random
        exchanges = 2 + int(self._agenda.spread_ms(4.6, 0.5))
        returns = random.choice((0, 0, 1, 1, 2)) if conversation.kind in WRITES else 0
        self._visits[conversation.id] = Visit(gateway, exchanges, returns, on_the_line)

    def react(self, conversation: BoardConversation, change: BoardChange) -> None:
        """Notice where the conversation stands now."""
        if not change.new_episode:
            return
        visit = self._visits[conversation.id]
        if conversation.detail in {OPEN, OFFERED}:
            if not visit.waiting:
                self._wait(conversation, visit)
            return
        visit.waiting = False
        if conversation.talking:
            if conversation.kind == "live_chat" and self._agenda.chance(0.06):
                delay_ms = self._agenda.spread_ms(2 * MINUTE_MS)
                self._agenda.after(delay_ms, self.drop, conversation, conversation.episode)
        elif conversation.status == "waiting":
            self._think_it_over(conversation, visit)
        elif conversation.kind in WRITES and conversation.status in {"wrap_up", "closed"}:
            likely, median_ms = (
                (0.06, SECOND_MS * 15)
                if conversation.status == "wrap_up"
                else (
                    0.045,
                    25 * MINUTE_MS,
                )
            )
            if self._agenda.chance(likely):
                delay_ms = self._agenda.spread_ms(median_ms)
                self._agenda.after(delay_ms, self._add_line, conversation, conversation.status)

    def hear(self, conversation: BoardConversation) -> None:
        """Somebody on the other side wrote; answer in the customer's own time."""
        visit = self._visits[conversation.id]
        visit.turn += 1
        if visit.away or visit.gone:
            return
        if visit.exchanges <= 0:
            self._conclude(conversation)
            return
        agenda = self._agenda
        if conversation.kind == "live_chat" and agenda.chance(FALLS_SILENT):
            # Something else is going on; a reminder may bring them back.
            return
        delay_ms = agenda.spread_ms(REPLY_MS[conversation.kind], 0.6)
        if conversation.kind in WRITES and agenda.chance(0.09):
            if agenda.chance(0.25):
                return
            delay_ms = agenda.spread_ms(28 * MINUTE_MS, 0.7)
        agenda.after(delay_ms, self._write, conversation, visit.turn)

    def remember(self, conversation: BoardConversation) -> None:
        """They are reminded that an answer is waited for."""
        visit = self._visits[conversation.id]
        if not visit.away and not visit.gone and self._agenda.chance(0.5):
            visit.turn += 1
            delay_ms = self._agenda.spread_ms(30 * SECOND_MS)
            self._agenda.after(delay_ms, self._write, conversation, visit.turn)

    def hang_up(self, conversation: BoardConversation, episode: int) -> None:
        """End the conversation: a hang-up, or End in the widget."""
        if conversation.episode == episode and conversation.status in {"open", "active"}:
            self._visits[conversation.id].gone = True
            self._publish("customer.ended", conversation)

    def drop(self, conversation: BoardConversation, episode: int, likely_back: float = 0.6) -> None:
        """The widget is closed or the connection is lost; perhaps it comes back."""
        visit = self._visits[conversation.id]
        if conversation.episode != episode or visit.away:
            return
        if conversation.status not in {"open", "active"}:
            return
        visit.away = True
        self._publish("customer.disconnected", conversation)
        if self._agenda.chance(likely_back):
            self._agenda.after(self._agenda.spread_ms(38 * SECOND_MS), self._return, conversation)

    def _wait(self, conversation: BoardConversation, visit: Visit) -> None:
        agenda = self._agenda
        visit.waiting = True
        visit.waits += 1
        if conversation.kind in WRITES:
            if agenda.chance(0.15):
                delay_ms = agenda.spread_ms(3 * MINUTE_MS)
                agenda.after(delay_ms, self._add_line, conversation, "open")
            return
        if conversation.kind == "record" or not visit.on_the_line:
            return
        patience_ms = agenda.spread_ms(PATIENCE_MS[conversation.kind], 0.75)
        if visit.exchanges <= 0:
            patience_ms = agenda.spread_ms(40 * SECOND_MS)
        elif agenda.chance(0.05):
            patience_ms = agenda.spread_ms(6 * SECOND_MS)
        agenda.after(patience_ms, self._give_up, conversation, visit.waits)
        if conversation.workstream_id == "service-line" and agenda.chance(0.5):
            delay_ms = agenda.spread_ms(CALLBACK_ASKED_MS, 0.3)
            agenda.after(delay_ms, self._ask_for_callback, conversation, visit.waits)
        if conversation.kind == "live_chat":
            if agenda.chance(0.2):
                delay_ms = agenda.spread_ms(70 * SECOND_MS)
                agenda.after(delay_ms, self._add_line, conversation, "open")
            if agenda.chance(0.05):
                delay_ms = agenda.spread_ms(50 * SECOND_MS)
                agenda.after(delay_ms, self.drop, conversation, conversation.episode, 0.5)

    def _give_up(self, conversation: BoardConversation, waits: int) -> None:
        visit = self._visits[conversation.id]
        if not visit.waiting or visit.waits != waits or visit.away:
            return
        if conversation.kind == "voice" or self._agenda.chance(0.7):
            self.hang_up(conversation, conversation.episode)
        else:
            self.drop(conversation, conversation.episode, 0.0)

    def _ask_for_callback(self, conversation: BoardConversation, waits: int) -> None:
        """Rather be called back than wait on the line: a time is offered, and they hang up."""
        visit, agenda = self._visits[conversation.id], self._agenda
        if not visit.waiting or visit.waits != waits or conversation.detail != OPEN:
            return
        visit.on_the_line = visit.waiting = False
        at_ms = agenda.now_ms + 10 * MINUTE_MS + agenda.spread_ms(25 * MINUTE_MS, 0.5)
        at_ms = QUARTER_MS * (1 + int(at_ms) // QUARTER_MS)
        data = {"scheduled_for": format_time(at_ms)}
        agenda.publish(CALLBACK_SERVICE, "router.schedule", conversation.id, data)

    def _think_it_over(self, conversation: BoardConversation, visit: Visit) -> None:
        if visit.returns <= 0 and not self._agenda.chance(0.1):
            return
        visit.returns -= 1
        visit.turn += 1
        delay_ms = self._agenda.spread_ms(24 * MINUTE_MS, 0.9)
        self._agenda.after(delay_ms, self._come_back, conversation, conversation.episode)

    def _come_back(self, conversation: BoardConversation, episode: int) -> None:
        if conversation.episode != episode:
            return
        visit = self._visits[conversation.id]
        visit.exchanges = max(visit.exchanges, self._agenda.random.randint(1, 3))
        if conversation.kind == "persistent_chat" and self._agenda.chance(0.35):
            self._publish("customer.reconnected", conversation)
        else:
            self._publish("customer.messaged", conversation)

    def _return(self, conversation: BoardConversation) -> None:
        visit = self._visits[conversation.id]
        if not visit.away or conversation.status not in {"open", "active"}:
            return
        visit.away = False
        visit.turn += 1
        self._publish("customer.reconnected", conversation)
        delay_ms = self._agenda.between_ms(3 * SECOND_MS, 12 * SECOND_MS)
        self._agenda.after(delay_ms, self._write, conversation, visit.turn)

    def _write(self, conversation: BoardConversation, turn: int) -> None:
        visit = self._visits[conversation.id]
        if visit.turn != turn or visit.away or visit.gone or conversation.status == "closed":
            return
        agenda = self._agenda
        if conversation.channel in OPTING_OUT and agenda.chance(OPTS_OUT):
            visit.gone = True
            data = {"reason": "customer_opted_out"}
            agenda.publish(visit.gateway, "conversation.closed", conversation.id, data)
            return
        visit.exchanges -= 1
        event = self._publish("customer.messaged", conversation)
        if agenda.chance(0.004):
            agenda.after(agenda.between_ms(300, 2_500), agenda.repeat, event)
        if agenda.chance(0.1):
            delay_ms = agenda.between_ms(3 * SECOND_MS, 9 * SECOND_MS)
            agenda.after(delay_ms, self._add_line, conversation, conversation.status)
        self.on_written(conversation)

    def _add_line(self, conversation: BoardConversation, status: str) -> None:
        """Write without expecting anything in particular."""
        visit = self._visits[conversation.id]
        if conversation.status == status and not visit.away and not visit.gone:
            self._publish("customer.messaged", conversation)

    def _conclude(self, conversation: BoardConversation) -> None:
        """The customer has what they wanted."""
        agenda = self._agenda
        if conversation.kind == "live_chat" and agenda.chance(0.5):
            delay_ms = agenda.spread_ms(10 * SECOND_MS)
            if agenda.chance(0.8):
                agenda.after(delay_ms, self.hang_up, conversation, conversation.episode)
            else:
                agenda.after(delay_ms, self.drop, conversation, conversation.episode, 0.0)
        else:
            self.on_satisfied(conversation)

    def _publish(self, event_type: str, conversation: BoardConversation) -> Event:
        gateway = self._visits[conversation.id].gateway
        return self._agenda.publish(gateway, event_type, conversation.id, {})


def _hear_nothing(conversation: BoardConversation) -> None:
    """Nobody listens until the world has connected the customers."""

"""The automated first responders: the concierge of the chats, the IVR, the survey after a call.

They must not hold capacity, nor do anything in a conversation that is not theirs.
"""

from typing import Final

from omnistate.demo.agenda import SECOND_MS, Agenda
from omnistate.demo.customers import Customers
from omnistate.demo.demo_queues import TRANSFER_QUEUES
from omnistate.demo.output_board import OPEN, BoardChange, BoardConversation

WITH_BOT: Final = "with_bot"
GIVES_UP: Final = 0.04
SILENT: Final = -99


class Bots:
    """They answer at once, and then hand over, finish, or are left talking to nobody."""

    def __init__(self, agenda: Agenda, customers: Customers) -> None:
        self._agenda = agenda
        self._customers = customers
        self._turns: dict[str, int] = {}
        self._surveys: set[str] = set()
        self._company: set[str] = set()

    def react(self, conversation: BoardConversation, change: BoardChange) -> None:
        """Take up a conversation that has been given to a bot; keep company where one waits."""
        if not change.new_episode:
            return
        alone = conversation.detail == OPEN and conversation.id not in self._company
        if alone and conversation.kind == "live_chat" and self._agenda.chance(0.25):
            delay_ms = self._agenda.spread_ms(70 * SECOND_MS, 0.3)
            self._agenda.after(delay_ms, self._take, conversation, conversation.episode)
        if conversation.detail != WITH_BOT:
            return
        if change.previous_detail is not None and change.rule != "N3":
            self._surveys.add(conversation.id)
        if conversation.kind == "voice":
            delay_ms = self._agenda.spread_ms(45 * SECOND_MS)
            self._agenda.after(delay_ms, self._decide, conversation, conversation.episode)
            return
        self._turns[conversation.id] = self._agenda.random.randint(1, 4)
        self._agenda.after(2 * SECOND_MS, self._answer, conversation, conversation.episode)

    def hear(self, conversation: BoardConversation) -> None:
        """The customer wrote; now and then the bot has nothing more to say, and nobody notices."""
        if self._agenda.chance(GIVES_UP):
            self._turns[conversation.id] = SILENT
            return
        delay_ms = self._agenda.between_ms(800, 2_500)
        self._agenda.after(delay_ms, self._answer, conversation, conversation.episode)

    def _answer(self, conversation: BoardConversation, episode: int) -> None:
        if conversation.episode != episode or conversation.detail != WITH_BOT:
            return
        if self._turns.get(conversation.id) == SILENT:
            return
        turns = self._turns[conversation.id] = self._turns.get(conversation.id, 0) - 1
        if turns >= 0:
            self._publish("bot.message", conversation, {})
            self._customers.hear(conversation)
        else:
            self._decide(conversation, episode)

    def _take(self, conversation: BoardConversation, episode: int) -> None:
        """Somebody has waited for long: a bot talks to them meanwhile, and hands them back."""
        if conversation.episode == episode and conversation.detail == OPEN:
            self._company.add(conversation.id)
            self._publish("bot.take", conversation, {"bot_id": "companion"})

    def _decide(self, conversation: BoardConversation, episode: int) -> None:
        if conversation.episode != episode or conversation.detail != WITH_BOT:
            return
        agenda = self._agenda
        lot = agenda.random.random()
        if conversation.id in self._company:
            lot *= 0.58
        elif conversation.id in self._surveys:
            lot = 0.55 + lot * 0.45
        if lot < 0.58:
            self._escalate(conversation)
        elif lot < 0.84:
            self._publish("bot.end", conversation, {})
        elif conversation.kind == "voice" or (conversation.kind == "live_chat" and lot < 0.92):
            delay_ms = agenda.spread_ms(12 * SECOND_MS)
            agenda.after(delay_ms, self._customers.hang_up, conversation, episode)
        elif conversation.kind == "live_chat" and lot < 0.96:
            delay_ms = agenda.spread_ms(20 * SECOND_MS)
            agenda.after(delay_ms, self._customers.drop, conversation, episode, 0.2)
        # Otherwise the customer reads the answer and says nothing more.

    def _escalate(self, conversation: BoardConversation) -> None:
        data = {}
        if self._agenda.chance(0.4) or conversation.queue_id is None:
            choices = TRANSFER_QUEUES[conversation.kind][:2]
            data["queue_id"] = self._agenda.random.choice(choices)
        self._publish("bot.escalate", conversation, data)

    def _publish(
        self, event_type: str, conversation: BoardConversation, data: dict[str, str]
    ) -> None:
        source = "/bots/operator" if conversation.kind == "voice" else "/bots/concierge"
        if conversation.id in self._company:
            source = "/bots/companion"
        elif conversation.id in self._surveys:
            source = "/bots/survey"
        self._agenda.publish(source, event_type, conversation.id, data)

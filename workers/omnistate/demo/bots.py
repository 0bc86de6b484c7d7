"""The automated first responders: the concierge of the chats, the IVR, the survey after a call.

They must not hold capacity, nor do anything in a conversation that is not theirs.
"""

from typing import Final

from omnistate.demo.agenda import SECOND_MS, Agenda
from omnistate.demo.customers import Customers
from omnistate.demo.demo_centre import TRANSFER_QUEUES
from omnistate.demo.output_board import BoardChange, BoardConversation

WITH_BOT: Final = "with_bot"


class Bots:
    """They answer at once, and then hand over, finish, or are left talking to nobody."""

    def __init__(self, agenda: Agenda, customers: Customers) -> None:
        self._agenda = agenda
        self._customers = customers
        self._turns: dict[str, int] = {}
        self._surveys: set[str] = set()

    def react(self, conversation: BoardConversation, change: BoardChange) -> None:
        """Take up a conversation that has been given to a bot."""
        if conversation.detail != WITH_BOT or not change.new_episode:
            return
        if change.previous_detail is not None:
            self._surveys.add(conversation.id)
        if conversation.kind == "voice":
            delay_ms = self._agenda.spread_ms(45 * SECOND_MS)
            self._agenda.after(delay_ms, self._decide, conversation, conversation.episode)
            return
        self._turns[conversation.id] = self._agenda.random.randint(1, 4)
        self._agenda.after(2 * SECOND_MS, self._answer, conversation, conversation.episode)

    def hear(self, conversation: BoardConversation) -> None:
        """The customer wrote."""
        delay_ms = self._agenda.between_ms(800, 2_500)
        self._agenda.after(delay_ms, self._answer, conversation, conversation.episode)

    def _answer(self, conversation: BoardConversation, episode: int) -> None:
        if conversation.episode != episode or conversation.detail != WITH_BOT:
            return
        turns = self._turns[conversation.id] = self._turns.get(conversation.id, 0) - 1
        if turns >= 0:
            self._customers.hear(conversation)
        else:
            self._decide(conversation, episode)

    def _decide(self, conversation: BoardConversation, episode: int) -> None:
        if conversation.episode != episode or conversation.detail != WITH_BOT:
            return
        agenda = self._agenda
        lot = agenda.random.random()
        if conversation.id in self._surveys:
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
        if conversation.id in self._surveys:
            source = "/bots/survey"
        self._agenda.publish(source, event_type, conversation.id, data)

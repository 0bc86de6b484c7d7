"""Calls at the desktop: how long people talk, what they do meanwhile, who hangs up.

It must not handle anything written, nor decide how long a caller waits in a queue.
"""

from typing import Final

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.customers import Customers
from omnistate.demo.handovers import Handovers
from omnistate.demo.output_board import BoardChange, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

TALK_MS: Final = 4.8 * MINUTE_MS
UNANSWERED_MS: Final = 25 * SECOND_MS
OUTBOUND_RULE: Final = "C3"
GATEWAY: Final = "/gateways/voice"


class Calls:
    """Everybody's telephone calls."""

    def __init__(
        self, agenda: Agenda, roster: Roster, handovers: Handovers, customers: Customers
    ) -> None:
        self._agenda = agenda
        self._roster = roster
        self._handovers = handovers
        self._customers = customers

    def begin(
        self, conversation: BoardConversation, person: Representative, change: BoardChange
    ) -> None:
        """Talk, and in some calls consult or transfer half way through."""
        agenda, episode = self._agenda, conversation.episode
        if change.rule == OUTBOUND_RULE and agenda.chance(0.28):
            delay_ms = agenda.spread_ms(UNANSWERED_MS, 0.3)
            agenda.after(delay_ms, self._end, conversation, episode, person)
            return
        talk_ms = agenda.spread_ms(TALK_MS * person.temperament.pace, 0.6)
        half_way_ms = talk_ms * agenda.random.uniform(0.25, 0.7)
        if agenda.chance(5 * person.temperament.hands_over):
            agenda.after(half_way_ms, self._hand_over, conversation, episode, person)
        elif agenda.chance(7 * person.temperament.consults):
            agenda.after(half_way_ms, self._consult, conversation, episode, person)
        if agenda.chance(0.18):
            begins_ms = talk_ms * agenda.random.uniform(0.1, 0.5)
            agenda.after(begins_ms, self._hold, conversation, episode, person)
        if agenda.chance(0.007):
            # Nobody puts the receiver down.
            return
        if agenda.chance(0.55):
            agenda.after(talk_ms, self._customers.hang_up, conversation, episode)
            if agenda.chance(0.04):
                # Both hang up at once.
                agenda.after(talk_ms + 250, self._press_end, conversation, person)
        else:
            agenda.after(talk_ms, self._end, conversation, episode, person)

    def follow_external(
        self, conversation: BoardConversation, person: Representative | None
    ) -> None:
        """The caller talks to somebody outside, if they answer; `person` put them through."""
        agenda, episode = self._agenda, conversation.episode
        lot = agenda.random.random()
        if lot < 0.25:
            delay_ms = agenda.spread_ms(UNANSWERED_MS, 0.3)
            agenda.after(delay_ms, self._say_of_external, conversation, episode, "external.failed")
            return
        if lot < 0.5:
            delay_ms = agenda.spread_ms(5 * MINUTE_MS, 0.6)
            agenda.after(delay_ms, self._say_of_external, conversation, episode, "external.ended")
            return
        if lot < 0.65 and person is not None:
            delay_ms = agenda.spread_ms(MINUTE_MS, 0.6)
            agenda.after(delay_ms, self._resume, conversation, episode, person)
            return
        delay_ms = agenda.spread_ms(7 * MINUTE_MS, 0.6)
        if lot > 0.85:
            delay_ms = 3 * HOUR_MS
        agenda.after(delay_ms, self._customers.hang_up, conversation, conversation.episode)

    def _say_of_external(
        self, conversation: BoardConversation, episode: int, event_type: str
    ) -> None:
        if conversation.episode == episode:
            self._agenda.publish(GATEWAY, event_type, conversation.id, {})

    def _resume(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if conversation.episode == episode and self._roster.is_here(person):
            self._roster.press(person, "representative.resume", conversation)

    def _hold(self, conversation: BoardConversation, episode: int, person: Representative) -> None:
        """Music while they look something up."""
        if self._has(conversation, episode, person):
            self._roster.press(person, "representative.hold", conversation)
            delay_ms = self._agenda.spread_ms(35 * SECOND_MS)
            self._agenda.after(delay_ms, self._unhold, conversation, episode, person)

    def _unhold(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if self._has(conversation, episode, person):
            self._roster.press(person, "representative.unhold", conversation)

    def _hand_over(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if self._has(conversation, episode, person) and conversation.offered_id is None:
            self._handovers.transfer(conversation, person)

    def _consult(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if self._has(conversation, episode, person):
            self._handovers.consult(conversation, person)

    def _press_end(self, conversation: BoardConversation, person: Representative) -> None:
        if self._roster.is_here(person) and conversation.representative_id == person.id:
            self._roster.press(person, "representative.end", conversation)

    def _end(self, conversation: BoardConversation, episode: int, person: Representative) -> None:
        if not self._has(conversation, episode, person):
            if conversation.episode == episode and conversation.talking:
                self._customers.hang_up(conversation, episode)
            return
        pressed = "representative.end"
        if self._agenda.chance(0.5 * person.temperament.presses_x):
            pressed = "representative.close_session"
        self._roster.press(person, pressed, conversation)

    def _has(self, conversation: BoardConversation, episode: int, person: Representative) -> bool:
        return (
            conversation.episode == episode
            and conversation.talking
            and self._roster.is_here(person)
        )

"""Records: how long a case takes, how it is resolved, and what the case system says meanwhile.

It must not handle anything that talks.
"""

from typing import Final

from omnistate.demo.agenda import MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.handovers import Handovers
from omnistate.demo.output_board import BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

GATEWAY: Final = "/gateways/records"
WORK_MS: Final = 11 * MINUTE_MS


class Casework:
    """Everybody's records."""

    def __init__(self, agenda: Agenda, roster: Roster, handovers: Handovers) -> None:
        self._agenda = agenda
        self._roster = roster
        self._handovers = handovers

    def arrive(self, conversation: BoardConversation) -> None:
        """Some records are settled, withdrawn or deleted in their own system."""
        if self._agenda.chance(0.25):
            delay_ms = self._agenda.spread_ms(7 * MINUTE_MS, 0.8)
            self._agenda.after(delay_ms, self._deactivate, conversation)

    def begin(self, conversation: BoardConversation, person: Representative) -> None:
        """Open the case and get to work."""
        agenda, episode = self._agenda, conversation.episode
        delay_ms = agenda.spread_ms(WORK_MS * person.temperament.pace, 0.6)
        if agenda.chance(0.07):
            early_ms = delay_ms * agenda.random.uniform(0.2, 0.8)
            agenda.after(early_ms, self._close_session, conversation, episode, person)
        agenda.after(delay_ms, self._decide, conversation, episode, person)

    def close(self, conversation: BoardConversation, person: Representative) -> None:
        """The record is resolved: close the tab, unless forgotten."""
        agenda = self._agenda
        if agenda.chance(0.15):
            delay_ms = agenda.spread_ms(6 * SECOND_MS)
            agenda.after(delay_ms, self._reactivate, conversation, conversation.episode)
        if not agenda.chance(1.5 * person.temperament.forgets_to_close):
            delay_ms = agenda.spread_ms(14 * SECOND_MS)
            agenda.after(delay_ms, self._close_session, conversation, conversation.episode, person)
        elif agenda.chance(0.35):
            agenda.after(agenda.spread_ms(12 * MINUTE_MS), self._purge, conversation)

    def _decide(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if conversation.episode != episode or not self._roster.is_signed_in(person):
            return
        agenda = self._agenda
        if not self._roster.is_here(person) or self._roster.is_on_break(person):
            delay_ms = agenda.between_ms(MINUTE_MS, 4 * MINUTE_MS)
            agenda.after(delay_ms, self._decide, conversation, episode, person)
            return
        lot = agenda.random.random()
        if lot < 0.06:
            self._roster.press(person, "representative.release", conversation)
        elif lot < 0.18 and self._handovers.transfer(conversation, person):
            # A colleague who is asked but does not want it leaves it here.
            agenda.after(3 * MINUTE_MS, self._decide, conversation, episode, person)
        else:
            outcome = "cancelled" if agenda.chance(0.12) else "resolved"
            self._roster.press(
                person, "representative.resolve_record", conversation, outcome=outcome
            )

    def _close_session(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if conversation.episode == episode and self._roster.is_here(person):
            self._roster.press(person, "representative.close_session", conversation)

    def _deactivate(self, conversation: BoardConversation) -> None:
        if conversation.status == "closed":
            return
        lot = self._agenda.random.random()
        outcome = "deleted" if lot < 0.45 else "cancelled" if lot < 0.75 else "resolved"
        self._publish(conversation, outcome)

    def _reactivate(self, conversation: BoardConversation, episode: int) -> None:
        """Something was missing: work on it goes on."""
        if conversation.episode == episode:
            self._agenda.publish(GATEWAY, "record.reactivated", conversation.id, {})

    def _purge(self, conversation: BoardConversation) -> None:
        """The case system tidies up resolved records that nobody has closed."""
        if conversation.status == "resolved":
            self._publish(conversation, "deleted")

    def _publish(self, conversation: BoardConversation, outcome: str) -> None:
        data = {"outcome": outcome}
        self._agenda.publish(GATEWAY, "record.deactivated", conversation.id, data)

"""Handing over and asking for help: transfers of every kind, and consults.

It must not decide when somebody does so, only to whom and how.
"""

from typing import Final

from omnistate.demo.agenda import SECOND_MS, Agenda
from omnistate.demo.demo_centre import writes_up
from omnistate.demo.demo_queues import TRANSFER_QUEUES
from omnistate.demo.output_board import BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

EXTERNALS: Final = ("+34910555010", "+34910555027", "+12125550143", "+6325550188")
HANDOVERS_MAX: Final = 3
# Before any workstream's time for it is over.
WRITES_UP_MS: Final = 35 * SECOND_MS


class Handovers:
    """The transfer and consult buttons of everybody's desktop."""

    def __init__(self, agenda: Agenda, roster: Roster) -> None:
        self._agenda = agenda
        self._roster = roster
        self._counts: dict[str, int] = {}
        self._consultants: dict[str, tuple[int, str]] = {}

    def transfer(self, conversation: BoardConversation, person: Representative) -> bool:
        """Hand the conversation over; False where it has been handed over often enough."""
        count = self._counts.get(conversation.id, 0)
        if count >= HANDOVERS_MAX:
            return False
        target = self._choose_target(conversation, person)
        if target is None:
            return False
        self._counts[conversation.id] = count + 1
        kind, target_id = target
        self._roster.press(
            person, "representative.transfer", conversation, to={"kind": kind, "id": target_id}
        )
        return True

    def write_up(self, conversation: BoardConversation, person: Representative) -> None:
        """They have handed it over and write up, for as long as they may or until they say so."""
        if writes_up(conversation.workstream_id) and self._agenda.chance(0.5):
            delay_ms = min(self._agenda.spread_ms(15 * SECOND_MS), WRITES_UP_MS)
            self._agenda.after(delay_ms, self._finish_writing, conversation, person)

    def _finish_writing(self, conversation: BoardConversation, person: Representative) -> None:
        has_it = person.id in {conversation.representative_id, conversation.offered_id}
        if self._roster.is_here(person) and not has_it:
            self._roster.press(person, "representative.close_session", conversation)

    def transfer_to_queue(self, conversation: BoardConversation, person: Representative) -> None:
        """Give the conversation to a queue that may take it, its own as a last resort."""
        target = {"kind": "queue", "id": self._choose_queue(conversation)}
        self._roster.press(person, "representative.transfer", conversation, to=target)

    def consult(self, conversation: BoardConversation, person: Representative) -> bool:
        """Ask a colleague into the conversation; False where nobody is free or somebody is in."""
        episode, _ = self._consultants.get(conversation.id, (-1, ""))
        colleague = self._find_colleague(conversation, person)
        if episode == conversation.episode or colleague is None:
            return False
        self._consultants[conversation.id] = (conversation.episode, colleague.id)
        via = "queue" if self._agenda.chance(0.45) else "direct"
        self._publish_consult("consult.started", conversation, person, colleague, via)
        agenda, episode = self._agenda, conversation.episode
        if conversation.kind != "voice" and agenda.chance(0.5):
            delay_ms = agenda.spread_ms(35 * SECOND_MS)
            agenda.after(delay_ms, self._advise, conversation, episode, colleague)
        if agenda.chance(0.8):
            delay_ms = agenda.spread_ms(110 * SECOND_MS)
            agenda.after(
                delay_ms, self._end_consult, conversation, episode, (person, colleague, via)
            )
        return True

    def _choose_target(
        self, conversation: BoardConversation, person: Representative
    ) -> tuple[str, str] | None:
        lot = self._agenda.random.random()
        if conversation.kind == "voice" and lot < 0.45:
            return "external", self._agenda.random.choice(EXTERNALS)
        if conversation.kind != "record" and lot > 0.93:
            return "bot", "survey"
        if lot < 0.7:
            colleague = self._find_colleague(conversation, person)
            return None if colleague is None else ("representative", colleague.id)
        return "queue", self._choose_queue(conversation)

    def _choose_queue(self, conversation: BoardConversation) -> str:
        if conversation.pick:
            return "social" if conversation.kind == "messaging" else "back-office"
        names = TRANSFER_QUEUES[conversation.kind]
        others = [each for each in names if each != conversation.queue_id]
        return self._agenda.random.choice(others or names)

    def _find_colleague(
        self, conversation: BoardConversation, person: Representative
    ) -> Representative | None:
        queue_ids = (conversation.queue_id, *TRANSFER_QUEUES[conversation.kind], "overflow")
        colleagues: dict[str, Representative] = {}
        for queue_id in queue_ids:
            for each in self._roster.payroll.by_queue.get(queue_id or "", ()):
                if each is not person and self._roster.takes_work(each):
                    colleagues[each.id] = each
        if not colleagues:
            return None
        return self._agenda.random.choice(list(colleagues.values()))

    def _advise(
        self, conversation: BoardConversation, episode: int, colleague: Representative
    ) -> None:
        if conversation.episode != episode or not self._roster.is_here(colleague):
            return
        if self._consultants.get(conversation.id) == (episode, colleague.id):
            self._roster.press(colleague, "representative.message", conversation)

    def _end_consult(
        self,
        conversation: BoardConversation,
        episode: int,
        consult: tuple[Representative, Representative, str],
    ) -> None:
        if conversation.episode != episode:
            return
        person, colleague, via = consult
        self._consultants.pop(conversation.id, None)
        presses = colleague if self._agenda.chance(0.5) else person
        self._publish_consult("consult.ended", conversation, presses, colleague, via)

    def _publish_consult(
        self,
        event_type: str,
        conversation: BoardConversation,
        presses: Representative,
        colleague: Representative,
        via: str,
    ) -> None:
        data = {"representative_id": colleague.id, "via": via}
        self._agenda.publish(f"/desktops/{presses.id}", event_type, conversation.id, data)

"""How representatives answer offers, and help themselves to what lies in the pick queues.

It must not follow a conversation any further than to somebody's desk.
"""

from typing import Final

from omnistate.demo.agenda import MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.demo_queues import QUEUES
from omnistate.demo.handovers import Handovers
from omnistate.demo.output_board import Board, BoardChange, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

MISSED_RULES: Final = frozenset({"A3", "B18"})
LATE_MS: Final = 4 * SECOND_MS


class Offers:
    """Accept, reject, think too long, or not be there."""

    def __init__(self, agenda: Agenda, board: Board, roster: Roster, handovers: Handovers) -> None:
        self._agenda = agenda
        self._board = board
        self._roster = roster
        self._handovers = handovers

    def react(self, conversation: BoardConversation, change: BoardChange) -> None:
        """Notice an offer, or that one has been missed."""
        people = self._roster.payroll.representatives
        missed_by = people.get(change.previous_offered_id or "")
        if missed_by is not None and change.rule in MISSED_RULES and change.by_timer:
            delay_ms = self._agenda.between_ms(2 * MINUTE_MS, 6 * MINUTE_MS)
            self._roster.step_away(missed_by, delay_ms)
        person = people.get(conversation.offered_id or "")
        if person is not None and change.new_offer:
            self._consider(conversation, person)

    def browse(self) -> None:
        """Everybody with time looks at their pick queues; sometimes two grab the same item."""
        for queue_id in QUEUES:
            items = [each for each in self._board.open[queue_id].values() if each.pick]
            if not items:
                continue
            items.sort(key=_arrived)
            people = [
                each
                for each in self._roster.payroll.by_queue[queue_id]
                if self._roster.takes_work(each)
            ]
            for position, person in enumerate(people):
                if not items:
                    break
                item = items[0]
                if not self._board.fits(person, item.cost) or not self._agenda.chance(0.3):
                    continue
                items.pop(0)
                self._roster.press(person, "representative.pick", item)
                rivals = people[position + 1 :]
                if rivals and self._agenda.chance(0.15):
                    delay_ms = self._agenda.between_ms(150, 1_800)
                    self._agenda.after(delay_ms, self._pick_too_late, rivals[0], item)

    def _consider(self, conversation: BoardConversation, person: Representative) -> None:
        agenda, temperament = self._agenda, person.temperament
        sequence = conversation.sequence
        if not self._roster.is_here(person):
            return
        if agenda.chance(0.012):
            delay_ms = agenda.between_ms(500, 2_500)
            agenda.after(delay_ms, self._roster.lose_laptop, person)
            return
        distracted = self._roster.is_on_break(person) and agenda.chance(0.5)
        lot = agenda.random.random()
        if distracted or lot < temperament.misses:
            due_ms = conversation.offer_due_ms
            if due_ms is not None and agenda.chance(0.4):
                at_ms = due_ms + agenda.between_ms(300, LATE_MS)
                agenda.at(at_ms, self._accept_too_late, conversation, person)
        elif lot < temperament.misses + temperament.declines and conversation.kind != "record":
            delay_ms = agenda.spread_ms(6 * SECOND_MS)
            agenda.after(delay_ms, self._decline, conversation, person, sequence)
        else:
            median_ms = 7 * SECOND_MS
            if conversation.kind == "voice":
                median_ms = SECOND_MS if person.auto_answers else 4 * SECOND_MS
            delay_ms = agenda.spread_ms(median_ms * temperament.pace)
            agenda.after(delay_ms, self._accept, conversation, person, sequence)

    def _accept(
        self, conversation: BoardConversation, person: Representative, sequence: int
    ) -> None:
        if not self._roster.is_here(person) or conversation.offered_id != person.id:
            return
        if conversation.sequence != sequence:
            return
        event = self._roster.press(person, "representative.accept", conversation)
        if self._agenda.chance(0.02):
            self._agenda.after(self._agenda.between_ms(90, 260), self._agenda.repeat, event)

    def _accept_too_late(self, conversation: BoardConversation, person: Representative) -> None:
        """The notification was still on their screen when it had already gone elsewhere."""
        if self._roster.is_here(person) and conversation.representative_id != person.id:
            self._roster.press(person, "representative.accept", conversation)

    def _decline(
        self, conversation: BoardConversation, person: Representative, sequence: int
    ) -> None:
        if not self._roster.is_here(person) or conversation.sequence != sequence:
            return
        lot = self._agenda.random.random()
        if conversation.detail != "awaiting_acceptance" or lot < 0.88:
            self._roster.press(person, "representative.reject", conversation)
        elif lot < 0.94:
            self._roster.press(person, "representative.release", conversation)
        else:
            self._handovers.transfer_to_queue(conversation, person)

    def _pick_too_late(self, person: Representative, conversation: BoardConversation) -> None:
        if self._roster.is_here(person):
            self._roster.press(person, "representative.pick", conversation)


def _arrived(conversation: BoardConversation) -> tuple[int, str]:
    return conversation.waiting_since_ms, conversation.id

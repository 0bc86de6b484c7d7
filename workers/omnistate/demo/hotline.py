"""The telephony platform of the hotline: it decides for itself, and says what has happened.

It rings whoever is free, several at once, and reports in whole batches: what is newest comes first,
and what happened earlier comes with it. It asks nobody, and nobody else handles its calls.
"""

from typing import Any, Final

from omnistate.demo.agenda import MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

SOURCE: Final = "/platforms/hotline"
QUEUE: Final = "hotline"
RINGS_MAX: Final = 3
RING_MS: Final = 20 * SECOND_MS
AGAIN_MS: Final = 5 * SECOND_MS
PATIENCE_MS: Final = 100 * SECOND_MS
TALK_MS: Final = 4 * MINUTE_MS
NOTES_MS: Final = 30 * SECOND_MS
# How much later than it happened something may be told; the workstream waits longer for it.
LATE_MS: Final = 1_500


class Call:
    """One call as the platform has it."""

    def __init__(self, conversation: BoardConversation) -> None:
        """Nobody has it yet."""
        self.conversation: Final = conversation
        self.ringing: list[Representative] = []
        self.person: Representative | None = None
        self.over = False


class Hotline:
    """All calls of the hotline."""

    def __init__(self, agenda: Agenda, board: Board, roster: Roster) -> None:
        self._agenda = agenda
        self._board = board
        self._roster = roster

    def take(self, conversation: BoardConversation) -> None:
        """A call has come in: ring, for as long as the caller waits."""
        call = Call(conversation)
        self._agenda.after(0.5 * SECOND_MS, self._ring, call)
        self._agenda.after(self._agenda.spread_ms(PATIENCE_MS, 0.6), self._give_up, call)

    def _ring(self, call: Call) -> None:
        """Ring all who are free, the first few of them; try again where nobody is."""
        if call.over or call.person is not None:
            return
        agenda = self._agenda
        people = [
            each for each in self._roster.payroll.by_queue[QUEUE] if self._is_free(each, call)
        ]
        if not people:
            agenda.after(AGAIN_MS, self._ring, call)
            return
        call.ringing = agenda.random.sample(people, min(RINGS_MAX, len(people)))
        for person in call.ringing:
            self._report(call, "conversation.offered", person)
        agenda.after(RING_MS, self._stop_ringing, call, tuple(call.ringing))
        if agenda.chance(0.85):
            person = agenda.random.choice(call.ringing)
            agenda.after(agenda.spread_ms(5 * SECOND_MS), self._answer, call, person)
        if len(call.ringing) > 1 and agenda.chance(0.15):
            agenda.after(agenda.spread_ms(2 * SECOND_MS), self._decline, call, call.ringing[-1])

    def _decline(self, call: Call, person: Representative) -> None:
        if call.person is None and not call.over and person in call.ringing:
            call.ringing.remove(person)
            self._report(call, "conversation.offer_ended", person, declined=True)

    def _stop_ringing(self, call: Call, people: tuple[Representative, ...]) -> None:
        """Nobody answered: the telephones fall silent, and others are rung."""
        ringing = [each for each in people if each in call.ringing]
        if call.person is not None or call.over or not ringing:
            return
        for person in ringing:
            self._report(call, "conversation.offer_ended", person)
        call.ringing = []
        self._agenda.after(AGAIN_MS, self._ring, call)

    def _answer(self, call: Call, person: Representative) -> None:
        """Somebody picks up; sometimes that is told late, after a sign of life of the call."""
        here = self._roster.is_here(person) and person in call.ringing
        if call.over or call.person is not None or not here:
            return
        agenda = self._agenda
        call.person = person
        others = [each for each in call.ringing if each is not person]
        call.ringing = []
        if agenda.chance(0.3):
            agenda.after(LATE_MS, self._tell_late, call, person, int(agenda.now_ms))
        else:
            # In one batch, what is newest first: who is silent again, then who has answered.
            for each in others:
                self._report(call, "conversation.offer_ended", each)
            self._report(call, "conversation.answered", person)
        talk_ms = agenda.spread_ms(TALK_MS * person.temperament.pace, 0.6)
        if agenda.chance(0.12):
            agenda.after(talk_ms / 2, self._pass_on, call)
        agenda.after(talk_ms, self._end, call)

    def _tell_late(self, call: Call, person: Representative, answered_ms: int) -> None:
        self._report(call, "conversation.progressed")
        data = {"representative_id": person.id}
        self._agenda.publish(
            SOURCE, "conversation.answered", call.conversation.id, data, answered_ms
        )

    def _pass_on(self, call: Call) -> None:
        """A colleague is rung, and takes it over."""
        if call.over:
            return
        people = [
            each for each in self._roster.payroll.by_queue[QUEUE] if self._is_free(each, call)
        ]
        if people:
            person = self._agenda.random.choice(people)
            self._report(call, "conversation.offered", person)
            self._agenda.after(4 * SECOND_MS, self._take_over, call, person)

    def _take_over(self, call: Call, person: Representative) -> None:
        if not call.over:
            call.person = person
            self._report(call, "conversation.answered", person)

    def _end(self, call: Call) -> None:
        """Somebody hangs up; then come the notes."""
        if call.over:
            return
        call.over = True
        by = "customer" if self._agenda.chance(0.7) else "representative"
        self._report(call, "conversation.ended", by=by)
        self._agenda.after(self._agenda.spread_ms(NOTES_MS), self._finish, call)

    def _finish(self, call: Call) -> None:
        """The platform sees who is ready again; now and then it forgets to tell."""
        if self._agenda.chance(0.95):
            self._report(call, "conversation.wrapped_up", call.person)

    def _give_up(self, call: Call) -> None:
        if call.person is None and not call.over:
            call.over = True
            self._report(call, "conversation.ended", by="customer")

    def _list_free(self, call: Call) -> list[Representative]:
        return [each for each in self._roster.payroll.by_queue[QUEUE] if self._is_free(each, call)]

    def _is_free(self, person: Representative, call: Call) -> bool:
        idle = person is not call.person and not self._board.offers[person.id]
        fits = self._board.fits(person, call.conversation.cost)
        return idle and fits and self._roster.takes_work(person)

    def _report(
        self, call: Call, event_type: str, person: Representative | None = None, **data: Any
    ) -> None:
        if person is not None:
            data["representative_id"] = person.id
        self._agenda.publish(SOURCE, event_type, call.conversation.id, data)

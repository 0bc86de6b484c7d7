"""A plain router: it reads the outputs and offers the oldest open work to whoever has most room.

It must never offer beyond a representative's capacity, nor touch what representatives pick.
"""

from typing import Final

from omnistate.demo.agenda import MINUTE_MS, Agenda
from omnistate.demo.demo_centre import OVERFLOW_QUEUES, QUEUES
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

SOURCE: Final = "/router"
OFFERS_MAX: Final = 2
OVERFLOW_MS: Final = {
    "live_chat": 4 * MINUTE_MS,
    "voice": 1.25 * MINUTE_MS,
    "persistent_chat": 25 * MINUTE_MS,
    "messaging": 35 * MINUTE_MS,
}
CLOSE_MS: Final = {"live_chat": 2.5 * MINUTE_MS, "voice": 2 * MINUTE_MS}
NOBODY_MS: Final = 1.5 * MINUTE_MS
# The customer is called back, so nobody is there to hear that all lines are busy.
NOBODY_LISTENS: Final = frozenset({"callbacks"})


class Router:
    """Distribution by highest capacity, first come first served within a queue."""

    def __init__(self, agenda: Agenda, board: Board, roster: Roster) -> None:
        self._agenda = agenda
        self._board = board
        self._roster = roster
        self._people = roster.payroll.by_queue
        self._moved_ms: dict[str, int] = {}

    def distribute(self) -> None:
        """Look at all open work once; nobody gets two offers in one look."""
        served: set[str] = set()
        for queue_id in QUEUES:
            waiting = [each for each in self._board.open[queue_id].values() if not each.pick]
            if not waiting:
                continue
            waiting.sort(key=_arrived)
            free = [
                person
                for person in self._people[queue_id]
                if person.id not in served and self._is_free(person)
            ]
            for conversation in waiting:
                person = self._choose(free, conversation)
                if person is not None:
                    self._assign(conversation, person)
                    served.add(person.id)
                    free.remove(person)
                else:
                    self._overflow(conversation, queue_id)

    def forget(self, conversation: BoardConversation) -> None:
        """The conversation has found somebody: its overflow is history."""
        self._moved_ms.pop(conversation.id, None)

    def _is_free(self, person: Representative) -> bool:
        offers = self._board.offers[person.id]
        if len(offers) >= OFFERS_MAX or not self._roster.takes_work(person):
            return False
        # A ringing call may not hold anything yet, and it wants the whole representative.
        return all(each.kind != "voice" for each in offers.values())

    def _choose(
        self, free: list[Representative], conversation: BoardConversation
    ) -> Representative | None:
        best: Representative | None = None
        best_units = 0
        for person in free:
            if person.id in conversation.skipped:
                continue
            units = self._board.available_units(person)
            if (best is None or units > best_units) and self._board.fits(person, conversation.cost):
                best, best_units = person, units
        return best

    def _assign(self, conversation: BoardConversation, person: Representative) -> None:
        data: dict[str, object] = {"representative_id": person.id}
        if conversation.kind == "voice" and person.auto_answers:
            data["auto_accept"] = True
        self._agenda.publish(SOURCE, "router.assign", conversation.id, data)

    def _overflow(self, conversation: BoardConversation, queue_id: str) -> None:
        """Nobody has room: another queue after a while, and in the end an apology."""
        kind, now_ms = conversation.kind, self._agenda.now_ms
        if kind not in OVERFLOW_MS:
            return
        moved_ms = self._moved_ms.get(conversation.id)
        if moved_ms is None:
            target_id = OVERFLOW_QUEUES.get(queue_id)
            if (
                now_ms - conversation.waiting_since_ms >= OVERFLOW_MS[kind]
                and target_id is not None
            ):
                self._moved_ms[conversation.id] = now_ms
                data = {"queue_id": target_id, "overflow": True}
                self._agenda.publish(SOURCE, "router.move", conversation.id, data)
        elif kind in CLOSE_MS and conversation.workstream_id not in NOBODY_LISTENS:
            staffed = any(self._roster.is_signed_in(each) for each in self._people[queue_id])
            if not staffed and now_ms - moved_ms >= NOBODY_MS:
                self._close(conversation, "failure")
            elif now_ms - moved_ms >= CLOSE_MS[kind]:
                self._close(conversation, "overflow")

    def _close(self, conversation: BoardConversation, reason: str) -> None:
        self.forget(conversation)
        self._agenda.publish(SOURCE, "router.close", conversation.id, {"reason": reason})


def _arrived(conversation: BoardConversation) -> tuple[int, str]:
    return conversation.waiting_since_ms, conversation.id

"""The supervisors: they walk the floor, listen in, move work, and clear what is stuck.

They must not handle customers themselves.
"""

from collections.abc import Callable
from typing import Any, Final

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.demo_queues import SECOND_QUEUES, TRANSFER_QUEUES
from omnistate.demo.output_board import OFFERED, OPEN, Board, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

ROUND_MS: Final = 95_000
LONG_CALL_MS: Final = 30 * MINUTE_MS
Task = Callable[[str, list[BoardConversation]], bool]


class Supervisors:
    """Whoever is on duty, going round and round."""

    def __init__(self, agenda: Agenda, board: Board, roster: Roster) -> None:
        self._agenda = agenda
        self._board = board
        self._roster = roster
        self._tasks: tuple[tuple[Task, float], ...] = (
            (self._listen_in, 52),
            (self._assign_longest, 10),
            (self._move_longest, 6),
            (self._relieve, 6),
            (self._redirect_offer, 10),
            (self._take_back, 1.5),
            (self._revive, 4),
            (self._clear_wrap_up, 5),
            (self._clear_stuck, 2.5),
            (self._force_close_any, 2.5),
        )

    def plan_day(self, supervisor_id: str, from_ms: int, until_ms: int, volume: float) -> None:
        """Enter a supervisor's rounds; the more volume, the shorter the time between them."""
        interval_ms = ROUND_MS / volume
        self._agenda.at(from_ms, self._go_round, supervisor_id, until_ms, interval_ms)

    def look_in(self, conversation: BoardConversation, supervisor_id: str) -> None:
        """Open a conversation to see how it stands; some leave it again."""
        self._publish(supervisor_id, "supervisor.monitor", conversation)
        if conversation.talking and self._agenda.chance(0.6):
            leave, delay_ms = "supervisor.leave", self._agenda.spread_ms(40 * SECOND_MS)
            self._agenda.after(delay_ms, self._publish, supervisor_id, leave, conversation)

    def _go_round(self, supervisor_id: str, until_ms: int, interval_ms: float) -> None:
        if self._agenda.now_ms >= until_ms:
            return
        tasks = [task for task, _ in self._tasks]
        weights = [weight for _, weight in self._tasks]
        task = self._agenda.random.choices(tasks, weights=weights)[0]
        task(supervisor_id, [each for each in self._board.unfinished.values() if not each.followed])
        delay_ms = self._agenda.spread_ms(interval_ms, 0.4)
        self._agenda.after(delay_ms, self._go_round, supervisor_id, until_ms, interval_ms)

    def _listen_in(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        candidates = [
            each
            for each in items
            if each.kind != "record"
            and not (each.kind == "voice" and self._is_older(each, LONG_CALL_MS))
            and (each.talking or (each.status == "wrap_up" and self._is_older(each, MINUTE_MS)))
        ]
        return self._pick(candidates, self.look_in, supervisor_id)

    def _assign_longest(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """O3: whoever has waited longest goes to somebody, room or not."""
        for conversation in self._longest_waiting(items, 1.5 * MINUTE_MS):
            person = self._find_person(conversation)
            if person is not None:
                self._tell(supervisor_id, "supervisor.assign", conversation, person)
                return True
        return False

    def _move_longest(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """O4: another queue may get round to it sooner."""
        for conversation in self._longest_waiting(items, 2 * MINUTE_MS):
            target_id = SECOND_QUEUES.get(conversation.queue_id or "")
            if target_id is not None and not conversation.pick:
                self._move(supervisor_id, conversation, target_id)
                return True
        return False

    def _relieve(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """B13: somebody has too much on their desk, so a colleague gets one of their talks."""
        candidates = [
            each
            for each in items
            if each.talking
            and each.kind != "voice"
            and each.offered_id is None
            and self._is_older(each, 2 * MINUTE_MS)
        ]
        candidates.sort(key=lambda each: -len(self._board.talks(each.representative_id or "")))
        for conversation in candidates[:1]:
            person = self._find_person(conversation)
            if person is not None:
                self._tell(supervisor_id, "supervisor.transfer", conversation, person)
                return True
        return False

    def _redirect_offer(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """A9, A10, A7: an offer has been ringing for too long, or for nothing."""
        for conversation in items:
            if conversation.detail != OFFERED or not self._is_older(conversation, 15_000):
                continue
            person = self._find_person(conversation)
            if self._agenda.chance(0.12):
                self._force_close(conversation, supervisor_id)
            elif person is not None and self._agenda.chance(0.6):
                self._tell(supervisor_id, "supervisor.assign", conversation, person)
            else:
                self._move(supervisor_id, conversation, TRANSFER_QUEUES[conversation.kind][0])
            return True
        return False

    def _take_back(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """B19: a conversation that stands still with somebody goes back to the queue."""
        candidates = [
            each
            for each in items
            if each.talking and each.kind != "voice" and self._is_older(each, 25 * MINUTE_MS)
        ]
        return self._pick(candidates, self._requeue, supervisor_id)

    def _revive(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """X6, X7: a waiting conversation whose customer had been promised an answer."""
        candidates = [
            each
            for each in items
            if each.status == "waiting" and self._is_older(each, 35 * MINUTE_MS)
        ]
        return self._pick(candidates, self._reassign, supervisor_id)

    def _clear_wrap_up(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """W3: somebody forgot to close and is blocked by it."""
        candidates = [
            each
            for each in items
            if each.status == "wrap_up" and self._is_older(each, 4 * MINUTE_MS)
        ]
        return self._pick(candidates, self._force_close, supervisor_id)

    def _clear_stuck(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """E1, R2, S2: lines left open, records nobody closed, appointments called off."""
        stuck_ms = {"with_external": 40 * MINUTE_MS, "with_bot": 12 * MINUTE_MS}
        candidates = [
            each
            for each in items
            if (each.detail in stuck_ms and self._is_older(each, stuck_ms[each.detail]))
            or (each.status == "resolved" and self._is_older(each, 20 * MINUTE_MS))
            or (
                each.status == "scheduled"
                and self._is_older(each, 3 * HOUR_MS)
                and self._agenda.chance(0.1)
            )
        ]
        return self._pick(candidates, self._force_close, supervisor_id)

    def _force_close_any(self, supervisor_id: str, items: list[BoardConversation]) -> bool:
        """O10, A7, B16, X5: spam, a wrong number, a customer served by other means."""
        candidates = [
            each
            for each in items
            if each.status in {"open", "active", "waiting"} and self._is_older(each, 45_000)
        ]
        if self._agenda.chance(0.5):
            candidates = [each for each in candidates if each.status == "open"] or candidates
        return self._pick(candidates, self._force_close, supervisor_id)

    def _pick(
        self,
        candidates: list[BoardConversation],
        action: Callable[[BoardConversation, str], None],
        supervisor_id: str,
    ) -> bool:
        if not candidates:
            return False
        action(self._agenda.random.choice(candidates), supervisor_id)
        return True

    def _requeue(self, conversation: BoardConversation, supervisor_id: str) -> None:
        queue_id = conversation.queue_id or TRANSFER_QUEUES[conversation.kind][0]
        self._move(supervisor_id, conversation, queue_id)

    def _move(self, supervisor_id: str, conversation: BoardConversation, queue_id: str) -> None:
        self._publish(supervisor_id, "supervisor.assign", conversation, {"queue_id": queue_id})

    def _reassign(self, conversation: BoardConversation, supervisor_id: str) -> None:
        person = self._find_person(conversation)
        if person is None or self._agenda.chance(0.35):
            self._requeue(conversation, supervisor_id)
        elif self._agenda.chance(0.5):
            self._tell(supervisor_id, "supervisor.assign", conversation, person)
        else:
            self._tell(supervisor_id, "supervisor.transfer", conversation, person)

    def _force_close(self, conversation: BoardConversation, supervisor_id: str) -> None:
        self._publish(supervisor_id, "supervisor.force_close", conversation)
        if self._agenda.chance(0.08):
            # The list takes a moment to refresh, so it is pressed once more.
            delay_ms = self._agenda.between_ms(700, 3_000)
            self._agenda.after(
                delay_ms, self._publish, supervisor_id, "supervisor.force_close", conversation
            )

    def _longest_waiting(
        self, items: list[BoardConversation], age_ms: float
    ) -> list[BoardConversation]:
        waiting = [each for each in items if each.detail == OPEN]
        waiting = [each for each in waiting if self._is_older(each, age_ms)]
        return sorted(waiting, key=lambda each: (each.waiting_since_ms, each.id))

    def _find_person(self, conversation: BoardConversation) -> Representative | None:
        """Whoever of the queue has most room, even if that is not enough."""
        people = self._roster.payroll.by_queue.get(conversation.queue_id or "", [])
        people = [
            each
            for each in people
            if self._roster.takes_work(each)
            and each.id not in {conversation.representative_id, conversation.offered_id}
            and (conversation.kind != "voice" or self._board.fits(each, conversation.cost))
        ]
        return max(people, key=self._board.available_units, default=None)

    def _is_older(self, item: BoardConversation, age_ms: float) -> bool:
        return self._agenda.now_ms - item.since_ms >= age_ms

    def _tell(
        self, boss: str, event_type: str, conversation: BoardConversation, person: Representative
    ) -> None:
        self._publish(boss, event_type, conversation, {"representative_id": person.id})

    def _publish(
        self,
        supervisor_id: str,
        event_type: str,
        conversation: BoardConversation,
        data: dict[str, Any] | None = None,
    ) -> None:
        source = f"/supervisors/{supervisor_id}"
        everything = {"supervisor_id": supervisor_id, **(data or {})}
        self._agenda.publish(source, event_type, conversation.id, everything)

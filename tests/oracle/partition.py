"""One partition: its clock, its conversations, the inputs that wait, and what comes out.

Says in which order things are looked at; what each of them does is elsewhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from .capacity import Ledger, TooLargeError
from .causes import Cause
from .config import Configuration
from .conversation import Conversation
from .expiry import fire
from .laws import check
from .members import clean
from .opening import new_row, start
from .recording import note_input, record, record_written_up
from .refusals import first_refusal, refusal
from .refused import describe_refusal
from .reporting import apply_report
from .rules import apply
from .stages import RECORDED
from .step import Step
from .timers import Timer, earliest, running
from .transitions import rule_of
from .vocabulary import REPORTS
from .waiting_room import Waiting, WaitingRoom, may_wait
from .wire import Event, Record


class Partition:
    """Fed with inputs and with the clock."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.configuration = Configuration(config)
        self.conversations: dict[str, Conversation] = {}
        self.ledger = Ledger(self.configuration, self.conversations)
        self.waiting_room = WaitingRoom()
        self.outputs: list[Record] = []
        self.clock: int | None = None
        # How often each timer has fired, for whoever counts what a day reaches.
        self.fired: Counter[str] = Counter()

    def advance(self, moment: int) -> None:
        """Move the clock on and fire what is due: "A partition's clock never goes back"."""
        now = moment if self.clock is None else max(self.clock, moment)
        while True:
            due = self.next_timer()
            if due is None or due[1].due > now:
                break
            self._fire(*due)
        self.clock = now
        self._forget(now)

    def receive(self, raw: Event, origin: dict[str, Any]) -> None:
        """An input, once the clock has reached it."""
        now = self.clock
        assert now is not None
        event = replace(raw, data=clean(raw.type, raw.data))
        row = self.conversations.get(event.subject)
        code = first_refusal(
            row,
            event,
            self.configuration,
            is_repeat=self._is_repeat(row, event),
            now=now,
        )
        if code is not None:
            self._refuse(row, event, origin, code, now)
        elif may_wait(row, event):
            self.waiting_room.add(event, origin, now)
            self._take_what_is_due(event.subject, now)
        else:
            self._judge(event, origin, now)
            if row is None:
                # taken right after the start, several in order; where the workstream has a
                # `settle_window` they join those that wait
                self._take_what_is_due(event.subject, now)
        self._forget(now)

    def next_timer(self) -> tuple[str, Timer] | None:
        """ "earliest first (ties: conversation id)", then the order of ties within one."""
        first: tuple[str, Timer] | None = None
        for id_ in sorted({*self.conversations, *self.waiting_room.conversation_ids()}):
            timer = earliest(self.timers_of(id_))
            if timer is not None and (first is None or timer.due < first[1].due):
                first = (id_, timer)
        return first

    def timers_of(self, conversation_id: str) -> list[Timer]:
        """Every timer of a conversation, those of inputs that wait first."""
        row = self.conversations.get(conversation_id)
        name = "early" if row is None else "settle"
        waiting = self.waiting_room.of(conversation_id, row)
        return [
            *(Timer(name, each.due(row)) for each in waiting),
            *(running(row) if row is not None else ()),
        ]

    def _is_repeat(self, row: Conversation | None, event: Event) -> bool:
        """Of one of the last accepted inputs, or of one that waits."""
        known = [] if row is None else [*row.recent, *row.recent_messages]
        return (event.source, event.id) in known or self.waiting_room.knows(event)

    def _take_what_is_due(self, conversation_id: str, now: int) -> None:
        """Those whose time has come, and whoever is next while too many wait."""
        while True:
            row = self.conversations.get(conversation_id)
            waiting = self.waiting_room.of(conversation_id, row)
            ready = [each for each in waiting if _is_ready(each, row, now)]
            if not ready and self.waiting_room.is_over_full(conversation_id):
                ready = waiting[:1]
            if not ready:
                return
            self._take(ready[0], now)

    def _take(self, waiting: Waiting, now: int) -> None:
        self.waiting_room.take(waiting)
        self._judge(waiting.event, waiting.origin, now)

    def _fire(self, conversation_id: str, timer: Timer) -> None:
        # The change carries the deadline as its time.
        now, row = timer.due, self.conversations.get(conversation_id)
        self.fired[timer.name] += 1
        if timer.name in ("early", "settle"):
            due = [w for w in self.waiting_room.of(conversation_id, row) if w.due(row) == now]
            self._take(due[0], now)
            self._forget(now)
            return
        assert row is not None
        step = Step(row, self.ledger, now, Cause(timer=timer.name))
        fire(step, timer)
        self._finish(step)

    def _forget(self, now: int) -> None:
        for id_, row in list(self.conversations.items()):
            # a closed one is not forgotten while something waits for its order
            if row.is_forgotten(now) and not self.waiting_room.of(id_, row):
                del self.conversations[id_]

    def _judge(self, event: Event, origin: dict[str, Any], now: int) -> None:
        """Refuse an input or do what its rule says."""
        row = self.conversations.get(event.subject)
        code: str | None = None
        if event.type != "conversation.started":
            code = "unknown_conversation" if row is None else refusal(row, event)
        if code is None:
            former, numbering = None if row is None else row.copy(), self.ledger.snapshot()
            try:
                self._apply(row, event, origin, now)
            except TooLargeError:
                # too_large: nothing has changed
                self.ledger.restore(numbering)
                self.conversations.pop(event.subject, None)
                if former is not None:
                    self.conversations[event.subject] = former
                row, code = former, "too_large"
        if code is not None:
            self._refuse(row, event, origin, code, now)

    def _apply(
        self, row: Conversation | None, event: Event, origin: dict[str, Any], now: int
    ) -> None:
        cause = Cause(event, origin)
        if row is None:
            row = self.conversations[event.subject] = new_row(event, self.configuration)
            step = Step(row, self.ledger, now, cause)
            start(step, event)
        else:
            step = Step(row, self.ledger, now, cause)
            self._apply_rule(step, row, event)
        self._finish(step)
        row.remember(event.type, event.source, event.id)

    @staticmethod
    def _apply_rule(step: Step, row: Conversation, event: Event) -> None:
        rule = rule_of(row, event)
        assert rule is not None
        note_input(row, event)
        if rule == RECORDED:
            record(step, event)
        elif event.type in REPORTS:
            apply_report(rule, step, event)
        elif rule == "W7":
            record_written_up(step, event.data["representative_id"])
        else:
            apply(rule, step, event)

    def _finish(self, step: Step) -> None:
        self.outputs += step.records()
        check(step.conversation)

    def _refuse(
        self,
        row: Conversation | None,
        event: Event,
        origin: dict[str, Any],
        code: str,
        now: int,
    ) -> None:
        self.outputs += describe_refusal(row, event, origin, code, now)


def _is_ready(waiting: Waiting, row: Conversation | None, now: int) -> bool:
    """Whether its turn has come: nobody waits longer where the workstream does not settle."""
    if row is None:
        return False
    return row.settings.settle_window == 0 or waiting.due(row) <= now

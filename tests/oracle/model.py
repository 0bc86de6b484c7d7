"""The reference model: `run` does what `omnistate replay` does (contract.md#replay).

Naive and slow by intent: every timer is found by a scan of all conversations, every counter by a
sum. Output ids are left out and hold ids are opaque.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from typing import Any

from .capacity import Ledger, TooLargeError
from .config import Configuration
from .conversation import Conversation
from .expiry import fire
from .members import clean
from .opening import new_row, start
from .recording import end_windows, record
from .refusals import is_ignored, refusal
from .rules import apply
from .step import Step
from .timers import Timer, earliest, running
from .transitions import RECORDED, rule_of
from .wire import (
    DeadLetterError,
    Event,
    Record,
    could_be_id,
    dead_letter,
    decode,
    describe_cause,
    output,
    parse_time,
)


def run(
    lines: list[bytes], config: dict[str, Any], until: str | None = None
) -> tuple[list[Record], dict[str, Any]]:
    """The output records in order, and the object that `--state` prints."""
    engine = Engine(config)
    for line in lines:
        engine.read(line)
    if until is not None:
        moment = parse_time(until)
        assert moment is not None, until
        engine.advance(moment)
    return engine.outputs, engine.describe()


class Engine:
    """One partition, fed line by line."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.configuration = Configuration(config)
        self.conversations: dict[str, Conversation] = {}
        self.ledger = Ledger(self.configuration, self.conversations)
        self.outputs: list[Record] = []
        self.clock: int | None = None
        self._offsets: Counter[str] = Counter()

    def read(self, line: bytes) -> None:
        """One line of EVENTS.jsonl."""
        line = line.rstrip(b"\r\n")
        if not line.strip():
            # blank lines are nothing
            return
        try:
            event = decode(line)
        except DeadLetterError as refused:
            # A dead letter does not move the clock.
            self.outputs.append(dead_letter(line, refused.code))
            return
        # Everything is partition 0, offsets count the decodable lines of each topic from 0.
        offset = self._offsets[event.topic]
        self._offsets[event.topic] += 1
        self.advance(event.time)
        self._receive(event, {"topic": event.topic, "partition": 0, "offset": offset})

    def advance(self, moment: int) -> None:
        """Move the clock on and fire what is due: "A partition's clock never goes back"."""
        now = moment if self.clock is None else max(self.clock, moment)
        while True:
            due = self._earliest_timer()
            if due is None or due[1].due > now:
                break
            self._fire(*due)
        self.clock = now
        self._forget(now)

    def describe(self) -> dict[str, Any]:
        """The object that `--state` prints."""
        return {
            "conversations": {
                id_: _describe_conversation(row) for id_, row in self.conversations.items()
            },
            "representatives": self.ledger.describe_representatives(),
        }

    def _earliest_timer(self) -> tuple[Conversation, Timer] | None:
        """ "earliest first (ties: conversation id)", then the order of ties within one."""
        first: tuple[Conversation, Timer] | None = None
        for _, row in sorted(self.conversations.items()):
            timer = earliest(running(row))
            if timer is not None and (first is None or timer.due < first[1].due):
                first = (row, timer)
        return first

    def _fire(self, row: Conversation, timer: Timer) -> None:
        # The change carries the deadline as its time.
        step = Step(row, self.ledger, timer.due, timer=timer.name)
        fire(step, timer)
        self.outputs += step.records()

    def _forget(self, now: int) -> None:
        for id_, row in list(self.conversations.items()):
            if row.is_forgotten(now):
                del self.conversations[id_]

    def _receive(self, raw: Event, origin: dict[str, Any]) -> None:
        now = self.clock
        assert now is not None
        event = replace(raw, data=clean(raw.type, raw.data))
        row = self.conversations.get(event.subject)
        code = refusal(row, event, self.configuration)
        if code is None:
            former, numbering = deepcopy(row), self.ledger.snapshot()
            try:
                self.outputs += self._apply(row, event, origin, now)
            except TooLargeError:
                # too_large: nothing has changed
                self.ledger.restore(numbering)
                self.conversations.pop(event.subject, None)
                if former is not None:
                    self.conversations[event.subject] = former
                code = "too_large"
        row = self.conversations.get(event.subject)
        if code is not None:
            self.outputs.append(self._refuse(row, event, origin, code))
        if row is not None:
            row.remember(event.source, event.id)
        self._forget(now)

    def _apply(
        self, row: Conversation | None, event: Event, origin: dict[str, Any], now: int
    ) -> list[Record]:
        if row is None:
            row = self.conversations[event.subject] = new_row(event, self.configuration)
            step = Step(row, self.ledger, now, cause=event, origin=origin)
            start(step, event)
            return step.records()
        step = Step(row, self.ledger, now, cause=event, origin=origin)
        rule = rule_of(row, event)
        assert rule is not None
        end_windows(row, event)
        if rule == RECORDED:
            record(step, event)
        else:
            apply(rule, step, event)
        return step.records()

    def _refuse(
        self, row: Conversation | None, event: Event, origin: dict[str, Any], code: str
    ) -> Record:
        """`input.rejected` or `input.ignored` (contract.md#refusals)."""
        assert self.clock is not None
        named = event.data.get("representative_id")
        data = {
            "conversation_id": event.subject,
            "code": code,
            "message": "",
            # A refusal for an unknown conversation carries sequence 0 and status null.
            "status": None if row is None else row.status,
            "detail": None if row is None else row.detail,
            "sequence": 0 if row is None else row.sequence,
            "cause": describe_cause(event),
            "representative_id": named if could_be_id(named) else None,
            "input": origin,
        }
        type_ = "input.ignored" if is_ignored(code, event.type) else "input.rejected"
        return output("rejected-inputs", type_, event.subject, self.clock, event, data)


def _describe_conversation(row: Conversation) -> dict[str, Any]:
    return {
        "status": row.status,
        "detail": row.detail,
        "representative_id": row.representative_id,
        "queue_id": row.queue_id,
        "sequence": row.sequence,
        "holds": [
            {
                "hold_id": hold.hold_id,
                "representative_id": hold.representative_id,
                "role": hold.role,
                "units": hold.units,
                "profiles": list(hold.profiles),
            }
            for hold in row.holds
        ],
    }

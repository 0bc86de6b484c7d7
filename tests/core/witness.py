"""Watches a centre and holds every input and every timer to the laws.

Any driver may use it: a state machine, or a day that was written elsewhere. It knows no rule's
meaning; `seen` counts which ones were applied.
"""

from collections import Counter
from typing import Any

import msgspec
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.core.facts import CapacityChange, Declined, Fact, Held, Refused, StateChange
from omnistate.core.input import (
    FINGERPRINT_BYTES,
    FINGERPRINTS_KEPT,
    MESSAGES,
    MESSAGES_KEPT,
    Input,
)
from omnistate.stream.cloudevents import DeadLetter

from tests.core.core_centre import Centre
from tests.core.laws import (
    Followed,
    check_counters,
    check_holds,
    check_next_timer,
    check_order,
    check_row,
    check_timers,
    follow,
)
from tests.harness.capacity_recount import CapacityRecount

REFUSED = {"ignored", "rejected"}


class Witness:
    """The changes, holds and sequences of a centre, as its readers know them."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.seen: Counter[str] = Counter()
        self._followed: dict[str, Followed] = {}
        self._capacity = CapacityRecount()

    def move_on(self, now_ms: int) -> None:
        """Move the clock and see every timer fire that is due."""
        self.centre.now_ms = max(now_ms, self.centre.now_ms)
        self._fire_due()

    def take(self, event: dict[str, Any]) -> None:
        """Put one event in."""
        input_ = self.centre.read(event)
        if isinstance(input_, DeadLetter):
            self.seen["dead letter"] += 1
            return
        self._fire_due()
        subject = input_.conversation_id
        row = self.centre.rows.get(subject)
        before = None if row is None else encode_conversation(row)
        outcome, facts = self.centre.decide(input_)
        self.seen[outcome] += 1
        self._check_outcome(outcome, facts)
        if before is None:
            assert (subject in self.centre.rows) == (outcome in {"changed", "waits"})
        elif row is not None and row.stage != "nothing" and outcome != "waits":
            self._check_against(before, input_, outcome)
        self._check(subject, facts, self.centre.now_ms)
        while taken := self.centre.take_waiting(subject, 1):
            self._check(subject, taken[0][1].facts, self.centre.now_ms)

    def _check_outcome(self, outcome: str, facts: list[Fact]) -> None:
        changes = [fact for fact in facts if isinstance(fact, StateChange)]
        refused = [fact for fact in facts if isinstance(fact, Refused)]
        assert bool(changes) == (outcome == "changed")
        if outcome in REFUSED:
            declined = [fact for fact in facts if isinstance(fact, Declined)]
            assert len(refused) == len(facts) - len(declined) == 1
            self.seen[refused[0].code] += 1
        else:
            assert not refused
        if outcome == "recorded":
            rules = {fact.rule for fact in facts if isinstance(fact, CapacityChange)}
            assert rules <= {"K1", "K2", "K4", "W7"}

    def _check_against(self, before: bytes, input_: Input, outcome: str) -> None:
        """The row compared with what it was: a refusal changes nothing (contract.md#repeats)."""
        known, after = decode_conversation(before), self.centre.rows[input_.conversation_id]
        if outcome in REFUSED:
            assert encode_conversation(after) == before
            return
        message = input_.type in MESSAGES
        for name, most, taken in (
            ("fingerprints", FINGERPRINTS_KEPT, not message),
            ("messages", MESSAGES_KEPT, message),
        ):
            kept = getattr(known, name)
            assert input_.fingerprint not in _digests(kept)
            kept += input_.fingerprint if taken else b""
            assert getattr(after, name) == kept[-FINGERPRINT_BYTES * most :]
        if outcome == "recorded":
            assert (after.stage, after.sequence) == (known.stage, known.sequence)
        assert known.stage != "closed" or outcome == "recorded"

    def _fire_due(self) -> None:
        last_ms = 0
        for _ in range(1_000):
            due_ms = self.centre.next_due_ms()
            stages = {subject: row.stage for subject, row in self.centre.rows.items()}
            fired = self.centre.fire_next()
            if fired is None:
                return
            self.seen[f"timer.{fired.name}"] += 1
            assert fired.at_ms == due_ms
            assert fired.at_ms >= last_ms, "timers fire earliest first"
            last_ms = fired.at_ms
            was = stages[fired.subject]
            if fired.name == "forget":
                assert was == "closed"
                del self._followed[fired.subject]
                continue
            if was == "closed" and fired.name not in {"settle", "early"}:
                rules = {getattr(fact, "rule", None) for fact in fired.facts}
                assert rules <= {"W5", "W6", "P1"}
                assert self.centre.rows[fired.subject].stage == "closed"
            self._check(fired.subject, fired.facts, fired.at_ms)
        raise AssertionError("timers fire without end")

    def _check(self, subject: str, facts: list[Fact], at_ms: int) -> None:
        """Everything that was published, and the row it left."""
        row = self.centre.rows.get(subject)
        check_order(facts)
        for fact in facts:
            if isinstance(fact, CapacityChange):
                self._check_capacity(subject, fact)
        check_counters(self.centre.rows, self.centre.counters)
        if row is None or row.stage == "nothing":
            return
        followed = self._followed.setdefault(subject, Followed())
        changes = [fact for fact in facts if isinstance(fact, StateChange)]
        for change in changes:
            self.seen[change.rule] += 1
            assert change.conversation_id == subject
            follow(followed, change)
        if changes:
            check_next_timer(changes[-1], row)
            if changes[-1].cause.type == "supervisor.force_close":
                assert {hold.role for hold in row.holds} <= {"daily"}, "everything is released"
        check_row(row, followed, at_ms)
        settings = self.centre.settings_of(row.settings_key)
        check_holds(row, settings)
        check_timers(row, settings)

    def _check_capacity(self, subject: str, fact: CapacityChange) -> None:
        self.seen[f"{fact.rule} of capacity"] += 1
        assert fact.conversation_id == subject
        data = msgspec.structs.asdict(fact)
        assert self._capacity.take(data, held=isinstance(fact, Held)) == []


def _digests(kept: bytes) -> list[bytes]:
    return [kept[at : at + FINGERPRINT_BYTES] for at in range(0, len(kept), FINGERPRINT_BYTES)]

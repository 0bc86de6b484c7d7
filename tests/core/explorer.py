"""Walks every abstract state that one conversation can come to, and looks at each.

Abstract: what later behaviour depends on, without instants, counts and names of queues; the two
representatives are alike. The clock stands: every running timer may fire next, which is more than
can happen. It knows no rule's meaning.
"""

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.decision import decide
from omnistate.core.conversation.firing import fire
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.core.facts import CapacityChange, Fact, StateChange
from omnistate.core.input import Input

from tests.core.core_centre import Centre, event_of
from tests.core.explored_workstreams import (
    LIMITS,
    REPRESENTATIVES,
    inputs_of,
    starts_of,
    workstream_of,
)
from tests.core.laws import check_counters, check_holds, check_order, check_parts, check_timers

SUBJECT: Final = "c"
# Whatever the stage, and at once.
CLOSING: Final = {"supervisor.force_close", "conversation.closed"}
_ITSELF: Final = dict(zip(REPRESENTATIVES, REPRESENTATIVES, strict=True))
_OTHERS: Final = dict(zip(REPRESENTATIVES, REPRESENTATIVES[::-1], strict=True))

Key = tuple[Any, ...]
# The type of an input and its data.
Told = tuple[str, dict[str, Any]]


def abstract(row: Conversation) -> Key:
    """A state without what makes no difference; that the two are alike, too."""
    return min(_abstract(row, _ITSELF), _abstract(row, _OTHERS), key=repr)


def _abstract(row: Conversation, names: dict[str, str]) -> Key:
    rest, stage = row.extras, row.stage

    def name(id_: str | None) -> str | None:
        return None if id_ is None else names[id_]

    return (
        stage,
        name(row.representative_id),
        name(row.last_representative_id) if stage in {"open", "with_external"} else None,
        tuple((names[each.representative_id], each.until_ms is not None) for each in row.offers),
        tuple(
            sorted(
                (names[each.representative_id], each.role, each.until_ms is not None)
                for each in row.holds
                if each.role != "daily"
            )
        ),
        tuple(sorted(names[each] for each in row.windows)),
        tuple(sorted(set(row.deadlines) - {"forget"})),
        tuple(names[each] for each in row.consultants),
        row.handler_id,
        row.session_closed,
        None
        if rest is None
        else (
            name(rest.promised_to),
            rest.silent,
            rest.silence_rules_fired,
            rest.on_hold_since_ms is not None,
            stage == "wrap_up" and rest.extended_ms > 0,
        ),
    )


class Explorer:
    """All states of one conversation in one workstream."""

    def __init__(self, kind: str, authority: str, variant: str) -> None:
        workstream = workstream_of(kind, authority, variant)
        self.centre = Centre({"workstreams": {"w": workstream}, **LIMITS})
        self.centre.context.now_ms = self.centre.now_ms
        self._told: dict[str, Told] = {}
        self.starts = self._read(starts_of(kind))
        self.inputs = self._read(inputs_of(kind))
        # One row of each state, as bytes, and how it was come by: an input, or a timer's name.
        self.states: dict[Key, bytes] = {}
        self.ways: dict[Key, tuple[Key | None, Input | str]] = {}
        self.seen: set[str] = set()

    def _read(self, told: Iterable[Told]) -> list[Input]:
        read = []
        for number, (type_, data) in enumerate(told):
            id_ = f"{type_}-{number}"
            self._told[id_] = type_, data
            input_ = self.centre.read(event_of(type_, SUBJECT, data, id_))
            assert isinstance(input_, Input), input_
            assert input_.problem is None, input_.problem
            read.append(input_)
        return read

    def explore(self) -> None:
        """Walk on until nothing new is found."""
        found: deque[Key] = deque()
        for start in self.starts:
            outcome, row, facts = decide(None, start, self.centre.context)
            assert outcome == "changed"
            assert row is not None
            self._arrive(found, row, facts, None, start)
            self.centre.counters.clear()
        while found:
            self._go_on(found, found.popleft())

    def load(self, kept: bytes) -> Conversation:
        """The row, and counters that hold what it holds."""
        row = decode_conversation(kept)
        counters = self.centre.counters
        counters.clear()
        for hold in row.holds:
            counter = counters.setdefault(hold.representative_id, Counter())
            counter.units += hold.units
            for name in hold.profiles:
                counter.profiles[name] = counter.profiles.get(name, 0) + 1
        return row

    def way_to(self, key: Key | None) -> str:
        """How a state was come by: one way of many."""
        return " > ".join(
            step if isinstance(step, str) else step.trigger for step in self._steps_to(key)
        )

    def inputs_to(self, key: Key) -> list[Told] | None:
        """What was said to come to a state; None where a timer had to fire."""
        inputs = [step for step in self._steps_to(key) if isinstance(step, Input)]
        if len(inputs) < len(self._steps_to(key)):
            return None
        return [self._told[input_.id] for input_ in inputs]

    def _steps_to(self, key: Key | None) -> list[Input | str]:
        steps = []
        while key is not None:
            key, step = self.ways[key]
            steps.append(step)
        return steps[::-1]

    def _go_on(self, found: deque[Key], key: Key) -> None:
        kept = self.states[key]
        row = self.load(kept)
        for input_ in self.inputs:
            outcome, after, facts = decide(row, input_, self.centre.context)
            if input_.type in CLOSING and key[0] != "closed":
                assert after is not None
                is_closed = after.stage == "closed"
                left = {hold.role for hold in after.holds}
                assert is_closed, f"{input_.type} does not close it: {self.way_to(key)}"
                assert left <= {"daily"}, f"{input_.type} leaves {left}: {self.way_to(key)}"
            if outcome not in {"ignored", "rejected"}:
                assert after is not None
                self._arrive(found, after, facts, key, input_)
                row = self.load(kept)
        assert encode_conversation(row) == kept, "a refusal changed something"
        for name, number, whose in timers_of(row):
            row = self.load(kept)
            holds = [hold for hold in row.holds if hold.number == number]
            hold = holds[0] if holds else None
            facts = fire(row, SUBJECT, name, hold, whose, self.centre.context)
            self._arrive(found, row, facts, key, f"timer.{name}")

    def _arrive(
        self,
        found: deque[Key],
        row: Conversation,
        facts: list[Fact],
        came: Key | None,
        step: Input | str,
    ) -> None:
        for fact in facts:
            if isinstance(fact, StateChange | CapacityChange):
                self.seen.add(fact.rule)
        # Inputs are told again and again: none of them is a repeat.
        row.fingerprints = row.messages = b""
        key = abstract(row)
        try:
            check_order(facts)
            check_counters({SUBJECT: row}, self.centre.counters)
            if key in self.states:
                return
            settings = self.centre.settings_of(row.settings_key)
            check_parts(row, self.centre.now_ms)
            check_holds(row, settings)
            check_timers(row, settings)
        except AssertionError as error:
            last = step if isinstance(step, str) else step.trigger
            error.add_note(f"{self.way_to(came)} > {last}")
            raise
        self.states[key] = encode_conversation(row)
        self.ways[key] = came, step
        found.append(key)


def timers_of(row: Conversation) -> list[tuple[str, int | None, str | None]]:
    """Every timer that runs: its name, its hold's number and whose it is."""
    return [
        *((name, None, None) for name in row.deadlines if name != "forget"),
        *((hold.timer, hold.number, None) for hold in row.holds if hold.until_ms is not None),
        *(("offer", None, each.representative_id) for each in row.offers if each.until_ms),
        *(("representative_reconnect", None, id_) for id_ in row.windows),
    ]

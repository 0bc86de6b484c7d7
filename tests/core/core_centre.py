"""A small contact centre in the core's own terms: rows, counters and a clock, without tables.

It hands inputs to `decide` and due timers to `fire`, as a step does, but straight and slowly. It
checks nothing: what must hold is said by the tests that drive it.
"""

import json
from itertools import count
from typing import Any, NamedTuple

from omnistate.cli.configuration_file import build_directory
from omnistate.core.conversation.context import Context, Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.decision import decide, take_next
from omnistate.core.conversation.firing import fire
from omnistate.core.facts import Fact
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings, decode_settings
from omnistate.stream.cloudevents import DeadLetter
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.ports import Record
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import format_time

from tests.harness.events import make_event

MONDAY_MS = 1_741_597_200_000  # 2025-03-10T09:00:00Z
REPRESENTATIVES = ("ana", "ben", "eva", "dan")
QUEUES = ("support", "billing")
SUPERVISOR = "sam"
# Two profiles at once, one of them kept until midnight; `dan` is nobody's configuration.
LIMITS: dict[str, Any] = {
    "capacity_profiles": {"chat": {"limit": 3}, "day": {"limit": 2, "reset": "end_of_day"}},
    "representatives": {
        "ana": {"time_zone": "Europe/Madrid"},
        "ben": {"time_zone": "Asia/Tokyo", "profiles": {"chat": 5}},
        "eva": {"units": 60},
    },
}
KINDS = ("live_chat", "persistent_chat", "messaging", "voice", "record")
CHANNELS = dict(zip(KINDS, ("live_chat", "persistent_chat", "sms", "voice", "record"), strict=True))


def event_of(
    type_: str, subject: str, data: dict[str, Any], id_: str, at_ms: int = MONDAY_MS
) -> dict[str, Any]:
    """A whole event, which says that it happened then."""
    return make_event(type_, subject, id_, data, time=format_time(at_ms))


class Fired(NamedTuple):
    """One timer that was due, and what it came to; `forget` has no facts."""

    subject: str
    name: str
    at_ms: int
    facts: list[Fact]


class Decided(NamedTuple):
    """What an input came to."""

    outcome: str
    facts: list[Fact]


class Centre:
    """The rows of one partition under one configuration."""

    def __init__(self, configuration: dict[str, Any], now_ms: int = MONDAY_MS) -> None:
        self.directory = build_directory(ContactCentre.model_validate(configuration))
        self.rows: dict[str, Conversation] = {}
        self.counters: dict[str, Counter] = {}
        self._settings: dict[bytes, bytes] = {}
        self._numbers = count()
        self._offsets = dict.fromkeys((kind.topic for kind in INPUTS.values()), 0)
        self.context = Context(
            self.directory,
            self.settings_of,
            self._settings.__setitem__,
            self.counter_of,
            partition=0,
        )
        self.now_ms = now_ms

    def settings_of(self, key: bytes) -> WorkstreamSettings:
        return decode_settings(self._settings[key])

    def counter_of(self, representative_id: str) -> Counter:
        return self.counters.setdefault(representative_id, Counter())

    def read(self, event: dict[str, Any]) -> Input | DeadLetter:
        """An event decoded as the record that lies next on its topic."""
        topic = INPUTS[event["type"]].topic if event.get("type") in INPUTS else "channel-events"
        key, value = str(event.get("subject")).encode(), json.dumps(event).encode()
        record = Record(topic, 0, self._offsets[topic], self.now_ms, key, value)
        self._offsets[topic] += 1
        return decode_record(record, 1)

    def decide(self, input_: Input) -> Decided:
        """Decide an input now; whatever is due must have been fired."""
        self.context.now_ms = self.now_ms
        subject = input_.conversation_id
        outcome, conversation, facts = decide(self.rows.get(subject), input_, self.context)
        if conversation is not None:
            self.rows[subject] = conversation
        return Decided(outcome, facts)

    def take_waiting(self, subject: str, most: int = 99) -> list[tuple[Input, Decided]]:
        """Decide what has waited in the conversation and is ripe now, one after the other."""
        taken: list[tuple[Input, Decided]] = []
        self.context.now_ms = self.now_ms
        while (row := self.rows.get(subject)) is not None and row.extras is not None:
            if len(taken) == most or not any(
                each.ripe_ms <= self.now_ms for each in row.extras.waiting
            ):
                break
            input_, (outcome, found, facts) = take_next(row, self.context, self.now_ms)
            assert found is not None
            if found.stage == "nothing" and not found.rest.waiting:
                del self.rows[subject]
            taken.append((input_, Decided(outcome, facts)))
        return taken

    def say(
        self,
        type_: str,
        subject: str = "c",
        at_ms: int | None = None,
        source: str | None = None,
        **data: Any,
    ) -> Decided:
        """Fire what is due and decide an event with these members, which happens now by default."""
        while self.fire_next() is not None:
            pass
        happened_ms = self.now_ms if at_ms is None else at_ms
        event = event_of(type_, subject, data, f"i{next(self._numbers)}", happened_ms)
        if source is not None:
            event["source"] = source
        found = self.read(event)
        assert isinstance(found, Input), found
        return self.decide(found)

    def next_due_ms(self) -> int | None:
        """When the next timer of all is due, or None."""
        deadlines = [row.earliest_ms() for row in self.rows.values()]
        return min((each for each in deadlines if each is not None), default=None)

    def fire_next(self) -> Fired | None:
        """Fire the one timer that is due first by now: earliest deadline, then conversation id."""
        due = [
            (found[0], subject, found)
            for subject, row in self.rows.items()
            if (found := row.next_deadline()) is not None and found[0] <= self.now_ms
        ]
        if not due:
            return None
        at_ms, subject, (_, name, hold, whose) = min(due, key=lambda each: each[:2])
        if name == "forget":
            del self.rows[subject]
            return Fired(subject, name, at_ms, [])
        self.context.now_ms = at_ms
        if name in {"early", "settle"}:
            now_ms, self.now_ms = self.now_ms, at_ms
            facts = [fact for _, decided in self.take_waiting(subject, 1) for fact in decided.facts]
            self.now_ms = now_ms
            return Fired(subject, name, at_ms, facts)
        facts = fire(self.rows[subject], subject, name, hold, whose, self.context)
        return Fired(subject, name, at_ms, facts)

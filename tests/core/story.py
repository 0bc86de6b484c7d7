"""A conversation told input by input, for tests of what the law makes of it.

It says what happens and gathers what was published, in a short form; it expects nothing itself.
"""

from typing import Any

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.facts import (
    Declined,
    Fact,
    Held,
    Recorded,
    Released,
    Reminder,
    StateChange,
)

from tests.core.core_centre import CHANNELS, LIMITS, MONDAY_MS, Centre


def brief(fact: Fact) -> str:
    """A fact in a few words: its rule or code, and whom it concerns."""
    match fact:
        case StateChange():
            return fact.rule
        case Held():
            return f"+{fact.representative_id}/{fact.role}:{fact.rule}"
        case Released():
            return f"-{fact.representative_id}/{fact.role}:{fact.rule}"
        case Declined():
            return f"declined {fact.representative_id}:{fact.code}"
        case Reminder():
            return f"remind {fact.silent} {fact.after}"
        case Recorded():
            return "recorded"
    return fact.code


class Story:
    """One conversation `c` of a kind, in a workstream with these settings."""

    def __init__(self, kind: str, *, begin: bool = True, **settings: Any) -> None:
        configuration = {"workstreams": {"w": {"channel": kind, **settings}}, **LIMITS}
        self.centre = Centre(configuration, MONDAY_MS)
        self.facts: list[Fact] = []
        self._start = {"channel": CHANNELS[kind], "workstream_id": "w", "queue_id": "support"}
        if begin:
            self.begin()

    @property
    def row(self) -> Conversation:
        return self.centre.rows["c"]

    @property
    def last(self) -> StateChange:
        """The last change that was published."""
        return [fact for fact in self.facts if isinstance(fact, StateChange)][-1]

    @property
    def held(self) -> list[str]:
        return [f"{hold.representative_id}/{hold.role}" for hold in self.row.holds]

    def begin(self, **members: Any) -> list[str]:
        return self.say("conversation.started", **{**self._start, **members})

    def say(self, type_: str, *, late_s: float = 0, **data: Any) -> list[str]:
        """What an input comes to, which happened that long ago."""
        self._fire_due()
        at_ms = self.centre.now_ms - round(late_s * 1_000)
        facts = self.centre.say(type_, at_ms=at_ms, **data).facts
        for _, decided in self.centre.take_waiting("c"):
            facts = [*facts, *decided.facts]
        self.facts += facts
        return [brief(fact) for fact in facts]

    def by(self, representative_id: str, what: str, **data: Any) -> list[str]:
        """An action or a fact of a representative."""
        return self.say(f"representative.{what}", representative_id=representative_id, **data)

    def assign(self, representative_id: str, **data: Any) -> list[str]:
        return self.say("router.assign", representative_id=representative_id, **data)

    def transfer(self, by: str, kind: str, id_: str) -> list[str]:
        return self.by(by, "transfer", to={"kind": kind, "id": id_})

    def wait(self, seconds: float) -> list[str]:
        """What timers do in that time."""
        known = len(self.facts)
        self.centre.now_ms += round(seconds * 1_000)
        self._fire_due()
        return [brief(fact) for fact in self.facts[known:]]

    def talk(self, representative_id: str = "ana") -> "Story":
        """Have it be in conversation with a representative."""
        self.assign(representative_id, auto_accept=True)
        assert self.row.stage == "in_conversation"
        return self

    def _fire_due(self) -> None:
        while (fired := self.centre.fire_next()) is not None:
            self.facts += fired.facts

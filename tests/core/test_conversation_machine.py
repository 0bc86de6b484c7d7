"""Whole inputs and timers over a few conversations, and what must hold after every one of them.

Which rule applies where is the oracle's business (`tests.engine`); here it is what no rule may ever
break: sequences, who changes what, holds by stage, and what is published.
Days of the oracle go through the same laws, because they reach every rule.
"""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from omnistate.core.conversation.rules import RULES
from omnistate_schemas.times import parse_time_ms

from tests.core.core_centre import KINDS, LIMITS, Centre, event_of
from tests.core.inputs import WORKSTREAMS, WRITTEN, members_of, types_for
from tests.core.witness import Witness
from tests.oracle.random_days import Day, day_of

IDS = ("c1", "c2", "c3")
SEEDS = range(400)
OF_CAPACITY_ALONE = {"K1", "K2", "P1", "W4", "W5"}


class Conversations(RuleBasedStateMachine):
    """Three conversations that share four representatives."""

    def __init__(self) -> None:
        super().__init__()
        self.centre = Centre(LIMITS)
        self.witness = Witness(self.centre)
        self.kinds: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []

    @initialize(data=st.data())
    def open_the_centre(self, data: st.DataObject) -> None:
        workstreams: dict[str, dict[str, Any]] = {}
        for id_ in IDS:
            kind = self.kinds[id_] = data.draw(st.sampled_from(KINDS))
            workstreams[id_] = {**data.draw(WORKSTREAMS), "channel": kind}
            if kind == "voice":
                workstreams[id_].pop("distribution", None)
            if kind in {"live_chat", "persistent_chat", "messaging"}:
                workstreams[id_] |= data.draw(WRITTEN)
            if kind in {"persistent_chat", "messaging"}:
                workstreams[id_]["reopen_from_wrap_up"] = data.draw(st.booleans())
            if kind == "record":
                workstreams[id_].pop("promote_consultant", None)
                if workstreams[id_].get("authority") != "upstream":
                    workstreams[id_].pop("parallel_offers", None)
                workstreams[id_]["can_wait"] = data.draw(st.booleans())
            if workstreams[id_].get("authority") == "upstream":
                workstreams[id_]["settle_window"] = data.draw(st.sampled_from((0, 0, 3)))
        self.centre = Centre({"workstreams": workstreams, **LIMITS})
        self.witness = Witness(self.centre)

    @rule(data=st.data(), subject=st.sampled_from(IDS))
    def say_what_fits(self, data: st.DataObject, subject: str) -> None:
        self._say(data, subject, likely=True)

    @rule(data=st.data(), subject=st.sampled_from(IDS))
    def go_on(self, data: st.DataObject, subject: str) -> None:
        self._say(data, subject, likely=True)

    @rule(data=st.data(), subject=st.sampled_from(IDS))
    def say_anything(self, data: st.DataObject, subject: str) -> None:
        self._say(data, subject, likely=False)

    @precondition(lambda self: self.events)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        self.witness.take(data.draw(st.sampled_from(self.events[-70:])))

    @rule(seconds=st.sampled_from((0.001, 1, 9, 10, 31, 60)))
    def wait(self, seconds: float) -> None:
        self.witness.move_on(self.centre.now_ms + int(seconds * 1_000))

    @rule()
    def wait_for_the_next_timer(self) -> None:
        self.witness.move_on(self.centre.next_due_ms() or 0)

    def teardown(self) -> None:
        for name in self.witness.seen:
            event(name)

    def _say(self, data: st.DataObject, subject: str, *, likely: bool) -> None:
        row = self.centre.rows.get(subject)
        type_ = data.draw(types_for(row, likely=likely))
        members = members_of(type_, self.kinds[subject], subject, row, self.centre.now_ms)
        id_, late_ms = f"i{len(self.events)}", data.draw(st.sampled_from((0, 0, 0, 2_000, -5_000)))
        at_ms = self.centre.now_ms - late_ms
        self.events.append(event_of(type_, subject, data.draw(members), id_, at_ms))
        self.witness.take(self.events[-1])


Conversations.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestConversations = Conversations.TestCase


def watch(day: Day) -> Counter[str]:
    """Live through a day of the oracle's; returns what was seen."""
    lines, configuration, until = day
    centre = Centre(configuration, now_ms=0)
    witness = Witness(centre)
    for line in lines:
        try:
            said = json.loads(line)
            time_ms = parse_time_ms(said["time"])
        except (KeyError, TypeError, ValueError):
            continue
        centre.now_ms = max(time_ms, centre.now_ms)
        witness.take(said)
    if until is not None:
        witness.move_on(parse_time_ms(until))
    return witness.seen


@pytest.mark.slow
def test_the_laws_hold_on_days_that_reach_every_rule() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        try:
            seen += watch(day_of(seed))
        except AssertionError as error:
            error.add_note(f"the day of seed {seed}")
            raise
    unseen = {each.id for each in RULES if not seen[each.id]}
    unseen |= {each for each in OF_CAPACITY_ALONE if not seen[f"{each} of capacity"]}
    assert not unseen, "rules that no day reached"

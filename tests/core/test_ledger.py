"""The ledger alone: several conversations share counters, and a naive book is kept beside them.

The state machine moves conversations between stages as it likes and has the ledger settle; which
rule would do so is no matter here. What it should
hold then is told by `holds_by_stage`.
"""

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from omnistate.core.conversation.clocks import Before
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.ledger import Ledger
from omnistate.core.conversation.parties import Hold, Offer
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.settlement import settle
from omnistate.core.conversation.stages import STAGES, UNASSIGNED
from omnistate.core.facts import CapacityChange, Cause, Held, Released
from omnistate.core.settings import WorkstreamSettings

from tests.core.core_centre import LIMITS, MONDAY_MS, REPRESENTATIVES, Centre
from tests.core.holds_by_stage import wanted_holds
from tests.core.inputs import asked

IDS = ("c1", "c2", "c3")
NAMES = ("chat", "day", "night")
Key = tuple[str, str, str]
CONFIGURATION: dict[str, Any] = {
    **LIMITS,
    "capacity_profiles": {**LIMITS["capacity_profiles"], "night": {"reset": "end_of_day"}},
}
WORKSTREAMS = st.fixed_dictionaries(
    {
        "channel": st.just("live_chat"),
        "units": st.sampled_from((0, 10, 30)),
        "profiles": st.lists(st.sampled_from(NAMES), max_size=2),
        "block_capacity_for_wrap_up": st.sampled_from(("always", "never", 60)),
        "release_on_close": st.booleans(),
        "reserve_on_offer": st.booleans(),
        "consult_blocks_capacity": st.fixed_dictionaries(
            {"direct": st.booleans(), "queue": st.booleans()}
        ),
    }
)


class Ledgers(RuleBasedStateMachine):
    """Three conversations and the holds that a naive book says they have."""

    def __init__(self) -> None:
        super().__init__()
        self.centre = Centre(CONFIGURATION)
        self.settings: dict[str, WorkstreamSettings] = {}
        self.rows: dict[str, Conversation] = {}
        # What each hold took: units, profiles, and its public id.
        self.book: dict[Key, tuple[int, list[str], str]] = {}
        self.sequences = dict.fromkeys(REPRESENTATIVES, 0)
        self.ids: set[str] = set()
        self.origins = count()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        workstreams = {id_: data.draw(WORKSTREAMS) for id_ in IDS}
        self.centre = Centre({**CONFIGURATION, "workstreams": workstreams})
        self.centre.context.now_ms = MONDAY_MS
        for id_ in IDS:
            self.settings[id_] = self.centre.directory.workstreams[id_][2]
            units = data.draw(st.sampled_from((None, None, 0, 7)))
            profiles = data.draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))
            self._start(id_, units, profiles)

    def _start(self, id_: str, units: int | None, profiles: list[str]) -> None:
        """A new conversation in the place of one that is over."""
        key = self.centre.directory.workstreams[id_][0]
        origin = f"0-{next(self.origins)}"
        row = Conversation(key, "live_chat", id_, origin, "open")
        row.units, row.profiles = units, profiles
        self.rows[id_] = row

    def ledger(self, id_: str) -> Ledger:
        return Ledger(self.rows[id_], id_, self.settings[id_], self.centre.context, Cause("tests"))

    @rule(
        id_=st.sampled_from(IDS),
        stage=st.sampled_from((*STAGES[2:], *["in_conversation"] * 3, "awaiting_acceptance")),
        who=st.sampled_from(REPRESENTATIVES),
        releases_all=st.booleans(),
    )
    def settle(self, id_: str, stage: Any, who: str, releases_all: bool) -> None:
        self._settle(id_, stage, who, releases_all=releases_all)

    @rule(
        id_=st.sampled_from(IDS),
        who=st.sampled_from(REPRESENTATIVES),
        releases_all=st.booleans(),
        first_ended=st.booleans(),
    )
    def wrap_up_and_close(self, id_: str, who: str, releases_all: bool, first_ended: bool) -> None:
        """From a talk through wrap-up to the end, where the block may outlive it."""
        self._settle(id_, "in_conversation", who, releases_all=False)
        if first_ended:
            self._settle(id_, "wrap_up", who, releases_all=False)
        self._settle(id_, "closed", who, releases_all=releases_all)

    def _settle(self, id_: str, stage: Any, who: str, *, releases_all: bool) -> None:
        row = self.rows[id_]
        if row.stage == "closed":
            if row.holds:
                return
            self._start(id_, row.units, row.profiles)
        row, ledger = self.rows[id_], self.ledger(id_)
        releases_all &= stage == "closed"
        before = Before(row)
        # From a stage without anybody nobody comes along; wrap-up and the end keep who was there.
        keeps = stage in {"wrap_up", "closed", "waiting", "resolved"}
        row.representative_id = row.representative_id if keeps else who
        if stage in UNASSIGNED:
            row.representative_id = None
        row.stage = stage
        row.offers = [Offer(who, forced=who == "ana")] if stage == "awaiting_acceptance" else []
        if row.representative_id in row.consultants:
            row.consultants.remove(row.representative_id)
        if stage != "in_conversation":
            row.consultants.clear()
        held = {(key[1], key[2]): self._find(key) for key in self.book if key[0] == id_}
        wanted = wanted_holds(
            row, self.settings[id_], held, before.stage, releases_all=releases_all
        )
        settle(ledger, Rule("T1", None, releases_all=releases_all), before, None)
        self._enter(id_, ledger)
        assert {key[1:] for key in self.book if key[0] == id_} == wanted

    @rule(
        id_=st.sampled_from(IDS),
        who=st.sampled_from(REPRESENTATIVES),
        via=st.sampled_from(("direct", "queue")),
    )
    def consult(self, id_: str, who: str, via: Any) -> None:
        if self.rows[id_].stage != "in_conversation":
            self._settle(id_, "in_conversation", "ana", releases_all=False)
        row, ledger = self.rows[id_], self.ledger(id_)
        if row.stage != "in_conversation" or who in (row.representative_id, *row.consultants):
            return
        ledger.consult(asked("consult.started", id_, who, via))
        self._enter(id_, ledger)
        blocks = getattr(self.settings[id_], f"{via}_consult_blocks")
        assert ((id_, who, "consultant") in self.book) == blocks
        assert row.consultants[-1] == who

    @rule(id_=st.sampled_from(IDS), data=st.data())
    def end_consult(self, id_: str, data: st.DataObject) -> None:
        row, ledger = self.rows[id_], self.ledger(id_)
        if not row.consultants:
            return
        who = data.draw(st.sampled_from(row.consultants))
        ledger.end_consult(who)
        self._enter(id_, ledger)
        assert (id_, who, "consultant") not in self.book
        assert who not in row.consultants

    @precondition(lambda self: self.book)
    @rule(data=st.data())
    def expire_and_release_twice(self, data: st.DataObject) -> None:
        """A hold's own timer gives it back once; a second release is an error without effect."""
        key = data.draw(st.sampled_from(sorted(self.book)))
        hold, ledger = self._find(key), self.ledger(key[0])
        if hold.until_ms is None:
            return
        ledger.release(hold, "P1" if hold.role == "daily" else "W4")
        self._enter(key[0], ledger)
        assert key not in self.book
        before = repr((self.rows, self.centre.counters))
        again = self.ledger(key[0])
        with pytest.raises(ValueError, match="not in list"):
            again.release(hold, "P1")
        assert repr((self.rows, self.centre.counters)) == before
        assert not again.released

    @rule(hours=st.integers(0, 30))
    def wait(self, hours: int) -> None:
        self.centre.context.now_ms += hours * 3_600_000

    @invariant()
    def counters_are_what_the_book_says(self) -> None:
        for who in REPRESENTATIVES:
            units, slots = 0, dict[str, int]()
            for (_, whose, _), (taken, profiles, _) in self.book.items():
                if whose == who:
                    units += taken
                    for name in profiles:
                        slots[name] = slots.get(name, 0) + 1
            counter = self.centre.counter_of(who)
            assert (counter.units, counter.profiles) == (units, slots)
            assert counter.sequence == self.sequences[who]

    @invariant()
    def rows_are_what_the_book_says(self) -> None:
        for id_, row in self.rows.items():
            held = [(hold.representative_id, hold.role) for hold in row.holds]
            assert len(held) == len(set(held)), "at most once per (representative, role)"
            assert set(held) == {key[1:] for key in self.book if key[0] == id_}
            for hold in row.holds:
                assert hold.role != "daily" or (hold.until_ms or 0) > 0
                assert hold.role != "consultant" or hold.until_ms is None

    def _find(self, key: Key) -> Hold:
        found = self.ledger(key[0]).find(key[1], key[2])  # type: ignore[arg-type]
        assert found is not None
        return found

    def _enter(self, id_: str, ledger: Ledger) -> None:
        """Write what the ledger says it did into the book: releases first, then holds."""
        facts: list[CapacityChange] = [*ledger.released, *ledger.held]
        for fact in facts:
            key = (id_, fact.representative_id, fact.role)
            self.sequences[fact.representative_id] += 1
            assert fact.partition_sequence == self.sequences[fact.representative_id]
            if isinstance(fact, Held):
                assert key not in self.book
                assert fact.hold_id not in self.ids
                self.ids.add(fact.hold_id)
                self.book[key] = (fact.units, fact.profiles, fact.hold_id)
                self._check_price(fact, self.rows[id_])
            else:
                assert isinstance(fact, Released)
                taken = self.book.pop(key)
                assert taken == (fact.units, fact.profiles, fact.hold_id)

    def _check_price(self, fact: Held, row: Conversation) -> None:
        settings_ = self.settings[fact.conversation_id]
        names = list(dict.fromkeys((*settings_.profiles, *row.profiles)))
        if fact.role == "daily":
            assert fact.units == 0
            assert fact.profiles == [name for name in names if name in {"day", "night"}]
        else:
            assert fact.units == (settings_.units if row.units is None else row.units)
            assert fact.profiles == [name for name in names if name == "chat"]


Ledgers.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestLedgers = Ledgers.TestCase

"""The witness' books over the whole traffic: in order as it is, and each thing amiss is found."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from omnistate.cli.configuration_file import build_directory
from omnistate.stream.conversation.replay import Replay
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    CHANNEL_EVENTS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.chaos.chaos_traffic import Traffic, hurry
from tests.chaos.journal import Journal
from tests.chaos.ledger_check import LedgerCheck
from tests.chaos.lived_day import tell_day
from tests.chaos.test_rich_stories import Clock

INPUTS = (CHANNEL_EVENTS, AGENT_ACTIONS)
Json = dict[str, Any]
Output = tuple[str, Json]


class Told:
    """What was said, what the engine answered, and how late it was then."""

    def __init__(self, journal: Journal, outputs: list[Output], ended_ms: int) -> None:
        self.journal = journal
        self.outputs = outputs
        self.ended_ms = ended_ms


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told() -> Told:
    """Three thousand inputs, and twenty seconds in which everything ends that ends."""
    day, configuration = await tell_day(4, 40)
    clock, journal = Clock(), Journal(INPUTS, 1)
    directory = build_directory(ContactCentre.model_validate(hurry(configuration, gate=False)))
    replay, lines = Replay(directory), list[bytes]()
    for event in islice(iter(Traffic(day, "4", now=clock)), 3_000):
        if event.topic not in INPUTS:
            continue
        now_ms = round(clock.now.timestamp() * 1_000)
        lines += replay.advance(now_ms)
        place = (event.topic, 0)
        journal.append(place, [event], len(journal.entries[place]), now_ms)
        lines += replay.feed([event.value or b""])
    ended_ms = round((clock.now + timedelta(seconds=20)).timestamp() * 1_000)
    lines += replay.advance(ended_ms)
    found = [msgspec.json.decode(line) for line in lines]
    return Told(journal, [(each["topic"], each["value"]) for each in found], ended_ms)


def keep_books(told: Told, outputs: Iterable[Output]) -> LedgerCheck:
    """Topic by topic, as the witness reads them."""
    books = LedgerCheck(told.journal)
    for number, (topic, event) in enumerate(sorted(outputs, key=lambda each: each[0])):
        where = f"{topic} {number}"
        books.take_id(where, topic, event["id"])
        match event["type"]:
            case "conversation.state_changed":
                books.take_change(where, 0, event)
            case "capacity.held" | "capacity.released":
                books.take_hold(where, event)
            case "input.recorded":
                books.take_recorded(where, event)
            case "conversation.reminder":
                books.take_reminder(where, event)
            case _:
                books.take_refusal(where, event)
    ends = told.journal.ends(INPUTS)
    unanswered = books.find_unanswered(ends)
    before = len(books.violations)
    books.close_accounts(ends)
    # Whoever has no outcome, or a wrong one, is waited for, and then complained of.
    assert (unanswered is not None) == (len(books.violations) > before)
    books.check_timers(told.ended_ms)
    return books


async def test_as_it_is_all_is_in_order(told: Told) -> None:
    books = keep_books(told, told.outputs)
    assert books.violations == []
    assert books.counts["recorded"] > 50
    assert books.counts["reminders"] >= 1
    assert books.counts["changes"] > 1_000


def lose(kind: str) -> Callable[[list[Output]], list[Output]]:
    """The first of a type is gone."""

    def act(outputs: list[Output]) -> list[Output]:
        place = next(n for n, (_, event) in enumerate(outputs) if event["type"] == kind)
        return outputs[:place] + outputs[place + 1 :]

    return act


def alter(topic: str, change: Callable[[Json], Any]) -> Callable[[list[Output]], list[Output]]:
    """The fifth on a topic is another."""

    def act(outputs: list[Output]) -> list[Output]:
        place = [n for n, (where, _) in enumerate(outputs) if where == topic][4]
        event = msgspec.json.decode(msgspec.json.encode(outputs[place][1]))
        change(event)
        return [*outputs[:place], (topic, event), *outputs[place + 1 :]]

    return act


def double(outputs: list[Output]) -> list[Output]:
    """A record is published twice, under another id."""
    topic, event = next(each for each in outputs if each[1]["type"] == "input.recorded")
    return [*outputs, (topic, {**event, "id": "another"})]


@pytest.mark.parametrize(
    ("tamper", "word"),
    [
        (lose("input.recorded"), "nothing: lost"),
        (lose("input.ignored"), "nothing: lost"),
        (double, "record, record"),
        (
            alter(RECORDED_INPUTS, lambda event: event["data"]["cause"].update(id="x")),
            "which is not x",
        ),
        (
            alter(
                RECORDED_INPUTS,
                lambda event: event["data"]["cause"].update(type="customer.messaged"),
            ),
            "is not published as recorded",
        ),
        (
            alter(
                STATE_CHANGES,
                lambda event: event["data"].update(occurred_at="2030-01-01T00:00:00Z"),
            ),
            "occurred_at is after time",
        ),
        (
            alter(REJECTED_INPUTS, lambda event: event["data"]["input"].update(offset=10**6)),
            "names",
        ),
    ],
)
async def test_what_is_amiss_is_found(
    told: Told, tamper: Callable[[list[Output]], list[Output]], word: str
) -> None:
    books = keep_books(told, tamper(told.outputs))
    assert any(word in each for each in books.violations), books.violations


@pytest.mark.parametrize("fired", [False, True])
async def test_a_timer_is_late_unless_it_gave_capacity_back_alone(told: Told, fired: bool) -> None:
    books = LedgerCheck(told.journal)
    changes = (event for topic, event in told.outputs if topic == STATE_CHANGES)
    change = next(each for each in changes if "next_timer" in each["data"])
    books.take_change("here", 0, change)
    at = change["data"]["next_timer"]["at"]
    if fired:
        data = {
            "representative_id": "ana",
            "conversation_id": change["subject"],
            "hold_id": "0-1.h1",
            "cause": {"type": "timer.representative_reconnect"},
        }
        books.note_timer({"time": at, "data": data})
    books.check_timers(parse_time_ms(at) + 60_000)
    assert any("late" in each for each in books.violations) is not fired

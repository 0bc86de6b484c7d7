"""What waits, and two clocks: each breach is found (`tampering`)."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from omnistate.audit.auditor import audit
from omnistate.audit.source import MemoryReader
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Offer
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate_schemas.vocabulary import (
    CHANNEL_EVENTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import CONVERSATIONS, POSITIONS, TOPOLOGY, Rig
from tests.audit.tampering import (
    Case,
    Event,
    Place,
    alter_row,
    altered,
    check,
    input_of,
    rows,
    set_data,
    spots,
)


@pytest.fixture
def rig(late: Rig) -> Rig:
    """A copy of the afternoon."""
    return late.clone()


def holds_inputs(row: Conversation) -> bool:
    return row.extras is not None and len(row.extras.waiting) > 1


def waiting_row(change: Callable[[Conversation], None]) -> Callable[[Rig], Place]:
    """Change what waits for its order; the row is where it shows."""

    def alter(row: Conversation) -> bool:
        if holds_inputs(row):
            change(row)
            return True
        return False

    return lambda rig: alter_row(rig, alter)


def lose_waiting(rig: Rig) -> Place:
    """The row forgets an input, which then nothing accounts for."""
    lost: list[Place] = []

    def change(row: Conversation) -> None:
        each = next(each for each in row.rest.waiting if each.input.type == "conversation.ended")
        row.rest.waiting.remove(each)
        lost.append((each.input.topic, each.input.partition, each.input.offset))

    waiting_row(change)(rig)
    return lost[0]


def say_again(row: Conversation) -> None:
    row.rest.waiting.append(row.rest.waiting[0])


def wait_after_all(rig: Rig) -> Place:
    """What has changed a conversation of that partition waits all the same."""
    held = next(spot for spot in rows(rig, CONVERSATIONS).values() if spot.record.key == b"h")
    place = next(
        place
        for spot in spots(rig, STATE_CHANGES)
        if spot.partition == held.partition and (place := input_of(spot)) is not None
    )

    def change(row: Conversation) -> None:
        row.rest.waiting[0].input.topic, row.rest.waiting[0].input.offset = place[0], place[2]

    return waiting_row(change)(rig)


def wait_for_nothing(offset: int) -> Callable[[Rig], Place]:
    def change(row: Conversation) -> None:
        row.rest.waiting[0].input.offset = offset

    return waiting_row(change)


def wait_elsewhere(row: Conversation) -> None:
    row.rest.waiting[0].input.partition += 1


def crowd(row: Conversation) -> None:
    row.rest.waiting.extend(row.rest.waiting[:1] * 16)


def empty_early(rig: Rig) -> Place:
    """Nothing has begun, and nothing waits for it."""
    for spot in rows(rig, CONVERSATIONS).values():
        row = decode_conversation(spot.bytes)
        if row.stage == "nothing":
            row.rest.waiting.clear()
            return spot.put(value=encode_conversation(row))
    raise AssertionError("nothing came early")


def lose_early(rig: Rig) -> Place:
    spot = next(spot for spot in rows(rig, CONVERSATIONS).values() if spot.record.key == b"early")
    spot.drop()
    return next(each.place for each in spots(rig, CHANNEL_EVENTS) if each.record.key == b"early")


def age(row: Conversation) -> bool:
    row.occurred_ms = 1
    return row.stage != "closed"


def offer_to_nobody(row: Conversation) -> bool:
    row.offers.append(Offer("nobody", False))
    return row.stage != "closed"


def prefer(row: Conversation) -> bool:
    row.rest.priority = 17
    return row.stage != "closed"


def second_report(event: Event) -> bool:
    return event["subject"] == "f" and bool(event["data"]["sequence"] == 2)


CASES: Final[dict[str, Case]] = {
    "a waiting input lost": ("accounting", lose_waiting),
    "it waits twice": ("accounting", waiting_row(say_again)),
    "it waits and has changed something": ("accounting", wait_after_all),
    "it waits, and is no input": ("accounting", wait_for_nothing(10**9)),
    "an input of another partition waits": ("tables", waiting_row(wait_elsewhere)),
    "too many wait": ("tables", waiting_row(crowd)),
    "nothing waits for a start": ("tables", empty_early),
    "an early input lost": ("accounting", lose_early),
    "occurred after the engine's clock": altered(
        "sequence", STATE_CHANGES, second_report, set_data(occurred_at="2030-01-01T00:00:00.000Z")
    ),
    "occurred before what was before": altered(
        "sequence", STATE_CHANGES, second_report, set_data(occurred_at="2020-01-01T00:00:00.000Z")
    ),
    "an offer more": ("tables", lambda rig: alter_row(rig, offer_to_nobody)),
    "another priority": ("tables", lambda rig: alter_row(rig, prefer)),
    "occurred otherwise than the row says": ("tables", lambda rig: alter_row(rig, age)),
}


@pytest.mark.parametrize("name", CASES)
async def test_it_is_found(rig: Rig, name: str) -> None:
    await check(rig, CASES[name])


async def test_what_waited_at_the_cut_may_be_taken_since(late: Rig) -> None:
    """The worker goes on while the topics are read: nothing is wrong, at work or at rest."""
    rig = late.clone()

    class Meddling(MemoryReader):
        """Lets the wall clock fire once the positions, or the rows, were read."""

        def __init__(self, after: str) -> None:
            super().__init__(rig.log)
            self.after = after

        async def ends(self, topic: str) -> Any:
            found = await super().ends(topic)
            if topic == self.after:
                self.after = ""
                await rig.fire(rig.now_ms + 60_000)
            return found

    for after in (POSITIONS, CONVERSATIONS):
        rig = late.clone()
        await rig.take_over()
        findings = await audit(Meddling(after), TOPOLOGY)
        assert findings.ok, (after, findings.violations[:5])
    at_rest = await rig.audit()
    assert at_rest.ok, at_rest.violations[:5]
    assert at_rest.counts["waiting"] == 0
    assert at_rest.counts["refused"] == 2

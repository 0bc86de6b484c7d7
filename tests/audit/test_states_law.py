"""The law of states, broken in every way that we could think of; see `tampering`."""

from collections.abc import Callable, Sequence
from typing import Final

import pytest
from omnistate.audit.auditor import audit
from omnistate.audit.findings import Findings
from omnistate.core.conversation.row import decode_conversation
from omnistate_schemas.vocabulary import CONVERSATION_STATES, STATE_CHANGES

from tests.audit.audit_rig import CONVERSATIONS, TOPOLOGY, Rig
from tests.audit.downstream_rig import started
from tests.audit.tampering import Case, Place, Spot, check, places, rows, set_data, set_event, spots
from tests.audit.test_what_is_left import Forgetful


def last_states(rig: Rig) -> list[Spot]:
    """Where everybody stands."""
    return [each for each in rows(rig, CONVERSATION_STATES).values() if each.record.value]


def is_closed(spot: Spot) -> bool:
    return bool(spot.event["data"]["status"] == "closed")


def open_one(rig: Rig) -> Spot:
    return next(each for each in last_states(rig) if not is_closed(each))


def row_of(rig: Rig, spot: Spot) -> Place:
    return rows(rig, CONVERSATIONS)[spot.partition, spot.record.key or b""].place


def drop_all(rig: Rig, one: Spot) -> None:
    """As if the conversation had never been on the topic."""
    for spot in reversed(spots(rig, CONVERSATION_STATES)):
        if (spot.partition, spot.record.key) == (one.partition, one.record.key):
            spot.drop()


def miss(find: Callable[[Rig], Spot]) -> Callable[[Rig], Place]:
    def tamper(rig: Rig) -> Place:
        one = find(rig)
        place = row_of(rig, one)
        drop_all(rig, one)
        return place

    return tamper


def stale(rig: Rig) -> Place:
    """The last change did not come to the topic."""
    for one in last_states(rig):
        earlier = [
            each
            for each in spots(rig, CONVERSATION_STATES)
            if each.record.key == one.record.key and each.partition == one.partition
        ][:-1]
        if earlier:
            one.drop()
            return earlier[-1].place
    raise AssertionError("nobody changed twice")


def ghost(rig: Rig) -> Place:
    """The conversation is forgotten, but nobody said so."""
    one = next(each for each in last_states(rig) if is_closed(each))
    for spot in reversed(spots(rig, CONVERSATIONS)):
        if (spot.partition, spot.record.key) == (one.partition, one.record.key):
            spot.drop()
    return one.place


def tombstone(rig: Rig) -> Place:
    one = open_one(rig)
    rig.log.append(CONVERSATION_STATES, one.record.key, None, (), one.partition)
    return row_of(rig, one)


def astray(rig: Rig) -> Place:
    one = open_one(rig)
    there = (one.partition + 1) % rig.partitions
    record = one.record
    entry = rig.log.append(CONVERSATION_STATES, record.key, record.value, record.headers, there)
    return CONVERSATION_STATES, there, entry.record.offset


def of_another(rig: Rig) -> Place:
    """Of a conversation that had the id before."""
    return open_one(rig).alter(set_event(id="0-999999.3"))


STATES: Final[dict[str, Case]] = {
    "missing": ("states", miss(open_one)),
    "a closed one is missing": (
        "states",
        miss(lambda rig: next(filter(is_closed, last_states(rig)))),
    ),
    "stale": ("states", stale),
    "extra": ("states", ghost),
    "a tombstone too many": ("states", tombstone),
    "in another partition": ("states", astray),
    "of another conversation": ("states", of_another),
    "another byte": ("states", lambda rig: open_one(rig).put(value=open_one(rig).bytes + b" ")),
    "another member": ("states", lambda rig: open_one(rig).alter(set_data(queue_id="nowhere"))),
    "no header": ("states", lambda rig: open_one(rig).put(headers=())),
    "no JSON": ("states", lambda rig: open_one(rig).put(value=b"{")),
    "no change": ("states", lambda rig: open_one(rig).put(value=b"{}")),
    "not UTF-8": ("states", lambda rig: open_one(rig).put(key=b"\xff")),
}


@pytest.mark.parametrize("name", STATES)
async def test_states(rig: Rig, name: str) -> None:
    await check(rig, STATES[name])


async def test_untouched_it_is_right_and_counted(rig: Rig) -> None:
    findings = await rig.audit()
    assert findings.ok
    assert findings.counts["states"] == findings.counts["rows"] > 20
    rig.log.compact(CONVERSATION_STATES)
    assert (await rig.audit()).ok


async def forget_changes(rig: Rig) -> Findings:
    """An audit after retention has taken every change."""
    gone = {
        (STATE_CHANGES, number): rig.log._next_offsets.get((STATE_CHANGES, number), 0)
        for number in range(rig.partitions)
    }
    return await audit(Forgetful(rig.log, gone), TOPOLOGY)


async def test_once_the_changes_are_deleted_the_rows_still_judge(rig: Rig) -> None:
    findings = await forget_changes(rig)
    assert findings.ok, findings.violations[:5]
    place = stale(rig)
    assert places(await forget_changes(rig), "states") == {place}


async def test_what_was_never_filled_in_is_a_note(rig: Rig) -> None:
    """Of before there were states, and unchanged since: nobody has lost it."""
    drop_all(rig, open_one(rig))
    findings = await forget_changes(rig)
    assert findings.ok, findings.violations[:5]
    assert any("1 conversations are not on conversation-states" in each for each in findings.notes)
    # A tombstone says that it was there.
    assert places(await forget_changes(rig.clone()), "states") == set()
    place = tombstone(rig)
    assert places(await forget_changes(rig), "states") == {place}


async def test_a_conversation_that_begins_while_the_audit_reads(rig: Rig) -> None:
    """It stands there, and has no row that was read."""
    begun = 0

    class Busy(Forgetful):
        async def ends(self, topic: str) -> Sequence[int]:
            nonlocal begun
            if topic == CONVERSATION_STATES:
                rig.now_ms += 1_000
                rig.send(started(rig, f"late-{begun}"))
                await rig.drain()
                begun += 1
            return await super().ends(topic)

    await rig.take_over()
    findings = await audit(Busy(rig.log, {}), TOPOLOGY)
    assert begun == rig.partitions
    assert findings.ok, findings.violations[:5]


def test_rows_say_the_same_as_what_stands_there(rig: Rig) -> None:
    for (partition, key), spot in rows(rig, CONVERSATIONS).items():
        row = None if spot.record.value is None else decode_conversation(spot.record.value)
        # Where nothing has begun yet, inputs wait for it.
        if row is not None and row.stage != "nothing":
            standing = rows(rig, CONVERSATION_STATES)[partition, key]
            assert standing.event["id"] == f"{row.origin}.{row.sequence}"

"""Where conversations stand, turn by turn: rebuilt whatever its age, forgotten, begun anew."""

import pytest
from omnistate.projections.read_model import progress
from omnistate_schemas.times import DAY_MS
from omnistate_schemas.vocabulary import CONVERSATION_STATES, STATE_CHANGES

from tests.projections.memory_topics import NOW_MS, change
from tests.projections.projection_rig import CHANGES, HASH, KEYS, STATES, Bench, is_ready, turns

MONTH_MS = 31 * DAY_MS
HELD = {"queue_id": "support", "representative_id": "ana"}


async def test_an_untouched_conversation_older_than_the_changes_is_rebuilt(bench: Bench) -> None:
    """Its changes are long deleted; the stream does without them."""
    bench.topics.publish(change("old", 1, "open", NOW_MS - MONTH_MS, queue_id="support"))
    bench.topics.publish(change("c", 1, "active", NOW_MS - MONTH_MS, **HELD))
    bench.topics.trim(CHANGES, 2)
    bench.publish(2)
    worker = bench.worker()
    await turns(worker)
    assert is_ready(worker)
    keys = bench.store.keys
    assert keys[KEYS.conversation("old")]["status"] == "open"
    assert keys[KEYS.queue("support")] == {"old": NOW_MS - MONTH_MS}
    assert keys[KEYS.counts] == {"chat:open": "1", "chat:active": "1"}
    assert len(bench.store.stream) == 1
    assert bench.told("gone") == []


async def test_compaction_takes_nothing_that_a_rebuild_needs(bench: Bench) -> None:
    for sequence, status in ((1, "open"), (2, "active"), (3, "open")):
        members = {"queue_id": "support"} if status == "open" else HELD
        bench.topics.publish(change("c", sequence, status, NOW_MS + sequence, **members))
    bench.topics.publish(change("gone", 1, "closed", NOW_MS + 4))
    bench.topics.forget("gone")
    bench.topics.compact(CONVERSATION_STATES)
    worker = bench.worker()
    await turns(worker)
    assert set(bench.store.keys) == {HASH, KEYS.queue("support"), KEYS.queues, KEYS.counts}
    assert bench.store.keys[KEYS.queue("support")] == {"c": NOW_MS + 3}


@pytest.mark.parametrize("together", [True, False])
async def test_a_tombstone_takes_away_whatever_is_still_there(
    bench: Bench, *, together: bool
) -> None:
    worker = bench.worker()
    bench.topics.publish(change("c", 1, "open", queue_id="support", offered_representative_id="bo"))
    if not together:
        await turns(worker)
        assert KEYS.offers("bo") in bench.store.keys
    # It cannot be forgotten while it is open, but whatever there is has to go.
    bench.topics.forget("c")
    await turns(worker)
    assert set(bench.store.keys) <= {KEYS.queues, KEYS.representatives}
    bench.topics.publish(change("d", 1, "closed"))
    if not together:
        await turns(worker)
        assert KEYS.closed("chat") in bench.store.keys
    bench.topics.forget("d")
    await turns(worker)
    assert set(bench.store.keys) <= {KEYS.queues, KEYS.representatives, KEYS.workstreams}
    assert bench.store.expiries == {}
    assert is_ready(worker)


async def test_a_conversation_that_closed_a_day_ago_is_not_written(bench: Bench) -> None:
    bench.topics.publish(change("c", 1, "closed", NOW_MS - DAY_MS))
    bench.topics.publish(change("d", 1, "closed", NOW_MS - DAY_MS + 1))
    await turns(bench.worker())
    assert HASH not in bench.store.keys
    assert bench.store.expiries == {KEYS.conversation("d"): NOW_MS + 1}


async def test_begun_anew_between_two_looks(bench: Bench) -> None:
    """Closed, forgotten, begun and moved on in one batch of the engine: the sequence goes back."""
    worker = bench.worker()
    bench.topics.publish(change("c", 5, "active", NOW_MS, **HELD))
    await turns(worker)
    bench.topics.publish(change("c", 2, "open", NOW_MS, queue_id="sales"))
    await turns(worker)
    assert bench.sequence == "2"
    assert bench.store.keys[KEYS.counts] == {"chat:open": "1"}
    assert KEYS.work("ana") not in bench.store.keys


async def test_back_in_its_queue_between_two_looks(bench: Bench) -> None:
    """The offer in between is not on the topic of states: it waits since it came back."""
    worker = bench.worker()
    bench.topics.publish(change("c", 1, "open", NOW_MS, queue_id="support"))
    await turns(worker)
    back = change("c", 3, "open", NOW_MS + 9_000, queue_id="support", previous_status="active")
    bench.topics.publish(back)
    await turns(worker)
    assert bench.store.keys[KEYS.queue("support")] == {"c": NOW_MS + 9_000}


async def test_an_older_state_behind_a_newer_one_is_no_news(bench: Bench) -> None:
    """What `omnistate states rebuild` may have put there while a worker went on."""
    worker = bench.worker()
    for sequence in (4, 5, 4):
        event = change("c", sequence, "open", NOW_MS + sequence)
        bench.topics.append(CONVERSATION_STATES, "c", event)
    await turns(worker)
    assert bench.sequence == "5"
    (applied,) = [each for (each,) in bench.told("applied") if each.place == STATES]
    assert (applied.applied, applied.skipped) == (2, 1)


async def test_each_change_is_told_once_whichever_topic_comes_first(bench: Bench) -> None:
    worker = bench.worker()
    for sequence in range(1, 6):
        event = change("c", sequence, "active", NOW_MS + sequence)
        first, second = (
            (STATE_CHANGES, CONVERSATION_STATES)
            if sequence % 2
            else (CONVERSATION_STATES, STATE_CHANGES)
        )
        for topic in (first, second):
            bench.topics.append(topic, "c", event)
            await turns(worker)
    assert len(bench.store.stream) == 5
    assert bench.sequence == "5"


async def test_the_stream_begins_after_the_states(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a store could not be told from one of before there were states."""
    monkeypatch.setattr(progress, "STREAM_LENGTH", 3)
    worker = bench.worker()
    for sequence in range(1, 9):
        bench.publish(sequence, markers=0)
    bench.members[0].assign([CHANGES])
    await turns(worker)
    assert bench.store.stored == {}
    assert not is_ready(worker)
    bench.members[0].assign([STATES, CHANGES])
    await turns(worker)
    assert bench.store.stored == {STATES: 8, CHANGES: 8}
    assert len(bench.store.stream) == 3
    assert worker.progress == (11, 11), "older changes are passed over, not read"

"""What must hold of a row, of what is published, and of the counters, whatever the rule was.

Written from the contract alone, as plainly as can be; the only product code asked is the row.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.transitions import CELLS, kinds_meeting
from omnistate.core.facts import (
    Declined,
    Fact,
    Held,
    Ignored,
    Recorded,
    Rejected,
    Released,
    Reminder,
    StateChange,
)
from omnistate.core.settings import WorkstreamSettings
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import INTERNAL_STATUSES, STATE_OF_STATUS

# contract.md#state-changes: one per change of these.
TOLD = ("status", "detail", "representative_id", "offered_representative_ids", "queue_id")
# These may change nothing but what is known of it, or when it becomes open.
TELLING = {"U1", "N4", "N3"}
NOBODY = {"open", "scheduled", "with_bot", "with_external"}
SOMEBODY = {"awaiting_acceptance", "in_conversation", "waiting", "wrap_up", "resolved"}


@dataclass
class Followed:
    """A conversation as a reader of its changes knows it."""

    sequence: int = 0
    told: tuple[Any, ...] = (None,) * len(TOLD)
    status: str | None = None
    detail: str | None = None
    representative_id: str | None = None
    queue_id: str | None = None
    since_ms: int | None = None
    occurred_ms: int | None = None


def follow(followed: Followed, change: StateChange) -> None:
    """Take one change in: it must go on from the last one, and must change something."""
    at_ms = parse_time_ms(change.occurred_at)
    assert followed.occurred_ms is None or at_ms >= followed.occurred_ms
    followed.occurred_ms = at_ms
    assert change.sequence == followed.sequence + 1
    assert change.previous_status == followed.status
    assert change.previous_detail == followed.detail
    assert change.previous_representative_id == followed.representative_id
    assert change.previous_queue_id == (followed.queue_id if followed.sequence else None)
    told = tuple(getattr(change, name) for name in TOLD)
    if change.rule not in TELLING:
        assert told != followed.told, f"{change.rule} changes nothing that is published"
    since_ms, seconds = followed.since_ms, change.previous_status_seconds
    if since_ms is None:
        assert seconds is None
    else:
        assert seconds is not None
        assert round(seconds * 1_000) == at_ms - since_ms
    assert change.state == STATE_OF_STATUS[change.status]
    assert change.internal == (change.status in INTERNAL_STATUSES)
    if (change.status, change.detail) != (followed.status, followed.detail) or since_ms is None:
        followed.since_ms = at_ms
    followed.sequence, followed.told = change.sequence, told
    followed.status, followed.detail = change.status, change.detail
    followed.representative_id, followed.queue_id = change.representative_id, change.queue_id


def check_row(row: Conversation, followed: Followed, now_ms: int) -> None:
    """The row is what its changes say, and consistent in itself."""
    state = row.describe()
    assert state["sequence"] == followed.sequence
    assert (state["status"], state["detail"]) == (followed.status, followed.detail)
    offered = [offer.representative_id for offer in row.offers]
    told = {**state, "offered_representative_ids": offered}
    assert tuple(told[name] for name in TOLD) == followed.told
    check_parts(row, now_ms)


def check_parts(row: Conversation, now_ms: int) -> None:
    """Stage, people and timers fit each other."""
    offered = [offer.representative_id for offer in row.offers]
    assert len(set(offered)) == len(offered)
    if row.stage in NOBODY:
        assert row.representative_id is None
    if row.stage in SOMEBODY:
        assert row.representative_id is not None
    offered_id = row.offered_representative_id
    assert offered_id is None or row.stage in {"awaiting_acceptance", "in_conversation"}
    if row.stage == "awaiting_acceptance":
        assert offered_id == row.representative_id
    if row.stage == "in_conversation":
        assert row.representative_id not in offered
    for id_, deadline_ms in row.windows.items():
        assert deadline_ms >= now_ms
        assert row.part_of(id_) is not None
        assert row.stage in {"awaiting_acceptance", "in_conversation", "wrap_up"}
    for offer in row.offers:
        assert offer.until_ms is None or offer.until_ms >= now_ms
    assert (row.queued_ms is not None) <= (row.stage in {"open", "awaiting_acceptance"})
    assert (row.queued_ms is None) <= (row.stage != "open")
    assert (row.handler_id is not None) <= (row.stage in {"with_bot", "with_external"})
    assert not row.consultants or row.stage == "in_conversation"
    assert row.representative_id not in row.consultants
    for names in (row.skipped, row.consultants, row.profiles):
        assert len(set(names)) == len(names)
    # A timer that runs has a meaning here, or firing it would be a crash.
    for name, deadline_ms in row.deadlines.items():
        assert deadline_ms >= now_ms
        triggers = [each for each in CELLS[row.stage] if each.startswith(f"timer.{name}")]
        assert name == "forget" or any(CELLS[row.stage][each] != (".",) for each in triggers), (
            row.stage,
            name,
        )
    assert ("forget" in row.deadlines) <= (row.stage == "closed" and not row.holds)


def check_timers(row: Conversation, settings: WorkstreamSettings) -> None:
    """contract.md#timers: no timer runs for a kind that has none of its name."""
    for name in row.deadlines:
        trigger = f"timer.{name}" if name != "silence" else "timer.silence/remind"
        assert name == "forget" or settings.kind in kinds_meeting(trigger), name
    for hold in row.holds:
        assert hold.until_ms is None or settings.kind in kinds_meeting(f"timer.{hold.timer}")


def check_holds(row: Conversation, settings: WorkstreamSettings) -> None:
    """The table of contract.md#holds-by-stage."""
    held = [(hold.representative_id, hold.role) for hold in row.holds]
    assert len(set(held)) == len(held), "at most once per (representative, role)"
    assert [hold.number for hold in row.holds] == sorted(hold.number for hold in row.holds)
    primary = {hold.representative_id: hold for hold in row.holds if hold.role == "primary"}
    offered = {offer.representative_id for offer in row.offers}
    reserved = offered if settings.reserve_on_offer else set()
    match row.stage:
        case "in_conversation":
            wanted = reserved | {row.representative_id}
            idle = set() if settings.idle_ms is None else {row.representative_id}
            assert wanted - idle <= set(primary) <= wanted
        case "awaiting_acceptance":
            assert set(primary) == reserved
        case "wrap_up" if settings.wrap_up_block_ms is None:
            # One, until W9 has given it back.
            assert set(primary) <= {row.representative_id}
            assert all(hold.until_ms is None for hold in primary.values())
        case "wrap_up" if settings.wrap_up_block_ms:
            # One, until W4 has given it back.
            assert set(primary) <= {row.representative_id}
            assert all(hold.until_ms is not None for hold in primary.values())
        case "closed" if settings.wrap_up_block_ms and not settings.release_on_close:
            assert all(hold.until_ms is not None for hold in primary.values())
        case _:
            assert not primary
    writing_up = {hold.representative_id for hold in row.holds if hold.role == "wrap_up"}
    assert not writing_up & offered
    assert row.stage != "in_conversation" or row.representative_id not in writing_up
    consultants = [hold.representative_id for hold in row.holds if hold.role == "consultant"]
    assert set(consultants) <= set(row.consultants)
    for hold in row.holds:
        # A closed one takes no hold any more, and has forgotten how many it took.
        assert hold.number <= row.hold_count or row.stage == "closed"
        assert hold.role != "daily" or (hold.units == 0 and hold.until_ms is not None)


def check_counters(rows: dict[str, Conversation], counters: dict[str, Counter]) -> None:
    """The counter equals the sum over conversations of what they hold."""
    sums: dict[str, tuple[int, dict[str, int]]] = {}
    for row in rows.values():
        for hold in row.holds:
            units, slots = sums.get(hold.representative_id, (0, {}))
            for name in hold.profiles:
                slots[name] = slots.get(name, 0) + 1
            sums[hold.representative_id] = units + hold.units, slots
    for id_, counter in counters.items():
        assert (counter.units, counter.profiles) == sums.pop(id_, (0, {}))
    assert not sums, "held of somebody who has no counter"


def check_order(facts: list[Fact]) -> None:
    """State changes, releases (oldest hold first), holds, declined, recorded or reminder."""
    ranks = {StateChange: 0, Released: 1, Held: 2, Declined: 3, Recorded: 4, Reminder: 4}
    ranks |= {Rejected: 5, Ignored: 5}
    assert all(ranks[type(one)] <= ranks[type(other)] for one, other in pairwise(facts))
    released = [fact for fact in facts if isinstance(fact, Released)]
    numbers = [_number(fact) for fact in released]
    # contract.md#rules-of-holds: whose window runs out while they have an offer and consult.
    if [fact.rule for fact in released] != ["B18", "K2"]:
        assert numbers == sorted(numbers)
    causes = {_cause(fact) for fact in facts}
    assert len(causes) <= 1


def check_next_timer(change: StateChange, row: Conversation) -> None:
    """`next_timer` of the last change: the earliest of the row's own timers."""
    apart = {"forget", "early", "settle"}
    own = [at_ms for name, at_ms in row.deadlines.items() if name not in apart]
    own += [offer.until_ms for offer in row.offers if offer.until_ms is not None]
    own += row.windows.values()
    found = change.next_timer
    assert (None if found is None else parse_time_ms(found.at)) == min(own, default=None)


def _number(fact: Released) -> int:
    return int(fact.hold_id.rpartition(".h")[2])


def _cause(fact: Any) -> tuple[Any, ...]:
    return fact.cause.type, fact.cause.id, fact.cause.source, fact.cause.actor_id

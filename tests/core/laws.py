"""What must hold of a row, of what is published, and of the counters, whatever the rule was.

Written from the contract alone, as plainly as can be; the only product code asked is the row.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation, Hold
from omnistate.core.conversation.transitions import CELLS, kinds_meeting
from omnistate.core.facts import Fact, Held, Released, StateChange
from omnistate.core.settings import WorkstreamSettings
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import INTERNAL_STATUSES, STATE_OF_STATUS

# contract.md#state-changes: one per change of these.
TOLD = ("status", "detail", "representative_id", "offered_representative_id", "queue_id")
NOBODY = {"open", "scheduled", "with_bot", "with_external"}
SOMEBODY = {"awaiting_acceptance", "in_conversation", "waiting", "wrap_up", "resolved"}


@dataclass
class Followed:
    """A conversation as a reader of its changes knows it."""

    sequence: int = 0
    told: tuple[str | None, ...] = (None,) * len(TOLD)
    status: str | None = None
    detail: str | None = None
    representative_id: str | None = None
    queue_id: str | None = None
    since_ms: int | None = None


def follow(followed: Followed, change: StateChange, at_ms: int) -> None:
    """Take one change in: it must go on from the last one, and must change something."""
    assert change.sequence == followed.sequence + 1
    assert change.previous_status == followed.status
    assert change.previous_detail == followed.detail
    assert change.previous_representative_id == followed.representative_id
    assert change.previous_queue_id == (followed.queue_id if followed.sequence else None)
    told = tuple(getattr(change, name) for name in TOLD)
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
    assert tuple(getattr(row, name, state.get(name)) for name in TOLD) == followed.told
    if row.stage in NOBODY:
        assert row.representative_id is None
    if row.stage in SOMEBODY:
        assert row.representative_id is not None
    offered_id = row.offered_representative_id
    assert offered_id is None or row.stage in {"awaiting_acceptance", "in_conversation"}
    if row.stage == "awaiting_acceptance":
        assert offered_id == row.representative_id
    if row.stage == "in_conversation":
        assert offered_id != row.representative_id
    assert (row.handler_id is not None) <= (row.stage in {"with_bot", "with_external"})
    assert not row.consultants or row.stage == "in_conversation"
    assert row.representative_id not in row.consultants
    for names in (row.skipped, row.consultants, row.profiles):
        assert len(set(names)) == len(names)
    # A timer that runs has a meaning here, or firing it would be a crash.
    for name, deadline_ms in row.deadlines.items():
        assert deadline_ms >= now_ms
        assert name == "forget" or CELLS[row.stage][f"timer.{name}"] != (".",), (row.stage, name)
    assert ("forget" in row.deadlines) <= (row.stage == "closed" and not row.holds)


def check_timers(row: Conversation, settings: WorkstreamSettings) -> None:
    """contract.md#timers: no timer runs for a kind that has none of its name."""
    for name in row.deadlines:
        assert name == "forget" or settings.kind in kinds_meeting(f"timer.{name}"), name
    for hold in row.holds:
        assert hold.until_ms is None or settings.kind in kinds_meeting(f"timer.{hold.timer}")


def check_holds(row: Conversation, settings: WorkstreamSettings) -> None:
    """The table of contract.md#holds-by-stage."""
    held = [(hold.representative_id, hold.role) for hold in row.holds]
    assert len(set(held)) == len(held), "at most once per (representative, role)"
    assert [hold.number for hold in row.holds] == sorted(hold.number for hold in row.holds)
    primary = [hold for hold in row.holds if hold.role == "primary"]
    assert all(hold.representative_id == row.representative_id for hold in primary)
    match row.stage:
        case "in_conversation":
            assert len(primary) == 1
        case "awaiting_acceptance":
            assert len(primary) == settings.reserve_on_offer
        case "wrap_up" if settings.wrap_up_block_ms is None:
            assert len(primary) == 1
            assert primary[0].until_ms is None
        case "wrap_up" if settings.wrap_up_block_ms:
            # One, until W4 has given it back.
            until_ms = row.stage_since_ms + settings.wrap_up_block_ms
            assert all(hold.until_ms == until_ms for hold in primary)
        case "closed" if settings.wrap_up_block_ms and not settings.release_on_close:
            assert all(hold.until_ms is not None for hold in primary)
        case _:
            assert not primary
    consultants = [hold.representative_id for hold in row.holds if hold.role == "consultant"]
    assert set(consultants) <= set(row.consultants)
    for hold in row.holds:
        assert hold.number <= row.hold_count
        assert hold.role != "daily" or (hold.units == 0 and hold.until_ms is not None)


def wanted_holds(
    row: Conversation,
    settings: WorkstreamSettings,
    held: dict[tuple[str, str], Hold],
    *,
    releases_all: bool,
) -> set[tuple[str, str]]:
    """contract.md#capacity: who is held in which role once settled, given what was held before.

    The representatives' profiles `day` and `night` are kept until midnight.
    """
    wanted = {key for key in held if key[1] == "daily"}
    primary = (row.representative_id or "", "primary")
    if row.stage == "in_conversation":
        wanted |= {key for key in held if key[1] == "consultant" and key[0] in row.consultants}
        wanted.add(primary)
    elif row.stage == "awaiting_acceptance" and (settings.reserve_on_offer or primary in held):
        wanted.add(primary)
    elif row.stage == "wrap_up" and settings.wrap_up_block_ms != 0:
        wanted |= {primary} & set(held)
    elif row.stage == "closed" and primary in held:
        remainder = held[primary].until_ms is not None
        if remainder and not settings.release_on_close and not releases_all:
            wanted.add(primary)
    names = {*settings.profiles, *row.profiles}
    if primary in wanted and primary not in held and names & {"day", "night"}:
        wanted.add((primary[0], "daily"))
    return wanted


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
    """State changes, releases (oldest hold first), holds."""
    ranks = {StateChange: 0, Released: 1, Held: 2}
    assert all(ranks[type(one)] <= ranks[type(other)] for one, other in pairwise(facts))
    numbers = [_number(fact) for fact in facts if isinstance(fact, Released)]
    assert numbers == sorted(numbers)
    causes = {_cause(fact) for fact in facts}
    assert len(causes) <= 1


def check_next_timer(change: StateChange, row: Conversation) -> None:
    """`next_timer` of the last change: the earliest of the row's own timers."""
    own = [at_ms for name, at_ms in row.deadlines.items() if name != "forget"]
    found = change.next_timer
    assert (None if found is None else parse_time_ms(found.at)) == min(own, default=None)


def _number(fact: Released) -> int:
    return int(fact.hold_id.rpartition(".h")[2])


def _cause(fact: Any) -> tuple[Any, ...]:
    return fact.cause.type, fact.cause.id, fact.cause.source, fact.cause.actor_id

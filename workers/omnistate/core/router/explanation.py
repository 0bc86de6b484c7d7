"""Why a conversation is not assigned: its place, who stands where, what may overflow and when.

Said by the same functions that decide, after they decided: whoever is being asked for something
that goes before it has been asked already.
"""

import msgspec
from omnistate_schemas.queue import OverflowRule
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import RoutingObstacle

from omnistate.core.router.obstacles import describe_obstacle, find_obstacle
from omnistate.core.router.overflow import holds, is_passed_over
from omnistate.core.router.picture import Picture
from omnistate.core.router.queue_room import QueueRoom, to_ms
from omnistate.core.router.seen import ConversationSeen
from omnistate.core.router.wait_estimate import TakenUp, WaitEstimate
from omnistate.core.router.work import Work


class PersonExplained(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is in the queue, and the first thing that stands against them."""

    representative_id: str
    rank: int
    preferred: bool
    obstacle: RoutingObstacle | None
    says: str


class RuleExplained(msgspec.Struct, frozen=True, kw_only=True):
    """An overflow rule: whether it holds, or when; `passed_over` says why it is not for this."""

    number: int
    when: str
    do: str
    queue_id: str | None
    holds: bool
    at: str | None
    passed_over: str | None
    says: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What the router makes of a conversation now. `place` counts from 1; None: it waits not."""

    conversation_id: str
    sequence: int
    status: str
    detail: str | None
    queue_id: str | None
    says: str
    place: int | None = None
    waiting: int = 0
    people: tuple[PersonExplained, ...] = ()
    overflow: tuple[RuleExplained, ...] = ()
    wait: WaitEstimate | None = None


def explain(
    picture: Picture, taken_up: TakenUp, seen: ConversationSeen, now_ms: int
) -> Explanation:
    """Of a conversation as it was last seen, right after a decision on the picture at `now_ms`."""
    work = picture.works.get(seen.conversation_id)
    if work is None:
        return _describe(seen, _say_why_not_pushed(picture, seen))
    room = picture.rooms[work.queue_id]
    ids = sorted(room.members, key=lambda id_: _rank_of(room, work, id_))
    people = tuple(_explain_person(picture, room, work, id_, now_ms) for id_ in ids)
    if not work.is_open:
        offered = ", ".join(seen.offered_representative_ids)
        return _describe(seen, f"it is offered to {offered}", people=people)
    rules = tuple(
        _explain_rule(picture, room, work, number, rule, now_ms)
        for number, rule in enumerate(room.queue.overflow)
    )
    if work.decline_count >= room.queue.max_declines:
        says = f"declined {work.decline_count} times: only picked, or assigned by hand"
        return _describe(seen, says, people=people)
    waiting = [each for each in room.works.values() if _waits(room, each)]
    place = 1 + sum(each.key < work.key for each in waiting)
    return _describe(
        seen,
        _say_why_it_waits(picture, work, people, rules),
        place=place,
        waiting=len(waiting),
        people=people,
        overflow=rules,
        wait=taken_up.estimate(room.id, place, now_ms),
    )


def _describe(seen: ConversationSeen, says: str, **more: object) -> Explanation:
    return msgspec.structs.replace(
        Explanation(
            conversation_id=seen.conversation_id,
            sequence=seen.sequence,
            status=seen.status,
            detail=seen.detail,
            queue_id=seen.queue_id,
            says=says,
        ),
        **more,
    )


def _say_why_not_pushed(picture: Picture, seen: ConversationSeen) -> str:
    """The first reason for which the router leaves a conversation alone."""
    offering = picture.offerings.get(seen.workstream_id)
    if seen.status != "open" and seen.detail != "awaiting_acceptance":
        with_whom = f", with {seen.representative_id}" if seen.representative_id else ""
        return f"it does not wait for anybody: {seen.detail or seen.status}{with_whom}"
    if offering is None:
        return f"workstream {seen.workstream_id} is not configured"
    if not offering.by_engine:
        return f"workstream {seen.workstream_id} has authority: upstream, so another system decides"
    if not offering.pushed:
        return f"workstream {seen.workstream_id} has distribution: pick"
    if seen.queue_id is None:
        return "it is in no queue"
    if seen.queue_id not in picture.rooms:
        return f"queue {seen.queue_id} is not configured"
    return "an earlier version wrote its last change; the next one says what the router needs"


def _say_why_it_waits(
    picture: Picture,
    work: Work,
    people: tuple[PersonExplained, ...],
    rules: tuple[RuleExplained, ...],
) -> str:
    asked, granted = picture.under_way.list_asked_for(work.id)
    if granted:
        return f"the gate has granted it to {', '.join(granted)}; the offer is on its way"
    if asked:
        return f"the gate is being asked to give it to {', '.join(asked)}"
    holding = next((rule for rule in rules if rule.holds), None)
    if holding is not None:
        return f"it overflows: {holding.says}"
    if not people:
        return "nobody is in its queue"
    if any(each.obstacle is None for each in people):
        return "somebody could be given it; what became of the last try is not seen yet"
    return "nobody in its queue can be given it now"


def _waits(room: QueueRoom, work: Work) -> bool:
    return work.is_open and work.decline_count < room.queue.max_declines


def _rank_of(room: QueueRoom, work: Work, id_: str) -> tuple[int, int, str]:
    """In the order in which people are thought of, the method aside."""
    place = work.preferred.index(id_) if id_ in work.preferred else len(work.preferred)
    return place, room.members[id_].queues[room.id], id_


def _explain_person(
    picture: Picture, room: QueueRoom, work: Work, id_: str, now_ms: int
) -> PersonExplained:
    person = room.members[id_]
    obstacle = find_obstacle(picture, room, work, person, now_ms)
    return PersonExplained(
        representative_id=id_,
        rank=person.queues[room.id],
        preferred=id_ in work.preferred,
        obstacle=obstacle,
        says=describe_obstacle(picture, room, work, person, obstacle, now_ms),
    )


def _explain_rule(
    picture: Picture, room: QueueRoom, work: Work, number: int, rule: OverflowRule, now_ms: int
) -> RuleExplained:
    passed_over = is_passed_over(work, rule, picture.targets[room.id])
    at_ms = None if rule.seconds is None else work.queue_since_ms + to_ms(rule.seconds)
    what = "closed" if rule.queue_id is None else f"moved to {rule.queue_id}"
    return RuleExplained(
        number=number,
        when=rule.when,
        do=rule.do,
        queue_id=rule.queue_id,
        holds=passed_over is None and holds(work, room, rule, now_ms),
        at=None if at_ms is None or passed_over else format_time(at_ms),
        passed_over=passed_over,
        says=f"{what}, {passed_over or _say_condition(room, work, rule, at_ms)}",
    )


def _say_condition(room: QueueRoom, work: Work, rule: OverflowRule, at_ms: int | None) -> str:
    match rule.when:
        case "closed":
            when = "outside" if holds(work, room, rule, 0) else "within"
            return f"where it came outside the operating hours: it came {when}"
        case "longer_than":
            before = room.arrivals.count_before((work.queue_since_ms, work.id))
            return f"where {rule.conversations} that came before it wait: {before} do"
        case "waited":
            assert at_ms is not None
            return f"at {format_time(at_ms)}, where it waits until then"
        case "nobody":
            return f"where nobody is signed in: {len(room.present)} of {len(room.members)} are"

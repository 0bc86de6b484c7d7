"""A change that says nothing new to the router: it costs no decision, and its number counts."""

from omnistate.core.router.actions import SOURCE, AssignmentRequest, name_request
from omnistate.core.router.router import Router
from omnistate.core.router.seen import CapacitySeen, CauseSeen, ConversationSeen, RefusalSeen
from omnistate_schemas.configuration import Queue, Representative, Workstream
from omnistate_schemas.times import format_time

NOW_MS = 1_772_442_000_000


def see_person(units: int) -> CapacitySeen:
    return CapacitySeen(representative_id="ann", presence="available", available_units=units)


def see_work(sequence: int, priority: int = 0) -> ConversationSeen:
    return ConversationSeen(
        conversation_id="c1",
        sequence=sequence,
        status="open",
        channel="live_chat",
        workstream_id="chat",
        rule=f"rule-{sequence}",
        queue_id="support",
        queued_at=format_time(NOW_MS - 1_000),
        units=30,
        priority=priority,
    )


def make_router(units: int) -> Router:
    """One queue, ann in it, and one conversation that waits; decided once."""
    router = Router()
    picture = router.picture
    picture.put_workstream("chat", Workstream(channel="live_chat"))
    picture.put_queue("support", Queue())
    picture.put_representative("ann", Representative(queues={"support": 1}))
    picture.put_capacity("ann", see_person(units))
    picture.put_conversation("c1", see_work(1))
    router.decide(NOW_MS)
    return router


def list_asked(router: Router, now_ms: int) -> list[tuple[str, int | None]]:
    return [
        (each.id, each.expected_sequence)
        for each in router.decide(now_ms)
        if isinstance(each, AssignmentRequest)
    ]


def test_it_is_not_decided_anew_and_asked_for_by_its_last_number() -> None:
    router = make_router(units=0)
    work = router.picture.works["c1"]
    router.picture.put_conversation("c1", see_work(2))
    router.picture.put_conversation("c1", see_work(3))
    assert not router.picture.dirty
    assert router.picture.works["c1"] is work
    router.picture.put_capacity("ann", see_person(30))
    assert list_asked(router, NOW_MS + 1) == [(name_request("c1", 3, "ann"), 3)]


def test_whatever_else_changes_is_decided_anew() -> None:
    router = make_router(units=0)
    router.picture.put_conversation("c1", see_work(2, priority=9))
    assert router.picture.dirty == {"c1"}


def test_who_was_refused_is_asked_again_for_another_number() -> None:
    router = make_router(units=30)
    cause = CauseSeen("assignment.requested", name_request("c1", 1, "ann"), SOURCE)
    refusal = RefusalSeen(code="no_capacity", cause=cause, conversation_id="c1")
    router.take_refusal(refusal, NOW_MS + 1)
    assert list_asked(router, NOW_MS + 1) == []
    router.picture.put_conversation("c1", see_work(2))
    assert list_asked(router, NOW_MS + 2) == [(name_request("c1", 2, "ann"), 2)]

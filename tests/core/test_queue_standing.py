"""How the queues stand, counted from the world that the router sees; and what a standby keeps."""

from omnistate.core.router.picture import Picture
from omnistate.core.router.queue_standing import QueueStanding, list_standings
from omnistate.core.router.router import TURNS_MIN, Router
from omnistate.core.router.seen import CapacitySeen, ConversationSeen, GrantSeen, ReservationSeen
from omnistate_schemas.configuration import Queue, Representative, Workstream
from omnistate_schemas.times import format_time

NOW_MS = 1_800_000_000_000


def waiting(id_: str, age_s: int, units: int = 30) -> ConversationSeen:
    since = format_time(NOW_MS - age_s * 1_000)
    return ConversationSeen(
        conversation_id=id_,
        sequence=1,
        status="open",
        channel="live_chat",
        workstream_id="chat",
        queue_id="support",
        queued_at=since,
        queue_since=since,
        units=units,
    )


def room(id_: str, units: int, presence: str = "available", *grants: str) -> CapacitySeen:
    return CapacitySeen(
        representative_id=id_,
        presence=presence,
        available_units=units,
        grants=tuple(GrantSeen(each, ReservationSeen(each)) for each in grants),
    )


def centre(*people: str) -> Router:
    router = Router()
    picture: Picture = router.picture
    picture.put_workstream("chat", Workstream(channel="live_chat"))
    picture.put_queue("support", Queue())
    picture.put_queue("empty", Queue())
    for id_ in people:
        picture.put_representative(id_, Representative(queues={"support": 1}))
    return router


def test_what_waits_and_who_is_there() -> None:
    router = centre("ana", "ben", "cem")
    picture = router.picture
    for seen in (room("ana", 100), room("ben", 20), room("cem", 100, "offline")):
        picture.put_capacity(seen.representative_id, seen)
    picture.put_conversation("c1", waiting("c1", 40))
    picture.put_conversation("c2", waiting("c2", 90))
    picture.put_conversation("c3", waiting("c3", 10, units=200))
    # Ana is asked for the one that has waited longest; whoever is being asked is not free.
    assert [each.conversation_id for each in router.decide(NOW_MS)] == ["c2"]
    assert list(list_standings(picture, NOW_MS)) == [
        QueueStanding("empty", 0, 0, 0, 0),
        QueueStanding("support", 3, 90_000, 2, 0),
    ]
    assert picture.under_way.oldest_ms == NOW_MS
    # Refused, she is free again, and stays so while it is not looked at her anew.
    picture.under_way.end("ana")
    picture.seat_anew(picture.people["ana"])
    assert [each.free for each in list_standings(picture, NOW_MS)] == [0, 1]
    assert picture.under_way.oldest_ms is None


def test_a_request_that_is_made_again_is_as_old_as_the_first() -> None:
    router = centre("ana")
    router.picture.put_capacity("ana", room("ana", 100))
    router.picture.put_conversation("c1", waiting("c1", 5))
    assert len(router.decide(NOW_MS)) == 1
    assert len(router.decide(NOW_MS + 10_000)) == 1
    assert router.picture.under_way.oldest_ms == NOW_MS


def test_one_that_stands_by_keeps_no_more_than_there_is() -> None:
    router = centre("ana")
    picture = router.picture
    router.decide(NOW_MS)
    for number in range(3 * TURNS_MIN):
        id_ = f"c{number}"
        picture.put_conversation(id_, waiting(id_, 5))
        picture.put_capacity("ana", room("ana", 70, "busy", id_))
        picture.put_capacity("ana", room("ana", 100))
        if number != 7:
            picture.put_conversation(id_, None)
        router.stand_by()
    assert len(picture.dirty) <= TURNS_MIN + 2
    assert len(picture.unsettled) <= TURNS_MIN + 2
    # What is still there is given out when the turn comes.
    assert [each.conversation_id for each in router.decide(NOW_MS)] == ["c7"]

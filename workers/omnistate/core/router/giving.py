"""Giving out: the work that changed finds people, and the people who have room again find work.

In the order of work over both; whoever is asked is asked for nothing else. By the picture alone.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from omnistate.core.router.actions import AssignmentRequest, name_request
from omnistate.core.router.person import Person
from omnistate.core.router.picture import Picture
from omnistate.core.router.work import Work, WorkKey

# A turn in the order of work: a conversation, and who has room for it, where somebody looked.
Turn = tuple[WorkKey, str]


def give_out(
    picture: Picture, wanting: list[Work], free: list[Person], now_ms: int
) -> Iterator[AssignmentRequest]:
    """Requests for what changed, in the order of work; under way from now on.

    `wanting`: the conversations that changed; `free`: the people, of whom nobody is asked yet.
    """
    asked = picture.under_way.asked
    # Somebody's turn names them, a conversation's own nobody.
    turns: list[Turn] = [(work.key, "") for work in wanting]
    # Where all that waits is looked at anyway, nobody needs to look for it.
    if len(wanting) < len(picture.works):
        turns += [turn for person in free if (turn := _find_turn(picture, person)) is not None]
    heapify(turns)
    while turns:
        key, representative_id = heappop(turns)
        work = picture.works[key[3]]
        was_taken = work.filed_under is None
        found = None if was_taken else picture.rooms[work.queue_id].find_person(work, now_ms, asked)
        if found is not None:
            yield _ask(picture, work, found, now_ms)
        if (
            representative_id
            and representative_id not in asked
            and (was_taken or found is not None)
        ):
            turn = _find_turn(picture, picture.people[representative_id])
            if turn is not None:
                heappush(turns, turn)


def _find_turn(picture: Picture, person: Person) -> Turn | None:
    """The first conversation that they could be given."""
    best: Work | None = None
    for queue_id, rank in person.queues.items():
        room = picture.rooms.get(queue_id)
        if room is None:
            continue
        work = room.lists.find_first(person, rank, picture.limits)
        if work is not None and (best is None or work.key < best.key):
            best = work
    return None if best is None else (best.key, person.id)


def _ask(picture: Picture, work: Work, person: Person, now_ms: int) -> AssignmentRequest:
    request = AssignmentRequest(
        id=name_request(work.id, work.sequence, person.id),
        representative_id=person.id,
        conversation_id=work.id,
        units=work.need.units,
        profiles=work.need.profiles,
        expected_sequence=work.sequence,
        allowed_presences=work.need.presences,
    )
    picture.under_way.ask(request, now_ms)
    picture.rooms[work.queue_id].lists.take_out(work)
    picture.seat_anew(person)
    return request

"""The first thing that stands against giving a conversation to somebody who is in its queue."""

from omnistate_schemas.vocabulary import RoutingObstacle

from omnistate.core.router.person import Person
from omnistate.core.router.picture import Picture
from omnistate.core.router.queue_room import QueueRoom
from omnistate.core.router.work import SPENT_MAX, Work


def find_obstacle(
    picture: Picture, room: QueueRoom, work: Work, person: Person, now_ms: int
) -> RoutingObstacle | None:
    """The first of them, in this order; None: they could be given it now."""
    rank = person.queues[room.id]
    if rank > room.last_rank_for(work, now_ms) and person.id not in work.preferred:
        return "rank_not_open"
    if not person.signed_in:
        return "not_signed_in"
    if not person.has_presence(work.need.presences):
        return "presence"
    if not room.skills_for(work, now_ms) <= person.skills:
        return "skills"
    if person.id in work.skipped and not work.again:
        return "skipped"
    if not person.has_room(work.need, picture.limits):
        return "capacity"
    # Refused a moment ago counts, too, and granted in vain: they are not asked again just now.
    if person.id in picture.under_way.asked or not work.may_ask(person):
        return "asked_already"
    return None


def describe_obstacle(
    picture: Picture,
    room: QueueRoom,
    work: Work,
    person: Person,
    obstacle: RoutingObstacle | None,
    now_ms: int,
) -> str:
    """The same for people: with the numbers and names that it follows from."""
    match obstacle:
        case None:
            return "could be given it"
        case "rank_not_open":
            return f"rank {person.queues[room.id]}; open up to {room.last_rank_for(work, now_ms)}"
        case "not_signed_in":
            return "offline"
        case "presence":
            return f"{person.presence}; allowed are {', '.join(work.need.presences)}"
        case "skills":
            missing = room.skills_for(work, now_ms) - person.skills
            return f"lacks {', '.join(sorted(missing))}"
        case "skipped":
            return "declined it or left it, and others have not been asked yet"
        case "capacity":
            return _describe_shortage(picture, work, person)
        case "asked_already":
            return _describe_asked(picture, work, person)


def _describe_asked(picture: Picture, work: Work, person: Person) -> str:
    request = picture.under_way.request_to(person.id)
    if request is not None and request.conversation_id != work.id:
        return f"is being asked for {request.conversation_id}"
    if request is not None:
        return "is being asked for it"
    if person.id in work.offered:
        return "has an offer of it"
    if person.id in work.spent:
        return "was granted it, and nothing came of it"
    if len(work.spent) >= SPENT_MAX:
        return f"nothing came of it with {len(work.spent)} others"
    return "was refused just now"


def _describe_shortage(picture: Picture, work: Work, person: Person) -> str:
    if person.blocked:
        return "a blocking profile of theirs is used up"
    short = [
        f"no slot of {name}"
        for name in work.need.profiles
        if person.slots_of(name, picture.limits) < 1
    ]
    if person.available_units < work.need.units:
        short.insert(0, f"{person.available_units} units available, {work.need.units} needed")
    return ", ".join(short)

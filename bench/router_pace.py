"""How long the router takes to decide on one change, with 10,000 waiting and 10,000 people.

`python -m bench.router_pace`: of several kinds of change the median and the slowest of a thousand,
in milliseconds of CPU, and how long the whole picture takes at the start. No broker.
"""

import gc
import json
import statistics
from collections.abc import Callable, Iterator
from random import Random
from time import process_time

import msgspec
from omnistate.core.router.router import Router
from omnistate.core.router.seen import CapacitySeen, ConversationSeen
from omnistate_schemas.configuration import CapacityProfile, Queue, Representative, Workstream
from omnistate_schemas.times import format_time

WAITING = 10_000
PEOPLE = 10_000
QUEUES = 20
CHANGES = 1_000
START_MS = 1_772_442_000_000
SKILLS = ("french", "spanish", "german", "sales")


class Centre:
    """Queues, people and what waits, drawn from one seed; the people have no room at first."""

    def __init__(self, seed: int) -> None:
        """Draw it."""
        self.random = Random(seed)
        self.router = Router()
        self.now_ms = START_MS
        picture = self.router.picture
        picture.put_workstream("chat", Workstream(channel="live_chat"))
        picture.put_profile("chat", CapacityProfile(limit=3))
        for number in range(QUEUES):
            queue = {
                "priority": number % 3,
                "widen_after": 30,
                "relax_skills_after": 600,
                "overflow": [{"when": "waited", "seconds": 3_600, "do": "close"}],
            }
            picture.put_queue(f"q{number}", Queue.model_validate(queue))
        for number in range(PEOPLE):
            picture.put_representative(f"p{number}", self._configure())
            picture.put_capacity(f"p{number}", self.see_person(number, 0))
        for number in range(WAITING):
            picture.put_conversation(f"c{number}", self.see_work(number, 1))

    def _configure(self) -> Representative:
        queues = self.random.sample(range(QUEUES), 3)
        return Representative(
            skills=self.random.sample(SKILLS, 2),
            queues={f"q{number}": self.random.choice((1, 2, 3)) for number in queues},
        )

    def see_person(self, number: int, units: int) -> CapacitySeen:
        """The totals of somebody who has so many units left."""
        return CapacitySeen(
            representative_id=f"p{number}",
            presence="busy",
            available_units=units,
            last_released_at=format_time(START_MS - number),
        )

    def see_work(
        self, number: int, sequence: int, skipped: tuple[str, ...] = ()
    ) -> ConversationSeen:
        """A conversation that waits."""
        at = format_time(START_MS - 60_000 - 10 * number)
        draw = Random(number)
        skills = draw.sample(SKILLS, draw.choice((0, 0, 1, 2)))
        return msgspec.convert(
            {
                "conversation_id": f"c{number}",
                "sequence": sequence,
                "status": "open",
                "channel": "live_chat",
                "workstream_id": "chat",
                "queue_id": f"q{number % QUEUES}",
                "queued_at": at,
                "queue_since": at,
                "units": 30,
                "skipped_representative_ids": skipped,
                "decline_count": len(skipped),
                "attributes": {"skills": skills},
            },
            ConversationSeen,
        )


def measure(centre: Centre, change: Callable[[int], None]) -> dict[str, float]:
    """Milliseconds that a change and the decision on it take: the median and the slowest."""
    taken = []
    for number in range(CHANGES):
        centre.now_ms += 1
        begun = process_time()
        change(number)
        centre.router.decide(centre.now_ms)
        taken.append((process_time() - begun) * 1_000)
    return {"p50_ms": round(statistics.median(taken), 3), "max_ms": round(max(taken), 3)}


def run() -> Iterator[tuple[str, object]]:
    """Each measurement, and what came out."""
    centre = Centre(1)
    picture = centre.router.picture
    begun = process_time()
    centre.router.decide(centre.now_ms)
    yield "the whole picture, nobody has room, s", round(process_time() - begun, 3)
    gc.collect()
    gc.freeze()

    def free_too_little(number: int) -> None:
        picture.put_capacity(f"p{number}", centre.see_person(number, 20))

    def free_up(number: int) -> None:
        picture.put_capacity(f"p{number}", centre.see_person(number, 30))

    def prioritize(number: int) -> None:
        seen = centre.see_work(WAITING - 1 - number, 2)
        picture.put_conversation(seen.conversation_id, seen)

    def decline(number: int) -> None:
        seen = centre.see_work(number, 3, ("p1",))
        picture.put_conversation(seen.conversation_id, seen)

    yield "somebody has room, too little for anything", measure(centre, free_too_little)
    yield "somebody has room for one more", measure(centre, free_up)
    yield "a waiting conversation changes", measure(centre, prioritize)
    yield "one comes back declined", measure(centre, decline)

    def update(number: int) -> None:
        # Of what waits, and nobody could be given it: an attribute that says nothing to a router.
        seen = centre.see_work(CHANGES + number % CHANGES, 4 + number // CHANGES)
        picture.put_conversation(seen.conversation_id, seen)

    yield "a waiting conversation changes, nothing that counts", measure(centre, update)
    for number in range(PEOPLE):
        picture.put_capacity(f"p{number}", centre.see_person(number, 0))
    centre.now_ms += 30_000
    begun = process_time()
    centre.router.decide(centre.now_ms)
    yield "everything waits 30 s longer at once, s", round(process_time() - begun, 3)

    idle = Centre(2)
    for number in range(WAITING):
        idle.router.picture.put_conversation(f"c{number}", None)
    for number in range(PEOPLE):
        idle.router.picture.put_capacity(f"p{number}", idle.see_person(number, 100))
    idle.router.decide(idle.now_ms)
    gc.collect()
    gc.freeze()

    def arrive(number: int) -> None:
        seen = idle.see_work(number, 1)
        idle.router.picture.put_conversation(seen.conversation_id, seen)

    yield "one comes, and everybody has room", measure(idle, arrive)


if __name__ == "__main__":
    for name, found in run():
        print(f"{name}: {json.dumps(found)}")

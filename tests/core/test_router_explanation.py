"""Why a conversation waits, held to the judge person by person, and in words."""

import msgspec
import pytest
from omnistate.core.router.explanation import Explanation, explain
from omnistate.core.router.router import Router
from omnistate.core.router.seen import CapacitySeen, ConversationSeen, ProfileSeen
from omnistate.core.router.wait_estimate import TakenUp
from omnistate_schemas.configuration import CapacityProfile, Queue, Representative, Workstream
from omnistate_schemas.times import format_time

from tests.core.router_members import START_MS, describe_waiting
from tests.core.router_world import World
from tests.core.test_router_against_naive import STEPS, build_pair, step

WORDS = {
    "rank not open": "rank_not_open",
    "not signed in": "not_signed_in",
    "presence": "presence",
    "skills": "skills",
    "skipped": "skipped",
    "capacity": "capacity",
    "asked already": "asked_already",
    "refused": "asked_already",
    None: None,
}


def check_against_the_judge(seed: int) -> set[str | None]:
    """Every word that is said of anybody, after every fifth step of a world."""
    world = World(seed, people=2 + seed % 5)
    pair = build_pair(world)
    said: set[str | None] = set()
    for number in range(STEPS):
        step(world, pair, world.random)
        world.take(pair.decide(world.now_ms))
        if number % 5:
            continue
        for seen in pair.judge.pushed():
            told = explain(pair.router.picture, TakenUp(), seen, world.now_ms)
            msgspec.json.encode(told)
            assert {each.representative_id for each in told.people} == set(pair.judge.members(seen))
            if not pair.judge.wants_somebody(seen, world.now_ms):
                continue
            for each in told.people:
                word = pair.judge.first_obstacle(seen, each.representative_id, world.now_ms)
                assert each.obstacle == WORDS[word], (seed, each, seen)
                said.add(each.obstacle)
    return said


def test_what_stands_against_each_is_what_the_judge_says() -> None:
    said: set[str | None] = set()
    for seed in range(3_000, 3_010):
        said |= check_against_the_judge(seed)
    # Whoever could be given it has just been asked.
    assert said == set(WORDS.values()) - {None}


QUEUE = {
    "widen_after": 60,
    "overflow": [
        {"when": "closed", "do": "close"},
        {"when": "longer_than", "conversations": 50, "do": "move", "queue_id": "second"},
        {"when": "waited", "seconds": 300, "do": "move", "queue_id": "second"},
        {"when": "nobody", "do": "move", "queue_id": "nowhere"},
    ],
}
PEOPLE: dict[str, dict[str, object]] = {
    "amy": {"queues": {"support": 1}},
    "ben": {"queues": {"support": 2}, "skills": ["french"]},
    "cat": {"queues": {"support": 1}, "skills": ["french"]},
    "dan": {"queues": {"support": 1}, "skills": ["french"]},
    "eve": {"queues": {"support": 1}},
    "fay": {"queues": {"second": 1}},
    "gil": {"queues": {"support": 1}, "skills": ["french"]},
}
CAPACITIES: dict[str, dict[str, object]] = {
    "ben": {"presence": "available", "available_units": 100},
    "cat": {
        "presence": "away",
        "presence_reason": "set_by_representative",
        "available_units": 100,
    },
    "dan": {"presence": "busy", "available_units": 10},
    "eve": {"presence": "busy", "available_units": 100},
    "gil": {"presence": "busy", "available_units": 100},
}


def wait_in(queue: str, number: int, **more: object) -> ConversationSeen:
    since = format_time(START_MS + number * 1_000)
    known = {"sequence": 2, "queue_id": queue, "detail": None, **more}
    seen = describe_waiting(f"c{number}", since, **known)
    return msgspec.convert(seen, ConversationSeen)


def build_centre() -> Router:
    router = Router()
    picture = router.picture
    picture.put_workstream("chat", Workstream(channel="live_chat"))
    picture.put_workstream("picked", Workstream(channel="live_chat", distribution="pick"))
    picture.put_profile("chat", CapacityProfile(limit=2))
    picture.put_queue("support", Queue.model_validate(QUEUE))
    picture.put_queue("second", Queue())
    for id_, person in PEOPLE.items():
        picture.put_representative(id_, Representative.model_validate(person))
    for id_, seen in CAPACITIES.items():
        picture.put_capacity(id_, msgspec.convert({"representative_id": id_, **seen}, CapacitySeen))
    return router


def told_of(router: Router, seen: ConversationSeen, now_ms: int) -> Explanation:
    router.picture.put_conversation(seen.conversation_id, seen)
    router.decide(now_ms)
    return explain(router.picture, TakenUp(), seen, now_ms)


def test_each_person_and_why_not() -> None:
    router = build_centre()
    first = wait_in("support", 0, attributes={"skills": ["french"]})
    told_of(router, first, START_MS + 1_000)
    second = wait_in(
        "support",
        1,
        attributes={"skills": ["french"]},
        profiles=["chat"],
        skipped_representative_ids=["eve"],
        decline_count=1,
    )
    told = told_of(router, second, START_MS + 2_000)
    assert told.says == "nobody in its queue can be given it now"
    assert (told.place, told.waiting) == (2, 2)
    assert {each.representative_id: (each.obstacle, each.says) for each in told.people} == {
        "amy": ("not_signed_in", "offline"),
        "ben": ("rank_not_open", "rank 2; open up to 1"),
        "cat": ("presence", "away; allowed are available, busy"),
        "dan": ("capacity", "10 units available, 30 needed"),
        "eve": ("skills", "lacks french"),
        "gil": ("asked_already", "is being asked for c0"),
    }
    assert [(each.holds, each.passed_over is None, each.at) for each in told.overflow] == [
        (False, True, None),
        (False, True, None),
        (False, True, format_time(START_MS + 301_000)),
        (False, False, None),
    ]
    assert told.overflow[1].says == "moved to second, where 50 that came before it wait: 1 do"
    assert told.wait is not None
    assert told.wait.seconds is None


def test_what_is_being_asked_for_says_of_whom() -> None:
    router = build_centre()
    told = told_of(router, wait_in("support", 0, attributes={"skills": "french"}), START_MS)
    assert told.says == "the gate is being asked to give it to gil"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"status": "closed"}, "it does not wait for anybody: closed"),
        (
            {"status": "active", "detail": "in_conversation", "representative_id": "amy"},
            "it does not wait for anybody: in_conversation, with amy",
        ),
        ({"workstream_id": "picked"}, "workstream picked has distribution: pick"),
        ({"workstream_id": "gone"}, "workstream gone is not configured"),
        ({"queue_id": None}, "it is in no queue"),
        ({"queue_id": "gone"}, "queue gone is not configured"),
        (
            {"units": None},
            "an earlier version wrote its last change; the next one says what the ro",
        ),
        ({"decline_count": 3}, "declined 3 times: only picked, or assigned by hand"),
        (
            {
                "status": "active",
                "detail": "awaiting_acceptance",
                "offered_representative_ids": ["gil"],
            },
            "it is offered to gil",
        ),
    ],
)
def test_what_the_router_leaves_alone(more: dict[str, object], says: str) -> None:
    router = build_centre()
    told = told_of(router, wait_in("support", 0, **more), START_MS)
    assert told.says.startswith(says)
    assert told.place is None


def test_a_shortage_names_what_is_short() -> None:
    router = build_centre()
    seen = CapacitySeen(
        representative_id="fay",
        presence="busy",
        available_units=100,
        profiles={"chat": ProfileSeen(available=0, occupied=2)},
    )
    router.picture.put_capacity("fay", seen)
    told = told_of(router, wait_in("second", 0, profiles=["chat", "gone"]), START_MS)
    assert [each.says for each in told.people] == ["no slot of chat, no slot of gone"]


def test_the_wait_is_estimated_from_what_was_taken_up_lately() -> None:
    taken_up = TakenUp()
    now_ms = START_MS + 3_600_000
    for number in range(40):  # one a minute; the last 30 min count
        taken_up.note(
            wait_in(
                "support",
                number,
                status="active",
                detail="in_conversation",
                representative_id="amy",
                representative_since=format_time(now_ms - number * 60_000),
            )
        )
    taken_up.note(
        wait_in(
            "support",
            99,
            status="active",
            detail="awaiting_acceptance",
            representative_id="amy",
            representative_since=format_time(now_ms),
        )
    )
    found = taken_up.estimate("support", 4, now_ms)
    assert found.seconds == 240
    assert found.how == "place 4, and 30 were taken up from it in the last 30 min"
    assert taken_up.estimate("second", 1, now_ms).seconds is None


def test_many_that_were_taken_up_are_forgotten_in_time() -> None:
    taken_up = TakenUp()
    for number in range(10_000):
        seen = wait_in(
            "support",
            number,
            status="closed",
            representative_since=format_time(START_MS + number * 1_000),
        )
        taken_up.note(seen)
    assert taken_up.estimate("support", 1, START_MS + 9_999_000).seconds == 1.0
    assert sum(map(len, taken_up._at_ms.values())) < 5_000

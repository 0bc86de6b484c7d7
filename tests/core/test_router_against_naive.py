"""The router and its judge: after whatever happened, the same is to be done, or it is a mistake."""

from collections import Counter
from random import Random

import pytest
from omnistate.core.router.actions import Action, AssignmentRequest
from omnistate.core.router.router import Router
from omnistate_schemas.configuration import Queue

from tests.core.naive_router import NaiveRouter
from tests.core.router_members import PROFILES, QUEUES, WORKSTREAMS
from tests.core.router_world import World

STEPS = 250


class Pair:
    """A router and its judge, who are told the same."""

    def __init__(self) -> None:
        self.router = Router()
        self.judge = NaiveRouter()

    def tell(self, kind: str, id_: str, value: object, now_ms: int) -> None:
        picture = self.router.picture
        match kind:
            case "refusals":
                self.router.take_refusal(value, now_ms)  # type: ignore[arg-type]
                self.judge.take_refusal(value, now_ms)  # type: ignore[arg-type]
                return
            case "conversations":
                put = picture.put_conversation
                kept = value.status == "open" or value.offered_representative_ids  # type: ignore[attr-defined]
                self.judge.put(kind, id_, value if kept else None)
            case _:
                put = {  # type: ignore[assignment]
                    "capacities": picture.put_capacity,
                    "workstreams": picture.put_workstream,
                    "queues": picture.put_queue,
                    "profiles": picture.put_profile,
                    "representatives": picture.put_representative,
                }[kind]
                self.judge.put(kind, id_, value)
        put(id_, value)  # type: ignore[arg-type]

    def decide(self, now_ms: int) -> list[Action]:
        actions = self.router.decide(now_ms)
        assert actions == self.judge.decide(now_ms)
        self.check_limits(actions)
        return actions

    def check_limits(self, actions: list[Action]) -> None:
        """Nobody twice under way; nothing is asked for beyond the offers that there may be."""
        people = [request.representative_id for _, request in self.judge.asked]
        assert len(people) == len(set(people))
        for request in actions:
            if isinstance(request, AssignmentRequest):
                seen = self.judge.conversations[request.conversation_id]
                limit = WORKSTREAMS[seen.workstream_id].parallel_offers or 1
                assert len(self.judge.on_the_way(seen)) <= limit


def build_pair(world: World) -> Pair:
    pair = Pair()
    for id_, workstream in WORKSTREAMS.items():
        pair.tell("workstreams", id_, workstream, 0)
    for id_, profile in PROFILES.items():
        pair.tell("profiles", id_, profile, 0)
    for id_, queue in QUEUES.items():
        pair.tell("queues", id_, Queue.model_validate(queue), 0)
    for id_ in world.desks:
        pair.tell("representatives", id_, world.configure(id_), 0)
    return pair


def read(world: World, pair: Pair, number: int) -> None:
    if world.topics[number]:
        kind, id_, value = world.topics[number].popleft()
        pair.tell(kind, id_, value, world.now_ms)


def step(world: World, pair: Pair, draw: Random) -> None:
    """One thing happens, or one record is read, or time passes."""
    match draw.choices(
        ["start", "change", "sign", "gate", "engine", "read", "wait", "configure", "lose"],
        [11, 8, 5, 14, 14, 46, 12, 1, 1],
    )[0]:
        case "start":
            world.start()
        case "change":
            world.change()
        case "sign":
            world.sign()
        case "gate":
            world.run_gate()
        case "engine":
            world.run_engine()
        case "read":
            read(world, pair, draw.randrange(3))
        case "wait":
            world.now_ms += draw.choice([0, 1, 300, 700, 2_000, 2_000, 4_000, 11_000])
        case "lose":
            if world.gate:
                world.gate.popleft()
        case "configure":
            id_ = draw.choice(sorted(world.desks))
            configured = None if draw.random() < 0.2 else world.configure(id_)
            pair.tell("representatives", id_, configured, world.now_ms)
            if draw.random() < 0.3:
                queue_id = draw.choice(sorted(QUEUES))
                queue = {**QUEUES[queue_id], "priority": draw.choice([0, 5, 9])}
                pair.tell("queues", queue_id, Queue.model_validate(queue), world.now_ms)


@pytest.mark.parametrize("seed", range(60))
def test_the_judge_would_do_the_same(seed: int) -> None:
    world = World(seed, people=2 + seed % 5)
    pair = build_pair(world)
    for _ in range(STEPS):
        # Of every third world much is read before anything is decided.
        for _ in range(1 if seed % 3 else world.random.choice([1, 1, 5, 15])):
            step(world, pair, world.random)
        world.take(pair.decide(world.now_ms))


def test_the_worlds_have_everything_in_them() -> None:
    """What the judge is asked about does happen, and all of it more than once."""
    happened: Counter[str] = Counter()
    for seed in range(12):
        world = World(seed, people=2 + seed % 5)
        pair = build_pair(world)
        asked: set[str] = set()
        for _ in range(STEPS):
            step(world, pair, world.random)
            actions = pair.decide(world.now_ms)
            for action in actions:
                name = type(action).__name__
                happened[f"{name} again" if action.id in asked else name] += 1
                asked.add(action.id)
            world.take(actions)
            for each in pair.judge.pushed():
                if each.skipped_representative_ids:
                    again = pair.judge.all_were_skipped(each, world.now_ms)
                    happened["all skipped" if again else "skipped"] += 1
        happened["offer"] += len(world.offers)
        happened["overflow"] += len(world.overflowed)
        happened["barred"] += len(pair.judge.barred)
        happened["paused"] += len(pair.judge.paused)
    names = ["AssignmentRequest", "QueueMove", "OverflowClosing"]
    names += [f"{name} again" for name in names]
    for name in [*names, "offer", "overflow", "barred", "paused", "skipped", "all skipped"]:
        assert happened[name] > 1, (name, happened)


@pytest.mark.parametrize("seed", range(8))
def test_where_everybody_answers_nothing_that_fits_waits(seed: int) -> None:
    """Once all is read and answered, the judge finds nobody to ask, and nothing is under way."""
    world = World(1_000 + seed, people=8)
    pair = build_pair(world)
    for _ in range(STEPS):
        step(world, pair, world.random)
        world.take(pair.decide(world.now_ms))
    quiet = 0
    for _ in range(2_000):
        if quiet == 30:
            break
        world.run_gate()
        world.run_engine()
        for number in range(3):
            read(world, pair, number)
        busy = any((world.gate, world.engine, *world.topics))
        world.now_ms += 0 if busy else 1_000
        actions = pair.decide(world.now_ms)
        world.take(actions)
        requests = [each for each in actions if isinstance(each, AssignmentRequest)]
        quiet = 0 if requests or busy else quiet + 1
    assert quiet == 30, f"seed {seed}"
    assert not pair.judge.asked
    for each in pair.judge.pushed():
        if pair.judge.wants_somebody(each, world.now_ms):
            for id_ in pair.judge.representatives:
                assert pair.judge.first_obstacle(each, id_, world.now_ms) is not None


@pytest.mark.parametrize("seed", range(12))
def test_the_same_picture_has_the_same_requests(seed: int) -> None:
    """A second router, told all that is known in any order, asks nothing that has another id."""
    world = World(2_000 + seed, people=6)
    pair = build_pair(world)
    for _ in range(STEPS):
        step(world, pair, world.random)
        world.take(pair.decide(world.now_ms))
    judge = pair.judge
    told = [
        (kind, id_, value)
        for kind in ("workstreams", "profiles", "queues", "representatives", "capacities")
        for id_, value in getattr(judge, kind).items()
    ] + [("conversations", id_, value) for id_, value in judge.conversations.items()]
    answers = []
    for _ in range(3):
        world.random.shuffle(told)
        other = Pair()
        for kind, id_, value in told:
            other.tell(kind, id_, value, world.now_ms)
        answers.append(other.decide(world.now_ms))
        assert other.decide(world.now_ms) == []
    assert answers[0] == answers[1] == answers[2]

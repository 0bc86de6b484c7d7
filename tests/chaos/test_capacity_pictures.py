"""The chaos' own fold of representatives says, of every batch, what the worker says."""

import random
from typing import Any

from omnistate_schemas.vocabulary import CAPACITY_CHANGES

from tests.chaos.capacity_pictures import TOLD, Pictures
from tests.stream.representative_rig import CENTRE, INPUTS, RepresentativeRig, directory_of, drain

PRESENCES = ("available", "busy", "do_not_disturb", "away", "offline")


def act(desk: RepresentativeRig, draw: random.Random) -> None:
    who = draw.choice(("ana", "bob", "eve"))
    chance = draw.random()
    if chance < 0.25:
        desk.set(who, draw.choice(PRESENCES), draw.choice((None, "sue")))
    else:
        slots = {name: draw.randrange(4) for name in ("chat", "call", "odd") if draw.random() < 0.3}
        desk.hold(who, 20 * draw.randrange(7), draw.randrange(3), int(chance > 0.9), **slots)


async def run_both(seed: int) -> tuple[list[dict[str, Any]], Pictures]:
    """What the worker tells, and what the fold says, over the same batches."""
    desk, draw, pictures = (
        RepresentativeRig(directory_of(CENTRE)),
        random.Random(seed),
        Pictures(CENTRE),
    )
    task = await desk.take_over()
    await drain(task, desk.now_ms)
    reached = dict.fromkeys(INPUTS, 0)
    for _ in range(80):
        for _ in range(draw.randint(1, 4)):
            act(desk, draw)
        batch = []
        for topic in INPUTS:
            records = desk.log.read(topic, 0, reached[topic])
            reached[topic] += len(records)
            batch += records
        batch.sort(key=lambda each: each.timestamp_ms)
        pictures.take_batch((each.topic, each.key, each.value, each.timestamp_ms) for each in batch)
        await drain(task, desk.now_ms)
    return desk.told(), pictures


async def test_the_fold_and_the_worker_agree_on_every_picture() -> None:
    for seed in range(20):
        told, pictures = await run_both(seed)
        for id_ in ("ana", "bob", "eve"):
            published = [
                {name: value for name, value in each.items() if name not in TOLD}
                for each in told
                if each["representative_id"] == id_
            ]
            assert len(published) > 20
            assert published == pictures.of[id_]


async def test_releases_at_one_time_of_the_clock_make_one_picture() -> None:
    """As where the clocks of two brokers are apart: what they bear is behind the worker's own."""
    desk, pictures = RepresentativeRig(directory_of(CENTRE)), Pictures(CENTRE)
    task = await desk.take_over()
    await drain(task, desk.now_ms)
    reached, at_ms = 0, desk.now_ms
    for _ in range(3):
        for type_ in ("capacity.held", "capacity.released"):
            number = desk.numbers["ana", 0] = desk.numbers.get(("ana", 0), 0) + 1
            desk.now_ms = at_ms
            desk.tell(type_, "ana", change(number, 30 if type_ == "capacity.held" else 0))
        batch = desk.log.read(CAPACITY_CHANGES, 0, reached)
        reached += len(batch)
        pictures.take_batch((each.topic, each.key, each.value, each.timestamp_ms) for each in batch)
        await drain(task, desk.now_ms)
    published = [each for each in desk.told() if each["representative_id"] == "ana"]
    assert len(published) == len(pictures.of["ana"]) == 2


def change(number: int, units: int) -> dict[str, Any]:
    """A hold's beginning or end, which leaves so many units."""
    return {
        "conversation_id": "chat-1",
        "hold_id": f"{(number + 1) // 2}.h1",
        "role": "primary",
        "units": 30,
        "partition": 0,
        "partition_sequence": number,
        "partition_units": units,
    }

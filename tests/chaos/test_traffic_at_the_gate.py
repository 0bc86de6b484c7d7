"""The chaos' traffic through both workers on the embedded log, with workers that fall now and then.

What a round holds against real workers holds here, too: every picture and every word to a
conversation is what the fold comes to, and the audit finds nothing.
"""

import json
import random
from collections import Counter, defaultdict
from itertools import islice
from typing import Any

import pytest
from omnistate_schemas.vocabulary import AGENT_ACTIONS, REPRESENTATIVE_CAPACITY

from tests.audit.gated_centre import GatedCentre
from tests.chaos.capacity_pictures import GATE, OURS, TOLD, Pictures, Taken
from tests.chaos.chaos_traffic import Json, Traffic, hurry
from tests.chaos.lived_day import tell_day
from tests.chaos.worker_kinds import REPRESENTATIVE

EVENTS = 2_500
POSITIONS = "representative-positions-changelog"


async def play(seed: int) -> tuple[GatedCentre, Json]:
    """So many events, and half a minute in which leases and timers run out."""
    day, configuration = await tell_day(seed, 60)
    hurried = hurry(configuration)
    centre = GatedCentre(random.Random(seed))
    centre.configure(hurried)
    await centre.settle()
    for event in islice(Traffic(day, str(seed), hurried), EVENTS):
        centre.now_ms += centre.dice.choice((0, 1, 20, 60))
        centre.log.append(event.topic, event.key, event.value, event.headers, event.partition)
        if centre.dice.random() < 0.2:
            await centre.settle()
    centre.now_ms += 30_000
    await centre.settle()
    return centre, hurried


def fold(centre: GatedCentre, configuration: Json) -> Pictures:
    """Batch by batch, as the positions say that they were taken."""
    pictures = Pictures(configuration)
    for number in range(centre.sizes[POSITIONS]):
        taken = dict.fromkeys(REPRESENTATIVE.consumes, 0)
        for record in centre.log.read(POSITIONS, number, 0):
            position = json.loads(record.value or b"")
            batch: list[tuple[tuple[int, int], Taken]] = []
            for turn, topic in enumerate(REPRESENTATIVE.consumes):
                end = position["next_offsets"].get(topic, 0)
                for each in centre.log.read(topic, number, taken[topic]):
                    if each.offset < end:
                        rank = each.timestamp_ms, turn
                        batch.append((rank, (topic, each.key, each.value, each.timestamp_ms)))
                taken[topic] = max(taken[topic], end)
            batch.sort(key=lambda each: each[0])
            pictures.take_batch((each for _, each in batch), position["clock_ms"], number)
    return pictures


def read(centre: GatedCentre, topic: str) -> list[dict[str, Any]]:
    return [
        json.loads(record.value or b"")
        for number in range(centre.sizes[topic])
        for record in centre.log.read(topic, number, 0)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(2))
async def test_workers_fold_and_audit_agree(number: int) -> None:
    seed = random.randrange(2**31)
    centre, configuration = await play(seed)
    where = f"seed {seed} of run {number}"
    pictures = fold(centre, configuration)
    published: dict[str, list[Json]] = defaultdict(list)
    reasons = Counter[str]()
    for event in read(centre, REPRESENTATIVE_CAPACITY):
        data = event["data"]
        reasons[data["presence_reason"]] += 1
        kept = {name: value for name, value in data.items() if name not in TOLD}
        published[data["representative_id"]].append(kept)
    for partition in range(centre.sizes[REPRESENTATIVE_CAPACITY]):
        records = centre.log.read(REPRESENTATIVE_CAPACITY, partition, 0)
        times = [json.loads(each.value or b"")["data"]["changed_at"] for each in records]
        assert times == sorted(times), where
    for id_ in configuration["representatives"]:
        assert published[id_] == pictures.of[id_], (where, id_)
    said = [each for each in read(centre, AGENT_ACTIONS) if each["source"] in OURS]
    told = Counter(
        (each["type"], each["subject"], each["data"]["representative_id"]) for each in said
    )
    assert told == pictures.told, where
    assert sum(each["source"] == GATE for each in said) > 20, where
    assert min(reasons["lost"], reasons["capacity"]) > 0, (where, reasons)
    findings = await centre.audit()
    assert findings.violations == [], where
    assert findings.counts["grants"] > 20, where

"""Days of the demo with other seeds: what they leave behind, and whether all of it is explained."""

from collections.abc import Iterator

import msgspec
import pytest
from omnistate.audit.auditor import audit
from omnistate.audit.source import MemoryReader
from omnistate.cli.configuration_file import build_directory
from omnistate.stream.conversation.partition_state import describe_state
from omnistate.stream.conversation.replay import Replay, describe_output
from omnistate.stream.ports import Outgoing
from omnistate.stream.topology import load_topology
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.times import parse_time_ms

from tests.demo.demo_days import Day, Event, live

SEEDS = range(1, 6)
CONVERSATIONS = 250
MONTH_MS = 31 * 86_400_000
# A timer's change bears its deadline, and the router sees it once that is past for good.
GRACE_MS = 1_000
UNDER_WAY = ("the gate", "somebody could be given it", "it overflows")
pytestmark = pytest.mark.slow
LIVED: dict[int, Day] = {}


async def day_of(seed: int) -> Day:
    """A day that nobody changes, lived once."""
    if seed not in LIVED:
        LIVED[seed] = await live(seed, CONVERSATIONS)
    return LIVED[seed]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_day_replays_to_the_same_bytes(seed: int) -> None:
    day = await day_of(seed)
    centre = ContactCentre.model_validate_json(msgspec.json.encode(day.world.configuration))
    replay = Replay(build_directory(centre))
    said = b"".join(replay.feed(msgspec.json.encode(each) for each in day.inputs))
    outputs = day.lived.outputs
    published = (describe_output(Outgoing(each.topic, each.key, each.value)) for each in outputs)
    assert said == b"".join(published)
    assert said.count(b"\n") > CONVERSATIONS


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_audit_of_a_day_finds_nothing(seed: int) -> None:
    day = await day_of(seed)
    findings = await audit(MemoryReader(day.lived.log), load_topology())
    assert findings.ok, (seed, findings.violations[:5])
    assert findings.counts["inputs"] >= len(day.inputs)
    assert "gate" not in findings.unchecked, findings.unchecked


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_open_or_held_a_month_later(seed: int) -> None:
    day = await live(seed, 120)
    await day.lived.pass_time(day.lived.now_ms + MONTH_MS)
    state = describe_state(day.lived.task.processor.tables, day.lived.directory)
    left = {
        id_: each
        for id_, each in state["conversations"].items()
        if not id_.startswith("case-") and (each["status"] != "closed" or each["holds"])
    }
    assert left == {}, seed
    working = [id_ for id_, each in state["representatives"].items() if each["occupied_units"]]
    cases = [each for id_, each in state["conversations"].items() if id_.startswith("case-")]
    holding = {hold["representative_id"] for each in cases for hold in each["holds"]}
    assert set(working) <= holding, seed


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_pushed_conversation_is_explained(seed: int) -> None:
    day = await day_of(seed)
    explained = {
        (each.conversation_id, each.sequence): each
        for said in day.lived.workers.router.explained.values()
        for _, each in said
    }
    people = day.world.configuration["representatives"]
    at_once = waited = 0
    for change, following in list_open(day):
        key = change["conversation_id"], change["sequence"]
        if key not in explained:
            # Nobody waited: what follows is of the same instant.
            assert following is not None, (seed, key)
            passed_ms = parse_time_ms(following["time"]) - parse_time_ms(change["time"])
            assert passed_ms <= GRACE_MS, (seed, key)
            at_once += 1
            continue
        waited += 1
        said = explained[key]
        queue_id = change.get("queue_id")
        assert said.queue_id == queue_id
        members = {id_ for id_, each in people.items() if queue_id in each["queues"]}
        if not said.people:
            assert not members or queue_id is None or "declined" in said.says, (seed, said)
            continue
        assert {each.representative_id for each in said.people} == members
        if not said.says.startswith(UNDER_WAY):
            assert all(each.obstacle for each in said.people), (seed, said)
    assert at_once > CONVERSATIONS / 4, seed
    assert waited >= 1, seed


def list_open(day: Day) -> Iterator[tuple[Event, Event | None]]:
    """Each change that leaves a conversation of a pushed workstream open, and the one after it."""
    workstreams = day.world.configuration["workstreams"]
    stories: dict[str, list[Event]] = {}
    for topic, event in day.outputs:
        if topic == "conversation-state-changes":
            told = {**event["data"], "time": event["time"]}
            stories.setdefault(told["conversation_id"], []).append(told)
    for story in stories.values():
        if workstreams[story[0]["workstream_id"]].get("assign_through_gate"):
            for change, following in zip(story, [*story[1:], None], strict=True):
                if change["status"] == "open":
                    yield change, following

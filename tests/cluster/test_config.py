"""`omnistate config apply` on a real Kafka: what it publishes, and what it leaves alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from omnistate.adapters.kafka.records.transactional_publication import Publication
from omnistate_schemas.registry import CONFIGURATION

from tests.harness.console import Console, one_line
from tests.harness.topics import Written

CENTRE = """\
workstreams:
  support: {channel: live_chat, offer_timeout: null, auto_close: {open: null, waiting: 60}}
  calls: {channel: voice}
capacity_profiles:
  chat: {limit: 3}
representatives:
  ana: {profiles: {chat: null}, time_zone: Europe/Madrid}
  bob:
queues:
  support: {}
"""
OBJECTS = {
    "workstreams": {
        "support": {
            "channel": "live_chat",
            "offer_timeout": None,
            "auto_close": {"open": None, "waiting": 60},
        },
        "calls": {"channel": "voice"},
    },
    "capacity-profiles": {"chat": {"limit": 3}},
    "representatives": {
        "ana": {"profiles": {"chat": None}, "time_zone": "Europe/Madrid"},
        "bob": {},
    },
    "queues": {"support": {}},
}


@pytest.fixture
async def console(brokers: str, prefix: str) -> Console:
    console = Console(brokers, prefix)
    await console.lay_out()
    return console


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "centre.yaml"
    path.write_text(CENTRE)
    return path


async def published(console: Console) -> dict[str, dict[str, Any]]:
    """The last value of each key, as any reader of the topics sees it."""
    last: dict[str, dict[str, Any]] = {topic: {} for topic in CONFIGURATION}
    for topic, objects in last.items():
        for record in await console.read(topic):
            objects[record.key.decode()] = record
        for key, record in list(objects.items()):
            if record.value is None:
                del objects[key]
                continue
            objects[key] = json.loads(record.value)
            assert dict(record.headers) == {"content-type": b"application/json"}
            CONFIGURATION[topic].model_validate_json(record.value)
    return last


async def count_records(console: Console) -> int:
    return len(await console.read(*CONFIGURATION))


async def test_publishes_the_objects_as_they_stand_in_the_file(
    console: Console, config: Path
) -> None:
    said = await console.succeed("config", "apply", config)
    assert "workstreams: 2 added, 0 unchanged\n" in said
    assert await published(console) == OBJECTS, "a key left out stays so, a null stays a null"


async def test_publishes_only_what_differs(console: Console, config: Path) -> None:
    await console.succeed("config", "apply", config)
    count = await count_records(console)
    assert "workstreams: 2 unchanged\n" in await console.succeed("config", "apply", config)
    assert await count_records(console) == count
    # What was null by default is now null by name, and the other way round.
    config.write_text(CENTRE.replace("open: null, ", "").replace("{limit: 3}", "{limit: 4}"))
    said = await console.succeed("config", "apply", config)
    assert "workstreams: 1 changed, 1 unchanged\n" in said
    assert "capacity-profiles: 1 changed, 0 unchanged\n" in said
    assert await count_records(console) == count + 2
    auto_close = (await published(console))["workstreams"]["support"]["auto_close"]
    assert auto_close == {"waiting": 60}


async def test_takes_away_only_when_asked_to(console: Console, config: Path) -> None:
    await console.succeed("config", "apply", config)
    config.write_text(CENTRE.replace("  bob:\n", "").replace("queues:\n  support: {}\n", ""))
    said = await console.succeed("config", "apply", config)
    assert "representatives: 1 unchanged, 1 not in the file (--prune" in said
    assert await published(console) == OBJECTS

    said = await console.succeed("config", "apply", config, "--prune", "--dry-run")
    assert "- representatives bob\n- queues support\n" in said
    assert await published(console) == OBJECTS

    said = await console.succeed("config", "apply", config, "--prune")
    assert "representatives: 1 pruned, 1 unchanged\n" in said
    left = await published(console)
    assert set(left["representatives"]) == {"ana"}
    assert left["queues"] == {}
    assert "0 unchanged\n" in await console.succeed("config", "apply", config, "--prune")


async def test_a_failure_publishes_nothing_and_may_be_repeated(
    console: Console, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit, submitted = Publication._submit, []

    async def break_down(self: Publication, batch: object, place: tuple[str, int]) -> Any:
        submitted.append(place)
        if len(submitted) == 3:
            raise OSError("the line is cut")
        return await submit(self, batch, place)

    with monkeypatch.context() as patched:
        patched.setattr(Publication, "_submit", break_down)
        line = one_line(await console.omnistate("config", "apply", config), 3)
    assert "the line is cut" in line
    assert len(submitted) == 3
    assert await published(console) == {topic: {} for topic in CONFIGURATION}
    await console.succeed("config", "apply", config)
    assert await published(console) == OBJECTS


async def test_mends_what_is_no_object(console: Console, config: Path) -> None:
    await console.append(Written("queues", b"support", b"no json", 0))
    assert "queues: 1 changed" in await console.succeed("config", "apply", config)
    assert await published(console) == OBJECTS


async def test_an_unusable_file_publishes_nothing(console: Console, config: Path) -> None:
    config.write_text(CENTRE + "  other: {colour: red}\n")
    line = one_line(await console.omnistate("config", "apply", config), 2)
    assert "queues.other.colour" in line
    assert await count_records(console) == 0


async def test_missing_topics_are_not_created(brokers: str, prefix: str, config: Path) -> None:
    console = Console(brokers, prefix)
    line = one_line(await console.omnistate("config", "apply", config), 2)
    assert "workstreams is missing: run omnistate topics apply" in line
    assert not await console.describe("workstreams")

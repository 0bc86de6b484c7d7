"""`omnistate worker representative` behind the engine: it says what the holds come to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.story_inputs import event
from tests.harness.capacity_recount import CapacityRecount
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events, read_records
from tests.harness.waiting import eventually

HERE = {"default_presence": "available"}
CENTRE: dict[str, Any] = {
    "workstreams": {
        "chat": {"channel": "live_chat", "units": 30},
        "call": {"channel": "voice", "profiles": ["call"]},
    },
    "capacity_profiles": {"call": {"limit": 1, "blocking": True}},
    "representatives": {"ana": {"units": 100, **HERE}, "bob": {"units": 60, **HERE}},
    "queues": {},
}


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=3)
        yield found


async def picture(found: Installation) -> dict[str, dict[str, Any]]:
    """The last that was published of each representative."""
    last = {
        each.key.decode(): each.value
        for each in await read_records(found.brokers, f"{found.prefix}representative-capacity")
    }
    return {id_: json.loads(value)["data"] for id_, value in last.items() if value is not None}


async def held(found: Installation) -> dict[str, int]:
    """Units by representative, counted from the holds alone."""
    recount = CapacityRecount()
    for each in await read_events(found.brokers, f"{found.prefix}capacity-changes"):
        assert recount.take(each["data"], held=each["type"] == "capacity.held") == []
    return recount.units_of()


async def shows(found: Installation, id_: str, member: str, wanted: object) -> None:
    """Wait until the picture of somebody does."""
    name = f"{member} of {id_}"
    await eventually(name, lambda: picture(found), lambda seen: seen[id_][member] == wanted)


def offer(number: int, id_: str, workstream: str = "chat") -> list[dict[str, Any]]:
    channel = "live_chat" if workstream == "chat" else "voice"
    subject = f"{workstream}-{number}"
    return [
        event(1, "conversation.started", subject, channel=channel, workstream_id=workstream),
        event(2, "router.assign", subject, representative_id=id_),
        event(3, "representative.accept", subject, representative_id=id_),
    ]


async def test_totals_presence_and_limits(installation: Installation) -> None:
    engine, worker = installation.worker(), installation.worker("representative")
    installation.send([each for n in range(4) for each in offer(n, "ana")] + offer(9, "bob"))

    async def settled() -> bool:
        seen = {id_: each["occupied_units"] for id_, each in (await picture(installation)).items()}
        return seen == {"ana": 120, "bob": 30} == await held(installation)

    await eventually("totals", settled)
    ana, bob = (await picture(installation))["ana"], (await picture(installation))["bob"]
    assert (ana["available_units"], ana["presence"]) == (-20, "do_not_disturb")
    assert (bob["available_units"], bob["presence"], bob["gaps"]) == (30, "busy", 0)
    worker.close()
    presence = event(8, "representative.presence", "bob", presence="away")
    installation.send([presence, presence, *offer(10, "bob", "call")])
    installation.configure(
        {**CENTRE, "representatives": {"ana": {"units": 200, **HERE}, "bob": HERE}}
    )
    other = installation.worker("representative")
    await shows(installation, "ana", "available_units", 80)
    await shows(installation, "bob", "presence", "away")
    await shows(installation, "bob", "blocked_by_profile", True)
    assert (await picture(installation))["bob"]["presence_reason"] == "set_by_representative"
    assert other.metric("omnistate_ignored_total", code="duplicate") == 1
    assert other.metric("omnistate_representatives") == 2
    assert other.metric("omnistate_capacity_gaps_total") == 0
    assert [engine.stop(), other.stop()] == [0, 0]

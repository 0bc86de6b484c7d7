"""The largest that is accepted, on a real broker: no partition of any worker stops for it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.stream.partitioning import partition_of

from tests.harness.console import Console
from tests.harness.installation import Installation, installed
from tests.harness.topics import Written, read_events, read_records, write
from tests.harness.waiting import eventually
from tests.harness.worker_process import WorkerProcess
from tests.stream.sizes import as_record, names, outbound

PARTITIONS = 12
CENTRE: dict[str, Any] = {
    "workstreams": {"desk": {"channel": "live_chat", "auto_close": {"open": None}}},
    "representatives": {"ana": {}},
}


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=PARTITIONS)
        yield found


def subjects(partition: int) -> list[str]:
    """Ids whose keys belong to a partition."""
    ids = (f"c{number}" for number in range(10_000))
    return [each for each in ids if partition_of(each.encode(), PARTITIONS) == partition][:6]


async def picture(found: Installation) -> dict[str, Any]:
    """The last that was published of ana."""
    records = await read_records(found.brokers, f"{found.prefix}representative-capacity")
    last = {each.key: each.value for each in records}.get(b"ana")
    return {} if last is None else {**json.loads(last)["data"], "bytes": len(last)}


def check_running(*workers: WorkerProcess) -> None:
    for worker in workers:
        assert worker.is_ready()
        assert worker.metric("omnistate_faults_total") == 0


async def test_every_partition_goes_on(installation: Installation) -> None:
    """Five starts of 49 KB in each partition, for one representative, and a plain one behind."""
    inputs = installation.prefix + "channel-events"
    written, plain = [], []
    for partition in range(PARTITIONS):
        *large, small = subjects(partition)
        for number, subject in enumerate(large):
            found = outbound(partition * 10 + number, names(partition * 10 + number, 64, 256))
            value = (found.value or b"").replace(
                b'"c%d"' % (partition * 10 + number), json.dumps(subject).encode()
            )
            written.append(Written(inputs, subject.encode(), value, partition))
        plain.append(small)
        last = as_record(
            "conversation.started", small, 900, channel="live_chat", workstream_id="desk"
        )
        written.append(Written(inputs, small.encode(), last.value, partition))
    engine, totals = installation.worker(), installation.worker("representative")
    await write(installation.brokers, *written)

    async def heard() -> tuple[Counter[str], set[str]]:
        refused = await read_events(installation.brokers, f"{installation.prefix}rejected-inputs")
        changes = f"{installation.prefix}conversation-state-changes"
        begun = {each["subject"] for each in await read_events(installation.brokers, changes)}
        return Counter(each["data"]["code"] for each in refused), begun & set(plain)

    await eventually(
        "all partitions", heard, lambda seen: seen == ({"too_large": PARTITIONS}, set(plain))
    )
    held = 4 * 64 * PARTITIONS
    await eventually(
        "the totals",
        lambda: picture(installation),
        lambda seen: len(seen.get("profiles", ())) == held,
    )
    assert (await picture(installation))["bytes"] > 2_000_000
    check_running(engine, totals)
    # Whoever takes over reads the row again, and goes on from it.
    totals.stop()
    other = installation.worker("representative")
    ended = as_record(
        "representative.release",
        subjects(5)[0],
        901,
        topic="agent-actions",
        representative_id="ana",
    )
    actions = installation.prefix + "agent-actions"
    await write(installation.brokers, Written(actions, ended.key, ended.value, 5))
    await eventually(
        "the release",
        lambda: picture(installation),
        lambda seen: len(seen["profiles"]) == held - 64,
    )
    check_running(engine, other)
    assert [engine.stop(), other.stop()] == [0, 0]
    installation.run("audit")


async def test_a_topic_that_takes_too_little_is_named(installation: Installation) -> None:
    """A worker says so at its start, and does nothing."""
    connection = Console(installation.brokers, installation.prefix).connection
    async with open_cluster(connection) as cluster:
        settings = {"representative-capacity": {"max.message.bytes": "1048588"}}
        await cluster.alter(settings, only_try=False)
    worker = installation.worker("representative", ready=False)
    assert worker.wait() == 2
    assert (
        f"topic {installation.prefix}representative-capacity has max.message.bytes=1048588, "
        "8388608 is needed: run omnistate topics apply" in worker.log()
    )

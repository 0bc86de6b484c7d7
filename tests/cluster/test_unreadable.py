"""Batches of every codec, of any header name, and such that nobody can read, on a real broker."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from omnistate.adapters.kafka.configuration.configuration_follower import (
    ConfigurationFollower,
    UnusableRecord,
)

from tests.cluster.odd_batches import CODECS, ZSTD, bomb
from tests.cluster.odd_inputs import (
    append,
    begun,
    connection_of,
    letters,
    started,
    stopped,
    subject_in,
)
from tests.cluster.story_inputs import CENTRE
from tests.harness.installation import Installation, installed
from tests.harness.waiting import eventually, wait_until
from tests.harness.worker_process import WorkerProcess

ODD = "\udcff\udcfe"
STRUCTURED = ("content-type", b"application/cloudevents+json")


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


def complains(worker: WorkerProcess) -> bool:
    return "configuration_unusable" in worker.log()


def peak_mb(worker: WorkerProcess) -> float:
    """The most memory that a worker has had so far."""
    status = Path(f"/proc/{worker.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1_024


async def test_every_codec_and_every_header_name_is_read(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=1)
    profile = json.dumps({"units": 7}).encode()
    for name, codec in CODECS.items():
        await append(installation, "representatives", 0, [(name.encode(), profile, ())], codec)
        odd = [(f"odd-{name}".encode(), profile, [(ODD, b"x")])]
        await append(installation, "representatives", 0, odd, codec)

    async def follow() -> set[str]:
        complaints: list[UnusableRecord] = []
        follower = ConfigurationFollower(connection_of(installation), complaints.append)
        await follower.start()
        await follower.stop()
        assert not complaints
        return set(follower.directory.representatives)

    assert await follow() == {"ana", *CODECS, *(f"odd-{name}" for name in CODECS)}
    worker = installation.worker()
    for name, codec in CODECS.items():
        lines = [started(name), started(f"odd-{name}", STRUCTURED, (ODD, b"x"), (ODD, None))]
        await append(installation, "channel-events", 0, lines, codec)
    poison = (b"k", b"\xff", [(ODD, b"\xfe"), ("known", None)])
    await append(installation, "agent-actions", 0, [poison], CODECS["lz4"])
    await eventually(
        "all begun",
        functools.partial(begun, installation),
        lambda seen: len(seen) == 2 * len(CODECS),
    )
    await eventually(
        "the dead letter", functools.partial(letters, installation), lambda seen: len(seen) == 1
    )
    (letter,) = await letters(installation)
    assert (letter.key, letter.value) == poison[:2]
    assert letter.headers[:2] == tuple(poison[2])
    assert dict(letter.headers)["omnistate-error"] == b"undecodable"
    installation.run("dead-letters", "list")
    installation.run("audit")
    assert worker.metric("omnistate_faults_total") == 0
    assert worker.stop() == 0


async def test_a_bomb_stops_its_partition_alone_until_it_is_passed_over(
    installation: Installation,
) -> None:
    installation.set_up(CENTRE, partitions=2)
    worker = installation.worker()
    before, behind, other = (
        subject_in(partition, 2, stem)
        for partition, stem in ((0, "before"), (0, "behind"), (1, "other"))
    )
    await append(installation, "channel-events", 0, [started(before)])
    await eventually(
        "the first one", functools.partial(begun, installation), lambda seen: before in seen
    )
    usual_mb = peak_mb(worker)
    offset = await append(installation, "channel-events", 0, bomb(30), ZSTD)
    await append(installation, "channel-events", 0, [started(behind)])
    wait_until("stopped", lambda: stopped(worker, 0))
    await append(installation, "channel-events", 1, [started(other)])
    await eventually(
        "the other one", functools.partial(begun, installation), lambda seen: other in seen
    )

    status, page = worker.get("/health/ready")
    assert status == 503
    partitions = json.loads(page)["partitions"]
    assert partitions["1"] == "running"
    assert f"channel-events/0 at offset {offset} cannot be read" in partitions["0"]
    assert worker.metric("omnistate_partition_stopped", reason="unreadable") == 1
    assert worker.metric("omnistate_lag_records", topic="channel-events", partition="0") >= 31
    wait_until(
        "it is behind for some time",
        lambda: worker.metric("omnistate_lag_seconds", topic="channel-events", partition="0") > 1,
    )
    assert peak_mb(worker) - usual_mb < 150
    (lag,) = [
        each
        for each in map(json.loads, installation.run("lag", "--json").splitlines())
        if (each["group"], each["topic"], each["partition"])
        == ("conversation", "channel-events", 0)
    ]
    assert lag["records"] >= 31
    said = installation.run("audit", status=1)
    assert f"channel-events/0/{offset}" in said
    assert "it unpacks to more than 16,777,216 bytes" in said

    skip = ("inputs", "skip", "--group", "conversation", "--topic", "channel-events")
    place = ("--partition", "0", "--offset")
    for wrong in (offset - 1, offset + 1, offset + 30):
        installation.run(*skip, *place, str(wrong), status=2)
    told = installation.run(*skip, *place, str(offset))
    assert f"offsets {offset} to {offset + 29}" in told
    installation.run(*skip, *place, str(offset), status=2)
    await eventually(
        "what lies behind", functools.partial(begun, installation), lambda seen: behind in seen
    )
    wait_until("ready", worker.is_ready)
    (letter,) = await letters(installation)
    headers = dict(letter.headers)
    assert (letter.key, letter.value) == (None, None)
    assert headers["omnistate-error"] == b"unreadable"
    assert headers["omnistate-origin"] == f"channel-events/0/{offset}".encode()
    assert f"offsets {offset} to {offset + 29}".encode() in (
        headers["omnistate-error-message"] or b""
    )
    assert worker.log().count("partition_stopped") == 1
    assert "passed over what cannot be read" in installation.run("audit")
    assert worker.stop() == 0


async def test_a_worker_may_be_told_to_skip(brokers: str, prefix: str, tmp_path: Path) -> None:
    with installed(brokers, prefix, tmp_path, unreadable="skip") as found:
        found.set_up(CENTRE, partitions=1)
        worker = found.worker()
        representatives = found.worker("representative")
        offset = await append(found, "channel-events", 0, bomb(), ZSTD)
        await append(found, "agent-actions", 0, bomb(), ZSTD)
        await append(found, "representative-presence", 0, bomb(), ZSTD)
        await append(found, "channel-events", 0, [started("behind")])
        await eventually(
            "what lies behind", functools.partial(begun, found), lambda seen: seen == {"behind"}
        )
        await eventually(
            "all letters", functools.partial(letters, found), lambda seen: len(seen) == 3
        )
        origins = {dict(each.headers)["omnistate-origin"] for each in (await letters(found))}
        assert f"channel-events/0/{offset}".encode() in origins
        assert worker.metric("omnistate_dead_letters_total", reason="unreadable") == 2
        assert representatives.metric("omnistate_dead_letters_total", reason="unreadable") == 1
        assert found.run("audit").count("passed over what cannot be read") >= 2
        found.run("dead-letters", "list")
        assert worker.stop() == representatives.stop() == 0


async def test_a_configuration_topic_cannot_be_poisoned(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    await append(installation, "workstreams", 0, bomb(), ZSTD)
    await append(installation, "workstreams", 0, [(b"\xff", b"\xff", [(ODD, b"")])])
    second = installation.worker()
    for each in (worker, second):
        wait_until("it was said", functools.partial(complains, each))
        assert "workstreams" in each.log()
    installation.configure(CENTRE)
    await append(installation, "channel-events", 0, [started("chat")])
    await eventually(
        "decided", functools.partial(begun, installation), lambda seen: seen == {"chat"}
    )
    for each in (worker, second):
        assert each.stop() == 0

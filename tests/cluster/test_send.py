"""`omnistate send` on a real Kafka: a partition's two inputs, merged, are the file's lines."""

import json
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord
from omnistate.stream.partitioning import partition_of
from omnistate_schemas.registry import ROUTES
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.harness.command import ROOT, SOURCES, environment
from tests.harness.console import Console, one_line
from tests.harness.tied_process import PATIENCE_S
from tests.harness.waiting import eventually

PARTITIONS = 2
STARTED, PICKED = "conversation.started", "representative.pick"


@pytest.fixture
async def console(brokers: str, prefix: str) -> Console:
    console = Console(brokers, prefix)
    await console.lay_out(PARTITIONS)
    return console


def event(number: int, type_: str, subject: str = "chat-1") -> bytes:
    return json.dumps({"id": str(number), "type": type_, "subject": subject}).encode()


def write(path: Path, lines: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


async def merged(console: Console) -> dict[int, list[bytes]]:
    """Each partition's values in the order in which the engine takes them."""
    records = await console.read(CHANNEL_EVENTS, AGENT_ACTIONS)
    topics = [console.connection.physical(topic) for topic in (CHANNEL_EVENTS, AGENT_ACTIONS)]

    def order(record: ConsumerRecord) -> tuple[int, int, int]:
        return record.timestamp, topics.index(record.topic), record.offset

    taken: dict[int, list[bytes]] = {number: [] for number in range(PARTITIONS)}
    for record in sorted(records, key=order):
        taken[record.partition].append(record.value)
    return taken


def by_partition(lines: Iterable[bytes]) -> dict[int, list[bytes]]:
    wanted: dict[int, list[bytes]] = {number: [] for number in range(PARTITIONS)}
    for line in lines:
        subject = json.loads(line)["subject"]
        wanted[partition_of(subject.encode(), PARTITIONS)].append(line)
    return wanted


async def test_a_partition_is_taken_in_the_order_of_the_file(
    console: Console, tmp_path: Path
) -> None:
    # Runs of one to three events of a topic, so that batches are small and turns are many.
    types = [STARTED, PICKED, STARTED, STARTED, PICKED, PICKED, STARTED, PICKED, PICKED, PICKED]
    lines = [event(n, types[n % 10], f"chat-{n * 7 % 5}") for n in range(3_000)]
    said = await console.succeed("send", write(tmp_path / "events.jsonl", lines))
    assert said.startswith("sent 1200 events to channel-events, 1800 to agent-actions in ")
    assert await merged(console) == by_partition(lines)


async def test_records_are_as_a_gateway_would_send_them(console: Console, tmp_path: Path) -> None:
    types = list(ROUTES)
    # White space and order are kept: the value is the line.
    lines = [b' {"subject" : "c-%d", "type":"%s"}' % (n, t.encode()) for n, t in enumerate(types)]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(lines))
    said = await console.succeed("send", path)
    records = await console.read(*sorted(set(ROUTES.values())))
    assert sorted(record.value for record in records) == sorted(lines)
    for record in records:
        address = json.loads(record.value)
        topic = console.connection.logical(record.topic)
        assert topic == ROUTES[address["type"]]
        assert topic in said
        assert record.key == address["subject"].encode()
        assert record.partition == partition_of(record.key, PARTITIONS)
        assert record.headers == (("content-type", b"application/cloudevents+json"),)


async def test_what_cannot_be_routed_is_left_out_and_said(console: Console, tmp_path: Path) -> None:
    good = [event(1, STARTED), event(2, PICKED)]
    bad = [b"secret", b'{"type": "secret.type", "subject": "a"}', b'{"type": "bot.end"}', b"[1]"]
    run = await console.omnistate("send", write(tmp_path / "e", [good[0], *bad, b"", good[1]]))
    assert run.status == 1
    assert run.out.startswith("sent 1 events to channel-events, 1 to agent-actions in ")
    said = run.err.splitlines()
    assert [line.partition(": ")[2].partition(": ")[0] for line in said[:-1]] == [
        f"line {number}" for number in (2, 3, 4, 5)
    ]
    assert said[-1].endswith("4 lines were left out")
    assert "secret" not in run.err
    assert await merged(console) == by_partition(good)


async def test_a_rate_is_kept(console: Console, tmp_path: Path) -> None:
    path = write(tmp_path / "e", [event(n, STARTED) for n in range(60)])
    began_s = time.monotonic()
    await console.succeed("send", path, "--rate=60")
    assert time.monotonic() - began_s > 0.9


def start(console: Console, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*SOURCES, "send", *arguments],
        env=environment(brokers=console.connection.brokers, topic_prefix=console.connection.prefix),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def await_records(console: Console, count: int) -> None:
    await eventually(
        f"{count} records",
        lambda: console.read(CHANNEL_EVENTS, AGENT_ACTIONS),
        lambda seen: len(seen) >= count,
    )


async def test_a_pipe_is_sent_as_it_comes_and_may_be_interrupted(console: Console) -> None:
    lines = [event(1, STARTED), event(2, PICKED)]
    process = start(console, "-")
    assert process.stdin is not None
    process.stdin.write(lines[0] + b"\n")
    process.stdin.flush()
    await await_records(console, 1)
    process.stdin.write(lines[1] + b"\nhalf a line")
    process.stdin.flush()
    await await_records(console, 2)
    process.send_signal(signal.SIGINT)
    # Not communicate() yet: it would end the pipe, too.
    assert process.wait(PATIENCE_S) == 130
    out, err = process.communicate()
    assert out.startswith(b"sent 1 events to channel-events, 1 to agent-actions in ")
    assert err == b"omnistate send: interrupted after line 2\n"
    assert await merged(console) == by_partition(lines)


async def test_an_interruption_comes_after_a_line(console: Console, tmp_path: Path) -> None:
    types = (STARTED, PICKED)
    lines = [event(n, types[n // 100 % 2], f"chat-{n % 7}") for n in range(300_000)]
    process = start(console, str(write(tmp_path / "e", lines)))
    await await_records(console, 100)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    last = int(err.decode().removeprefix("omnistate send: interrupted after line "))
    assert 100 <= last < len(lines)
    assert await merged(console) == by_partition(lines[:last]), (
        "all lines before it, and none behind"
    )


async def test_nothing_is_sent_to_topics_that_are_not_right(
    console: Console, tmp_path: Path
) -> None:
    path = write(tmp_path / "e", [event(1, STARTED)])
    other = Console(console.connection.brokers, console.connection.prefix + "other.")
    line = one_line(await other.omnistate("send", path), 2)
    assert "channel-events is missing: run omnistate topics apply" in line
    assert not await other.describe(CHANNEL_EVENTS)


@pytest.mark.parametrize("name", ["nothing.jsonl", "."])
async def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    one_line(await Console("127.0.0.1:1", "").omnistate("send", tmp_path / name), 2)


async def test_no_broker(tmp_path: Path) -> None:
    path = write(tmp_path / "e", [event(1, STARTED)])
    line = one_line(await Console("127.0.0.1:1", "").omnistate("send", path), 3)
    assert "127.0.0.1:1" in line

"""Redriving on a real Kafka: once, whatever is chosen and whatever breaks."""

import time
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import DeleteGroupsRequest
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.adapters.kafka.dead_letters.redrive import Redrive, Selection
from omnistate.adapters.kafka.records.transactional_publication import (
    Addressed,
    Publication,
    open_publication,
)
from omnistate.stream.topology import load_topology
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.cluster.letter_rig import dead, put_back, values
from tests.harness.console import Console, one_line

PARTITIONS = 2
DAY_MS = 86_400_000


@pytest.fixture
async def console(brokers: str, prefix: str) -> Console:
    console = Console(brokers, prefix)
    await console.lay_out(PARTITIONS)
    return console


async def test_what_a_filter_passes_over_waits(console: Console) -> None:
    letters = [
        dead(
            f"{(CHANNEL_EVENTS, AGENT_ACTIONS)[n % 2]}/0/{n}",
            ("unknown_type", "wrong_topic", "undecodable")[n % 3],
            value=b"%d" % n,
            partition=n // 3 % PARTITIONS,
        )
        for n in range(12)
    ]
    await console.append(*letters)
    said = await console.succeed("dead-letters", "redrive", "--error=wrong_topic")
    assert said == "put 4 back (2 to agent-actions, 2 to channel-events), passed over 8\n"
    assert await values(console) == [b"1", b"10", b"4", b"7"]
    assert "put 0 back" in await console.succeed("dead-letters", "redrive", "--error=wrong_topic")
    await console.succeed("dead-letters", "redrive", "--origin=agent-actions", "--limit=2")
    assert len(await values(console)) == 6
    await console.succeed("dead-letters", "redrive", "--origin=agent-actions")
    assert set(await values(console)) == {b"1", b"4", b"7", b"10", b"3", b"5", b"9", b"11"}
    assert (await console.succeed("dead-letters", "list")).count(" waiting ") == 4
    await console.succeed("dead-letters", "redrive")
    assert await values(console) == sorted(b"%d" % n for n in range(12)), "each once"


@pytest.mark.parametrize("method", ["_submit", "send_offsets", "commit"])
async def test_a_crash_neither_loses_nor_doubles(
    console: Console, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    await console.append(*(dead(f"channel-events/0/{n}", value=b"%d" % n) for n in range(3)))

    async def crash(*_: Any) -> Any:
        raise OSError("the line is cut")

    with monkeypatch.context() as patched:
        if method == "_submit":
            patched.setattr(Publication, "_submit", crash)
        else:
            name = {"send_offsets": "send_offsets_to_transaction", "commit": "commit_transaction"}
            patched.setattr(f"aiokafka.AIOKafkaProducer.{name[method]}", crash)
        assert "the line is cut" in one_line(await console.omnistate("dead-letters", "redrive"), 3)
    assert await put_back(console) == []
    assert (await console.succeed("dead-letters", "list")).count(" waiting ") == 3
    await console.succeed("dead-letters", "redrive")
    assert await values(console) == [b"0", b"1", b"2"]


async def test_the_second_of_two_at_a_time_does_it_alone(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    await console.append(*(dead(f"channel-events/0/{n}", value=b"%d" % n) for n in range(3)))
    publish = Publication.publish
    runs: list[Redrive] = []

    async def publish_late(self: Publication, *arguments: Any) -> None:
        if len(runs) == 1:
            runs.append(Redrive(load_topology(), Selection(), lambda *_: None))
            await runs[1].run(console.connection)
        await publish(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Publication, "publish", publish_late)
        runs.append(Redrive(load_topology(), Selection(), lambda *_: None))
        with pytest.raises(ClusterFailure, match="meanwhile"):
            await runs[0].run(console.connection)
    assert runs[1].tally["redriven"] == 3
    assert await values(console) == [b"0", b"1", b"2"]


async def test_letters_older_than_what_the_cluster_remembers_are_left_alone(
    console: Console,
) -> None:
    now_ms = round(time.time() * 1_000)
    await console.append(
        dead("channel-events/0/1", value=b"old", timestamp_ms=now_ms - 8 * DAY_MS),
        dead("channel-events/0/2", value=b"new"),
    )
    run = await console.omnistate("dead-letters", "redrive")
    assert run.status == 0
    assert "--older takes them" in run.err
    assert await values(console) == [b"new"]
    await console.succeed("dead-letters", "redrive", "--older")
    assert await values(console) == [b"new", b"old"]

    # A week without a redrive, and the cluster forgets the group: as if it were deleted.
    await forget(console)
    assert " unknown " in (await console.succeed("dead-letters", "list")).splitlines()[0]
    again = await console.omnistate("dead-letters", "redrive", "--dry-run")
    assert "would put back channel-events/0/1 " not in again.out


async def forget(console: Console) -> None:
    admin: AIOKafkaAdminClient = console.connection.admin()
    await admin.start()
    group = console.connection.physical("dead-letters")
    node = await admin.find_coordinator(group)
    response = await admin._send_request(DeleteGroupsRequest([group]), node)
    assert response.results[0][1] == 0
    await admin.close()


async def test_a_letter_of_a_megabyte_goes_back(console: Console) -> None:
    # It came in a compressed batch; as it is, a broker would not take it.
    big = b"a" * 1_500_000
    letter = dead("channel-events/0/1", "oversized", value=big)

    async with open_publication(console.connection, "test", compressed=True) as publication:
        await publication.publish([Addressed(letter.topic, 0, letter.key, big, letter.headers)])
        await publication.await_visible()
    await console.succeed("dead-letters", "redrive")
    assert await values(console) == [big]

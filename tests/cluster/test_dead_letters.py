"""`omnistate dead-letters` on a real Kafka: what is shown, and what goes back where."""

import json
import time

import pytest
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS, DEAD_LETTERS

from tests.cluster.letter_rig import dead, put_back, values
from tests.harness.console import Console
from tests.harness.topics import Written

PARTITIONS = 2


@pytest.fixture
async def console(brokers: str, prefix: str) -> Console:
    console = Console(brokers, prefix)
    await console.lay_out(PARTITIONS)
    return console


async def test_a_list_tells_all_but_the_value(console: Console) -> None:
    assert await console.succeed("dead-letters", "list") == "no dead letters\n"
    await console.append(
        dead("channel-events/1/17", "undecodable", key=b"chat-\x1b[2J"),
        dead("agent-actions/0/3", "wrong_topic", key=None, value=None, partition=1),
        Written(DEAD_LETTERS, b"k", b"secret", 1),
    )
    table = await console.succeed("dead-letters", "list")
    first, second, third, last = table.splitlines()
    assert "undecodable" in first
    assert "channel-events/1/17" in first
    assert "what is wrong with it" in first
    assert " 6 B " in first
    assert "\x1b" not in table
    assert "agent-actions/0/3" in second
    assert "impossible" in third
    assert last == "3 dead letters"

    objects = [
        json.loads(line)
        for line in (await console.succeed("dead-letters", "list", "--json")).splitlines()
    ]
    assert objects[0]["origin"] == {"topic": "channel-events", "partition": 1, "offset": 17}
    assert [each["state"] for each in objects] == ["waiting", "waiting", "impossible"]
    assert [each["key"] for each in objects] == ["chat-\x1b[2J", None, "k"]
    assert "secret" not in table + json.dumps(objects)
    newest = json.loads(
        await console.succeed("dead-letters", "list", "--json", "--limit=1", "--values")
    )
    assert newest["value"] == "secret"
    assert "secret" in await console.succeed("dead-letters", "list", "--values")


async def test_the_newest_are_listed(console: Console) -> None:
    now_ms = round(time.time() * 1_000)
    await console.append(
        *(
            dead(f"channel-events/0/{n}", partition=n % PARTITIONS, timestamp_ms=now_ms + n)
            for n in range(20)
        )
    )
    listed = (await console.succeed("dead-letters", "list", "--json", "--limit=5")).splitlines()
    assert [json.loads(line)["origin"]["offset"] for line in listed] == [15, 16, 17, 18, 19]


async def test_each_goes_back_once_and_as_it_was(console: Console) -> None:
    theirs: Headers = (("omnistate-error", b"theirs"), ("x", None), ("content-type", b"text/plain"))
    astray = b"chat-17"
    right = partition_of(astray, PARTITIONS)
    await console.append(
        dead("channel-events/1/18", headers=theirs, value=b"later"),
        dead("channel-events/1/17", key=None, value=b"sooner", partition=1),
        dead("agent-actions/0/3", "undecodable", key=None, value=None),
        dead(f"agent-actions/{1 - right}/4", "wrong_partition", key=astray, value=b"astray"),
    )
    dry = await console.succeed("dead-letters", "redrive", "--dry-run")
    assert dry.count("would put back ") == 4
    assert await put_back(console) == []

    said = await console.succeed("dead-letters", "redrive")
    assert said == "put 4 back (2 to agent-actions, 2 to channel-events)\n"
    expected = [
        (CHANNEL_EVENTS, 1, None, b"sooner", ()),
        (CHANNEL_EVENTS, 1, b"chat-1", b"later", theirs),
        (AGENT_ACTIONS, right, astray, b"astray", ()),
        (AGENT_ACTIONS, 0, None, None, ()),
    ]
    found = [
        (console.connection.logical(r.topic), r.partition, r.key, r.value, r.headers)
        for r in await put_back(console)
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert found[:2] == expected[:2], "in the order of their origins"

    assert await console.succeed("dead-letters", "redrive") == "put 0 back\n"
    await console.append(dead("channel-events/1/30", value=b"new"))
    assert await console.succeed("dead-letters", "redrive") == "put 1 back (1 to channel-events)\n"
    assert len(await put_back(console)) == 5
    assert "waiting" not in await console.succeed("dead-letters", "list")


async def test_what_cannot_go_back_is_said_once_and_stays(console: Console) -> None:
    await console.append(
        Written(DEAD_LETTERS, b"k", b"secret", 0, (("omnistate-error", b"unknown_type"),)),
        dead("channel-events/none/0"),
        # Somebody who may write dead letters only must not get at the engine's own topics.
        dead("conversation-conversations-changelog/0/1"),
        dead("conversation-state-changes/0/1", partition=1),
        dead("channel-events/0/1", partition=1, value=b"good"),
    )
    run = await console.omnistate("dead-letters", "redrive")
    assert run.status == 0
    assert run.out == "put 1 back (1 to channel-events), 4 cannot go back\n"
    assert run.err.count(" stays: ") == 4
    assert "secret" not in run.err
    assert await values(console) == [b"good"]
    assert await console.succeed("dead-letters", "redrive") == "put 0 back\n"
    assert (await console.succeed("dead-letters", "list")).count(" impossible ") == 4

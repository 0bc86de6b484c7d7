"""`omnistate dead-letters` on a real Kafka: what is shown, and what goes back where."""

import json
import time

import pytest
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS, DEAD_LETTERS

from tests.cluster.letter_rig import dead, put_back, values
from tests.harness.console import Console

PARTITIONS = 2


@pytest.fixture
def console(brokers: str, prefix: str) -> Console:
    console = Console(brokers, prefix)
    console.lay_out(PARTITIONS)
    return console


def test_a_list_tells_all_but_the_value(console: Console) -> None:
    assert console.succeed("dead-letters", "list") == "no dead letters\n"
    console.append(
        dead("channel-events/1/17", "undecodable", key=b"chat-\x1b[2J"),
        dead("agent-actions/0/3", "wrong_topic", key=None, value=None, partition=1),
        (DEAD_LETTERS, 1, b"k", b"secret", (), None),
    )
    table = console.succeed("dead-letters", "list")
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
        json.loads(line) for line in console.succeed("dead-letters", "list", "--json").splitlines()
    ]
    assert objects[0]["origin"] == {"topic": "channel-events", "partition": 1, "offset": 17}
    assert [each["state"] for each in objects] == ["waiting", "waiting", "impossible"]
    assert [each["key"] for each in objects] == ["chat-\x1b[2J", None, "k"]
    assert "secret" not in table + json.dumps(objects)
    newest = json.loads(console.succeed("dead-letters", "list", "--json", "--limit=1", "--values"))
    assert newest["value"] == "secret"
    assert "secret" in console.succeed("dead-letters", "list", "--values")


def test_the_newest_are_listed(console: Console) -> None:
    now_ms = round(time.time() * 1_000)
    console.append(
        *(
            dead(f"channel-events/0/{n}", partition=n % PARTITIONS, timestamp_ms=now_ms + n)
            for n in range(20)
        )
    )
    listed = console.succeed("dead-letters", "list", "--json", "--limit=5").splitlines()
    assert [json.loads(line)["origin"]["offset"] for line in listed] == [15, 16, 17, 18, 19]


def test_each_goes_back_once_and_as_it_was(console: Console) -> None:
    theirs: Headers = (("omnistate-error", b"theirs"), ("x", None), ("content-type", b"text/plain"))
    astray = b"chat-17"
    right = partition_of(astray, PARTITIONS)
    console.append(
        dead("channel-events/1/18", headers=theirs, value=b"later"),
        dead("channel-events/1/17", key=None, value=b"sooner", partition=1),
        dead("agent-actions/0/3", "undecodable", key=None, value=None),
        dead(f"agent-actions/{1 - right}/4", "wrong_partition", key=astray, value=b"astray"),
    )
    dry = console.succeed("dead-letters", "redrive", "--dry-run")
    assert dry.count("would put back ") == 4
    assert put_back(console) == []

    said = console.succeed("dead-letters", "redrive")
    assert said == "put 4 back (2 to agent-actions, 2 to channel-events)\n"
    expected = [
        (CHANNEL_EVENTS, 1, None, b"sooner", ()),
        (CHANNEL_EVENTS, 1, b"chat-1", b"later", theirs),
        (AGENT_ACTIONS, right, astray, b"astray", ()),
        (AGENT_ACTIONS, 0, None, None, ()),
    ]
    found = [
        (console.connection.logical(r.topic), r.partition, r.key, r.value, r.headers)
        for r in put_back(console)
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert found[:2] == expected[:2], "in the order of their origins"

    assert console.succeed("dead-letters", "redrive") == "put 0 back\n"
    console.append(dead("channel-events/1/30", value=b"new"))
    assert console.succeed("dead-letters", "redrive") == "put 1 back (1 to channel-events)\n"
    assert len(put_back(console)) == 5
    assert "waiting" not in console.succeed("dead-letters", "list")


def test_what_cannot_go_back_is_said_once_and_stays(console: Console) -> None:
    console.append(
        (DEAD_LETTERS, 0, b"k", b"secret", (("omnistate-error", b"unknown_type"),), None),
        dead("channel-events/none/0"),
        # Somebody who may write dead letters only must not get at the engine's own topics.
        dead("conversation-conversations-changelog/0/1"),
        dead("conversation-state-changes/0/1", partition=1),
        dead("channel-events/0/1", partition=1, value=b"good"),
    )
    run = console.omnistate("dead-letters", "redrive")
    assert run.status == 0
    assert run.out == "put 1 back (1 to channel-events), 4 cannot go back\n"
    assert run.err.count(" stays: ") == 4
    assert "secret" not in run.err
    assert values(console) == [b"good"]
    assert console.succeed("dead-letters", "redrive") == "put 0 back\n"
    assert console.succeed("dead-letters", "list").count(" impossible ") == 4

"""Inputs that no gateway should send: poison records, and a burst for one partition.

Pure: drawn from the fault's own lots. Each poison record says which dead letter it must become.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.chaos.chaos_traffic import HEADERS, Event, make_event

PartitionOf = Callable[[bytes | None], int]
LARGE_BYTES: Final = 70_000


def draw_poison(draw: random.Random, partition_of: PartitionOf) -> list[Event]:
    """Some of each kind, in any order; `id` says which kind it is."""
    made = [each for _ in range(draw.randint(1, 3)) for each in _one_of_each(draw, partition_of)]
    draw.shuffle(made)
    return made


def _one_of_each(draw: random.Random, partition_of: PartitionOf) -> list[Event]:
    name = f"poison-{draw.getrandbits(48):012x}"
    key, topic = name.encode(), draw.choice((CHANNEL_EVENTS, AGENT_ACTIONS))
    start = make_event(
        "conversation.started",
        name,
        name,
        {"channel": "live_chat", "workstream_id": "web-chat"},
    )
    message = make_event("customer.messaged", name, name, {})
    monitor = make_event("supervisor.monitor", name, name, {"supervisor_id": "marta"})
    presence = make_event("representative.presence", "ana", name, {"presence": "away"})
    unknown = (message.value or b"").replace(b".messaged", b".sneezed")
    elsewhere = (partition_of(key) + 1) % 4
    return [
        Event(topic, key, draw.randbytes(200), id="garbage", expected="undecodable"),
        Event(topic, None, b"", (), id="emptiness", expected="undecodable"),
        Event(topic, key, b"x" * LARGE_BYTES, id="70 KB", expected="oversized"),
        Event(topic, key, unknown, HEADERS, id="unknown type", expected="unknown_type"),
        message._replace(topic=AGENT_ACTIONS, id="wrong topic", expected="wrong_topic"),
        monitor._replace(topic=CHANNEL_EVENTS, id="wrong topic", expected="wrong_topic"),
        message._replace(key=b"x" + key, id="wrong key", expected="wrong_key"),
        presence._replace(value=b"{" + key, id="garbage", expected="undecodable"),
        presence._replace(key=key, id="wrong key", expected="wrong_key"),
        start._replace(partition=elsewhere, id="wrong partition", expected="wrong_partition"),
    ]


def draw_burst(
    draw: random.Random,
    count: int,
    number: int,
    subjects: Sequence[str],
    partition_of: PartitionOf,
) -> list[Event]:
    """So many events about conversations of one partition, all for one input."""
    ours = [each for each in subjects if partition_of(each.encode()) == number]
    while not ours or partition_of(ours[-1].encode()) != number:
        ours = [*ours[:-1], f"nobody-{draw.getrandbits(32):08x}"]
    types = draw.choice(
        (
            ("customer.messaged", "customer.disconnected", "customer.reconnected"),
            ("supervisor.monitor", "representative.message", "representative.reject"),
        )
    )
    name = f"burst-{draw.getrandbits(48):012x}"
    data = {"representative_id": "ana", "supervisor_id": "marta"}
    return [
        make_event(draw.choice(types), draw.choice(ours), f"{name}-{place}", data)
        for place in range(count)
    ]

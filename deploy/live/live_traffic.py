"""The demo's people as gateways and desktops over Kafka, in real time or faster.

A day of theirs passes `speed` times as fast as the brokers' clock; the configuration's durations
are shortened alike (`live_pace`), so that timers keep their place in it. It only publishes inputs
and reads outputs. Whom waiting work is offered to is not decided here: the router worker asks, the
gate grants, and the desktops say yes or no.
"""

import asyncio
import time
from typing import Final

import msgspec
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.records.gateway import Destination, Gateway, open_gateway
from omnistate.adapters.kafka.records.gateway import Event as Outgoing
from omnistate.adapters.kafka.records.topic_tail import Tail
from omnistate.demo.world import World
from omnistate.stream.topology import load_topology
from omnistate_schemas.registry import ROUTES
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
)

from deploy.live.live_pace import Pace

CONVERSATIONS: Final = "conversation"
PEOPLE: Final = "representative"
OUTPUTS: Final = (STATE_CHANGES, CAPACITY_CHANGES, RECORDED_INPUTS, REJECTED_INPUTS)
# Why an offer began, where a router asked for it and the gate granted it.
GATE: Final = "/omnistate/gate"
POLL_MS: Final = 20
_DECODE: Final = msgspec.json.Decoder().decode
_ENCODE: Final = msgspec.json.Encoder().encode


class Traffic:
    """One day of the world, over Kafka."""

    def __init__(self, connection: Connection, world: World, speed: float) -> None:
        """`speed` world seconds pass in a second."""
        self.events = 0
        self.outputs = 0
        # Conversations that the gate gave to somebody.
        self.given = 0
        self._connection = connection
        self._world = world
        self._speed = speed
        self._pace = self._begin()

    @property
    def time_of_day(self) -> str:
        """What time it is in their day."""
        return format_time(self._pace.to_theirs(_now_ms()))[11:16]

    async def run(self) -> None:
        """Until the day is over, or cancelled. Raises ClusterFailure."""
        inputs = load_topology().group(CONVERSATIONS).consumes
        async with open_cluster(self._connection) as cluster:
            shapes = await cluster.describe((*inputs, REPRESENTATIVE_PRESENCE))
        destinations = {
            topic: Destination(CONVERSATIONS, rank, shapes[topic].partitions)
            for rank, topic in enumerate(inputs)
        }
        presences = shapes[REPRESENTATIVE_PRESENCE].partitions
        destinations[REPRESENTATIVE_PRESENCE] = Destination(PEOPLE, 0, presences)
        async with (
            open_gateway(self._connection, destinations) as gateway,
            Tail(self._connection, OUTPUTS) as tail,
        ):
            self._pace = self._begin()
            while await self._step(gateway, tail):
                continue

    def _begin(self) -> Pace:
        return Pace(self._speed, self._world.start_ms, _now_ms())

    async def _step(self, gateway: Gateway, tail: Tail) -> bool:
        world, pace = self._world, self._pace
        for record in await tail.poll(POLL_MS):
            event = _DECODE(record.value or b"null")
            cause = event["data"].get("cause", {})
            self.given += record.topic == STATE_CHANGES and cause.get("source") == GATE
            world.observe(record.topic, pace.hear(event))
            self.outputs += 1
        now_ms = pace.to_theirs(_now_ms())
        while (next_ms := world.next_at_ms()) is not None and next_ms <= now_ms:
            for event in world.act():
                value = _ENCODE(pace.say(event))
                key = event["subject"].encode()
                await gateway.send(Outgoing(ROUTES[event["type"]], key, value))
                self.events += 1
        await asyncio.sleep(0)
        return world.next_at_ms() is not None


def _now_ms() -> float:
    return time.time() * 1_000

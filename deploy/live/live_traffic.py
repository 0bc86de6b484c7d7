"""The demo's people as gateways, desktops and router over Kafka, in real time or faster.

A day of theirs passes `speed` times as fast as the brokers' clock; the configuration's durations
are shortened alike, so that timers keep their place in it. It only publishes inputs and reads
outputs.
"""

import asyncio
import time
from typing import Any, Final

import msgspec
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.records.gateway import Destination, Gateway, open_gateway
from omnistate.adapters.kafka.records.gateway import Event as Outgoing
from omnistate.adapters.kafka.records.topic_tail import Tail
from omnistate.demo.world import World
from omnistate.stream.topology import load_topology
from omnistate_schemas.registry import INPUTS, ROUTES
from omnistate_schemas.times import format_time, parse_time_ms
from omnistate_schemas.vocabulary import CAPACITY_CHANGES, REJECTED_INPUTS, STATE_CHANGES

GROUP: Final = "conversation"
POLL_MS: Final = 20
_DECODE: Final = msgspec.json.Decoder().decode
_ENCODE: Final = msgspec.json.Encoder().encode
# Durations, in seconds, of a workstream's configuration.
_DURATIONS: Final = (
    "offer_timeout",
    "reconnect_window",
    "representative_reconnect_window",
    "bot_inactivity",
)


def quicken(configuration: dict[str, Any], speed: float) -> dict[str, Any]:
    """The configuration with its durations divided by `speed`.

    Blocking times in wrap-up stay: the contract gives them a least value.
    """
    workstreams = {}
    for id_, workstream in configuration["workstreams"].items():
        quick = dict(workstream)
        for name in _DURATIONS:
            if quick.get(name):
                quick[name] = quick[name] / speed
        quick["auto_close"] = {
            status: seconds and seconds / speed
            for status, seconds in workstream.get("auto_close", {}).items()
        }
        workstreams[id_] = quick
    return {**configuration, "workstreams": workstreams}


class Traffic:
    """One day of the world, over Kafka."""

    def __init__(self, connection: Connection, world: World, speed: float) -> None:
        """`speed` world seconds pass in a second."""
        self.events = 0
        self.outputs = 0
        self._connection = connection
        self._world = world
        self._speed = speed
        self._began_ms = time.time() * 1_000

    @property
    def time_of_day(self) -> str:
        """What time it is in their day."""
        return format_time(self._to_world_ms(time.time() * 1_000))[11:16]

    async def run(self) -> None:
        """Until the day is over, or cancelled. Raises ClusterFailure."""
        inputs = load_topology().group(GROUP).consumes
        async with open_cluster(self._connection) as cluster:
            shapes = await cluster.describe(inputs)
        destinations = {
            topic: Destination(GROUP, rank, shapes[topic].partitions)
            for rank, topic in enumerate(inputs)
        }
        outputs = (STATE_CHANGES, CAPACITY_CHANGES, REJECTED_INPUTS)
        async with (
            open_gateway(self._connection, destinations) as gateway,
            Tail(self._connection, outputs) as tail,
        ):
            self._began_ms = time.time() * 1_000
            while await self._step(gateway, tail):
                continue

    async def _step(self, gateway: Gateway, tail: Tail) -> bool:
        world = self._world
        for record in await tail.poll(POLL_MS):
            event = _DECODE(record.value or b"null")
            event["time"] = format_time(self._to_world_ms(parse_time_ms(event["time"])))
            world.observe(record.topic, event)
            self.outputs += 1
        now_ms = self._to_world_ms(time.time() * 1_000)
        while (next_ms := world.next_at_ms()) is not None and next_ms <= now_ms:
            for event in world.act():
                assert event["type"] in INPUTS
                value = _ENCODE({**event, "time": format_time(round(time.time() * 1_000))})
                key = event["subject"].encode()
                await gateway.send(Outgoing(ROUTES[event["type"]], key, value))
                self.events += 1
        await asyncio.sleep(0)
        return world.next_at_ms() is not None

    def _to_world_ms(self, real_ms: float) -> int:
        return round(self._world.start_ms + (real_ms - self._began_ms) * self._speed)

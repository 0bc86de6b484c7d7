"""What the partitions of one worker share, and what each of them reads: plain values."""

from typing import NamedTuple

from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.consumer import GroupConsumer
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.stream.broker_clock import BrokerClock


class SharedClients(NamedTuple):
    """What the partitions of one worker share; all of it is started and stopped by the worker."""

    connection: Connection
    member: GroupConsumer
    cluster: Cluster
    ends: EndOffsets
    clock: BrokerClock


class Reading(NamedTuple):
    """What is read: the inputs of a partition number, for a group."""

    group: str
    number: int
    topics: tuple[str, ...]
    skip_unreadable: bool

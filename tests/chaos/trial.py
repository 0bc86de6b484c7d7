"""What a fault is, and what it may strike.

Only the words: `fault_kinds` are for workers, `node_faults` for nodes, `faults` lists everything.
"""

import random
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from tests.chaos.chaos_installation import ChaosInstallation
from tests.chaos.outage import Outage
from tests.harness.broker import Broker, Cluster
from tests.harness.redis import RedisServer


class Trial(NamedTuple):
    """What a fault may strike, and whom it tells."""

    installation: ChaosInstallation
    # One node, or three: each fault of "the broker" is one of all nodes at once.
    broker: Outage[Broker | Cluster]
    redis: Outage[RedisServer]
    say: Callable[[str], None]
    violate: Callable[[str], None]
    # Told which partitions of the conversation worker the fault touches (see `touched`).
    touch: Callable[[Iterable[int]], None]


# It draws everything that it chooses from its own lots, and returns when it is over.
Fault = Callable[[Trial, random.Random], Awaitable[None]]

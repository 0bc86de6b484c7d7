"""Laying a cluster's topics out as topics.yaml declares them: the plan, and carrying it out.

It never deletes, never shrinks and never moves a key to another partition. Where one difference
cannot be mended it mends none, so that topics which belong together stay alike.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.admin.differences import (
    Declaration,
    Difference,
    MissingTopic,
    TopicState,
    WrongPartitions,
    WrongReplication,
    WrongSetting,
    compare,
)
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.stream.topology import (
    Topology,
    check_declaration,
    packaged_path,
    read_declaration,
)

SETTLE_TIMEOUT_S: Final = 15.0
RETRY_S: Final = 0.1


class Plan(NamedTuple):
    """The topics as they are, and what differs."""

    found: dict[str, TopicState]
    differences: list[Difference]

    @property
    def obstacles(self) -> list[Difference]:
        """What nobody can mend by a command."""
        return [each for each in self.differences if is_obstacle(each)]


def load_declaration(
    path: Path | None, partitions: int | None = None, replication_factor: int | None = None
) -> Declaration:
    """The declaration in `path`, or else the packaged one, with other defaults.

    Topics that name a number of their own keep it. Raises TopologyError.
    """
    source = path or packaged_path()
    declared: dict[str, Any] = read_declaration(source)
    topology = check_declaration(source, declared)
    given = {"partitions": partitions, "replication_factor": replication_factor}
    chosen = {member: number for member, number in given.items() if number is not None}
    if chosen:
        # Not {}: a file without defaults needs none.
        defaults = {**declared.get("defaults", {}), **chosen}
        topology = Topology.model_validate({**declared, "defaults": defaults})

    def named(member: str) -> frozenset[str]:
        return frozenset(
            topic["name"] for topic in declared["topics"] if member in chosen or member in topic
        )

    return Declaration(topology, named("partitions"), named("replication_factor"))


def is_obstacle(difference: Difference) -> bool:
    """Whether `carry_out` cannot mend it."""
    if isinstance(difference, WrongPartitions):
        return difference.obstacle is not None
    return isinstance(difference, WrongReplication)


async def make_plan(cluster: Cluster, declaration: Declaration) -> Plan:
    """What differs on the cluster. Raises ClusterFailure."""
    found = await cluster.describe(topic.name for topic in declaration.topology.topics)
    return Plan(found, list(compare(declaration, found)))


async def carry_out(cluster: Cluster, declaration: Declaration, plan: Plan) -> None:
    """Mend every difference and wait until the cluster shows it. Raises ClusterFailure.

    The plan must have no obstacles. The cluster is asked first whether it would do everything.
    """
    assert not plan.obstacles
    missing = [each for each in plan.differences if isinstance(each, MissingTopic)]
    settings: dict[str, dict[str, str]] = {}
    counts: dict[str, int] = {}
    for each in plan.differences:
        if isinstance(each, WrongSetting):
            settings.setdefault(each.topic, {})[each.key] = each.wanted
        elif isinstance(each, WrongPartitions):
            counts[each.topic] = each.wanted
    for only_try in (True, False):
        if missing:
            await cluster.create(missing, only_try=only_try)
        if settings:
            await cluster.alter(settings, only_try=only_try)
    if counts:
        await cluster.grow(counts)
    await _settle(cluster, declaration, {each.topic for each in plan.differences})


async def _settle(cluster: Cluster, declaration: Declaration, changed: Iterable[str]) -> None:
    """Wait until the brokers know: a metadata cache may be a moment behind the controller."""
    until = asyncio.get_running_loop().time() + SETTLE_TIMEOUT_S
    while remaining := (await make_plan(cluster, declaration)).differences:
        if asyncio.get_running_loop().time() > until:
            names = ", ".join(sorted({each.topic for each in remaining} & set(changed)))
            raise ClusterFailure(f"the cluster does not show the changes yet: {names}")
        await asyncio.sleep(RETRY_S)

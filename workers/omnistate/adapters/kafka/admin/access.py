"""What each principal must be allowed to do on the cluster, and no more; pure.

It follows from topics.yaml: of workers from their groups, of whoever else publishes from `clients`.
What commands do beside that is told here, once. Names are without the prefix.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from itertools import chain
from typing import Final, Literal, NamedTuple

from omnistate_schemas.vocabulary import RECORDED_INPUTS

from omnistate.stream.position import POSITIONS
from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Group

ResourceType = Literal["topic", "group", "transactional_id", "cluster"]
Pattern = Literal["literal", "prefixed"]

# Its API measures every group's lag, too, while somebody asks; where it may not, it says so.
PROJECTION: Final = "projection"
ROUTER: Final = "router"
# The exporter of every group's lag, and whoever runs commands.
LAG: Final = "lag"
OPERATOR: Final = "operator"
# Who redrives commits as this group, and sends under this transactional id.
REDRIVE: Final = "dead-letters"
# Of `config apply` and of `states rebuild`.
PUBLICATIONS: Final = ("config", "states-rebuild", REDRIVE)


class Operation(IntEnum):
    """Kafka's codes, in Kafka's words."""

    Read = 3
    Write = 4
    Create = 5
    Delete = 6
    Alter = 7
    Describe = 8
    DescribeConfigs = 10
    AlterConfigs = 11


LOOK: Final = (Operation.Describe, Operation.DescribeConfigs)


class Permission(NamedTuple):
    """What may be done with one resource, or with all whose names begin so."""

    resource_type: ResourceType
    name: str
    pattern: Pattern
    operations: tuple[Operation, ...]


def all_permissions(topology: Topology) -> dict[str, list[Permission]]:
    """Everybody's, by who they are: each worker, each client, the operator."""
    return {
        **{
            group.name: _with_its_api(topology, group)
            if group.name == PROJECTION
            else permissions_of(group)
            for group in topology.groups
        },
        LAG: lag_permissions(topology),
        **{
            client.name: _on_topics(
                (client.reads, [Operation.Describe, Operation.Read]),
                (client.writes, [Operation.Describe, Operation.Write]),
            )
            for client in topology.clients
        },
        OPERATOR: _operator_permissions(topology),
    }


def permissions_of(group: Group) -> list[Permission]:
    """Those of a worker that is a member of a group."""
    changelogs = tuple(group.tables.values())
    permissions = _on_topics(
        (group.topics, LOOK),
        ((*group.consumes, *group.follows, *changelogs), [Operation.Read]),
        ((*group.produces, *changelogs), [Operation.Write]),
    )
    permissions.append(_on_group(group.name, Operation.Read))
    if has_transactions(group):
        permissions.append(_on_ids(f"{group.name}-", "prefixed"))
    return permissions


def _with_its_api(topology: Topology, group: Group) -> list[Permission]:
    asked = [topic.name for topic in topology.topics if topic.kind == "dead-letter"]
    # Why something waits is said from what a router follows; which windows run, from what follows.
    asked += [*topology.group(ROUTER).follows, RECORDED_INPUTS]
    return _merge(
        permissions_of(group),
        lag_permissions(topology),
        _on_topics((asked, [*LOOK, Operation.Read])),
    )


def lag_permissions(topology: Topology) -> list[Permission]:
    """Of the exporter: it reads what groups consume, and asks how far they have come."""
    return [
        *_on_topics((watched_topics(topology), [*LOOK, Operation.Read])),
        *(_on_group(group.name) for group in topology.groups),
    ]


def watched_topics(topology: Topology) -> tuple[str, ...]:
    """What is read to know every group's lag: what they consume, and the positions they keep."""
    names = [
        name
        for group in topology.groups
        for name in (*group.consumes, group.tables.get(POSITIONS))
        if name is not None
    ]
    return tuple(dict.fromkeys(names))


def has_transactions(group: Group) -> bool:
    """Whether the worker writes under a transactional id, one for each partition."""
    return bool(group.tables) and group.delivery == "exactly-once"


def _operator_permissions(topology: Topology) -> list[Permission]:
    """Of all commands together."""
    kept = [group for group in topology.groups if has_transactions(group)]
    # Lost ones are counted again: nothing looks at them from outside.
    unread = {
        name for group in topology.groups if group not in kept for name in group.tables.values()
    }
    kinds: Mapping[str, list[str]] = {
        kind: [topic.name for topic in topology.topics if topic.kind == kind]
        for kind in ("configuration", "input", "dead-letter")
    }
    names = [topic.name for topic in topology.topics]
    consumed = dict.fromkeys(name for group in kept for name in group.consumes)
    states = [topic.name for topic in topology.topics if topic.name == "conversation-states"]
    permissions = _on_topics(
        # `topics plan` and `apply`.
        (names, [*LOOK, Operation.Create, Operation.Alter, Operation.AlterConfigs]),
        # `audit`, `lag`, `dead-letters`, `config apply`.
        ([name for name in names if name not in unread], [Operation.Read]),
        # `config apply`, `send`, `dead-letters redrive`, `states rebuild`.
        ((*kinds["configuration"], *kinds["input"], *states), [Operation.Write]),
        # `inputs skip` and `inputs adopt`, which also fills topics up and cuts them off.
        (
            (*kinds["dead-letter"], *(group.tables[POSITIONS] for group in kept), *consumed),
            [Operation.Write],
        ),
        (consumed, [Operation.Delete]),
    )
    for group in topology.groups:
        permissions.append(_on_group(group.name, *([Operation.Read] if group in kept else [])))
    permissions.append(_on_group(REDRIVE, Operation.Read))
    permissions += [_on_ids(name, "literal") for name in PUBLICATIONS]
    return permissions + [_on_ids(f"{group.name}-", "prefixed") for group in kept]


def _merge(*parts: Iterable[Permission]) -> list[Permission]:
    """One permission a resource."""
    found: dict[tuple[ResourceType, str, Pattern], set[Operation]] = {}
    for type_, name, pattern, operations in chain(*parts):
        found.setdefault((type_, name, pattern), set()).update(operations)
    return [Permission(*key, tuple(sorted(operations))) for key, operations in found.items()]


def _on_topics(*parts: tuple[Iterable[str], Iterable[Operation]]) -> list[Permission]:
    """Names and what may be done with each of them: one permission a topic."""
    return _merge(
        Permission("topic", name, "literal", tuple(operations))
        for names, operations in parts
        for name in names
    )


def _on_group(name: str, *operations: Operation) -> Permission:
    return Permission("group", name, "literal", tuple(sorted({Operation.Describe, *operations})))


def _on_ids(name: str, pattern: Pattern) -> Permission:
    return Permission("transactional_id", name, pattern, (Operation.Write, Operation.Describe))

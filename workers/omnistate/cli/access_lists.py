"""`omnistate topics acls`: what each may do, as `kafka-acls` commands, JSON or users of Strimzi.

It renders, and grants nothing; what is permitted, the topics' declaration says.
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from omnistate.adapters.kafka.admin.access import Permission, ResourceType
from omnistate.process.errors import Unusable

PLACE: Final = "{name}"
STRIMZI: Final = "kafka.strimzi.io/v1"
# What Kubernetes takes for the name of an object.
_OBJECT_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_STRIMZI_TYPES: Final[Mapping[ResourceType, str]] = {
    "topic": "topic",
    "group": "group",
    "transactional_id": "transactionalId",
    "cluster": "cluster",
}

# By user, as on the cluster.
Access = Mapping[str, Sequence[Permission]]


def name_users(access: Access, user: str) -> Access:
    """The same by the names of users: `user` has {name} in it. Raises Unusable."""
    if PLACE not in user:
        raise Unusable(f"--user {user}: {PLACE} is needed in it, or all would be one user")
    return {user.replace(PLACE, name): own for name, own in access.items()}


def to_commands(access: Access, brokers: str) -> Iterator[str]:
    """A command for all that a user may do alike, to be run by an administrator."""
    for user, permissions in access.items():
        yield f"# {user}"
        for (type_, pattern, operations), names in _alike(permissions).items():
            words = ["kafka-acls", "--bootstrap-server", brokers, "--add"]
            words += ["--allow-principal", f"User:{user}"]
            for operation in operations:
                words += ["--operation", operation]
            option = f"--{type_.replace('_', '-')}"
            for name in names:
                words += [option] if type_ == "cluster" else [option, name]
            if pattern == "prefixed":
                words += ["--resource-pattern-type", "prefixed"]
            yield shlex.join(words)


def to_json(access: Access) -> str:
    """A list of objects, one a user and resource."""
    found = [
        {
            "principal": f"User:{user}",
            "resource_type": each.resource_type,
            "name": each.name,
            "pattern": each.pattern,
            "operations": _words(each),
        }
        for user, permissions in access.items()
        for each in permissions
    ]
    return json.dumps(found, indent=2)


def to_strimzi(access: Access, cluster: str) -> str:
    """A KafkaUser each. Raises Unusable for a user that cannot be one."""
    return str(
        yaml.safe_dump_all(
            (_kafka_user(user, permissions, cluster) for user, permissions in access.items()),
            sort_keys=False,
            width=120,
        )
    )


def _kafka_user(user: str, permissions: Iterable[Permission], cluster: str) -> dict[str, Any]:
    if not _OBJECT_NAME.fullmatch(user):
        raise Unusable(f"--user: {user} cannot be the name of a KafkaUser")
    rules = []
    for each in permissions:
        resource: dict[str, str] = {"type": _STRIMZI_TYPES[each.resource_type]}
        if each.resource_type != "cluster":
            resource["name"] = each.name
            resource["patternType"] = "prefix" if each.pattern == "prefixed" else "literal"
        rules.append({"resource": resource, "operations": _words(each)})
    return {
        "apiVersion": STRIMZI,
        "kind": "KafkaUser",
        "metadata": {"name": user, "labels": {"strimzi.io/cluster": cluster}},
        "spec": {"authorization": {"type": "simple", "acls": rules}},
    }


def _alike(
    permissions: Iterable[Permission],
) -> dict[tuple[ResourceType, str, tuple[str, ...]], list[str]]:
    """Names by type, pattern and operations."""
    found: dict[tuple[ResourceType, str, tuple[str, ...]], list[str]] = {}
    for each in permissions:
        key = each.resource_type, each.pattern, tuple(_words(each))
        found.setdefault(key, []).append(each.name)
    return found


def _words(permission: Permission) -> list[str]:
    return [operation.name for operation in permission.operations]

"""Permissions on a test's broker: read from `kafka-acls` commands, given, taken and listed.

What they are for is not known here: whoever asks says who may do what.
"""

import shlex
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

ANY, ALLOW, LITERAL, PREFIXED = 1, 3, 3, 4
PATTERNS: Final = {"literal": LITERAL, "prefixed": PREFIXED}
# Kafka's codes; by hand, not from the sources that are tested.
OPERATIONS: Final = {"Read": 3, "Write": 4, "Create": 5, "Delete": 6, "Alter": 7} | {
    "Describe": 8,
    "DescribeConfigs": 10,
    "AlterConfigs": 11,
}
KINDS: Final = {"topic": 2, "group": 3, "cluster": 4, "transactional-id": 5}


class Acl(NamedTuple):
    """One thing that a user may do; the name is the cluster's."""

    user: str
    kind: str
    name: str
    pattern: str
    operation: str


def read_commands(text: str) -> list[Acl]:
    """What commands of `kafka-acls --add` permit, one by one."""
    return [each for line in text.splitlines() for each in _read_command(line)]


def _read_command(line: str) -> Iterator[Acl]:
    command, *rest = shlex.split(line, comments=True) or [""]
    if not command:
        return
    assert command == "kafka-acls", line
    rest.remove("--add")
    options = list(zip(rest[::2], rest[1::2], strict=True))
    pattern = dict(options).get("--resource-pattern-type", "literal")
    (user,) = [
        value.removeprefix("User:") for name, value in options if name == "--allow-principal"
    ]
    for name, value in options:
        if name.removeprefix("--") in KINDS:
            for option, operation in options:
                if option == "--operation":
                    yield Acl(user, name.removeprefix("--"), value, pattern, operation)


class _CreateAll(CreateAclsRequest):  # type: ignore[misc]
    """aiokafka asks for one of them at a time, and each waits for the controller's disk."""

    def __init__(self, creations: Sequence[tuple[object, ...]]) -> None:
        self._creations = [*creations]

    def build(self, request_struct_class: Any) -> Any:
        """The structure to send; called by aiokafka."""
        return request_struct_class(self._creations)


class Acls:
    """Those of one broker, by an administrator who may do everything."""

    def __init__(self, admin: AIOKafkaAdminClient) -> None:
        """Use a started client."""
        self._admin = admin

    async def give(self, acls: Iterable[Acl]) -> None:
        """Permit it, all at once."""
        answer = await self._send(_CreateAll([_fields(each) for each in acls]))
        assert {code for code, _ in answer.creation_responses} <= {0}

    async def take(self, acl: Acl) -> None:
        """Permit it no more."""
        answer = await self._send(DeleteAclsRequest(*_fields(acl)))
        assert [(code, len(found)) for code, _, found in answer.filter_responses] == [(0, 1)]

    async def of(self, user: str) -> set[Acl]:
        """All that a user may do."""
        request = DescribeAclsRequest(ANY, None, ANY, f"User:{user}", None, ANY, ANY)
        answer = await self._send(request)
        assert answer.error_code == 0, answer.error_message
        kinds = {code: word for word, code in KINDS.items()}
        patterns = {code: word for word, code in PATTERNS.items()}
        operations = {code: word for word, code in OPERATIONS.items()}
        return {
            Acl(user, kinds[kind], name, patterns[pattern], operations[operation])
            for kind, name, pattern, found in answer.resources
            for _, _, operation, _ in found
        }

    async def _send(self, request: Any) -> Any:
        return await self._admin._send_request(request)


@asynccontextmanager
async def open_acls(brokers: str) -> AsyncIterator[Acls]:
    """The permissions of a broker whose administrator has no password."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        yield Acls(admin)
    finally:
        await admin.close()


def _fields(acl: Acl) -> tuple[int, str, int, str, str, int, int]:
    place = KINDS[acl.kind], acl.name, PATTERNS[acl.pattern]
    return *place, f"User:{acl.user}", "*", OPERATIONS[acl.operation], ALLOW

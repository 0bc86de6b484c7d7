"""A centre on a locked broker: TLS, a login each, and nobody may do more than was printed for them.

What is permitted is what `omnistate topics acls` prints, given to the broker as it stands there.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.stream.topology import load_topology

from tests.harness.acls import Acl, open_acls, read_commands
from tests.harness.broker import Broker
from tests.harness.installation import Installation
from tests.harness.topics import read_events

TOPOLOGY: Final = load_topology()
TOPICS: Final = [topic.name for topic in TOPOLOGY.topics]
WORKERS: Final = (*(group.name for group in TOPOLOGY.groups), "lag")
CLIENTS: Final = ("gateway", "desktop", "other-router")
OPERATOR: Final = "operator"
USERS: Final = (*WORKERS, *CLIENTS, OPERATOR)
PARTITIONS: Final = 2
SESSION_S: Final = 6
# The listener without a password is the administrator's; it serves the broker itself, too.
LOCKED: Final = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "super.users": "User:ANONYMOUS",
}
CENTRE: Final[dict[str, Any]] = {
    "workstreams": {"chat": {"channel": "live_chat", "units": 40, "assign_through_gate": True}},
    "representatives": {"ana": {"units": 100, "queues": ["support"]}},
    "queues": {"support": {}},
}


def password_of(user: str) -> str:
    """Another one for each."""
    return f"secret-of-{user}"


def locked_broker(folder: Path) -> Broker:
    """It knows the users, and permits them nothing; not started."""
    passwords = {user: password_of(user) for user in USERS}
    return Broker(folder, security="sasl", settings=LOCKED, users=passwords)


class LockedCentre:
    """One installation, as each of its users sees it."""

    def __init__(self, broker: Broker, prefix: str, folder: Path) -> None:
        """Nothing is permitted yet, and there is no topic."""
        self.broker, self.prefix, self.folder = broker, prefix, folder
        self.installations: list[Installation] = []

    def as_user(self, user: str, **settings: Any) -> Installation:
        """Commands and workers that log in as somebody."""
        folder = self.folder / f"{user}-{len(self.installations)}"
        folder.mkdir()
        found = Installation(
            self.broker.bootstrap_sasl_tls,
            self.prefix,
            folder,
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_username=user,
            sasl_password=password_of(user),
            ssl_ca_file=self.broker.ca_file,
            **{"session_timeout": SESSION_S} | settings,
        )
        found.environment["PYTHONWARNINGS"] = "error"
        self.installations.append(found)
        return found

    def connection(self, user: str) -> Connection:
        """The same, for this process."""
        return Connection(
            self.broker.bootstrap_sasl_tls,
            self.prefix,
            "SASL_SSL",
            "SCRAM-SHA-512",
            user,
            password_of(user),
            str(self.broker.ca_file),
        )

    def printed(self) -> list[Acl]:
        """What is permitted to all of them, as the command says it."""
        return read_commands(self.as_user(OPERATOR).run("topics", "acls"))

    async def set_up(self) -> None:
        """Give everybody what was printed; with it the operator makes topics and configuration."""
        async with open_acls(self.broker.bootstrap) as acls:
            await acls.give(self.printed())
        self.as_user(OPERATOR).set_up(CENTRE, PARTITIONS)

    async def events(self, topic: str) -> list[dict[str, Any]]:
        """What lies on a topic, as the administrator sees it."""
        return await read_events(self.broker.bootstrap, self.prefix + topic)

    @asynccontextmanager
    async def writer(self, user: str) -> AsyncIterator["Writer"]:
        """A producer as a gateway's or a desktop's backend has one."""
        producer = self.connection(user).producer()
        await producer.start()
        try:
            yield Writer(self, producer)
        finally:
            await producer.stop()

    def end(self) -> None:
        """Leave no worker behind."""
        for each in self.installations:
            each.end()


class Writer:
    """Whoever publishes events by a client of their own."""

    def __init__(self, centre: LockedCentre, producer: Any) -> None:
        """Use a started producer."""
        self._centre, self._producer = centre, producer

    async def write(self, topic: str, event: dict[str, Any]) -> None:
        """Append one event, acknowledged. Raises what aiokafka raises."""
        await self._producer.send_and_wait(
            self._centre.prefix + topic,
            key=event["subject"].encode(),
            value=json.dumps(event).encode(),
            headers=[("content-type", b"application/cloudevents+json")],
        )

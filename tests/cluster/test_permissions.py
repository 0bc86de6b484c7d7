"""What a worker may do on a broker with an authorizer: the least is enough, and less is told."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterRefusal
from omnistate.stream.topology import load_topology

from tests.cluster.story_inputs import CENTRE, story
from tests.harness.broker import Broker
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually, wait_until

TOPIC, GROUP, TRANSACTIONAL_ID = 2, 3, 5
LITERAL, ALLOW = 3, 3
OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8, "DescribeConfigs": 10}
PASSWORD = "not-so-secret"
PARTITIONS = 2
# So many are granted between two looks.
AT_ONCE = 5
# By hand, not from topics.yaml: what an operator would grant.
READS = {
    "conversation": [
        "channel-events",
        "agent-actions",
        "workstreams",
        "representatives",
        "capacity-profiles",
        "queues",
    ],
    "representative": [
        "representative-presence",
        "capacity-changes",
        "assignment-requests",
        "representatives",
        "capacity-profiles",
    ],
}
ASIDE = ["rejected-inputs", "dead-letters"]
WRITES = {
    "conversation": [
        *("conversation-state-changes", "conversation-states", "capacity-changes"),
        *("recorded-inputs", *ASIDE),
    ],
    "representative": ["representative-capacity", "agent-actions", *ASIDE],
}
CHANGELOGS = {
    "conversation": ["conversations", "counters", "settings", "positions"],
    "representative": ["totals", "holdings", "positions"],
}


class Grant(NamedTuple):
    """A permission; the name is without the prefix."""

    kind: int
    name: str
    operation: str


def least(group: str) -> list[Grant]:
    """What a worker of the group needs, and nothing else."""
    own = [f"{group}-{table}-changelog" for table in CHANGELOGS[group]]
    reads = [Grant(TOPIC, name, "Read") for name in (*READS[group], *own)]
    writes = [Grant(TOPIC, name, "Write") for name in (*WRITES[group], *own)]
    topics = dict.fromkeys(each.name for each in (*reads, *writes))
    return [
        *reads,
        *writes,
        *(Grant(TOPIC, name, "DescribeConfigs") for name in topics),
        Grant(GROUP, group, "Read"),
        *(Grant(TRANSACTIONAL_ID, f"{group}-{n}", "Write") for n in range(PARTITIONS)),
    ]


@pytest.fixture(scope="module")
def guarded(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Its first listener's clients may do everything, those of the one with passwords nothing."""
    login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    users = " ".join(f'user_{name}="{PASSWORD}"' for name in (*READS, "nobody"))
    broker = Broker(
        tmp_path_factory.mktemp("guarded"),
        security="sasl",
        settings={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
            "listener.name.sasl.plain.sasl.jaas.config": f"{login} {users};",
            "listener.name.sasl_tls.plain.sasl.jaas.config": f"{login};",
        },
    )
    broker.start()
    yield broker
    broker.close()


def as_user(broker: Broker, user: str) -> dict[str, Any]:
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_username": user,
        "sasl_password": PASSWORD,
    }


async def permit(broker: Broker, prefix: str, user: str, grants: list[Grant]) -> None:
    async with disconnecting(AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)) as admin:
        await admin.start()
        for kind, name, operation in grants:
            code = OPERATIONS[operation]
            request = CreateAclsRequest(
                kind, f"{prefix}{name}", LITERAL, f"User:{user}", "*", code, ALLOW
            )
            answer = await admin._send_request(request)
            assert [error for error, _ in answer.creation_responses] == [0]


async def denied(broker: Broker, prefix: str, group: str, user: str) -> str:
    """What a worker would say that it lacks; nothing where it lacks nothing."""
    connection = Connection(brokers=broker.bootstrap_sasl, prefix=prefix, **as_user(broker, user))
    async with open_cluster(connection) as cluster:
        try:
            await cluster.check_permissions(load_topology().group(group))
        except ClusterRefusal as refusal:
            return str(refusal)
    return ""


def lay_out(broker: Broker, prefix: str, folder: Path) -> None:
    with installed(broker.bootstrap, prefix, folder) as found:
        found.set_up(CENTRE, partitions=PARTITIONS)


@pytest.mark.parametrize("group", READS)
async def test_each_permission_that_is_missing_is_named(
    guarded: Broker, prefix: str, tmp_path: Path, group: str
) -> None:
    """All are, in the beginning; then those that are left."""
    lay_out(guarded, prefix, tmp_path)
    wanted = least(group)
    kinds = {TOPIC: "topic", GROUP: "group"}

    def missing(said: str) -> set[tuple[str, str, str]]:
        found = set()
        for part in said.partition(" needs: ")[2].split("; ") if said else ():
            what, _, operations = part.partition(": ")
            kind, _, name = what.rpartition(" ") if "more" not in what else (what, "", "")
            for operation in operations.split(", "):
                found.add((kind, name.removeprefix(prefix), operation))
        return found

    async def ask() -> str:
        return await denied(guarded, prefix, group, group)

    def lacks_none(gone: set[tuple[str, str, str]], said: str) -> bool:
        return not gone & missing(said)

    while wanted:
        said = await denied(guarded, prefix, group, group)
        expected = {
            (kinds[each.kind], each.name, each.operation)
            for each in wanted
            if each.kind != TRANSACTIONAL_ID
        }
        found = missing(said)
        # Whoever may read or write may describe, too.
        told = {each for each in found if each[0] in kinds.values() and each[2] != "Describe"}
        assert told == expected
        ids = [each for each in wanted if each.kind == TRANSACTIONAL_ID]
        if ids:
            assert f"transactional id {prefix}{ids[0].name}" in said
        assert said.startswith(f"Kafka does not permit user {group} what it needs: ")
        granted, wanted = wanted[:AT_ONCE], wanted[AT_ONCE:]
        await permit(guarded, prefix, group, granted)
        gone = {
            (kinds[each.kind], each.name, each.operation)
            for each in granted
            if each.kind != TRANSACTIONAL_ID
        }
        await eventually("known", ask, partial(lacks_none, gone))
    await eventually("enough", ask, lambda said: not said)


def started(installation: Installation, kind: str) -> Any:
    return installation.worker(kind, ready=False)


@pytest.mark.parametrize("kind", ["conversation", "representative"])
async def test_a_worker_that_may_not_ends_with_one_line(
    guarded: Broker, prefix: str, tmp_path: Path, kind: str
) -> None:
    """Not permitted to see a topic, it does not wait for a broker, or for the topic."""
    lay_out(guarded, prefix, tmp_path)
    lacking = [
        Grant(TOPIC, WRITES[kind][0], "Write"),
        Grant(TOPIC, READS[kind][0], "Read"),
        Grant(TRANSACTIONAL_ID, f"{kind}-1", "Write"),
    ]
    await permit(guarded, prefix, kind, [each for each in least(kind) if each not in lacking])
    settings = {**as_user(guarded, kind), "wait_for_topics": "true"}
    with installed(guarded.bootstrap_sasl, prefix, tmp_path, **settings) as found:
        worker = started(found, kind)
        assert worker.wait() == 2
        log = worker.log()
    (line,) = [each for each in log.splitlines() if "worker_stopped" in each]
    assert f"topic {prefix}{WRITES[kind][0]}: Write" in line
    assert f"topic {prefix}{READS[kind][0]}: Read" in line
    assert f"transactional id {prefix}{kind}-1: Write" in line
    assert line.count(": ") < 6
    assert "waiting_for" not in log
    assert "Traceback" not in log


async def test_the_least_is_enough(guarded: Broker, prefix: str, tmp_path: Path) -> None:
    """A conversation worker and a representative worker, each with its own permissions alone."""
    lay_out(guarded, prefix, tmp_path)
    workers = []
    with installed(guarded.bootstrap, prefix, tmp_path) as free:
        for kind in READS:
            await permit(guarded, prefix, kind, least(kind))
            settings = as_user(guarded, kind)
            found = Installation(
                guarded.bootstrap_sasl, prefix, tmp_path / kind, **{"session_timeout": 6} | settings
            )
            (tmp_path / kind).mkdir()
            free.workers.append(found.worker(kind))
            workers.append(free.workers[-1])
        free.send(story("chat-1"))
        wait_until("a timer", lambda: workers[0].metric("omnistate_timers_fired_total") == 1)
        topic = f"{prefix}representative-capacity"
        await eventually(
            "capacity",
            lambda: read_events(guarded.bootstrap, topic),
            lambda events: len(events) > 0,
        )
        assert [worker.stop() for worker in workers] == [0, 0]
        for worker in workers:
            assert "AuthorizationFailed" not in worker.log()
            assert "Traceback" not in worker.log()

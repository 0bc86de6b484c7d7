"""On a locked broker everybody runs on what is printed for them, and nobody may do more."""

import http.client
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import TopicAuthorizationFailedError
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.internals.permission_requests import fetch_authorized, try_group

from tests.cluster.locked_centre import (
    CLIENTS,
    OPERATOR,
    TOPICS,
    TOPOLOGY,
    USERS,
    WORKERS,
    LockedCentre,
)
from tests.cluster.story_inputs import event
from tests.harness.acls import OPERATIONS, open_acls, read_commands
from tests.harness.broker.kafka_tools import run_tool
from tests.harness.installation import Installation
from tests.harness.ports import HOST
from tests.harness.redis import RedisServer
from tests.harness.tied_process import PATIENCE_S
from tests.harness.waiting import eventually, wait_until
from tests.harness.worker_process import WorkerProcess

pytestmark = pytest.mark.slow
TOPIC_DENIED, GROUP_DENIED = 29, 30
TOKEN = "a-token-of-the-locked-centre"
# By hand, not from topics.yaml: what the contract lets them say.
MAY_WRITE = {
    "gateway": {"channel-events"},
    "desktop": {"agent-actions", "representative-presence"},
    "other-router": {"agent-actions", "assignment-requests"},
}
TABLES = {topic.name for topic in TOPOLOGY.topics if topic.kind in {"table", "changelog"}}


def ask(worker: WorkerProcess, path: str) -> Any:
    """What the API answers to whoever has the token."""
    connection = http.client.HTTPConnection(HOST, worker.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return json.loads(body)
    finally:
        connection.close()


async def test_everybody_does_their_part_on_what_is_printed(
    locked: LockedCentre, own_redis: RedisServer
) -> None:
    """From a gateway's event to somebody who has it, and to what is counted and shown of it."""
    settings = {"redis_url": own_redis.url, "api_token": TOKEN}
    with_redis = {"projection", "lag"}
    workers = {
        name: locked.as_user(name, **(settings if name in with_redis else {})).worker(name)
        for name in WORKERS
    }
    data = {"channel": "live_chat", "workstream_id": "chat", "queue_id": "support"}
    async with locked.writer("gateway") as gateway, locked.writer("desktop") as desktop:
        present = event(1, "representative.presence", "ana", presence="available")
        await desktop.write("representative-presence", present)
        await gateway.write("channel-events", event(1, "conversation.started", "chat-1", **data))
        await gateway.write("channel-events", event(1, "nobody.knows", "chat-1"))

        async def changes() -> list[dict[str, Any]]:
            return [each["data"] for each in await locked.events("conversation-state-changes")]

        offered = await eventually(
            "the router had the gate give it to her", changes, lambda found: len(found) == 2
        )
        assert offered[-1]["offered_representative_id"] == "ana"
        taken = event(2, "representative.accept", "chat-1", representative_id="ana")
        await desktop.write("agent-actions", taken)
        (*_, last) = await eventually("she took it", changes, lambda found: len(found) == 3)
        assert last["representative_id"] == "ana"
    await eventually(
        "she holds it",
        lambda: locked.events("representative-capacity"),
        lambda found: found and found[-1]["data"]["occupied_units"] == 40,
    )
    fate = "omnistate_figures_changes_total"
    wait_until("figures", lambda: workers["figures"].metric(fate, outcome="counted") == 3)
    wait_until("letters", lambda: ask(workers["projection"], "/api/overview")["dead_letters"] > 0)
    groups = {group.name for group in TOPOLOGY.groups}

    def all_caught_up() -> bool:
        rows = ask(workers["projection"], "/api/lag")["partitions"]
        return {each["group"] for each in rows} == groups and not any(
            each["records"] for each in rows
        )

    wait_until("nobody is behind", all_caught_up)
    name = "omnistate_group_lag_records"
    wait_until("the exporter says so", lambda: not workers["lag"].metric(name))
    shown = workers["lag"].get("/metrics")[1]
    assert all(f'{name}{{group="{locked.prefix}{each}"' in shown for each in groups)
    ask(workers["projection"], "/api/conversations/chat-1/routing")
    for kind, worker in workers.items():
        assert worker.stop() == 0, kind
        assert "Authorization" not in worker.log()
        assert "Traceback" not in worker.log()


@pytest.mark.parametrize("client", CLIENTS)
async def test_who_writes_from_outside_writes_their_own_topics_alone(
    locked: LockedCentre, client: str
) -> None:
    refused = set()
    async with locked.writer(client) as writer:
        for topic in TOPICS:
            try:
                await writer.write(topic, event(1, "of.no.interest", "nobody"))
            except TopicAuthorizationFailedError:
                refused.add(topic)
    assert set(TOPICS) - refused == MAY_WRITE[client]
    outputs = {"conversation-state-changes", "capacity-changes", "recorded-inputs"}
    assert refused >= outputs | TABLES
    assert ("agent-actions" in refused) is (client == "gateway")
    assert ("channel-events" in refused) is (client != "gateway")


@pytest.mark.parametrize("client", ["gateway", "desktop"])
async def test_who_only_writes_reads_nothing_and_is_in_no_group(
    locked: LockedCentre, client: str
) -> None:
    """A backend of chats need not know who calls."""
    connection = locked.connection(client)
    async with disconnecting(connection.admin()) as admin:
        await admin.start()
        names = [connection.physical(topic) for topic in TOPICS]
        for code, topic, _, operations in await fetch_authorized(admin, names):
            own = topic.removeprefix(locked.prefix) in MAY_WRITE[client]
            assert code == (0 if own else TOPIC_DENIED), topic
            assert OPERATIONS["Read"] not in (operations or ()), topic
        for group in TOPOLOGY.groups:
            assert await try_group(admin, connection.physical(group.name)) == GROUP_DENIED
    async with disconnecting(connection.consumer()) as reader:
        await reader.start()
        # What it has said itself, neither.
        reader.assign(connection.partitions(min(MAY_WRITE[client]), 1))
        with pytest.raises(TopicAuthorizationFailedError):
            await reader.getone()


async def test_kafkas_own_tool_takes_what_is_printed_for_it(
    locked: LockedCentre, tmp_path: Path
) -> None:
    """As an administrator runs it; what it permits then is what every other test here goes by."""
    other = Installation(locked.broker.bootstrap, "by-tool.", tmp_path)
    printed = other.run("topics", "acls")
    assert {each.user for each in read_commands(printed)} == set(USERS)
    chosen = ("conversation", "gateway")
    for line in printed.splitlines():
        words = shlex.split(line, comments=True)
        if words and any(f"User:{user}" in words for user in chosen):
            run_tool(*words)
    async with open_acls(locked.broker.bootstrap) as acls:
        for user in chosen:
            found = {each for each in await acls.of(user) if each.name.startswith("by-tool.")}
            assert found == {each for each in read_commands(printed) if each.user == user}


async def test_what_is_printed_is_all_that_there_is(locked: LockedCentre) -> None:
    """Whoever is not named has nothing, and nobody has the whole cluster."""
    printed = locked.printed()
    assert {each.kind for each in printed} == {"topic", "group", "transactional-id"}
    assert all(each.name.startswith("locked.") for each in printed)
    async with open_acls(locked.broker.bootstrap) as acls:
        for user in USERS:
            own = {each for each in await acls.of(user) if each.name.startswith("locked.")}
            assert own == {each for each in printed if each.user == user}
        assert await acls.of(locked.broker.username) == set()
    nobody = locked.as_user(OPERATOR)
    nobody.environment |= {
        "OMNISTATE_SASL_USERNAME": locked.broker.username,
        "OMNISTATE_SASL_PASSWORD": locked.broker.password,
    }
    assert "AuthorizationFailed" in nobody.run("lag", status=2)

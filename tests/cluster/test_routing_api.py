"""The read API on a real broker: why a conversation waits, and what waits in a queue."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.story_inputs import event
from tests.harness.installation import Installation, installed
from tests.harness.ports import HOST
from tests.harness.tied_process import PATIENCE_S
from tests.harness.waiting import wait_until
from tests.harness.worker_process import WorkerProcess

TOKEN = "a-token-of-the-tests"
CENTRE: dict[str, Any] = {
    "workstreams": {"chat": {"channel": "live_chat", "units": 40, "default_queue_id": "support"}},
    "representatives": {
        "ana": {"default_presence": "available", "queues": ["support"]},
        "ben": {"queues": ["support"]},
    },
    "queues": {"support": {}},
}


@pytest.fixture
def installation(
    brokers: str, redis_url: str, prefix: str, tmp_path: Path
) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path, redis_url=redis_url) as found:
        found.environment["OMNISTATE_API_TOKEN"] = TOKEN
        found.set_up(CENTRE, partitions=2)
        yield found


def ask(worker: WorkerProcess, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(HOST, worker.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_what_the_router_would_say(installation: Installation) -> None:
    installation.worker()
    projection = installation.worker("projection")
    data = {"channel": "live_chat", "workstream_id": "chat"}
    chats = [event(n, "conversation.started", f"chat-{n}", **data) for n in (1, 2)]
    pick = event(3, "representative.pick", "chat-1", representative_id="ben")
    installation.send([*chats, pick])

    def queue() -> Any:
        return ask(projection, "/api/queues/support/routing")[1]

    wait_until("one waits", lambda: queue().get("waiting") == 1)
    found = queue()
    assert (found["members"], found["signed_in"]) == (2, 1)
    (waiting,) = found["work"]
    assert (waiting["conversation_id"], waiting["place"]) == ("chat-2", 1)
    # Nobody routes here: it is said what a router would do, each time anew.
    assert waiting["says"] == "the gate is being asked to give it to ana"
    assert waiting["wait"]["seconds"] is not None
    status, one = ask(projection, "/api/conversations/chat-2/routing")
    assert status == 200
    assert [(each["representative_id"], each["obstacle"]) for each in one["people"]] == [
        ("ana", "asked_already"),
        ("ben", "not_signed_in"),
    ]
    status, served = ask(projection, "/api/conversations/chat-1/routing")
    assert status == 200
    assert served["says"] == "it does not wait for anybody: in_conversation, with ben"
    assert (served["place"], served["people"]) == (None, [])
    # An overview has the same of each that waits, and whose connection has gone.
    installation.send([event(4, "customer.disconnected", "chat-1")])

    def overview() -> Any:
        return ask(projection, "/api/overview?routing=true&windows=true")[1]

    wait_until("gone", lambda: (overview()["windows"] or {}).get("running") == 1)
    seen = overview()
    assert seen["waiting"][0]["routing"]["says"] == waiting["says"]
    assert seen["waiting"][0]["routing"]["people"] == {"asked_already": 1, "not_signed_in": 1}
    (gone,) = seen["windows"]["windows"]
    assert (gone["conversation_id"], gone["name"]) == ("chat-1", "customer_reconnect")
    assert gone["representative_id"] == "ben"
    assert 0 < gone["due_seconds"] <= 180
    plain = ask(projection, "/api/overview")[1]
    assert (plain["waiting"][0]["routing"], plain["windows"]) == (None, None)
    # What is published since is seen.
    now = {**CENTRE, "queues": {"support": {}, "second": {}}}
    installation.configure(now)
    wait_until("the new queue", lambda: ask(projection, "/api/queues/second/routing")[0] == 200)
    assert ask(projection, "/api/queues/nowhere/routing")[0] == 404
    assert ask(projection, "/api/conversations/nobody/routing")[0] == 404
    assert ask(projection, "/api/queues/support/routing?limit=x")[0] == 400
    assert projection.stop() == 0

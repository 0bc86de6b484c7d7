"""A projection worker with its API, what lies on its topics, and readers of its changes."""

import http.client
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from omnistate.projections.keys import Keys
from omnistate_schemas.presence import CAPACITY
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.harness.engine_run import run
from tests.harness.events import make_event
from tests.harness.installation import Installation, installed
from tests.harness.ports import HOST
from tests.harness.redis import RedisServer
from tests.harness.tied_process import PATIENCE_S
from tests.harness.topics import Written, write
from tests.harness.worker_process import WorkerProcess
from tests.oracle.random_days import day_of
from tests.projections.fold import milliseconds

TOKEN = "a-token-of-the-tests/+=~"
CHANGED = (STATE_CHANGES, CONVERSATION_STATES)
ODD = "whats app/+34 600:é%2F"


class Service:
    """A projection worker with its API, and what was put on its topics."""

    def __init__(self, found: Installation, redis: RedisServer) -> None:
        self.found, self.redis = found, redis
        found.environment["OMNISTATE_REDIS_URL"] = redis.url
        found.environment["OMNISTATE_API_TOKEN"] = TOKEN
        self.keys = Keys(found.prefix)
        self.worker: WorkerProcess

    async def publish(self, *events: dict[str, Any]) -> None:
        """Put events on the topics, as the engine would."""
        records = []
        for event in events:
            state = event["type"] == "conversation.state_changed"
            topics = CHANGED if state else (REPRESENTATIVE_CAPACITY,)
            key, value = event["subject"].encode(), json.dumps(event).encode()
            records += [Written(self.found.prefix + topic, key, value) for topic in topics]
        await write(self.found.brokers, *records)

    def ask(self, path: str, token: str | None = TOKEN, method: str = "GET") -> tuple[int, Any]:
        """Status, and the JSON of the answer."""
        connection = http.client.HTTPConnection(HOST, self.worker.port, timeout=PATIENCE_S)
        try:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            assert response.headers["Content-Type"].startswith("application/json"), body
            if response.status == 401:
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
            else:
                assert response.headers["Cache-Control"] == "no-store"
            return response.status, json.loads(body)
        finally:
            connection.close()


@asynccontextmanager
async def serving(brokers: str, folder: Path) -> AsyncIterator[Service]:
    """A service on a Redis of its own, with the changes of some days, until it is let go."""
    with RedisServer() as redis, installed(brokers, f"a-{folder.stat().st_ino}.", folder) as found:
        service = Service(found, redis)
        found.run("topics", "apply", "--partitions", "2", "--replication-factor", "1")
        for seed in range(6):
            await service.publish(*shifted(seed, f"{seed}-"))
        await service.publish(*shifted(7, ODD))
        await service.publish(*(capacity_of(name) for name in ("ana", ODD)))
        service.worker = found.worker("projection")
        yield service


def shifted(seed: int, prefix: str, age_s: int = 5) -> list[dict[str, Any]]:
    """The changes of a day, the last of them a few seconds ago, in conversations of its own."""
    outputs, _ = run(*day_of(seed))
    events = [each["value"] for each in outputs if each["topic"] == STATE_CHANGES]
    last_ms = max((milliseconds(each["time"]) for each in events), default=0)
    end_ms = round(time.time() - age_s) * 1_000
    found = []
    for event in events:
        subject = prefix + event["subject"]
        at = format_time(milliseconds(event["time"]) - last_ms + end_ms)
        data = {**event["data"], "conversation_id": subject}
        found.append(
            {**event, "id": prefix + event["id"], "subject": subject, "time": at, "data": data}
        )
    return found


def capacity_of(representative_id: str) -> dict[str, Any]:
    """Totals of a representative."""
    now = format_time(round(time.time() * 1_000))
    data = {**CAPACITY, "representative_id": representative_id, "changed_at": now}
    return make_event(
        "representative.capacity_changed",
        representative_id,
        f"{representative_id}.7",
        data,
        time=now,
        source="/omnistate",
    )


class Stream:
    """A reader of the changes."""

    def __init__(self, service: Service, last_id: str | None = None) -> None:
        self._connection = http.client.HTTPConnection(HOST, service.worker.port, timeout=PATIENCE_S)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        self._connection.request("GET", "/api/changes", headers=headers)
        self.response = self._connection.getresponse()

    def block(self) -> dict[str, str]:
        """The next block of lines; a comment's name is empty."""
        found: dict[str, str] = {}
        while line := self.response.readline().decode().rstrip("\n"):
            name, _, value = line.partition(":")
            found[name] = value.strip()
        return found

    def close(self) -> None:
        self._connection.close()

"""Certificates and passwords that are renewed under load: taken up by all, and nothing is lost."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from omnistate.adapters.kafka.clients.connection import Connection

from tests.cluster.story_inputs import CENTRE, event
from tests.harness.broker import Broker
from tests.harness.broker.kafka_tools import run_tool
from tests.harness.installation import installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually, wait_until

pytestmark = pytest.mark.slow
USER, FORMER, NEW = "centre", "the-former-password", "the-new-password"
WORKERS = ("conversation", "representative", "figures")
PARTITIONS = 2
# So many on either side of the renewal.
ENOUGH = 50
PAUSE_S = 0.02
# A producer gives a record up after this; none of these may be, however long the broker takes.
FOR_EVER_MS = 3_600_000
EXPIRY = "omnistate_certificate_expiry_timestamp_seconds"


class Files:
    """Where the workers read who they are; written as whoever renews secrets does."""

    def __init__(self, folder: Path) -> None:
        self.secrets, self.keys = folder / "secrets", folder / "keys"
        self.secrets.mkdir()
        self.keys.mkdir()

    def write_login(self, password: str) -> None:
        self._replace(self.secrets / "omnistate_sasl_username", USER)
        self._replace(self.secrets / "omnistate_sasl_password", password)

    def copy_certificates(self, broker: Broker) -> None:
        """One after the other: for a moment they do not fit together."""
        for file in (broker.cert_file, broker.key_file, broker.ca_file):
            self._replace(self.keys / file.name, file.read_text())

    def _replace(self, path: Path, text: str) -> None:
        # Behind a dot: whatever else is in a folder of secrets is let be.
        part = path.with_name(f".{path.name}")
        part.write_text(text)
        part.replace(path)


class Gateway:
    """Tells of one conversation after the other; each event is acknowledged, or it ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.told: list[str] = []
        self.ending = False

    async def run(self) -> None:
        topic = self._connection.physical("channel-events")
        producer = self._connection.producer(request_timeout_ms=FOR_EVER_MS)
        await producer.start()
        try:
            for number in itertools.count():
                if self.ending:
                    return
                subject = f"chat-{number}"
                told = {"channel": "live_chat", "workstream_id": "chat"}
                value = json.dumps(event(1, "conversation.started", subject, **told)).encode()
                await producer.send_and_wait(topic, key=subject.encode(), value=value)
                self.told.append(subject)
                await asyncio.sleep(PAUSE_S)
        finally:
            await producer.stop()


async def test_nothing_is_lost_while_both_are_renewed(
    kafka_installed: None, tmp_path: Path, prefix: str
) -> None:
    """The broker knows neither the former authority nor the former password afterwards."""
    strict = {"listener.name.sasl_tls.ssl.client.auth": "required"}
    files = Files(tmp_path)
    with Broker(
        tmp_path / "broker", security="sasl", settings=strict, users={USER: FORMER}
    ) as broker:
        files.copy_certificates(broker)
        files.write_login(FORMER)
        settings = {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "ssl_ca_file": files.keys / broker.ca_file.name,
            "ssl_cert_file": files.keys / broker.cert_file.name,
            "ssl_key_file": files.keys / broker.key_file.name,
            "secrets_dir": files.secrets,
        }
        with installed(broker.bootstrap_sasl_tls, prefix, tmp_path, **settings) as found:
            found.set_up(CENTRE, PARTITIONS)
            workers = [found.worker(kind) for kind in WORKERS]
            expiries = [each.metric(EXPIRY, role="client") for each in workers]
            gateway = Gateway(connection(broker, prefix, files))
            async with asyncio.TaskGroup() as group:
                group.create_task(gateway.run())
                await eventually("half of it", told(gateway), lambda count: count >= ENOUGH)
                await renew(broker, files)
                count = len(gateway.told)
                await eventually("more", told(gateway), lambda now: now >= count + ENOUGH)
                gateway.ending = True
            topic = f"{prefix}conversation-state-changes"
            changes = await eventually(
                "all of them",
                lambda: read_events(broker.bootstrap, topic),
                lambda changes: len(changes) >= len(gateway.told),
            )
            assert Counter(each["subject"] for each in changes) == Counter(gateway.told)
            fate = "omnistate_figures_changes_total"
            wait_until(
                "figures", lambda: workers[2].metric(fate, outcome="counted") >= len(changes)
            )
            for worker, expiry in zip(workers, expiries, strict=True):
                wait_until("ready", worker.is_ready)
                assert worker.metric(EXPIRY, role="client") > expiry > 0
                assert worker.metric("omnistate_certificate_age_seconds", role="authority") > 0
                assert "credentials_renewed" in worker.log()
                assert worker.stop() == 0
                assert FORMER not in worker.log()
                assert NEW not in worker.log()
            found.run("audit")


def told(gateway: Gateway) -> Callable[[], Awaitable[int]]:
    """How many it has told of by now."""

    async def count() -> int:
        return len(gateway.told)

    return count


async def renew(broker: Broker, files: Files) -> None:
    """Another password, other certificates, of another authority: all that was is refused."""
    change = ("--alter", "--add-config", f"SCRAM-SHA-512=[password={NEW}]")
    user = ("--entity-type", "users", "--entity-name", USER)
    place = ("--bootstrap-server", broker.bootstrap)
    await asyncio.to_thread(run_tool, "kafka-configs", *place, *change, *user)
    files.write_login(NEW)
    await asyncio.to_thread(broker.stop)
    broker.discard_certificates()
    # By this thread: a process ends with the one that started it.
    broker.begin()
    files.copy_certificates(broker)
    await asyncio.to_thread(broker.await_service)


def connection(broker: Broker, prefix: str, files: Files) -> Connection:
    return Connection(
        broker.bootstrap_sasl_tls,
        prefix,
        "SASL_SSL",
        "SCRAM-SHA-512",
        USER,
        FORMER,
        str(files.keys / broker.ca_file.name),
        str(files.keys / broker.cert_file.name),
        str(files.keys / broker.key_file.name),
        sasl_password_file=str(files.secrets / "omnistate_sasl_password"),
    )

"""Each connection is opened with what the files say by then, and is refused without harm."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.tls_context import UnusableCredentials
from omnistate.adapters.kafka.internals.logins import Logins

from tests.harness.broker import BrokerUnavailable
from tests.harness.broker.broker_security import make_certificates
from tests.harness.machine import give_up

ROLES = {"client", "authority"}


class Rig:
    """Two generations of files, of two authorities; the first is in force."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.force = folder, folder / "force"
        self.force.mkdir()
        self.secret = folder / "omnistate_sasl_password"
        for name in ("first", "second"):
            try:
                make_certificates(folder / name)
            except BrokerUnavailable as reason:
                give_up(str(reason))
        self.put("first", "ca.pem", "client.pem", "client.key")
        self.secret.write_text("one\n")
        self.connection = Connection(
            security_protocol="SASL_SSL",
            sasl_username="centre",
            sasl_password="at-the-start",
            ssl_ca_file=str(self.force / "ca.pem"),
            ssl_cert_file=str(self.force / "client.pem"),
            ssl_key_file=str(self.force / "client.key"),
            sasl_password_file=str(self.secret),
        )
        self.credentials = self.connection.credentials
        self.problems: list[str | None] = []
        self.credentials.watch(lambda _, problem: self.problems.append(problem))

    def put(self, generation: str, *names: str) -> None:
        for name in names:
            part = self.force / f"{name}.part"
            part.write_bytes((self.folder / generation / name).read_bytes())
            part.replace(self.force / name)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def trusted(context: ssl.SSLContext | None) -> list[bytes]:
    assert context is not None
    return context.get_ca_certs(binary_form=True)


def test_renewed_files_make_another_context_and_others_do_not(rig: Rig) -> None:
    first = rig.credentials.context()
    assert rig.credentials.context() is first
    assert set(rig.credentials.validities()) == ROLES
    rig.put("second", "ca.pem")
    # Whatever is trusted now, it is what the file says, and nothing of what it said.
    (former,), (present,) = trusted(first), trusted(rig.credentials.context())
    assert former != present
    assert rig.problems == [None]


def test_half_a_pair_leaves_the_former_one_in_force(rig: Rig) -> None:
    first = rig.credentials.context()
    rig.put("second", "client.pem")
    assert [rig.credentials.context() for _ in range(3)] == [first] * 3
    assert rig.problems == [
        f"{rig.force / 'client.key'}: not the key of {rig.force / 'client.pem'}"
    ]
    rig.put("second", "client.key")
    assert rig.credentials.context() is not first
    assert rig.problems[1:] == [None]


def test_a_password_is_read_again_and_an_empty_file_is_none(rig: Rig) -> None:
    assert rig.credentials.password() == "one"
    rig.secret.write_text("a longer one")
    assert rig.credentials.password() == "a longer one"
    for content, problem in ((b" \n", "empty"), (b"\xff\xfe", "not UTF-8")):
        rig.secret.write_bytes(content)
        assert rig.credentials.password() == "a longer one"
        assert rig.problems[-1] == f"{rig.secret}: {problem}"
    rig.secret.unlink()
    assert rig.credentials.password() == "a longer one"
    assert rig.problems[-1] == f"{rig.secret}: No such file or directory"


def test_without_files_nothing_is_renewed_and_nothing_is_told() -> None:
    plain = Connection(sasl_username="centre", sasl_password="secret").credentials
    assert (plain.username(), plain.password(), plain.context()) == ("centre", "secret", None)
    assert plain.validities() == {}
    system = Connection(security_protocol="SSL").credentials
    assert system.context() is system.context()
    assert system.validities() == {}


def test_what_is_wrong_from_the_beginning_is_refused(rig: Rig) -> None:
    (rig.force / "ca.pem").write_text("nothing")
    with pytest.raises(UnusableCredentials, match="no certificate in PEM format"):
        rig.credentials.context()


async def test_every_connection_of_a_client_asks_anew(rig: Rig) -> None:
    """As aiokafka's clients do: they keep their options for life, and open with them."""
    opened: list[Mapping[str, Any]] = []

    async def connect(_host: str, _port: int, **options: Any) -> None:
        opened.append(options)

    logins = Logins(connect)
    options = {
        "security_protocol": "SASL_SSL",
        "ssl_context": rig.credentials.context,
        "sasl_plain_username": rig.credentials.username,
        "sasl_plain_password": rig.credentials.password,
    }
    await logins.open("kafka", 9092, **options)
    rig.put("second", "ca.pem", "client.pem", "client.key")
    rig.secret.write_text("another")
    await logins.open("kafka", 9092, **options)
    before, after = opened
    assert [each["sasl_plain_password"] for each in opened] == ["one", "another"]
    assert trusted(before["ssl_context"]) != trusted(after["ssl_context"])
    assert before["sasl_plain_username"] == after["sasl_plain_username"] == "centre"


async def test_clients_are_given_functions(rig: Rig) -> None:
    """Of the pinned aiokafka: what it was given comes back when it opens a connection."""
    producer, consumer = rig.connection.producer(), rig.connection.consumer()
    try:
        for client in (producer.client, consumer._client, rig.connection.admin()._client):
            assert client._ssl_context == rig.credentials.context
            assert client._sasl_plain_username == rig.credentials.username
            assert client._sasl_plain_password == rig.credentials.password
    finally:
        await consumer.stop()
        await producer.stop()

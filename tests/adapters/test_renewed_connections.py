"""A client that lives on: its next connection takes the certificates that are there by then."""

import asyncio
import ssl
from contextlib import aclosing
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection

from tests.harness.broker import BrokerUnavailable
from tests.harness.broker.broker_security import make_certificates
from tests.harness.machine import give_up
from tests.harness.ports import HOST

FILES = ("ca.pem", "client.pem", "client.key")


class Doors:
    """Servers at one port, one after the other: each shows a certificate, and wants to see one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Whose certificates both sides took each other for good by.
        self.passed: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self, generation: str) -> None:
        await self.aclose()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / generation / "broker.pem")
        context.load_verify_locations(self.folder / generation / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED

        async def let_in(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.passed.append(generation)
            writer.close()

        self._server = await asyncio.start_server(let_in, HOST, self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def aclose(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


async def test_the_next_connection_takes_what_is_there_by_then(tmp_path: Path) -> None:
    for generation in ("first", "second"):
        try:
            make_certificates(tmp_path / generation)
        except BrokerUnavailable as reason:
            give_up(str(reason))
    force = tmp_path / "force"
    force.mkdir()

    def put(generation: str) -> None:
        for name in FILES:
            part = force / f"{name}.part"
            part.write_bytes((tmp_path / generation / name).read_bytes())
            part.replace(force / name)

    put("first")
    ca, cert, key = (str(force / name) for name in FILES)
    async with aclosing(Doors(tmp_path)) as doors:
        await doors.open("first")
        connection = Connection(
            f"{HOST}:{doors.port}",
            security_protocol="SSL",
            ssl_ca_file=ca,
            ssl_cert_file=cert,
            ssl_key_file=key,
        )
        async with disconnecting(connection.admin()) as admin:

            async def try_once() -> list[str]:
                # Nobody there speaks Kafka: what counts is who was let in.
                with pytest.raises(KafkaConnectionError):
                    await admin.start()
                return [*doors.passed]

            assert await try_once() == ["first"]
            await doors.open("second")
            assert await try_once() == ["first"]
            put("second")
            assert await try_once() == ["first", "second"]

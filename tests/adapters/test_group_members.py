"""A group's members are asked for in a version whose answer aiokafka can read."""

from typing import Any

from omnistate.adapters.kafka.internals import requests

from tests.adapters.unstarted_clients import Clients, clients

__all__ = ["clients"]


async def test_no_version_that_is_read_wrongly_is_asked_for(clients: Clients) -> None:
    sent: list[tuple[Any, ...]] = []

    async def send(node: int, request: Any) -> None:
        for newest in (0, 6):
            struct = request.prepare({request.API_KEY: (0, newest)})
            assert struct.RESPONSE_TYPE.API_VERSION == struct.API_VERSION
            sent.append((node, struct.API_KEY, struct.API_VERSION, struct.get_item("groups")))

    clients.admin._client.send = send
    await requests.describe_group(clients.admin, "group", 3)
    assert sent == [(3, 15, 0, ["group"]), (3, 15, 2, ["group"])]

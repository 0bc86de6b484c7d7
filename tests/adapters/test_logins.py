"""A refused login is tried ever less often, by all clients together; a mended one at once."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, SaslAuthenticationFailed
from omnistate.adapters.kafka.internals.logins import LONGEST_PAUSE_S, Logins

SASL = {
    "security_protocol": "SASL_PLAINTEXT",
    "sasl_mechanism": "PLAIN",
    "sasl_plain_username": "worker",
    "sasl_plain_password": "wrong",
}


class Broker:
    """Counts who asks, at which time; refuses whoever has the wrong password."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.asked_s: list[float] = []
        self.right, self.away = "right", False
        self.logins = Logins(self.answer, lambda: self.now_s)

    async def answer(self, host: str, port: int, **options: Any) -> str:
        self.asked_s.append(self.now_s)
        await asyncio.sleep(0)
        if self.away:
            raise KafkaConnectionError("refused")
        if options.get("sasl_plain_password") not in {self.right, None}:
            raise SaslAuthenticationFailed("Authentication failed: Invalid username or password")
        return f"{host}:{port}"

    async def ask(self, **options: Any) -> None:
        assert await self.logins.open("kafka", 9092, **{**SASL, **options}) == "kafka:9092"


async def test_it_is_asked_ever_less_often() -> None:
    broker = Broker()
    while broker.now_s < 300:
        with pytest.raises(SaslAuthenticationFailed, match="Invalid username"):
            await broker.ask()
        broker.now_s += 0.125
    pauses = [b - a for a, b in zip(broker.asked_s, broker.asked_s[1:], strict=False)]
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


async def test_many_clients_ask_once() -> None:
    broker = Broker()
    with pytest.raises(SaslAuthenticationFailed):
        await broker.ask()
    for _ in range(4):
        broker.now_s += LONGEST_PAUSE_S
        outcomes = await asyncio.gather(*(broker.ask() for _ in range(20)), return_exceptions=True)
        assert {type(each) for each in outcomes} == {SaslAuthenticationFailed}
    assert len(broker.asked_s) == 1 + 4


async def test_those_that_begin_together_count_as_one() -> None:
    broker = Broker()
    await asyncio.gather(*(broker.ask() for _ in range(20)), return_exceptions=True)
    broker.now_s += 1
    broker.right = "wrong"
    await broker.ask()


async def test_another_password_and_another_user_are_tried_at_once() -> None:
    broker = Broker()
    with pytest.raises(SaslAuthenticationFailed):
        await broker.ask()
    await broker.ask(sasl_plain_password="right")
    await broker.ask(sasl_plain_username="other", sasl_plain_password="right")


async def test_it_is_forgotten_once_it_works() -> None:
    broker = Broker()
    for _ in range(5):
        with pytest.raises(SaslAuthenticationFailed):
            await broker.ask()
        broker.now_s += LONGEST_PAUSE_S
    broker.right = "wrong"
    await asyncio.gather(broker.ask())
    await asyncio.gather(*(broker.ask() for _ in range(20)))
    broker.right = "right"
    for _ in range(2):
        with pytest.raises(SaslAuthenticationFailed):
            await broker.ask()
        broker.now_s += 1


async def test_a_broker_that_is_away_is_not_a_refusal() -> None:
    broker = Broker()
    broker.away = True
    for _ in range(10):
        with pytest.raises(KafkaConnectionError):
            await broker.ask()
    for _ in range(10):
        with pytest.raises(KafkaConnectionError):
            await broker.ask(security_protocol="PLAINTEXT")
    assert len(broker.asked_s) == 20

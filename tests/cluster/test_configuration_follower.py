"""A worker's directory: what was published last, whatever else lies on the topics."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.adapters.kafka.configuration.configuration_follower import (
    ConfigurationFollower,
    UnusableRecord,
)

from tests.harness.broker import Broker
from tests.harness.console import Console
from tests.harness.topics import Written
from tests.harness.waiting import eventually


@pytest.fixture
async def console(brokers: str, prefix: str) -> Console:
    console = Console(brokers, prefix)
    await console.lay_out()
    return console


class Followed:
    """A follower at work, and what it complained of."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.problems: list[UnusableRecord] = []
        self.follower = ConfigurationFollower(console.connection, self.problems.append)

    async def publish(self, *records: tuple[str, bytes, bytes | None]) -> None:
        """Append records to configuration topics."""
        await self.console.append(*(Written(topic, key, value, 0) for topic, key, value in records))

    async def until(self, holds: Callable[[], bool]) -> None:
        async def read() -> bool:
            return holds()

        await eventually("what was published shows", read)


@asynccontextmanager
async def following(console: Console) -> AsyncIterator[Followed]:
    followed = Followed(console)
    running = None
    try:
        await followed.follower.start()
        running = asyncio.create_task(followed.follower.run())
        yield followed
    finally:
        await followed.follower.stop()
        if running is not None:
            await running


async def test_starts_with_all_that_is_published_and_follows(console: Console) -> None:
    await console.append(
        Written("workstreams", b"chat", b'{"channel": "live_chat", "units": 10}', 0),
        Written("workstreams", b"gone", b'{"channel": "voice"}', 0),
        Written("workstreams", b"gone", None, 0),
        Written("workstreams", b"chat", b'{"channel": "live_chat", "units": 20}', 0),
        Written("capacity-profiles", b"chats", b'{"limit": 3}', 0),
        Written("representatives", b"ana", b'{"profiles": {"chats": null}}', 0),
        Written("queues", b"support", b"{}", 0),
    )
    async with following(console) as followed:
        directory = followed.follower.directory
        assert set(directory.workstreams) == {"chat"}
        assert directory.workstreams["chat"][2].units == 20
        assert directory.limit_of("ana", "chats") == 3
        await followed.publish(
            ("representatives", b"ana", b'{"profiles": {"chats": 5}}'),
            ("capacity-profiles", b"chats", None),
            ("workstreams", b"chat", b'{"channel": "live_chat", "offer_timeout": null}'),
        )
        await followed.until(lambda: directory.workstreams["chat"][2].offer_ms is None)
        await followed.until(lambda: directory.limit_of("ana", "chats") == 5)
        assert directory.limit_of("bob", "chats") == 0
        assert directory.workstreams["chat"][2].units == 30
        assert followed.follower.directory is directory
        assert followed.problems == []


@pytest.mark.parametrize(
    ("topic", "key", "value", "problem"),
    [
        ("workstreams", b"chat", b"secret", "Invalid JSON"),
        ("workstreams", b"chat", b'{"channel": "voice", "distribution": "pick"}', "voice"),
        ("workstreams", b"chat", b'{"channel": "secret"}', "channel"),
        ("representatives", b"ana", b'{"time_zone": "Secret/Place"}', "time_zone"),
        ("representatives", b"ana", b'{"units": "secret"}', "units"),
        ("capacity-profiles", b"chats", b"[]", "object"),
        ("queues", b"support", b'{"colour": "secret"}', "colour"),
        ("workstreams", b"\xff", b'{"channel": "voice"}', "key"),
        ("workstreams", b"", b'{"channel": "voice"}', "key"),
    ],
)
async def test_an_unusable_record_changes_nothing_and_is_reported(
    console: Console, topic: str, key: bytes, value: bytes, problem: str
) -> None:
    await console.append(
        Written("workstreams", b"chat", b'{"channel": "live_chat"}', 0),
        Written("capacity-profiles", b"chats", b'{"limit": 3}', 0),
        Written("representatives", b"ana", b'{"units": 50}', 0),
    )
    async with following(console) as followed:
        directory = followed.follower.directory
        before = (
            dict(directory.workstreams),
            dict(directory.profiles),
            dict(directory.representatives),
        )
        await followed.publish((topic, key, value), ("queues", b"other", b"{}"))
        await followed.until(lambda: bool(followed.problems))
        ((told_topic, partition, offset, _, told),) = followed.problems
        assert (told_topic, partition) == (topic, 0)
        # Behind what was published before, and a transaction's marker where there is one.
        assert offset in {0, 1, 2}
        assert problem in told
        assert "ecret" not in told, "never the value"
        assert before == (directory.workstreams, directory.profiles, directory.representatives)


async def test_a_missing_topic_is_said_and_not_created(brokers: str, prefix: str) -> None:
    console = Console(brokers, prefix)
    with pytest.raises(ClusterFailure, match="workstreams is missing"):
        await Followed(console).follower.start()
    assert not await console.describe("workstreams")


async def test_survives_its_broker(own_broker: Callable[..., Broker], prefix: str) -> None:
    broker = own_broker()
    console = Console(broker.bootstrap, prefix)
    await console.lay_out()
    async with following(console) as followed:
        directory = followed.follower.directory
        await followed.publish(("representatives", b"ana", b'{"units": 10}'))
        await followed.until(lambda: directory.units_of("ana") == 10)
        # In this thread: the broker ends with the thread that starts it.
        broker.kill()
        broker.start()
        await followed.publish(("representatives", b"ana", b'{"units": 20}'))
        await followed.until(lambda: directory.units_of("ana") == 20)
        assert followed.problems == []

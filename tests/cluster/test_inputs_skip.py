"""`omnistate inputs skip` on a real broker, where what the worker says is not where it stands."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from tests.cluster.odd_batches import ZSTD, bomb
from tests.cluster.odd_inputs import append, begun, connection_of, started, stopped
from tests.cluster.story_inputs import CENTRE
from tests.harness.installation import Installation, installed
from tests.harness.waiting import eventually, wait_until


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def test_a_bomb_behind_the_ends_of_transactions_is_passed_over(
    installation: Installation,
) -> None:
    """The position stays before them, since nothing that is read has come after it."""
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    topic = connection_of(installation).physical("channel-events")
    async with AIOKafkaProducer(
        bootstrap_servers=installation.brokers, transactional_id=f"{installation.prefix}gateway"
    ) as gateway:
        for subject, end in (
            ("said", gateway.commit_transaction),
            ("taken-back", gateway.abort_transaction),
        ):
            key, value, headers = started(subject)
            await gateway.begin_transaction()
            await gateway.send_and_wait(topic, value, key, partition=0, headers=list(headers))
            await end()
    offset = await append(installation, "channel-events", 0, bomb(), ZSTD)
    assert offset == 4
    await append(installation, "channel-events", 0, [started("behind")])
    wait_until("stopped", lambda: stopped(worker, 0))
    skip = "inputs skip --group conversation --topic channel-events --partition 0 --offset 4"
    assert f"omnistate {skip}" in worker.log()
    installation.run(*skip.split())
    await eventually(
        "what lies behind",
        functools.partial(begun, installation),
        lambda seen: seen == {"said", "behind"},
    )
    installation.run("audit")
    assert worker.stop() == 0

"""Dead letters as the engine writes them, and what has been put back."""

from aiokafka import ConsumerRecord
from omnistate.stream.ports import Headers
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS, DEAD_LETTERS

from tests.harness.console import Console
from tests.harness.topics import Written


def dead(
    origin: str,
    error: str = "unknown_type",
    *,
    key: bytes | None = b"chat-1",
    value: bytes | None = b"secret",
    headers: Headers = (),
    partition: int = 0,
    timestamp_ms: int | None = None,
) -> Written:
    """A dead letter as the engine writes it."""
    own = (
        ("omnistate-error", error.encode()),
        ("omnistate-error-message", b"what is wrong with it"),
        ("omnistate-origin", origin.encode()),
    )
    return Written(DEAD_LETTERS, key, value, partition, (*headers, *own), timestamp_ms)


async def put_back(console: Console) -> list[ConsumerRecord]:
    return await console.read(CHANNEL_EVENTS, AGENT_ACTIONS)


async def values(console: Console) -> list[bytes]:
    return sorted(record.value for record in await put_back(console))

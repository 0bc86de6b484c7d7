"""The end of a consumer or an admin client, also where its broker does not answer any more.

No connection outlives it: what a loop closes over is complained of, or worse, waited for. The
transactional producers' end is in `producer`.
"""

import asyncio
from typing import Final, TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

Client: TypeAlias = AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient

# A command's patience, and a worker's, which has others' partitions to hand over.
STOP_S: Final = 5.0
LEAVE_S: Final = 1.5
CLOSE_S: Final = 1.0


async def disconnect(client: Client, patience_s: float = STOP_S) -> None:
    """Stop it, which says goodbye to the broker; after `patience_s` close its connections only.

    What Kafka or the network have against it is passed over: the process goes on without it.
    """
    goodbye = client.close if isinstance(client, AIOKafkaAdminClient) else client.stop
    stopping = asyncio.ensure_future(goodbye())
    try:
        done, _ = await asyncio.wait([stopping], timeout=patience_s)
    finally:
        stopping.cancel()
    outcome: BaseException | None = (await asyncio.gather(stopping, return_exceptions=True))[0]
    if not done or outcome is not None:
        wire = client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001
        closing = asyncio.ensure_future(wire.close())
        await asyncio.wait([closing], timeout=CLOSE_S)
    if isinstance(outcome, Exception) and not isinstance(outcome, KafkaError | OSError):
        raise outcome

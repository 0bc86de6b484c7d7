"""Asks the broker that coordinates a group, wherever it moves.

What the answer means is for whoever asked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from omnistate.adapters.kafka.clients.errors import (
    deadline,
    failure_of,
)

TIMEOUT_S: Final = 30.0
RETRY_S: Final = 0.1
# Not available, not the coordinator (any more), still loading.
_COORDINATOR_MOVES: Final = frozenset({14, 15, 16})

Request = Callable[[AIOKafkaAdminClient, str, int], Awaitable[Any]]


async def ask_coordinator(
    admin: AIOKafkaAdminClient, group: str, what: str, ask: Request, code_of: Callable[[Any], int]
) -> Any:
    """What `ask` says of a group, named as on the cluster. Raises ClusterFailure.

    `code_of` is the error code of an answer; `what` is done, for whoever reads of a failure.
    """
    async with deadline(TIMEOUT_S, what):
        while (answer := await _try(admin, group, ask)) is None or (
            code_of(answer) in _COORDINATOR_MOVES
        ):
            await asyncio.sleep(RETRY_S)
    if code := code_of(answer):
        raise failure_of(what, code)
    return answer


async def _try(admin: AIOKafkaAdminClient, group: str, ask: Request) -> Any:
    """The answer, None while the coordinator is being found."""
    try:
        return await ask(admin, group, await admin.find_coordinator(group))
    except KafkaError as error:
        # What is denied is told as that: by the deadline, which knows what was asked.
        if not error.retriable:
            raise
        return None

"""What a member of a group says to the group's coordinator, and hears.

The protocol only: who gets which partitions, and what a silence or a fence means, is for others.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, SyncGroupRequest
from aiokafka.protocol.types import Int16, Int32, Schema, String

_LOADING: Final = 14
_NOT_COORDINATOR: Final = 16
_FENCED_INSTANCE_ID: Final = 82
_OF_MEMBERS: Final = (JoinGroupRequest, SyncGroupRequest, HeartbeatRequest)


def encode_subscription(topics: Sequence[str], user_data: bytes) -> bytes:
    """What a member tells whoever leads the group."""
    encoded: bytes = ConsumerProtocolMemberMetadata(0, [*topics], user_data).encode()
    return encoded


def encode_assignment(places: Iterable[TopicPartition], user_data: bytes) -> bytes:
    """What the leader gives to a member."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for topic, number in places:
        numbers[topic].append(number)
    encoded: bytes = ConsumerProtocolMemberAssignment(
        0, sorted(numbers.items()), user_data
    ).encode()
    return encoded


class Coordination:
    """Between a member that is not started yet and its coordinator.

    `former`, if any, is a protocol that is offered beside the member's own, and means the same to
    it: so members that know only that one can be in the group, too. With `instance_id` heartbeats
    say so, which aiokafka's do not: a fenced member would otherwise fence its successor.
    """

    def __init__(
        self, member: AIOKafkaConsumer, protocol: str, former: str | None, instance_id: str | None
    ) -> None:
        """`protocol` is the name of the member's only assignor."""
        self._protocol, self._former, self._instance_id = protocol, former, instance_id
        self._send = member._client.send
        # When the coordinator has answered last, by the monotonic clock; None = not yet.
        self.answered_s: float | None = None
        self.fenced = asyncio.Event()
        member._client.send = self._pass_on

    async def _pass_on(self, node_id: Any, request: Any, **options: Any) -> Any:
        if not isinstance(request, _OF_MEMBERS):
            return await self._send(node_id, request, **options)
        if self.fenced.is_set():
            # Joining again would fence whoever has the id now. Whoever looks at us ends us.
            await asyncio.Event().wait()
        response = await self._send(node_id, self._reword(request), **options)
        self.answered_s = time.monotonic()
        if response.error_code == _FENCED_INSTANCE_ID:
            self.fenced.set()
            await asyncio.Event().wait()
        if isinstance(request, JoinGroupRequest):
            if response.group_protocol == self._former:
                response.group_protocol = self._protocol
        elif response.error_code == _LOADING:
            # Only at a join does aiokafka know it; of this one it knows that it is to ask again.
            response.error_code = _NOT_COORDINATOR
        return response

    def _reword(self, request: Any) -> Any:
        if isinstance(request, JoinGroupRequest) and self._former is not None:
            # All at once: aiokafka would join once for each of several assignors.
            ((_, metadata),) = request._group_protocols
            request._group_protocols = [(self._protocol, metadata), (self._former, metadata)]
        elif isinstance(request, HeartbeatRequest) and self._instance_id is not None:
            return _StaticHeartbeat(
                request._group, request._generation_id, request._member_id, self._instance_id
            )
        return request


def untaken_error_of(member: AIOKafkaConsumer) -> Exception | None:
    """What a started member's coordination stands still with until somebody reads, if anything.

    A member without partitions reads nothing.
    """
    error: Exception | None = member._coordinator._pending_exception
    return error


class _HeartbeatResponse(Response):  # type: ignore[misc]
    """Heartbeat, version 3."""

    API_KEY = 12
    API_VERSION = 3
    SCHEMA = Schema(("throttle_time_ms", Int32), ("error_code", Int16))


class _HeartbeatStruct(RequestStruct):  # type: ignore[misc]
    """Version 3, the first with an instance id and the last before flexible versions."""

    API_KEY = 12
    API_VERSION = 3
    RESPONSE_TYPE = _HeartbeatResponse
    SCHEMA = Schema(
        ("group", String("utf-8")),
        ("generation_id", Int32),
        ("member_id", String("utf-8")),
        ("group_instance_id", String("utf-8")),
    )


class _StaticHeartbeat(Request[_HeartbeatStruct]):  # type: ignore[misc]
    API_KEY = 12

    def __init__(self, *fields: Any) -> None:
        self._fields = fields

    def build(self, request_struct_class: Any) -> Any:
        """The structure to send; called by aiokafka."""
        return request_struct_class(*self._fields)

"""What a broker says that we may do, asked so that nothing is done.

The protocol only: what is needed is for whoever asks. Names are the cluster's. Topics tell it
by themselves; for groups and transactional ids a request is sent that names a member or a producer
that nobody is: a broker looks at permissions first, and then knows no such one.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.transaction import EndTxnRequest
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

_NOBODY: Final = "nobody"
_NO_PRODUCER: Final = (1 << 63) - 1
_OF_A_GROUP: Final = 0
_NOT_TOLD: Final = -(1 << 31)


class AuthorizedTopic(NamedTuple):
    """A topic's error code, its partitions, and the codes of what we may do; None = not told."""

    code: int
    topic: str
    partitions: int
    operations: frozenset[int] | None


async def fetch_authorized(
    admin: AIOKafkaAdminClient, topics: Sequence[str]
) -> list[AuthorizedTopic]:
    """What we may do with these topics; no topic is created for it."""
    answer: Any = await admin._send_request(_Metadata([*topics]), None)
    return [
        AuthorizedTopic(code, topic, len(partitions), _bits(operations))
        for code, topic, _, partitions, operations in answer.topics
    ]


async def try_group(admin: AIOKafkaAdminClient, group: str) -> int:
    """The error code for a member of a group that is none; Read is what a member needs."""
    answer: Any = await admin._send_request(HeartbeatRequest(group, -1, _NOBODY), None)
    return int(answer.error_code)


async def look_for_group(admin: AIOKafkaAdminClient, group: str) -> int:
    """The error code for whoever asks where a group is; Describe is what they need."""
    answer: Any = await admin._send_request(FindCoordinatorRequest(group, _OF_A_GROUP), None)
    return int(answer.error_code)


async def try_transactional_id(admin: AIOKafkaAdminClient, transactional_id: str) -> int:
    """The error code for a producer that is none, and has no transaction; Write is needed."""
    request = EndTxnRequest(transactional_id, _NO_PRODUCER, 0, False)
    answer: Any = await admin._send_request(request, None)
    return int(answer.error_code)


def _bits(operations: int) -> frozenset[int] | None:
    if operations == _NOT_TOLD:
        return None
    return frozenset(code for code in range(31) if operations >> code & 1)


class _MetadataResponse(Response):  # type: ignore[misc]
    """Metadata, version 8."""

    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("authorized_operations", Int32),
    )


class _MetadataStruct(RequestStruct):  # type: ignore[misc]
    """Version 8, the last one before flexible versions, and the first that tells permissions."""

    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _Metadata(Request[_MetadataStruct]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: Any) -> Any:
        """The structure to send; called by aiokafka."""
        return request_struct_class(self._topics, False, False, True)

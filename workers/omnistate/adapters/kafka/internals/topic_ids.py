"""What tells a topic from another one that had its name before: Metadata, version 10 (KIP-516).

aiokafka stops at version 5, which knows names only. The protocol alone; names are those on the
cluster.
"""

import base64
import struct
from collections.abc import Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)


async def fetch_topic_ids(
    admin: AIOKafkaAdminClient, topics: Sequence[str]
) -> dict[str, tuple[int, str]]:
    """An error code, 0 = none, and the id of each topic, as Kafka's own tools write it.

    Empty where no broker knows ids: before Kafka 2.8. No topic is created for it.
    """
    try:
        answer: Any = await admin._send_request(_Identification(topics), None)
    except NotImplementedError:
        return {}
    return {name: (code, _as_text(*halves)) for code, name, *halves, _, _, _, _ in answer.topics}


def _as_text(high: int, low: int) -> str:
    return base64.urlsafe_b64encode(struct.pack(">qq", high, low)).decode().rstrip("=")


# A UUID, as the protocol has it, is two numbers.
_ID = (("id_high", Int64), ("id_low", Int64))
_NUMBERS = CompactArray(Int32)


class _IdentificationResponse(Response):  # type: ignore[misc]
    """Metadata, version 10."""

    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                *_ID,
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition_index", Int32),
                        ("leader_id", Int32),
                        ("leader_epoch", Int32),
                        ("replica_nodes", _NUMBERS),
                        ("isr_nodes", _NUMBERS),
                        ("offline_replicas", _NUMBERS),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _IdentificationStruct(RequestStruct):  # type: ignore[misc]
    """Version 10, the first that tells ids."""

    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _IdentificationResponse
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(*_ID, ("name", CompactString("utf-8")), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _Identification(Request[_IdentificationStruct]):  # type: ignore[misc]
    """The request in the one version that we know."""

    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        """Of these topics, asked for by name."""
        self._topics: list[tuple[Any, ...]] = [(0, 0, name, {}) for name in topics]

    def build(self, request_struct_class: Any) -> Any:
        """The structure to send; called by aiokafka."""
        return request_struct_class(self._topics, False, False, False, {})

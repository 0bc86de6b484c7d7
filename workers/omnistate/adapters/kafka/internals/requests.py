"""Requests of Kafka's protocol that aiokafka's admin client has no method for.

The protocol only: what an answer means, and whether to ask again, is for whoever asked. Names are
those on the cluster. Everything may raise what aiokafka raises.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResourceType
from aiokafka.protocol.admin import (
    DescribeGroupsRequest_v0,
    DescribeGroupsRequest_v1,
    DescribeGroupsRequest_v2,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.types import Array, Boolean, Int8, Int16, Int32, Schema, String

_SET: Final = 0


async def fetch_metadata(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> Any:
    """The brokers, and these topics with their partitions; no topic is created for it."""
    return await admin._send_request(
        MetadataRequest([*topics], allow_auto_topic_creation=False), None
    )


async def fetch_offsets(admin: AIOKafkaAdminClient, group: str, coordinator: int) -> Any:
    """Everything that a group has committed, from the broker that coordinates it."""
    return await admin._send_request(OffsetFetchRequest(group, None), coordinator)


async def describe_group(admin: AIOKafkaAdminClient, group: str, coordinator: int) -> Any:
    """A group's state and members, from the broker that coordinates it."""
    return await admin._send_request(_GroupDescription(group), coordinator)


async def alter_configs(
    admin: AIOKafkaAdminClient,
    settings: Mapping[str, Mapping[str, str]],
    *,
    validate_only: bool = False,
) -> Any:
    """Set these settings of these topics, and nothing else; an error code for each topic."""
    return await admin._send_request(_ConfigAlteration(settings, validate_only=validate_only), None)


class _ConfigAlterationResponse(Response):  # type: ignore[misc]
    """IncrementalAlterConfigs, version 0."""

    API_KEY = 44
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "resources",
            Array(
                ("error_code", Int16),
                ("error_message", String("utf-8")),
                ("resource_type", Int8),
                ("resource_name", String("utf-8")),
            ),
        ),
    )


class _ConfigAlterationStruct(RequestStruct):  # type: ignore[misc]
    """Version 0, the last one before flexible versions."""

    API_KEY = 44
    API_VERSION = 0
    RESPONSE_TYPE = _ConfigAlterationResponse
    SCHEMA = Schema(
        (
            "resources",
            Array(
                ("resource_type", Int8),
                ("resource_name", String("utf-8")),
                (
                    "configs",
                    Array(
                        ("name", String("utf-8")),
                        ("operation", Int8),
                        ("value", String("utf-8")),
                    ),
                ),
            ),
        ),
        ("validate_only", Boolean),
    )


class _ConfigAlteration(Request[_ConfigAlterationStruct]):  # type: ignore[misc]
    """The request in the versions that we know: aiokafka picks one that the broker knows, too."""

    API_KEY = 44

    def __init__(self, settings: Mapping[str, Mapping[str, str]], *, validate_only: bool) -> None:
        """`settings` by topic and key."""
        self._resources = [
            (int(ConfigResourceType.TOPIC), topic, [(key, _SET, text) for key, text in own.items()])
            for topic, own in settings.items()
        ]
        self._validate_only = validate_only

    def build(self, request_struct_class: Any) -> Any:
        """The structure to send; called by aiokafka."""
        return request_struct_class(self._resources, self._validate_only)


class _GroupDescription(
    Request[  # type: ignore[misc]
        DescribeGroupsRequest_v0 | DescribeGroupsRequest_v1 | DescribeGroupsRequest_v2
    ]
):
    """Up to version 2: aiokafka reads the answer to its version 3 as one of version 2."""

    API_KEY = 15

    def __init__(self, group: str) -> None:
        """By its name on the cluster."""
        self._group = group

    def build(self, request_struct_class: Any) -> Any:
        """The structure to send; called by aiokafka."""
        return request_struct_class([self._group])

"""IncrementalAlterConfigs (KIP-339), which aiokafka lacks: single settings, the others untouched.

The protocol's structures only. AlterConfigs, which aiokafka has, would reset every setting that
somebody else made on the topic.
"""

from collections.abc import Mapping
from typing import Any, Final

from aiokafka.admin.config_resource import ConfigResourceType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int8, Int16, Int32, Schema, String

_SET: Final = 0


class ConfigAlterationResponse(Response):  # type: ignore[misc]
    """Version 0; an error code for each resource."""

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


class ConfigAlterationStruct(RequestStruct):  # type: ignore[misc]
    """Version 0, the last one before flexible versions."""

    API_KEY = 44
    API_VERSION = 0
    RESPONSE_TYPE = ConfigAlterationResponse
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


class ConfigAlteration(Request[ConfigAlterationStruct]):  # type: ignore[misc]
    """Set these settings of these topics (names as on the cluster), and nothing else."""

    API_KEY = 44

    def __init__(self, settings: Mapping[str, Mapping[str, str]], *, validate_only: bool) -> None:
        self._resources = [
            (int(ConfigResourceType.TOPIC), topic, [(key, _SET, text) for key, text in own.items()])
            for topic, own in settings.items()
        ]
        self._validate_only = validate_only

    def build(self, request_struct_class: Any) -> Any:
        """The structure to send; called by aiokafka."""
        return request_struct_class(self._resources, self._validate_only)

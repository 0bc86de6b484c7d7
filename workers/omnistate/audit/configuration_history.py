"""The configuration as its topics have it now, and since when.

A value that cannot be read leaves the one before it in force, as the workers have it.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from omnistate_schemas.configuration import (
    CapacityProfile,
    Configuration,
    Representative,
    Workstream,
)
from omnistate_schemas.envelope import Id
from omnistate_schemas.registry import CONFIGURATION
from pydantic import TypeAdapter, ValidationError

from omnistate.audit.audit_layout import Layout
from omnistate.audit.findings import Findings
from omnistate.audit.source import TopicReader

PLACES_NAMED: Final = 5
_ID: Final[TypeAdapter[str]] = TypeAdapter(Id)


class Configured(NamedTuple):
    """What is in force; `changed_ms` is when a value that the engine goes by last changed."""

    workstreams: Mapping[str, Workstream]
    profiles: Mapping[str, CapacityProfile]
    representatives: Mapping[str, Representative]
    changed_ms: int | None


async def read_configuration(reader: TopicReader, layout: Layout, findings: Findings) -> Configured:
    """Read the configuration topics whole."""
    changed_ms = None
    values: dict[str, dict[str, Any]] = {}
    for topic in layout.configuration:
        values[topic] = {}
        at_ms = await _read_topic(reader, topic, CONFIGURATION[topic], values[topic], findings)
        # The engine accepts any queue: what is said of queues changes nothing.
        if at_ms is not None and topic != "queues":
            changed_ms = at_ms if changed_ms is None else max(changed_ms, at_ms)
    return Configured(
        values.get("workstreams", {}),
        values.get("capacity-profiles", {}),
        values.get("representatives", {}),
        changed_ms,
    )


async def _read_topic(
    reader: TopicReader,
    topic: str,
    model: type[Configuration],
    values: dict[str, Any],
    findings: Findings,
) -> int | None:
    """Fill in the values of one topic; returns when one of them last changed."""
    changed_ms = None
    unreadable: list[int] = []
    for partition, end in enumerate(await reader.ends(topic)):
        async for chunk in reader.records(topic, partition, 0, end):
            for record in chunk:
                try:
                    key = _ID.validate_python((record.key or b"").decode())
                    value = None
                    if record.value is not None:
                        value = model.model_validate_json(record.value)
                except (ValidationError, UnicodeDecodeError):
                    unreadable.append(record.offset)
                    continue
                if values.get(key) != value:
                    changed_ms = max(record.timestamp_ms, changed_ms or record.timestamp_ms)
                if value is None:
                    values.pop(key, None)
                else:
                    values[key] = value
    if unreadable:
        places = ", ".join(map(str, unreadable[:PLACES_NAMED]))
        findings.note(
            f"{topic}: {len(unreadable)} values cannot be read and are left out, at offsets "
            f"{places}"
        )
    return changed_ms
